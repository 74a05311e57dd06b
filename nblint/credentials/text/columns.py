"""Find credentials in tables of text: Markdown's, the aligned columns that pandas prints, CSV."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import CredentialName, Level, judge_column
from nblint.secret_names.stems import stems

# The cells of a row, by what separates them; words that spaces align are cells as well.
_CELLS = {
    "|": lazy_pattern(r"[^|\n]+"),
    ",": lazy_pattern(r"(?:(?<=,)|^)[^,\n]*"),
    ";": lazy_pattern(r"(?:(?<=;)|^)[^;\n]*"),
    "\t": lazy_pattern(r"(?:(?<=\t)|^)[^\t\n]*"),
    "": lazy_pattern(r"\S+"),
}
_CSV_HEADER = lazy_pattern(r"[\w \"-]{0,40}(?:([,;\t])[\w\"-]{1,40}(?:\1[\w \"-]{1,40}){0,60})")
# What draws the lines of a table, and is one character.
_LINES = str.maketrans("│┆║┃┊┇", "||||||")
_RULE = lazy_pattern(r"[\s|:+=─━═┌┐└┘├┤┬┴┼╞╡╪╭╮╰╯╠╣╬╔╗╚╝╤╧╟╢┄┈-]*")
_MOST_ROWS = 1000


def find_columns(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find credentials in a table's cells under a credential-like heading.

    Args:
        text: Markdown, or text as pandas and databases print it.
        placeholders: Values that are not secrets, from the settings.
    """
    text = text.translate(_LINES) if not text.isascii() else text
    done = -1
    for at, _ in stems(text):
        if at < done:
            continue
        start, done = _line(text, at)
        line = text[start:done]
        csv = _CSV_HEADER.fullmatch(line)
        mark = "|" if "|" in line else csv[1] if csv else ""
        if not mark and "  " not in line:
            continue
        cells = _cells(line, mark)
        headings = _headings(line, cells)
        if headings:
            table = done + 1
            blank = text.find("\n\n", done)
            done = blank if blank >= 0 else len(text)
            yield from _rows(text, table, headings, mark, placeholders, len(cells))


# `{"columns": ["user", "password"], "index": [0], "data": [["ann", "…"]]}`, as pandas writes a frame
# with `orient="split"`.
_COLUMNS = lazy_pattern(r"""["']columns["']:\s{0,4}\[([^\[\]]{1,4000})\]""")
_DATA = lazy_pattern(r"""["']data["']:\s{0,4}\[""")
_RECORD = lazy_pattern(r"""[\s,]{0,40}\[([^\[\]]{0,8000})\]""")
# A text of a list, or a comma; other items cannot be credentials.
_TEXT = lazy_pattern(
    r"""["'](?:(?<=")((?:[^"\\\n]|\\.){0,2000})"|(?<=')((?:[^'\\\n]|\\.){0,2000})')|,"""
)


def find_split_frames(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find credentials in a frame that lists its columns apart from its data.

    Args:
        text: JSON, or a dictionary as Python prints it.
        placeholders: Values that are not secrets, from the settings.
    """
    heads = list(_COLUMNS.finditer(text)) if "columns" in text else []
    stops = [*(head.start() for head in heads[1:]), len(text)]
    for head, stop in zip(heads, stops, strict=False):
        judged = {
            index: (name, judge_column(name)) for index, name, _ in _texts(text, *head.span(1))
        }
        judged = {index: pair for index, pair in judged.items() if pair[1].level}
        data = _DATA.search(text, head.end(), stop) if judged else None
        at = data.end() if data else stop
        for _ in range(_MOST_ROWS):
            record = _RECORD.match(text, at, stop)
            if record is None:
                break
            at = record.end()
            for index, value, start in _texts(text, *record.span(1)):
                if index in judged:
                    name, how = judged[index]
                    yield from bind(name, value, start, start + len(value), judged=how,
                                    placeholders=placeholders)  # fmt: skip


def _texts(text: str, start: int, end: int) -> Iterator[tuple[int, str, int]]:
    """Yield the texts among a list's items: the item's index, the text, and its offset."""
    index = 0
    for match in _TEXT.finditer(text, start, end):
        if match[0] == ",":
            index += 1
        else:
            yield index, match[match.lastindex or 1], match.start() + 1


def _line(text: str, at: int) -> tuple[int, int]:
    end = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, end if end >= 0 else len(text)


def _rows(
    text: str,
    start: int,
    headings: list[tuple[int, int, str, CredentialName]],
    mark: str,
    placeholders: Collection[str],
    width: int,
) -> Iterator[Hit]:
    """Find credentials in the rows under a heading, up to the first blank line."""
    for _ in range(_MOST_ROWS):
        end = _line(text, start)[1]
        line = text[start:end]
        if not line.strip():
            return
        if not _RULE.fullmatch(line):
            cells = _cells(line, mark)
            for index, column, name, judged in headings:
                cell = _cell_at(cells, index, column, len(name), bool(mark))
                if cell is None and len(cells) - width in (0, 1):  # with or without the row's name
                    cell = cells[index + len(cells) - width]
                if cell is not None:
                    at, value = start + cell[0], cell[1]
                    yield from bind(
                        name, value, at, at + len(value), judged=judged, quoted=mark == "|",
                        placeholders=placeholders,
                    )  # fmt: skip
        start = end + 1
        if start > len(text):
            return


def _cells(line: str, mark: str) -> list[tuple[int, str]]:
    """Return the offset and the text of each cell."""
    cells = []
    for match in _CELLS[mark].finditer(line):
        stripped = match[0].strip(' \t`*"')
        cells.append((match.start() + match[0].find(stripped), stripped))
    return cells


def _headings(
    line: str, cells: list[tuple[int, str]]
) -> list[tuple[int, int, str, CredentialName]]:
    """Return index, offset, text and judgement of the credential-like headings."""
    if len(cells) < 2 or len(line) > 2000 or any(mark in line for mark in ":=({"):
        return []
    return [
        (index, start, name, judged)
        for index, (start, name) in enumerate(cells)
        if (judged := judge_column(name)).level is not Level.NONE
    ]


def _cell_at(
    cells: list[tuple[int, str]], index: int, column: int, width: int, piped: bool
) -> tuple[int, str] | None:
    if piped:
        return cells[index] if index < len(cells) else None
    for start, value in cells:  # aligned to the right, as pandas does, or to the left
        if start + len(value) == column + width or start == column:
            return start, value
    return None
