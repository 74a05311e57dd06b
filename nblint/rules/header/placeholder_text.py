from collections.abc import Iterable, Iterator

from nblint.document.model import Cell, Place
from nblint.findings import Finding, Rule
from nblint.reading.header.header import Header, HeaderEntry
from nblint.reading.header.headings import without_comments
from nblint.reading.header.skeleton import skeleton
from nblint.reading.markdown.blocks import blocks
from nblint.reading.markdown.model import TextSpan
from nblint.settings import Form, HeaderSettings

# "TODO: describe" is a placeholder, whatever follows.
_OPENINGS = ("todo:", "tbd:")
_HELP: dict[Form, str] = {
    "text": "write a sentence or two about this notebook instead",
    "list": "list this notebook's own instead, such as '* The abuse mailbox'",
    "numbered-list": "write this notebook's own steps instead, such as '1. Read the mails.'",
    "table": "write this notebook's own rows instead, or 'None'",
}


class PlaceholderText(Rule):
    """The header still contains the text of its skeleton.

    `What are you trying to do with this notebook?` is a question to the author. Replace it with the
    answer, which readers cannot know.

    A paragraph, list item or table cell is reported if all of it is one of the skeleton's texts or
    a configured placeholder, or if it starts with `TODO:` or `TBD:`. Each section is reported once.

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
        parts: list[tuple[str, Form, Iterable[HeaderEntry]]] = [
            (section.settings.title, section.settings.form, section.entries)
            for section in header.sections
        ]
        for title, form, entries in [("", "text", header.introduction), *parts]:
            where = f"section {title!r}" if title else "the introduction"
            for entry in entries:
                first = next((t for t in entry.block.texts if _holds(t, placeholders)), None)
                if first:
                    cell = next(cell for cell in header.cells if cell.index == entry.cell)
                    yield self.at(
                        _place(cell, first),
                        f"placeholder text in {where}: {_shown(first)!r}",
                        subject=f"{title} {_shown(first)}",
                        help=_HELP[form],
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


def _place(cell: Cell, text: TextSpan) -> Place:
    """Return the place of a text, which may span several rows."""
    line = text.text.partition("\n")[0]
    column = cell.rows[text.row - 1].find(line) + 1 or 1
    if "\n" in text.text:
        return cell.place(text.row, column, text.end_row)
    return cell.place(text.row, column, text.row, column + len(line))
