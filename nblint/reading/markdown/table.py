r"""Tables as GFM defines them, and what was meant as one but does not render.

https://github.github.com/gfm/#tables-extension-: a delimiter row of dashes follows the header row
and has as many cells; `\|` is not a border, but a `|` in a code span is.
"""

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Literal

from msgspec import Struct

from nblint.patterns import lazy_pattern

# "dashes": the delimiter row has typographic dashes or the like; "columns": it has more or fewer
# cells than the header; "no-rule": it is missing; "blank": blank rows are above it; "hidden": a row
# has more cells than the header, and those are not shown.
Fault = Literal["dashes", "columns", "no-rule", "blank", "hidden"]

_BORDER = lazy_pattern(r"(?<!\\)\|")
_DASHES = "-\u00ad\u2010-\u2015\u2212\u2500\u2501\u2e3a\u2e3b\ufe58\ufe63\uff0d=_"
_DELIMITER_CELL = lazy_pattern(rf":?[{_DASHES}]{{1,300}}:?")
_RUN = lazy_pattern(rf"[{_DASHES}]+")
# What Jupyter takes out before it reads Markdown, so that a `|` in it is no border.
# https://github.com/jupyterlab/jupyterlab/blob/main/packages/rendermime/src/latex.ts
_MATH = lazy_pattern(
    r"\$\$[^$]{1,2000}\$\$|\$(?!\s)[^$\n]{1,500}(?<!\s)\$(?!\d)|\\\\[(\[].{1,2000}?\\\\[)\]]"
    r"|\\begin\{(\w{1,30}\*?)\}.{1,2000}?\\end\{\1\}",
    re.DOTALL,
)
_LIST_ITEM = lazy_pattern(r"[-*+] |\d{1,9}[.)] ")


class TableCell(Struct, frozen=True):
    """A cell of a table's row: its text, and the 0-based offset in the row where it starts."""

    text: str
    start: int


class BrokenTable(Struct, frozen=True):
    """Rows that were meant as a table.

    Attributes:
        fault: Why they do not render as one.
        start: The first row, 0-based.
        end: The row after the last one.
    """

    fault: Fault
    start: int
    end: int


def split_row(row: str) -> list[TableCell]:
    """Return the cells of a row; borders at its start and end are optional."""
    borders = [border.start() for border in _BORDER.finditer(without_bars_in_math(row))]
    cuts = [-1, *borders, len(row)]
    parts = [TableCell(row[a + 1 : b], a + 1) for a, b in pairwise(cuts)]
    if len(parts) > 1 and not parts[0].text.strip():
        parts = parts[1:]
    if len(parts) > 1 and not parts[-1].text.strip():
        parts = parts[:-1]
    return [
        TableCell(part.text.strip(), part.start + len(part.text) - len(part.text.lstrip()))
        for part in parts
    ]


def without_bars_in_math(text: str) -> str:
    """Return a text of the same length in which math has no `|`."""
    if "|" not in text or not ("$" in text or "\\" in text):
        return text
    return _MATH.sub(lambda math: math[0].replace("|", "/"), text)


def is_delimiter_row(row: str) -> bool:
    """Tell whether a row is a delimiter row, or was meant as one."""
    return "|" in row and all(_DELIMITER_CELL.fullmatch(cell.text) for cell in split_row(row))


def broken_table(rows: Sequence[str], *, anywhere: bool) -> BrokenTable | None:
    """Return what was meant as a table in a paragraph; None without such rows.

    Args:
        rows: The paragraph's rows.
        anywhere: Whether rows without borders at both ends can be a table without a delimiter row,
            as where a table is required; elsewhere people put `|` between links.
    """
    rows = without_bars_in_math("\n".join(rows)).split("\n")
    for index, row in enumerate(rows):
        if index and is_delimiter_row(row):
            return _around_delimiter(rows, index)
    start = 0
    for count, group in groupby(rows, _columns):
        run = list(group)
        if count > 1 and len(run) > 1 and (anywhere or all(map(_is_bordered, run))):
            return BrokenTable("no-rule", start, start + len(run))
        start += len(run)
    return None


def fixed_delimiter_row(header: str, row: str | None) -> str:
    """Return the delimiter row that a header row needs.

    Args:
        header: The header row.
        row: The row that was meant as one, whose borders and alignment stay; None without one.
    """
    wanted = len(split_row(header))
    model = header if row is None else row
    given = [] if row is None else [_RUN.sub("---", cell.text) for cell in split_row(row)]
    fixed = " | ".join([*given, *["---"] * wanted][:wanted])
    indent = model[: len(model) - len(model.lstrip())]
    fixed = f"| {fixed}" if model.strip().startswith("|") else fixed
    fixed = f"{fixed} |" if model.strip().endswith("|") and len(model.strip()) > 1 else fixed
    # A single column without a border would underline a heading.
    return indent + (fixed if "|" in fixed else f"| {fixed} |")


def escaped_code(row: str, columns: int) -> str | None:
    r"""Return a row with the `|` in its code spans escaped; None if that does not fix it.

    Args:
        row: The row.
        columns: The number of cells that it should have.
    """
    escaped = re.sub(r"`[^`]{1,500}`", lambda span: re.sub(r"(?<!\\)\|", r"\\|", span[0]), row)
    return escaped if len(split_row(escaped)) == columns else None


def _around_delimiter(rows: Sequence[str], delimiter: int) -> BrokenTable | None:
    header = rows[delimiter - 1]
    if "|" not in header or _LIST_ITEM.match(header.lstrip()):
        return None
    end = delimiter + 1
    while end < len(rows) and "|" in rows[end]:
        end += 1
    plain = re.fullmatch(r"[\s|:-]*", rows[delimiter])
    if plain and len(split_row(header)) == len(split_row(rows[delimiter])):
        return None  # only math kept it from being read as a table
    return BrokenTable("columns" if plain else "dashes", delimiter - 1, end)


def _columns(row: str) -> int:
    return len(split_row(row)) if "|" in row else 0


def _is_bordered(row: str) -> bool:
    text = row.strip()
    return len(text) > 1 and text.startswith("|") and text.endswith("|")
