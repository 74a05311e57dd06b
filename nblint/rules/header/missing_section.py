from collections.abc import Iterator, Sequence

from nblint.document.edit import Edit, InsertCell, TextEdit
from nblint.document.model import Cell, Notebook
from nblint.document.rows import offset_of
from nblint.findings import Finding, Fix, Rule
from nblint.reading.header.header import Header, HeaderEntry, Section
from nblint.reading.header.skeleton import skeleton
from nblint.reading.markdown.blocks import balance, block_at
from nblint.settings import HeaderSettings, SectionSettings


class MissingSection(Rule):
    """A required section is missing from the header.

    A colleague who opens the notebook in a year needs to know its purpose, its audience, where its
    data come from and how it works. With a section for each, nobody has to read the code to find
    out.

    Sections are recognised by their title or an alias, ignoring case, and may be spread over
    several cells. The fix inserts the section's skeleton where it belongs, for the author to fill
    in. It needs `--unsafe-fixes`: until then, the notebook has text that says nothing.

    Refused:

    ```markdown
    # Phishing triage

    ## Purpose
    Rank reported mails by how likely they are phishing.
    ```

    Instead:

    ```markdown
    # Phishing triage

    ## Purpose
    Rank reported mails by how likely they are phishing.

    ## Audience
    Analysts on duty.

    ## Data Sources
    * The abuse mailbox

    ## Description (How does it work?)
    1. Read the mails of the last days.
    2. Rank them by sender and links.

    ## Parameters
    None

    ## References
    * The runbook for phishing
    ```
    """

    code = "NBL102"
    fixable = "unsafe"
    settings = ("header.sections",)

    def check(
        self, header: Header, notebook: Notebook, settings: HeaderSettings
    ) -> Iterator[Finding]:
        if not header.missing:
            return
        groups = [(section,) for section in header.missing] if header.sections else [header.missing]
        for group in groups:
            titles = ", ".join(repr(section.title) for section in group)
            heading = f"'## {group[0].title}'"
            if len(group) == 1:
                sections, fixed = f"section {titles}", f"insert section {titles}"
                advice = f"add a heading {heading} with its text below"
            else:
                sections, fixed = f"sections {titles}", "insert the sections"
                advice = f"add a heading for each, such as {heading}, with its text below"
            edit = _insertion(header, notebook, group, settings)
            preceding = _preceding(header, group, settings)
            above = preceding.heading if preceding else header.title
            yield self.at(
                above.place if above else header.start,
                f"missing {sections}",
                subject=" ".join(section.title for section in group),
                help=advice,
                fix=Fix(fixed, (edit,), safe=False) if edit else None,
            )


def _preceding(
    header: Header, sections: Sequence[SectionSettings], settings: HeaderSettings
) -> Section | None:
    """Return the section of the header after which sections belong; None where they come first."""
    order = list(settings.sections)
    position = order.index(sections[0])
    before = [s for s in header.sections if order.index(s.settings) < position]
    return max(before, key=lambda section: order.index(section.settings)) if before else None


def _insertion(
    header: Header,
    notebook: Notebook,
    sections: Sequence[SectionSettings],
    settings: HeaderSettings,
) -> Edit | None:
    """Return the edit that inserts skeletons where they belong; None where it cannot."""
    text = "\n\n".join(skeleton(section) for section in sections)
    if preceding := _preceding(header, sections, settings):
        last = preceding.entries[-1] if preceding.entries else preceding.entry
        return _after(header, notebook, last, text)
    if header.sections:
        order = list(settings.sections)
        first = min(header.sections, key=lambda section: order.index(section.settings))
        return _before(header, notebook, first.entry, text)
    if header.title_entry:
        cell = header.title_entry.cell
        return _after(header, notebook, [e for e in header.entries if e.cell == cell][-1], text)
    return InsertCell(header.cells[0].index if header.cells else 1, text)


def _after(header: Header, notebook: Notebook, entry: HeaderEntry, text: str) -> Edit | None:
    cell = notebook.cells[entry.cell - 1]
    # A fence or an HTML block need not end with its cell, and would swallow the text.
    if entry.block.kind in ("html", "code") or balance(cell.source[: _end(cell, entry)]):
        following = header.entries[header.entries.index(entry) + 1 :]
        if following and following[0].cell == entry.cell:
            return _before(header, notebook, following[0], text)
        return InsertCell(cell.index + 1, text)
    offset = _end(cell, entry)
    return TextEdit(cell.index, offset, offset, f"\n\n{text}")


def _end(cell: Cell, entry: HeaderEntry) -> int:
    """Return the offset of the end of a block, without blank rows that belong to it."""
    row = entry.block.end_row
    while row > entry.block.row and not cell.rows[row - 1].strip():
        row -= 1
    return offset_of(cell.source, row, len(cell.rows[row - 1]) + 1)


def _before(header: Header, notebook: Notebook, entry: HeaderEntry, text: str) -> Edit | None:
    cell = notebook.cells[entry.cell - 1]
    row = entry.block.row
    # Inside an HTML block, the text would not be Markdown; above one that holds the title, it would
    # be above the title.
    if entry.block.kind == "html" and (block := block_at(cell.source, row)):
        row = block.row
        title = header.title_entry
        if title and title.cell == entry.cell and title.block.row >= row:
            return None
    offset = offset_of(cell.source, row)
    return TextEdit(cell.index, offset, offset, f"{text}\n\n")
