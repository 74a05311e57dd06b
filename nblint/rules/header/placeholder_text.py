from collections.abc import Iterable, Iterator

from nblint.document.model import Place
from nblint.findings import Finding, Rule
from nblint.reading.header.header import Header, HeaderEntry
from nblint.reading.header.headings import without_comments
from nblint.reading.header.skeleton import skeleton
from nblint.reading.markdown.blocks import blocks
from nblint.reading.markdown.model import TextSpan
from nblint.settings import HeaderSettings

# "TODO: describe" is a placeholder whatever follows.
_OPENINGS = ("todo:", "tbd:")


class PlaceholderText(Rule):
    """The header still holds the text of its skeleton.

    `What are you trying to do with this notebook?` is a question to the author. Replace it by the
    answer: whoever opens the notebook cannot know it.

    A whole paragraph, list item or table cell counts, and only when it is one of the skeleton's own
    texts or a configured placeholder, or opens with `TODO:`. A section is reported once.

    Refused:

    ```markdown
    # Phishing triage

    ## Purpose
    What are you trying to do with this notebook?
    ```

    Instead:

    ```markdown
    # Phishing triage

    ## Purpose
    Rank reported mails by how likely they are phishing.
    ```
    """

    code = "NBL104"
    settings = ("header.sections", "header.placeholders")

    def check(self, header: Header, settings: HeaderSettings) -> Iterator[Finding]:
        placeholders = _placeholders(settings)
        parts: list[tuple[str, Iterable[HeaderEntry]]] = [
            (f"the section {section.settings.title!r}", section.entries)
            for section in header.sections
        ]
        for name, entries in [("the introduction", header.introduction), *parts]:
            for entry in entries:
                first = next((t for t in entry.block.texts if _holds(t, placeholders)), None)
                if first:
                    cell = next(cell for cell in header.cells if cell.index == entry.cell)
                    yield self.at(
                        _place(cell.rows, cell.index, first),
                        f"{name} still holds the placeholder {_shown(first)!r}",
                        help="replace it by what is true of this notebook",
                    )
                    break


def _placeholders(settings: HeaderSettings) -> frozenset[str]:
    texts = (
        text.text
        for section in settings.sections
        for block in blocks(skeleton(section))
        if block.kind != "heading"
        for text in block.texts
        if not text.header
    )
    return frozenset(_comparable(text) for text in (*texts, *settings.placeholders)) - {""}


def _holds(text: TextSpan, placeholders: frozenset[str]) -> bool:
    comparable = _comparable(text.text)
    return comparable in placeholders or comparable.startswith(_OPENINGS)


def _comparable(text: str) -> str:
    return " ".join(without_comments(text).casefold().strip(" \t\n.…*_`").split())


def _shown(text: TextSpan) -> str:
    return without_comments(text.text).strip()


def _place(rows: tuple[str, ...], cell: int, text: TextSpan) -> Place:
    """Return where a text stands; a text of several rows by its rows."""
    line = text.text.partition("\n")[0]
    column = rows[text.row - 1].find(line) + 1 or 1
    if "\n" in text.text:
        return Place(
            cell,
            "source",
            None,
            None,
            text.row,
            column,
            text.end_row,
            len(rows[text.end_row - 1]) + 1,
        )
    return Place(cell, "source", None, None, text.row, column, text.row, column + len(line))
