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
        "dashes": "the row under the table's header is not made of plain dashes ('-')",
        "columns": "the row under the table's header has another number of columns",
        "no-rule": "the table has no row of dashes under its header",
        "blank": "a blank row stands between the table's header and the row of dashes",
        "hidden": "a row of the table has more cells than its header, and the last are not shown",
    }
)


class MalformedTable(Rule):
    r"""A table of the header does not render as one.

    Under its header row stands a row of plain dashes, `--- | ---`, with as many columns. Texts that
    come from a web page or a word processor have typographic dashes there (`——— | ———–`), and what
    should be a table is shown as a paragraph full of bars. Outer bars are optional.

    A bar inside a cell is written `\|`, in code too: otherwise it begins another cell, and cells
    beyond the header's are not shown.

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
        # A table that lacks columns would be NBL108's next: its header row comes first.
        wrong = {
            id(entry)
            for section in header.sections
            if section.settings.form == "table" and missing_columns(section)
            for entry in section.entries
        }
        for entry in header.entries:
            fault = entry.block.fault
            if fault is None:
                continue
            cell = notebook.cells[entry.cell - 1]
            edits = None if id(entry) in wrong else _fixed(cell, entry, fault)
            row = _faulty_row(cell, entry, fault)
            yield self.at(
                cell.place(row),
                _PROBLEMS[fault],
                help="write '--- | ---' right under the header row, with as many columns"
                if fault != "hidden"
                else r"write a bar inside a cell as '\|'",
                fix=Fix("mend the table", edits) if edits else None,
            )


def _faulty_row(cell: Cell, entry: HeaderEntry, fault: Fault) -> int:
    rows = range(entry.block.row + 1, entry.block.end_row + 1)
    if fault == "hidden":
        columns = len(split_row(cell.rows[entry.block.row - 1]))
        return next(row for row in rows if len(split_row(cell.rows[row - 1])) > columns)
    return next((row for row in rows if is_delimiter_row(cell.rows[row - 1])), entry.block.row)


def _fixed(cell: Cell, entry: HeaderEntry, fault: Fault) -> tuple[TextEdit, ...] | None:
    """Return the edits that make the rows a table."""
    first = entry.block.row
    header = cell.rows[first - 1]
    if fault == "hidden":
        return _with_escaped_code(cell, entry, len(split_row(header)))
    if fault == "no-rule":
        end = offset_of(cell.source, first, len(header) + 1)
        return (TextEdit(cell.index, end, end, f"\n{fixed_delimiter_row(header, None)}"),)
    row = _faulty_row(cell, entry, fault)
    start = offset_of(cell.source, first + 1)
    end = offset_of(cell.source, row, len(cell.rows[row - 1]) + 1)
    return (TextEdit(cell.index, start, end, fixed_delimiter_row(header, cell.rows[row - 1])),)


def _with_escaped_code(cell: Cell, entry: HeaderEntry, columns: int) -> tuple[TextEdit, ...] | None:
    """Return the edits that escape the bars in code; None where other cells are too many."""
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
