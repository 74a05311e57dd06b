import re
from collections.abc import Iterator

from nblint.document.edit import TextEdit
from nblint.document.model import Cell, Notebook
from nblint.document.rows import offset_of
from nblint.findings import Finding, Fix, Rule
from nblint.patterns import lazy_pattern
from nblint.reading.header.header import Header, HeaderEntry
from nblint.reading.header.headings import SECTION_LEVEL, Heading
from nblint.reading.markdown.blocks import block_at

_WRITTEN = {"bold": "in bold", "html": "in HTML", "unspaced": "without a space after its marks"}
# A heading in rows of its own, with nothing in it that is another element or markup in markdown.
_PLAIN_HTML = lazy_pattern(
    r"[ \t]{0,3}<h[1-6]\b[^>]{0,500}>[^<>*`\[\]\\]{1,500}</h[1-6]\s{0,9}>[ \t]*", re.I
)
# What would be more than text where HTML becomes markdown: other elements, headings, tables.
_NO_TEXT = lazy_pattern(r"[<|]|^\s*(?:#|\*\*|__|=+\s*$|-+\s*$|```|~~~|\[[^\]]{1,200}\]:)")


class NotAHeading(Rule):
    """A title or a section's label looks like a heading and is none.

    Bold text, an HTML tag and `##Purpose` without a space may look right in one renderer. They are
    missing from the table of contents, cannot be folded or linked to, and tools that read headings
    pass over them.

    Write a markdown heading: `## Purpose`, with the text in the rows below.

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
            edit = _as_markdown(notebook, entry, heading, level)
            yield self.at(
                heading.place,
                f"the {what} {heading.title!r} is written {_WRITTEN[heading.form]}, not as a "
                "heading",
                help=f"write '{'#' * level} {heading.title}'",
                fix=Fix("make it a heading", (edit,)) if edit else None,
            )


def _as_markdown(
    notebook: Notebook, entry: HeaderEntry, heading: Heading, level: int
) -> TextEdit | None:
    """Return the edit that makes a heading of it; None where something would be lost."""
    cell = notebook.cells[entry.cell - 1]
    first, last = entry.block.row, entry.block.end_row
    title = " ".join(heading.title.split()).rstrip(": " if heading.section else " ")
    below = cell.rows[last] if last < len(cell.rows) else ""
    if heading.form == "html":
        html = "\n".join(cell.rows[first - 1 : last])
        if not _PLAIN_HTML.fullmatch(html) or not _opens_its_block(cell, entry):
            return None
    start = offset_of(cell.source, first)
    end = offset_of(cell.source, last, len(cell.rows[last - 1]) + 1)
    text = f"{'#' * level} {title}"
    if heading.rest:
        text += f"\n{heading.rest}"
    elif heading.form == "html" and below.strip():
        text += "\n"
    return TextEdit(cell.index, start, end, text)


def _opens_its_block(cell: Cell, entry: HeaderEntry) -> bool:
    """Say whether nothing stands before an HTML heading in its block, and only text behind it.

    All that stands behind it becomes markdown.
    """
    block = block_at(cell.source, entry.block.row)
    if block is None or block.row != entry.block.row:
        return False
    behind = cell.rows[entry.block.end_row : block.end_row]
    return not any(map(_NO_TEXT.search, behind))
