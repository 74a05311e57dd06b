"""The header: what a notebook says of itself before its first real code cell."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from nblint.document.model import Cell, Notebook, Place
from nblint.reading.markdown import Block, Text, blocks
from nblint.settings import Form, HeaderSettings, SectionSettings

# "atx" and "setext" are markdown's own headings; the others only look like one.
HeadingForm = Literal["atx", "setext", "html", "bold", "unspaced"]

SECTION_LEVEL = 2

_NO_CELL = Place(surface="file", row=1, column=1)

_HTML_HEADING = re.compile(r"<h([1-6])\b[^>]{0,500}>(.{0,500}?)</h\1\s*>", re.I | re.S)
_HTML_TAG = re.compile(r"<!--.*?-->|<[^<>]{0,500}>", re.S)
_BOLD_LABEL = re.compile(r" {0,3}(\*\*|__)(?! )(.{1,200}?)(?<! )\1[ \t]*(:?)[ \t]*(.*)")
_UNSPACED = re.compile(r" {0,3}(#{1,6})([^#\s].{0,200})")
_INSTALLATION = re.compile(r"[%!]+\s*(?:(?:python3?|\S*/python) -m )?(?:pip3?|conda|mamba|uv)\b")

_EMPTY_PROMPTS: dict[Form, str] = {"text": "TODO", "list": "* TODO", "numbered-list": "1. TODO"}


class Heading(NamedTuple):
    """A heading, or what looks like one to a reader.

    Attributes:
        title: Its text.
        level: 1 to 6; for a bold label, the level that it should have.
        form: How it is written.
        place: Its rows.
        section: The configured section that it opens.
    """

    title: str
    level: int
    form: HeadingForm
    place: Place
    section: SectionSettings | None = None


class Entry(NamedTuple):
    """A block of the header, in the order of the text.

    Attributes:
        cell: The number of its cell.
        block: The block; of a paragraph that holds labels, the part between two of them.
        heading: The heading that it is, if it is one.
    """

    cell: int
    block: Block
    heading: Heading | None = None


class Section(NamedTuple):
    """A configured section that a header has.

    Attributes:
        settings: What is configured.
        heading: The heading that opens it.
        entry: That heading's place in the text.
        entries: What stands under it, subheadings too.
    """

    settings: SectionSettings
    heading: Heading
    entry: Entry
    entries: tuple[Entry, ...]


class Header:
    """The markdown before the first code cell that is more than a preamble.

    A preamble is a licence comment, an installation, or the cell tagged `parameters`.

    Attributes:
        cells: Its cells.
        start: Its first row; the notebook's where there is no header.
        entries: Its blocks.
        headings: Its headings.
        title_entry: The heading that names the notebook; None where the first heading does not.
        sections: The configured sections that it has, in the notebook's order; one that is there
            twice is in it twice.
        introduction: What stands under none of them.
    """

    def __init__(self, notebook: Notebook, settings: HeaderSettings) -> None:
        cells = tuple(_header_cells(notebook))
        self.cells = cells
        self.start = (cells or notebook.cells)[0].place(1) if notebook.cells else _NO_CELL
        self.entries = tuple(_with_bold_title(_entries(cells, settings)))
        self.headings = tuple(entry.heading for entry in self.entries if entry.heading)
        first = next((entry for entry in self.entries if entry.heading), None)
        is_title = (
            first and first.heading and first.heading.level == 1 and not first.heading.section
        )
        self.title_entry = first if is_title else None
        self.sections = tuple(self._sections())
        inside = {id(entry) for section in self.sections for entry in section.entries}
        self.introduction = tuple(
            entry for entry in self.entries if id(entry) not in inside and not entry.heading
        )
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
        """The last row that is not blank; the first row where there is none."""
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


def skeleton(section: SectionSettings) -> str:
    """Return the markdown of a section that an author has yet to write, without a final newline."""
    blank = "\n" if section.form == "table" else ""
    return f"{'#' * SECTION_LEVEL} {section.title}\n{blank}{prompt(section)}"


def prompt(section: SectionSettings) -> str:
    """Return what stands under a section's heading until an author replaces it."""
    if section.prompt:
        return section.prompt
    if section.form == "table":
        columns = section.columns or ("TODO", "TODO")
        return "\n".join(
            " | ".join(row) for row in (columns, ["---"] * len(columns), ["TODO"] * len(columns))
        )
    return _EMPTY_PROMPTS[section.form]


def normalised(title: str) -> str:
    """Return a title as sections are compared by.

    Case, markup, numbering, a trailing colon and a trailing parenthesis make no difference.
    """
    text = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", _HTML_TAG.sub("", title))
    text = re.sub(r"^[\W_]*(?:\d{1,3}[.)]\s+)?", "", re.sub(r"[*_`]", "", text)).strip()
    text = re.sub(r"\s*\([^()]*\)$", "", text.rstrip(": \t"))
    return " ".join(text.rstrip(":").casefold().split())


def _header_cells(notebook: Notebook) -> Iterator[Cell]:
    for cell in notebook.cells:
        if cell.type == "markdown":
            yield cell
        elif cell.type == "code" and not _is_preamble(cell):
            return


def _is_preamble(cell: Cell) -> bool:
    if "parameters" in cell.tags:
        return True
    continued = False
    for row in cell.rows:
        text = row.strip()
        if text and not continued and not text.startswith("#") and not _INSTALLATION.match(text):
            return False
        continued = text.endswith("\\")
    return True


