"""The header: what a notebook says about itself before its first real code cell."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from nblint.document.model import Cell, Notebook, Place
from nblint.patterns import lazy_pattern
from nblint.reading.header.headings import (
    SECTION_LEVEL,
    Heading,
    Sections,
    bold_title,
    can_be_title,
    html_headings,
    label,
    markdown_heading,
    says_something,
    sections_by_name,
    without_headings,
)
from nblint.reading.markdown.blocks import blocks, with_broken_table
from nblint.reading.markdown.model import Block, TextSpan
from nblint.settings import HeaderSettings, SectionSettings

# "##### Copyright 2026 The authors" above a title is small print, not a heading of the notebook.
_SMALL_PRINT = 5
PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"
_NO_CELL = Place(surface="file", row=1, column=1)

_INSTALLATION = lazy_pattern(
    r"[%!]{1,2}\s{0,9}(?:(?:python3?|\S{0,300}/python) -m )?(?:pip3?|conda|mamba|uv)\b"
)


class HeaderEntry(Struct, frozen=True):
    """A block of the header, in the order of the text.

    Attributes:
        cell: The number of its cell.
        block: The block; for a paragraph with labels in it, the part between two of them.
        heading: Its heading, if it is one.
    """

    cell: int
    block: Block
    heading: Heading | None = None


class Section(Struct, frozen=True):
    """A configured section that a header has.

    Attributes:
        settings: Its settings.
        heading: The heading that opens it.
        entry: The entry of that heading.
        entries: The entries under it, including subheadings.
    """

    settings: SectionSettings
    heading: Heading
    entry: HeaderEntry
    entries: tuple[HeaderEntry, ...]


class Header:
    """The markdown before the first code cell that is more than a preamble.

    A preamble is a licence comment, an installation, or a cell of parameters.

    Attributes:
        cells: Its cells.
        start: Its first row; the notebook's where it has no header.
        entries: Its blocks.
        headings: Its headings.
        title_entry: The heading that names the notebook; None where the first heading does not.
        sections: The configured sections that it has, in the notebook's order; one that occurs
            twice is listed twice.
        introduction: The blocks outside of all sections.
        faulty: The blocks with a table that does not render, and why it does not.
    """

    def __init__(self, notebook: Notebook, settings: HeaderSettings) -> None:
        cells = tuple(_header_cells(notebook))
        self.cells = cells
        self.start = (cells or notebook.cells)[0].place(1) if notebook.cells else _NO_CELL
        entries = _without_subheadings(_entries(cells, sections_by_name(settings)))
        self.entries = tuple(_with_bold_title(entries, cells))
        self.headings = tuple(entry.heading for entry in self.entries if entry.heading)
        first = next(filter(_is_large, self.entries), None)
        self.title_entry = first if first and _is_title(first) else None
        self.sections = tuple(self._sections())
        inside = {id(entry) for section in self.sections for entry in section.entries}
        self.introduction = tuple(
            entry for entry in self.entries if id(entry) not in inside and not entry.heading
        )
        self.faulty = tuple((one, one.block.fault) for one in self.entries if one.block.fault)
        self._required = tuple(section for section in settings.sections if section.required)

    @classmethod
    def read(cls, notebook: Notebook, settings: HeaderSettings) -> "Header":
        """Read the header of a notebook."""
        return cls(notebook, settings)

    @property
    def title(self) -> Heading | None:
        """The heading that names the notebook."""
        return self.title_entry.heading if self.title_entry else None

    @property
    def missing(self) -> tuple[SectionSettings, ...]:
        """The required sections that it does not have, in the configured order."""
        present = [section.settings for section in self.sections]
        return tuple(section for section in self._required if section not in present)

    @property
    def end(self) -> Place:
        """The last row that is not blank; its first row where all are blank."""
        for cell in reversed(self.cells):
            for row in range(len(cell.rows), 0, -1):
                if cell.rows[row - 1].strip():
                    return cell.place(row)
        return self.start

    def _sections(self) -> Iterator[Section]:
        for index, entry in enumerate(self.entries):
            if entry.heading and entry.heading.section:
                under = _under(entry.heading, self.entries[index + 1 :])
                yield Section(entry.heading.section, entry.heading, entry, tuple(under))


def _header_cells(notebook: Notebook) -> Iterator[Cell]:
    for cell in notebook.cells:
        if cell.type == "markdown":
            yield cell
        elif cell.type == "code" and not _is_preamble(cell):
            return


def _is_preamble(cell: Cell) -> bool:
    if not cell.tags.isdisjoint((PARAMETERS_TAG, INJECTED_TAG)):
        return True
    continued = False
    for row in cell.rows:
        text = row.strip()
        if text and not continued and not text.startswith("#") and not _installs(text):
            return False
        continued = text.endswith("\\")
    return True


def _installs(row: str) -> bool:
    return row.startswith(("%", "!")) and _INSTALLATION.match(row) is not None


def _under(heading: Heading, following: Iterable[HeaderEntry]) -> Iterator[HeaderEntry]:
    """Yield the entries under a heading, up to the next section or heading of its level."""
    for entry in following:
        if entry.heading and (entry.heading.section or entry.heading.level <= heading.level):
            return
        yield entry


def _entries(cells: Iterable[Cell], sections: Sections) -> Iterator[HeaderEntry]:
    # In a section that must be a table, rows without borders were meant as one, too.
    wants_table = False
    for cell in cells:
        for block in blocks(cell.source):
            for entry in _block_entries(cell, block, sections, wants_table=wants_table):
                if entry.heading:
                    section = entry.heading.section
                    wants_table = section is not None and section.form == "table"
                yield entry


def _block_entries(
    cell: Cell, block: Block, sections: Sections, *, wants_table: bool
) -> Iterator[HeaderEntry]:
    match block.kind:
        case "heading":
            yield HeaderEntry(cell.index, block, markdown_heading(cell, block, sections))
        case "html":
            for heading in html_headings(cell, block, sections):
                place = heading.place
                row, end_row = place.row or block.row, place.end_row or block.row
                yield HeaderEntry(cell.index, replace(block, row=row, end_row=end_row), heading)
            if says_something(without_headings(block.texts[0].text)):
                yield HeaderEntry(cell.index, block)
        case "paragraph":
            for part in with_broken_table(block, cell.rows, anywhere=wants_table):
                if part.kind == "table":
                    yield HeaderEntry(cell.index, part)
                else:
                    yield from _paragraph_entries(cell, part, sections)
        case _:
            yield HeaderEntry(cell.index, block)


def _paragraph_entries(cell: Cell, block: Block, sections: Sections) -> Iterator[HeaderEntry]:
    """Yield a paragraph, cut where one of its rows is a label in bold or `##Title`."""
    text_rows: list[str] = []
    start = block.row
    for row in range(block.row, block.end_row + 1):
        # The row after a label counts as the first, which it would be if the label were a heading.
        heading = label(cell, row, sections, first=row == start)
        if heading is None:
            text_rows.append(cell.rows[row - 1])
            continue
        yield from _text_entry(cell, block, start, text_rows)
        yield HeaderEntry(cell.index, replace(block, row=row, end_row=row, texts=()), heading)
        start, text_rows = (row, [heading.rest]) if heading.rest else (row + 1, [])
    if start == block.row and len(text_rows) == block.end_row - block.row + 1:
        yield HeaderEntry(cell.index, block)
    else:
        yield from _text_entry(cell, block, start, text_rows)


def _text_entry(cell: Cell, block: Block, start: int, rows: list[str]) -> Iterator[HeaderEntry]:
    text = "\n".join(rows).strip()
    if text and says_something(text):
        end = start + len(rows) - 1
        part = replace(block, row=start, end_row=end, texts=(TextSpan(text, start, end),))
        yield HeaderEntry(cell.index, part)


def _is_large(entry: HeaderEntry) -> bool:
    """Tell whether an entry is a heading that is neither small print nor a table of contents."""
    heading = entry.heading
    return heading is not None and heading.level < _SMALL_PRINT and can_be_title(heading.title)


def _is_title(entry: HeaderEntry) -> bool:
    heading = entry.heading
    if heading is None or heading.level != 1 or heading.section is not None:
        return False
    return can_be_title(heading.title)


def _with_bold_title(
    entries: Iterable[HeaderEntry], cells: Sequence[Cell]
) -> Iterator[HeaderEntry]:
    """Yield entries; the first one is the title if it is all bold and no other is a title."""
    found = list(entries)
    if found and found[0].block.kind == "paragraph" and not any(map(_is_title, found)):
        cell = next(cell for cell in cells if cell.index == found[0].cell)
        if found[0].heading is None and (heading := bold_title(cell, found[0].block)):
            found[0] = replace(found[0], heading=heading)
    yield from found


def _without_subheadings(entries: Iterable[HeaderEntry]) -> Iterator[HeaderEntry]:
    """Yield entries; deeper headings do not open a section that has a heading of its own."""
    found = list(entries)
    headed = {
        entry.heading.section
        for entry in found
        if entry.heading and entry.heading.section and entry.heading.level <= SECTION_LEVEL
    }
    for entry in found:
        heading = entry.heading
        if heading and heading.level > SECTION_LEVEL and heading.section in headed:
            yield replace(entry, heading=replace(heading, section=None))
        else:
            yield entry
