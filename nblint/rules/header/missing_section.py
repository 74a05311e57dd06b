from collections.abc import Iterator, Sequence

from nblint.document.edit import Edit, InsertCell, TextEdit
from nblint.document.model import Notebook
from nblint.document.rows import offset_of
from nblint.findings import Finding, Fix, Rule
from nblint.reading.header.header import Header, HeaderEntry
from nblint.reading.header.skeleton import skeleton
from nblint.reading.markdown.blocks import block_at
from nblint.settings import HeaderSettings, SectionSettings


class MissingSection(Rule):
    """The header lacks a required section.

    A colleague who opens the notebook in a year looks for what it is for, whom it was made for,
    where its data come from and how it works. Each has a section of its own, so that nobody has to
    read the code to find out.

    Sections are known by their title or an alias of it, whatever its case, and may be spread over
    several cells. The fix inserts the section's skeleton where it belongs; the author fills it in.

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
    fixable = "safe"
    settings = ("header.sections",)

    def check(
        self, header: Header, notebook: Notebook, settings: HeaderSettings
    ) -> Iterator[Finding]:
        if not header.missing:
            return
        if not header.sections:
            titles = ", ".join(repr(section.title) for section in header.missing)
            yield self.at(
                header.end,
                f"the header has none of its sections: {titles}",
                help="insert them with --fix and fill them in",
                fix=_fix(
                    "insert the sections", _insertion(header, notebook, header.missing, settings)
                ),
            )
            return
        for section in header.missing:
            yield self.at(
                header.end,
                f"the header has no section {section.title!r}",
                help=f"add a heading '## {section.title}' and say it there",
                fix=_fix(
                    f"insert the section {section.title!r}",
                    _insertion(header, notebook, (section,), settings),
                ),
            )


def _fix(message: str, edit: Edit | None) -> Fix | None:
    return Fix(message, (edit,)) if edit else None


def _insertion(
    header: Header,
    notebook: Notebook,
    sections: Sequence[SectionSettings],
    settings: HeaderSettings,
) -> Edit | None:
    """Return the edit that puts skeletons in their place; None where there is no room."""
    text = "\n\n".join(skeleton(section) for section in sections)
    order = list(settings.sections)
    position = order.index(sections[0])
    before = [s for s in header.sections if order.index(s.settings) < position]
    if before:
        nearest = max(before, key=lambda section: order.index(section.settings))
        last = nearest.entries[-1] if nearest.entries else nearest.entry
        return _after(header, notebook, last, text)
    if header.sections:
        first = min(header.sections, key=lambda section: order.index(section.settings))
        return _before(header, notebook, first.entry, text)
    if header.title_entry:
        cell = header.title_entry.cell
        return _after(header, notebook, [e for e in header.entries if e.cell == cell][-1], text)
    return InsertCell(header.cells[0].index if header.cells else 1, text)


def _after(header: Header, notebook: Notebook, entry: HeaderEntry, text: str) -> Edit | None:
    cell = notebook.cells[entry.cell - 1]
    # The end of a cell need not be the end of a fence or of an HTML block: they can run on.
    if entry.block.kind in ("html", "code"):
        following = header.entries[header.entries.index(entry) + 1 :]
        if following and following[0].cell == entry.cell:
            return _before(header, notebook, following[0], text)
        return InsertCell(cell.index + 1, text)
    row = entry.block.end_row
    while row > entry.block.row and not cell.rows[row - 1].strip():
        row -= 1
    offset = offset_of(cell.source, row, len(cell.rows[row - 1]) + 1)
    return TextEdit(cell.index, offset, offset, f"\n\n{text}")


def _before(header: Header, notebook: Notebook, entry: HeaderEntry, text: str) -> Edit | None:
    cell = notebook.cells[entry.cell - 1]
    row = entry.block.row
    # Inside a block of HTML it would be no markdown; above one that holds the title, it would be
    # above the title.
    if entry.block.kind == "html" and (block := block_at(cell.source, row)):
        row = block.row
        title = header.title_entry
        if title and title.cell == entry.cell and title.block.row >= row:
            return None
    offset = offset_of(cell.source, row)
    return TextEdit(cell.index, offset, offset, f"{text}\n\n")
