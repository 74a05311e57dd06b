from collections.abc import Iterator

from nblint.credentials.masking.redaction import mask
from nblint.document.edit import TextEdit
from nblint.document.model import Notebook
from nblint.document.rows import offset_of
from nblint.findings import Finding, Fix, Rule
from nblint.reading.header.assigned import Parameter
from nblint.reading.header.documented import ParameterTable
from nblint.reading.header.header import Section
from nblint.reading.header.headings import normalised
from nblint.reading.header.parameters import Parameters
from nblint.reading.markdown.blocks import balance

_DESCRIPTIONS = ("description", "meaning", "explanation", "purpose")
_UNKNOWN = "TODO"


class UndocumentedParameter(Rule):
    """A parameter is not in the header's parameters table.

    People who schedule the notebook, or run it for another case, set its parameters without reading
    its code. The table lists the parameters and says what each one does.

    A parameter is a name that the cell tagged `parameters` assigns; names that start with `_` are
    private, and NBL405 reports those that are not literals. The fix adds a row, described by the
    comment behind the assignment if there is one.

    Refused:

    ```python
    # %% [markdown]
    # # Phishing triage
    #
    # ## Parameters
    # Parameter | Description
    # --- | ---
    # mailbox | The mailbox to read

    # %% tags=["parameters"]
    mailbox = "abuse"
    days = 7
    ```

    Instead:

    ```python
    # %% [markdown]
    # # Phishing triage
    #
    # ## Parameters
    # Parameter | Description
    # --- | ---
    # mailbox | The mailbox to read
    # days | How far back to look

    # %% tags=["parameters"]
    mailbox = "abuse"
    days = 7
    ```
    """

    code = "NBL401"
    fixable = "safe"
    settings = ("header.sections",)

    def check(self, parameters: Parameters, notebook: Notebook) -> Iterator[Finding]:
        if not parameters.is_configured or not parameters.assigned:
            return
        if parameters.section and parameters.documented is None:
            return
        documented = {row.name for row in parameters.documented or ()}
        # NBL405 asks to move the others out of the cell.
        replaceable = [p for p in parameters.assigned if not p.obstacle]
        missing = [p for p in replaceable if p.name not in documented]
        for index, parameter in enumerate(missing):
            yield self.at(
                parameter.place,
                f"undocumented parameter {parameter.name!r}",
                subject=parameter.name,
                help="add it to the parameters table in the header, and say what it does",
                fix=_fix(parameters, parameter, notebook, index),
            )


def _fix(
    parameters: Parameters, parameter: Parameter, notebook: Notebook, index: int
) -> Fix | None:
    message = f"add parameter {parameter.name!r} to the table"
    if table := parameters.table:
        return Fix(message, (_into(table, parameter, index),))
    if parameters.section and not parameters.documented:
        return _as_table(parameters.section, parameter, notebook, message)
    return None


def _into(table: ParameterTable, parameter: Parameter, index: int) -> TextEdit:
    """Return the edit that replaces a placeholder row, or adds a row at the table's end."""
    cell = table.cell
    row = _row(table, parameter, cell.rows[table.end_row - 1])
    if index < len(table.placeholders):
        number = table.placeholders[index]
        end = offset_of(cell.source, number, len(cell.rows[number - 1]) + 1)
        return TextEdit(cell.index, offset_of(cell.source, number), end, row)
    end = offset_of(cell.source, table.end_row, len(cell.rows[table.end_row - 1]) + 1)
    return TextEdit(cell.index, end, end, f"\n{row}")


def _row(table: ParameterTable, parameter: Parameter, like: str) -> str:
    """Return a row in the style of another row of its table."""
    named = [normalised(column) for column in table.columns]
    others = [i for i in range(len(named)) if i != table.name_column]
    described = next((i for i in others if named[i] in _DESCRIPTIONS), (others or [-1])[0])
    texts = [_UNKNOWN] * len(table.columns)
    texts[table.name_column] = f"`{parameter.name}`" if table.is_code else parameter.name
    if described >= 0:
        texts[described] = _description(parameter)
    row = " | ".join(texts)
    if like.lstrip().startswith("|") or len(texts) == 1:
        row = f"| {row}"
    return f"{row} |" if like.rstrip().endswith("|") else row


def _as_table(
    section: Section, parameter: Parameter, notebook: Notebook, message: str
) -> Fix | None:
    """Return the fix that adds a table to a section without one.

    It is not safe where the section says "None": that was the author's word.
    """
    here = [entry for entry in section.entries if entry.cell == section.entry.cell]
    last = here[-1] if here else section.entry
    cell = notebook.cells[last.cell - 1]
    if last.block.kind not in ("heading", "paragraph"):
        return None
    columns = section.settings.columns or ("Parameter", "Description")
    texts = [parameter.name, _description(parameter), *[_UNKNOWN] * len(columns)][: len(columns)]
    table = "\n".join(" | ".join(row) for row in (columns, ["---"] * len(columns), texts))
    start = offset_of(cell.source, last.block.row)
    end_row = last.block.end_row
    end = offset_of(cell.source, end_row, len(cell.rows[end_row - 1]) + 1)
    if balance(cell.source[:end]):  # inside of an element, such as <details>
        return None
    before = cell.source[start:end].rstrip()
    # The whole text is replaced, so the edits of other parameters conflict: only one adds a table.
    says_none = last is not section.entry and normalised(before) == "none"
    text = table if says_none else f"{before}\n\n{table}"
    return Fix(message, (TextEdit(cell.index, start, end, text),), safe=not says_none)


def _description(parameter: Parameter) -> str:
    comment = mask(parameter.comment.replace("\\|", "|")).replace("|", "\\|").strip()
    return comment or _UNKNOWN
