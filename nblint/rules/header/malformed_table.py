from collections.abc import Iterator, Mapping
from types import MappingProxyType

from nblint.document.edit import TextEdit
from nblint.document.model import Cell, Notebook
from nblint.document.rows import offset_of
from nblint.findings import Finding, Fix, Rule
from nblint.reading.header.header import Header, HeaderEntry
from nblint.reading.markdown.table import (
    Fault,
    escaped_code,
    fixed_delimiter_row,
    is_delimiter_row,
    split_row,
)
from nblint.rules.header.section_form import missing_columns

_PROBLEMS: Mapping[Fault, str] = MappingProxyType(
    {
        "dashes": "table delimiter row is not made of plain hyphens ('-')",
        "columns": "table delimiter row has a different number of columns than the header row",
        "no-rule": "table has no delimiter row",
        "blank": "table has a blank line above its delimiter row",
        "hidden": "table row has more cells than the header row; the extra cells are not rendered",
    }
)


class MalformedTable(Rule):
    r"""A table in the header does not render as a table.

    Below its header row, a Markdown table needs a delimiter row of plain hyphens, `--- | ---`, with
    as many columns. In text that was pasted from a web page or a word processor, these are often
    typographic dashes (`——— | ———–`), and the table renders as a paragraph full of bars. Outer bars
    are optional.

    A `|` inside a cell must be written `\|`, in code too. Otherwise it starts another cell, and
    cells beyond those of the header row are not rendered.

    Refused:

    ```markdown
    # Phishing triage

    ## Parameters
    Parameter | Description
    ——— | ———
    days | How far back to look
    ```

    Instead:

    ```markdown
    # Phishing triage

    ## Parameters
    Parameter | Description
    --- | ---
    days | How far back to look
    ```
    """

    code = "NBL109"
    fixable = "safe"
    settings = ("header.sections",)

    def check(self, header: Header, notebook: Notebook) -> Iterator[Finding]:
        # NBL108 would report a table that lacks columns next: its header row comes first.
        wrong = {
            id(entry)
            for section in header.sections
            if section.settings.form == "table" and missing_columns(section)
            for entry in section.entries
        }
        for entry, fault in header.faulty:
            cell = notebook.cells[entry.cell - 1]
            edits = None if id(entry) in wrong else _repairs(cell, entry, fault)
            row = _faulty_row(cell, entry, fault)
            yield self.at(
                cell.place(row),
                _PROBLEMS[fault],
                subject=fault,
                help="write '--- | ---' directly below the header row, with as many columns"
                if fault != "hidden"
                else r"write '|' inside a cell as '\|'",
                fix=Fix("repair the table", edits) if edits else None,
            )


def _faulty_row(cell: Cell, entry: HeaderEntry, fault: Fault) -> int:
    rows = range(entry.block.row + 1, entry.block.end_row + 1)
    if fault == "hidden":
        columns = len(split_row(cell.rows[entry.block.row - 1]))
        return next(row for row in rows if len(split_row(cell.rows[row - 1])) > columns)
    return next((row for row in rows if is_delimiter_row(cell.rows[row - 1])), entry.block.row)


def _repairs(cell: Cell, entry: HeaderEntry, fault: Fault) -> tuple[TextEdit, ...] | None:
    """Return the edits that make the rows render as a table."""
    first = entry.block.row
    header = cell.rows[first - 1]
    if fault == "hidden":
        return _with_escaped_code(cell, entry, len(split_row(header)))
    if fault == "no-rule":
        end = offset_of(cell.source, first, len(header) + 1)
        return (TextEdit(cell.index, end, end, f"\n{fixed_delimiter_row(header, None)}"),)
    row = _faulty_row(cell, entry, fault)
    if any(between.strip() for between in cell.rows[first : row - 1]):
        return None  # the definition of a link, which is no block
    start = offset_of(cell.source, first + 1)
    end = offset_of(cell.source, row, len(cell.rows[row - 1]) + 1)
    return (TextEdit(cell.index, start, end, fixed_delimiter_row(header, cell.rows[row - 1])),)


def _with_escaped_code(cell: Cell, entry: HeaderEntry, columns: int) -> tuple[TextEdit, ...] | None:
    """Return the edits that escape the bars in code; None if a row still has too many cells."""
    edits = []
    for row in range(entry.block.row + 2, entry.block.end_row + 1):
        text = cell.rows[row - 1]
        if len(split_row(text)) > columns:
            escaped = escaped_code(text, columns)
            if escaped is None:
                return None
            start = offset_of(cell.source, row)
            edits.append(TextEdit(cell.index, start, start + len(text), escaped))
    return tuple(edits)