def _under(heading: Heading, following: Iterable[Entry]) -> Iterator[Entry]:
    """Yield what stands under a heading: all until the next section or heading of its level."""
    for entry in following:
        if entry.heading and (entry.heading.section or entry.heading.level <= heading.level):
            return
        yield entry


def _entries(cells: Iterable[Cell], settings: HeaderSettings) -> Iterator[Entry]:
    sections = {
        normalised(name): section
        for section in settings.sections
        for name in (section.title, *section.aliases)
    }
    for cell in cells:
        for block in blocks(cell.source):
            if block.kind == "heading":
                title = block.texts[0].text if block.texts else ""
                form: HeadingForm = "setext" if block.setext else "atx"
                place = cell.place(block.row, end_row=block.end_row)
                section = sections.get(normalised(title))
                heading = Heading(title, block.level, form, place, section)
                yield Entry(cell.index, block, heading)
            elif block.kind == "html":
                yield from _html_entries(cell, block, sections)
            elif block.kind == "paragraph":
                yield from _paragraph_entries(cell, block, sections)
            else:
                yield Entry(cell.index, block)


def _html_entries(
    cell: Cell, block: Block, sections: dict[str, SectionSettings]
) -> Iterator[Entry]:
    """Yield the headings of an HTML block, and the block itself where it says anything else."""
    html = block.texts[0].text
    for match in _HTML_HEADING.finditer(html):
        title = " ".join(_HTML_TAG.sub("", match[2]).split())
        row = block.row + html.count("\n", 0, match.start())
        end_row = row + match[0].count("\n")
        heading = Heading(
            title,
            int(match[1]),
            "html",
            cell.place(row, end_row=end_row),
            sections.get(normalised(title)),
        )
        yield Entry(cell.index, block._replace(row=row, end_row=end_row), heading)
    if _says_something(_HTML_HEADING.sub("", html)):
        yield Entry(cell.index, block)


def _says_something(html: str) -> bool:
    """Say whether HTML shows anything: text, or an element that is a picture, a frame, a rule."""
    without_comments = re.sub(r"<!--.*?(?:-->|\Z)", "", html, flags=re.S)
    shown = re.search(r"<(?:img|svg|video|iframe|object|embed|hr|input)\b", without_comments, re.I)
    return bool(shown or _HTML_TAG.sub("", without_comments).strip())


def _paragraph_entries(
    cell: Cell, block: Block, sections: dict[str, SectionSettings]
) -> Iterator[Entry]:
    """Yield a paragraph, cut where one of its rows is a label in bold or `##Title`."""
    text_rows: list[str] = []
    start = block.row
    for row in range(block.row, block.end_row + 1):
        line = cell.rows[row - 1]
        label, rest = _label(line, sections, first=row == block.row)
        if label is None:
            text_rows.append(line)
            continue
        yield from _text_entry(cell, block, start, text_rows)
        heading = Heading(label.title, label.level, label.form, cell.place(row), label.section)
        yield Entry(cell.index, block._replace(row=row, end_row=row, texts=()), heading)
        start, text_rows = (row, [rest]) if rest else (row + 1, [])
    if start == block.row and len(text_rows) == block.end_row - block.row + 1:
        yield Entry(cell.index, block)
    else:
        yield from _text_entry(cell, block, start, text_rows)


def _text_entry(cell: Cell, block: Block, start: int, rows: list[str]) -> Iterator[Entry]:
    text = "\n".join(rows).strip()
    if text and _says_something(text):
        end = start + len(rows) - 1
        part = block._replace(row=start, end_row=end, texts=(Text(text, start, end),))
        yield Entry(cell.index, part)


def _label(
    line: str, sections: dict[str, SectionSettings], *, first: bool
) -> tuple[Heading | None, str]:
    """Return the label that a row of a paragraph is, and the text behind it.

    Bold text is a label only where it names a section: otherwise people just stress something.
    """
    nowhere = Place()
    if bold := _BOLD_LABEL.match(line):
        section = sections.get(normalised(bold[2]))
        # "**Parameters** are read from a file" stresses a word.
        if section and (bold[3] or bold[2].endswith(":") or not bold[4]):
            return Heading(bold[2].rstrip(": "), SECTION_LEVEL, "bold", nowhere, section), bold[4]
    if unspaced := _UNSPACED.match(line):
        title = unspaced[2].rstrip("# ")
        section = sections.get(normalised(title))
        if section or (first and len(unspaced[1]) == 1):
            return Heading(title, len(unspaced[1]), "unspaced", nowhere, section), ""
    return None, ""


def _is_title(entry: Entry) -> bool:
    heading = entry.heading
    return heading is not None and heading.level == 1 and heading.section is None


def _with_bold_title(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield entries; the first is the title where it is all bold and there is no other."""
    found = list(entries)
    if found and found[0].block.kind == "paragraph" and not any(map(_is_title, found)):
        cell, block, heading = found[0]
        text = block.texts[0].text if block.texts else ""
        bold = _BOLD_LABEL.fullmatch(text)
        if heading is None and bold and not bold[4]:
            place = Place(cell, "source", None, None, block.row, 1, block.end_row, len(text) + 1)
            found[0] = Entry(cell, block, Heading(bold[2], 1, "bold", place))
    yield from found
