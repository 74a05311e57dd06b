r"""Tables as GFM has them, and what was meant as one and does not render.

https://github.github.com/gfm/#tables-extension-: a delimiter row of dashes stands right under the
header row and has as many cells; `\|` is no border, and code spans hide none.
"""

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from nblint.patterns import lazy_pattern

# "dashes": the delimiter row is made of typographic dashes or the like; "columns": it has more or
# fewer cells than the header; "no-rule": there is none; "blank": blank rows stand above it;
# "hidden": a row has more cells than the header, and the rest is not shown.
Fault = Literal["dashes", "columns", "no-rule", "blank", "hidden"]

_BORDER = lazy_pattern(r"(?<!\\)\|")
_DASHES = "-\u00ad\u2010-\u2015\u2212\u2500\u2501\u2e3a\u2e3b\ufe58\ufe63\uff0d=_"
_RULE_CELL = lazy_pattern(rf":?[{_DASHES}]{{1,300}}:?")
_RUN = lazy_pattern(rf"[{_DASHES}]+")
_LIST_ITEM = lazy_pattern(r"[-*+] |\d{1,9}[.)] ")


class TableCell(NamedTuple):
    """A cell of a table's row: its text, and the 0-based column in the row where it begins."""

    text: str
    start: int


class BrokenTable(NamedTuple):
    """Rows that were meant as a table.

    Attributes:
        fault: Why they do not render as one.
        start: The first row, 0-based.
        rule: The delimiter row; None where there is none.
        end: The row behind the last one.
    """

    fault: Fault
    start: int
    rule: int | None
    end: int


def split_row(row: str) -> list[TableCell]:
    """Return the cells of a row; borders at its beginning and end are optional."""
    borders = [border.start() for border in _BORDER.finditer(row)]
    cuts = [-1, *borders, len(row)]
    parts = [TableCell(row[a + 1 : b], a + 1) for a, b in pairwise(cuts)]
    if len(parts) > 1 and not parts[0].text.strip():
        parts = parts[1:]
    if len(parts) > 1 and not parts[-1].text.strip():
        parts = parts[:-1]
    return [
        TableCell(text.strip(), start + len(text) - len(text.lstrip())) for text, start in parts
    ]


def is_delimiter_row(row: str) -> bool:
    """Say whether a row is a delimiter row, or was meant as one."""
    return "|" in row and all(_RULE_CELL.fullmatch(cell.text) for cell in split_row(row))


def broken_table(rows: Sequence[str], *, anywhere: bool) -> BrokenTable | None:
    """Find what was meant as a table in a paragraph.

    Args:
        rows: The paragraph's rows.
        anywhere: Whether rows without borders at both ends can be a table without a delimiter row,
            as where a table is asked for; elsewhere people put `|` between links.
    """
    for index, row in enumerate(rows):
        if index and is_delimiter_row(row):
            return _with_rule(rows, index)
    start = 0
    for count, group in groupby(rows, _columns):
        run = list(group)
        if count > 1 and len(run) > 1 and (anywhere or all(map(_is_bordered, run))):
            return BrokenTable("no-rule", start, None, start + len(run))
        start += len(run)
    return None


def fixed_delimiter_row(header: str, rule: str | None) -> str:
    """Return the delimiter row that a header row needs.

    Args:
        header: The header row.
        rule: The row that was meant as one, whose borders and alignment stay.
    """
    wanted = len(split_row(header))
    model = header if rule is None else rule
    given = [] if rule is None else [_RUN.sub("---", cell.text) for cell in split_row(rule)]
    row = " | ".join([*given, *["---"] * wanted][:wanted])
    indent = model[: len(model) - len(model.lstrip())]
    row = f"| {row}" if model.strip().startswith("|") else row
    row = f"{row} |" if model.strip().endswith("|") and len(model.strip()) > 1 else row
    # One column without a border would be a heading's underline.
    return indent + (row if "|" in row else f"| {row} |")


def escaped_code(row: str, columns: int) -> str | None:
    r"""Return a row with the `|` in its code spans escaped; None where it still has other cells.

    Args:
        row: The row.
        columns: How many cells it should have.
    """
    escaped = re.sub(r"`[^`]{1,500}`", lambda span: re.sub(r"(?<!\\)\|", r"\\|", span[0]), row)
    return escaped if len(split_row(escaped)) == columns else None


def _with_rule(rows: Sequence[str], rule: int) -> BrokenTable | None:
    header = rows[rule - 1]
    if "|" not in header or _LIST_ITEM.match(header.lstrip()):
        return None
    end = rule + 1
    while end < len(rows) and "|" in rows[end]:
        end += 1
    plain = re.fullmatch(r"[\s|:-]*", rows[rule])
    return BrokenTable("columns" if plain else "dashes", rule - 1, rule, end)


def _columns(row: str) -> int:
    return len(split_row(row)) if "|" in row else 0


def _is_bordered(row: str) -> bool:
    text = row.strip()
    return len(text) > 1 and text.startswith("|") and text.endswith("|")
