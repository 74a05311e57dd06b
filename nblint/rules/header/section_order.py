import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from nblint.document.edit import Edit, ReorderCells, TextEdit
from nblint.document.model import Notebook, Unreadable
from nblint.document.rows import offset_of
from nblint.findings import Finding, Fix, Rule
from nblint.patterns import lazy_pattern
from nblint.reading.header.header import Header, HeaderEntry, Section
from nblint.reading.markdown.blocks import balance
from nblint.settings import HeaderSettings, SectionSettings

# References that resolve only within their own cell.
_BOUND_TO_CELL = lazy_pattern(r"attachment:|^ {0,3}\[[^\]\n]{1,200}\]:", re.M)


class SectionOrder(Rule):
    """The header's sections are not in the configured order.

    Readers who know one of the team's notebooks know where to look in the next: the purpose comes
    first, the references come last.

    The fix moves whole sections, with everything under their headings. Other text stays in place.
    The fix is offered only if every section can be moved without changing another.

    Refused:

    ```markdown
    # Phishing triage

    ## Audience
    Analysts on duty.

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
    ```
    """

    code = "NBL105"
    fixable = "unsafe"
    settings = ("header.sections",)

    def check(
        self, header: Header, notebook: Notebook, settings: HeaderSettings
    ) -> Iterator[Finding]:
        order = list(settings.sections)
        # NBL106 reports a section that is there twice.
        firsts = {section.settings: section for section in reversed(header.sections)}
        found = sorted(firsts.values(), key=header.sections.index)
        wanted = sorted(found, key=lambda section: order.index(section.settings))
        late = next(
            (
                (section, following)
                for section, following in pairwise(found)
                if order.index(following.settings) < order.index(section.settings)
            ),
            None,
        )
        if late is None:
            return
        edits = None
        if len(found) == len(header.sections):
            edits = _moves(header, notebook, settings, found, wanted)
        before, misplaced = late
        titles = ", ".join(section.settings.title for section in wanted)
        yield self.at(
            misplaced.heading.place,
            "sections are not in the configured order",
            help=f"move {misplaced.settings.title!r} before {before.settings.title!r}; "
            f"the order is: {titles}",
            fix=Fix("reorder the sections", edits, safe=False) if edits else None,
        )


class _Stretch(Struct, frozen=True):
    """The text of a section in one cell: offsets in the source, without blank lines at its end."""

    cell: int
    start: int
    end: int


def _moves(
    header: Header,
    notebook: Notebook,
    settings: HeaderSettings,
    found: Sequence[Section],
    wanted: Sequence[Section],
) -> tuple[Edit, ...] | None:
    """Return the edits that reorder the sections; None if no edits keep their contents.

    Each section goes where another one was, so that the text between sections stays in place.
    """
    stretches = {section.settings: _stretches(header, notebook, section) for section in found}
    if any(_is_nested(notebook, part) for parts in stretches.values() for part in parts):
        return None
    pairs = [
        (stretches[slot.settings], stretches[section.settings])
        for slot, section in zip(found, wanted, strict=True)
        if slot != section
    ]
    before = _contents(header, [section.settings for section in wanted])
    for edits in _candidates(notebook, pairs):
        if edits and _contents_after(notebook, settings, edits) == before:
            return edits
    return None


def _candidates(
    notebook: Notebook, pairs: Sequence[tuple[list[_Stretch], list[_Stretch]]]
) -> Iterator[tuple[Edit, ...]]:
    """Yield edits to try: whole cells moved, or the texts of sections swapped within cells."""
    if all(_fills_cells(notebook, slot) for slot, _ in pairs):
        yield (_reordered(notebook, pairs),)
    elif all(len(slot) == 1 for slot, _ in pairs):
        texts = [(slot[0], section[0]) for slot, section in pairs]
        # Lines that need no blank line between them stay as close as they were.
        for gap in (1, 2):
            yield _swapped(notebook, texts, gap)


def _stretches(header: Header, notebook: Notebook, section: Section) -> list[_Stretch]:
    position = header.entries.index(section.entry)
    entries = header.entries[position : position + 1 + len(section.entries)]
    following = header.entries[position + len(entries) : position + len(entries) + 1]
    stretches = []
    for cell in sorted({entry.cell for entry in entries}):
        source = notebook.cells[cell - 1].source
        start = offset_of(source, section.entry.block.row) if cell == section.entry.cell else 0
        ends_here = following and following[0].cell == cell
        end = offset_of(source, following[0].block.row) if ends_here else len(source)
        stretches.append(_Stretch(cell, start, start + len(source[start:end].rstrip())))
    return stretches


def _is_nested(notebook: Notebook, stretch: _Stretch) -> bool:
    """Tell whether a section starts or ends inside an HTML element, such as `<details>`."""
    source = notebook.cells[stretch.cell - 1].source
    parts = source[: stretch.start], source[stretch.start : stretch.end]
    return any(balance(part) != 0 for part in parts)


def _fills_cells(notebook: Notebook, stretches: Sequence[_Stretch]) -> bool:
    return all(
        not source[: stretch.start].strip() and not source[stretch.end :].strip()
        for stretch in stretches
        for source in [notebook.cells[stretch.cell - 1].source]
    )


def _reordered(
    notebook: Notebook, pairs: Sequence[tuple[list[_Stretch], list[_Stretch]]]
) -> ReorderCells:
    order: list[int] = []
    arriving = {slot[0].cell: [part.cell for part in section] for slot, section in pairs}
    leaving = {part.cell for slot, _ in pairs for part in slot}
    for cell in range(1, len(notebook.cells) + 1):
        order += arriving.get(cell, [])
        order += [] if cell in leaving else [cell]
    return ReorderCells(tuple(order))


def _swapped(
    notebook: Notebook, pairs: Sequence[tuple[_Stretch, _Stretch]], gap: int
) -> tuple[Edit, ...]:
    """Return the edits that swap texts, with at least `gap` line ends after each one."""
    edits: list[Edit] = []
    for slot, section in pairs:
        source = notebook.cells[section.cell - 1].source
        text = source[section.start : section.end]
        if slot.cell != section.cell and _BOUND_TO_CELL.search(source):
            return ()
        rest = notebook.cells[slot.cell - 1].source[slot.end :]
        blank = rest[: len(rest) - len(rest.lstrip())]
        ends = len(re.findall(r"\r\n|\r|\n", blank))
        text += "\n" * (gap - ends) if rest.strip() else ""
        edits.append(TextEdit(slot.cell, slot.start, slot.end, text))
    return tuple(edits)


def _contents_after(notebook: Notebook, settings: HeaderSettings, edits: Sequence[Edit]) -> object:
    from nblint.document.apply import apply

    try:
        after = Notebook.parse(notebook.path, apply(notebook, edits))
    except Unreadable:
        return None
    header = Header.read(after, settings)
    return _contents(header, [section.settings for section in header.sections])


def _contents(header: Header, order: Sequence[SectionSettings]) -> object:
    """Return a header's contents: by section, in the given order, then outside of sections."""
    entries = {section.settings: section.entries for section in header.sections}
    inside = {id(entry) for section in header.sections for entry in section.entries}
    others = [entry for entry in header.entries if id(entry) not in inside]
    return (
        [(section, [_says(entry) for entry in entries[section]]) for section in order],
        [_says(entry) for entry in others if not (entry.heading and entry.heading.section)],
    )


def _says(entry: HeaderEntry) -> object:
    heading = entry.heading
    texts = [" ".join(text.text.split()) for text in entry.block.texts]
    return entry.block.kind, heading and (heading.title, heading.level), texts
