import re
from collections.abc import Iterator

from nblint.document.edit import TextEdit, replace
from nblint.document.model import Cell, Notebook
from nblint.document.rows import offset_of
from nblint.findings import Finding, Fix, Rule
from nblint.patterns import lazy_pattern
from nblint.reading.header.header import Header, HeaderEntry, Section
from nblint.reading.header.headings import SECTION_LEVEL, Heading
from nblint.reading.markdown.blocks import block_at


class HeadingLevel(Rule):
    """A section's heading is not at level 2.

    The title is the notebook's only level-1 heading, and the sections are one level below it. The
    table of contents, the folding of sections and screen readers depend on these levels.

    A section below another heading, or at the one level that all sections have, is not reported.
    Write `## Purpose`. The fix changes the section's heading and shifts the headings below it by as
    many levels, so that they stay in the section.

    Refused:

    ```markdown
    # Phishing triage

    ### Purpose
    Rank reported mails by how likely they are phishing.

    ## Audience
    Analysts on duty.
    ```

    Instead:

    ```markdown
    # Phishing triage

    ## Purpose
    Rank reported mails by how likely they are phishing.

    ## Audience
    Analysts on duty.
    ```
    """

    code = "NBL107"
    fixable = "safe"
    settings = ("header.sections",)

    def check(self, header: Header, notebook: Notebook) -> Iterator[Finding]:
        for section in header.sections:
            heading = section.heading
            if heading.level == SECTION_LEVEL or heading.form not in ("atx", "setext"):
                continue
            if _is_consistent(header, section):
                continue
            edits = _shifted(notebook, section)
            yield self.at(
                heading.place,
                f"section {section.settings.title!r} has a level-{heading.level} heading"
                f" instead of level {SECTION_LEVEL}",
                subject=f"{section.settings.title} {heading.level}",
                help=f"write '{'#' * SECTION_LEVEL} {heading.title}'",
                fix=Fix(f"change the heading to level {SECTION_LEVEL}", edits) if edits else None,
            )


def _is_consistent(header: Header, section: Section) -> bool:
    """Tell whether a deeper section follows from the headings around it.

    Either no heading but the title is above its level, or it is one level below the heading that it
    belongs to, as that is in turn.
    """
    level = section.heading.level
    if level < SECTION_LEVEL or header.title is None:
        return False
    others = [heading for heading in header.headings if heading is not header.title]
    if level == SECTION_LEVEL + 1 == min(heading.level for heading in others):
        return True
    position = header.headings.index(section.heading)
    for above in reversed(header.headings[:position]):
        if above.level == level - 1:
            level = above.level
        elif above.level < level:
            return False
    return level == 1


def _shifted(notebook: Notebook, section: Section) -> tuple[TextEdit, ...] | None:
    """Return the edits that shift a section's headings; None if one cannot be shifted."""
    edits = []
    shift = SECTION_LEVEL - section.heading.level
    for entry in (section.entry, *section.entries):
        if entry.heading and entry.heading.form in ("atx", "setext"):
            edit = with_level(notebook, entry, entry.heading.level + shift)
            if edit is None:
                return None
            edits.append(edit)
    return tuple(edits)


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


_DEEPEST = 6


def with_level(notebook: Notebook, entry: HeaderEntry, level: int) -> TextEdit | None:
    """Return the edit that changes the level of a Markdown heading.

    Args:
        notebook: The notebook.
        entry: The heading.
        level: The level; a level deeper than 6 becomes 6.

    Returns:
        The edit; None where the heading is in a form that cannot have the level.
    """
    heading = entry.heading
    if heading is None:
        return None
    cell = notebook.cells[entry.cell - 1]
    row = entry.block.row
    line = cell.rows[row - 1]
    level = min(level, _DEEPEST)
    if heading.form == "atx":
        start = offset_of(cell.source, row) + line.index("#")
        return TextEdit(cell.index, start, start + heading.level, "#" * level)
    if heading.form != "setext":
        return None
    underline = cell.rows[entry.block.end_row - 1]
    if level > 2:
        if entry.block.end_row > row + 1:
            return None
        whole = cell.place(row, end_row=row + 1)
        return replace(notebook, whole, f"{'#' * level} {line.strip()}")
    start = offset_of(cell.source, entry.block.end_row)
    character = "=" if level == 1 else "-"
    length = len(underline.strip())
    indent = len(underline) - len(underline.lstrip())
    return TextEdit(cell.index, start + indent, start + indent + length, character * length)
