import re
from collections.abc import Iterator

from nblint.document.edit import replace
from nblint.document.model import Cell, Notebook
from nblint.findings import Finding, Fix, Rule
from nblint.patterns import lazy_pattern
from nblint.reading.header.header import Header, HeaderEntry
from nblint.reading.header.headings import SECTION_LEVEL, Heading
from nblint.reading.markdown.blocks import block_at

_WRITTEN = {
    "bold": "is bold text, not a heading",
    "html": "is HTML, not a Markdown heading",
    "unspaced": "lacks a space after '#', so it is not a heading",
}
# A heading on lines of its own, with no other element and no Markdown markup in it, and no
# attributes but for its looks: links lead to an `id`.
_PLAIN_HTML = lazy_pattern(
    r"[ \t]{0,3}<h[1-6](?P<looks>(?:\s{1,9}(?:align|class|style)\s?=\s?"
    r"(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}'|[\w-]{1,50}))*)"
    r"\s{0,9}>[^<>*`\[\]\\]{1,500}</h[1-6]\s{0,9}>[ \t]*",
    re.I,
)
# At the end of a heading, Markdown does not show them.
_CLOSING_MARKS = lazy_pattern(r"(?:^|\s)#+$")
# What would be more than text once HTML becomes Markdown: other elements, headings, tables.
_NO_TEXT = lazy_pattern(r"[<|]|^\s*(?:#|\*\*|__|=+\s*$|-+\s*$|```|~~~|\[[^\]]{1,200}\]:)")


class NotAHeading(Rule):
    """A title or section label looks like a heading but is not one.

    Bold text, HTML tags and `##Purpose` without a space can look like headings when rendered. They
    do not appear in the table of contents, cannot be folded or linked to, and are ignored by tools
    that read headings.

    Write a Markdown heading: `## Purpose`, with the text on the lines below. The fix needs
    `--unsafe-fixes` for a title in bold, which may be no title, and for HTML that is aligned or
    styled. There is none for HTML with an `id`, which links may lead to.

    Refused:

    ```markdown
    # Phishing triage

    **Purpose**: Rank reported mails.
    ```

    Instead:

    ```markdown
    # Phishing triage

    ## Purpose
    Rank reported mails.
    ```
    """

    code = "NBL111"
    fixable = "safe"
    settings = ("header.sections",)

    def check(self, header: Header, notebook: Notebook) -> Iterator[Finding]:
        for entry in header.entries:
            heading = entry.heading
            is_title = entry is header.title_entry
            if heading is None or heading.form not in _WRITTEN:
                continue
            if not is_title and not heading.section:
                continue
            level = 1 if is_title else SECTION_LEVEL
            what = "title" if is_title else "section"
            yield self.at(
                heading.place,
                f"{what} {heading.title!r} {_WRITTEN[heading.form]}",
                subject=f"{heading.title} {heading.form}",
                help=f"write '{'#' * level} {heading.title}'",
                fix=_as_markdown(notebook, entry, heading, level),
            )


def _as_markdown(
    notebook: Notebook, entry: HeaderEntry, heading: Heading, level: int
) -> Fix | None:
    """Return the fix that makes it a heading; None where words or links would be lost."""
    cell = notebook.cells[entry.cell - 1]
    first, last = entry.block.row, entry.block.end_row
    title = " ".join(heading.title.split())
    if _CLOSING_MARKS.search(title):
        return None
    below = cell.rows[last] if last < len(cell.rows) else ""
    # That bold text is the title is a guess.
    safe = heading.form != "bold" or heading.section is not None
    if heading.form == "html":
        html = "\n".join(cell.rows[first - 1 : last])
        plain = _PLAIN_HTML.fullmatch(html)
        if not plain or not _opens_its_block(cell, entry):
            return None
        safe = not plain["looks"]
    elif heading.section:
        title = title.rstrip(": ")
    text = f"{'#' * level} {title}"
    if heading.rest:
        text += f"\n{heading.rest}"
    elif heading.form == "html" and below.strip():
        text += "\n"
    edit = replace(notebook, cell.place(first, end_row=last), text)
    return Fix("write it as a Markdown heading", (edit,), safe=safe)


def _opens_its_block(cell: Cell, entry: HeaderEntry) -> bool:
    """Tell whether an HTML heading comes first in its block, with only text after it.

    The text after it becomes Markdown.
    """
    block = block_at(cell.source, entry.block.row)
    if block is None or block.row != entry.block.row:
        return False
    behind = cell.rows[entry.block.end_row : block.end_row]
    return not any(map(_NO_TEXT.search, behind))
