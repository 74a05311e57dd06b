import ast
import re
from collections.abc import Iterator

from nblint.document.edit import DeleteCell
from nblint.document.model import Cell, Place
from nblint.findings import Finding, Fix, Rule
from nblint.reading.header.header import PARAMETERS_TAG
from nblint.reading.header.parameters import Parameters, assigned_in
from nblint.reading.python.cells import PythonCell, PythonCells
from nblint.reading.python.visitor import walk


class MissingParametersCell(Rule):
    """The header documents parameters, but no code cell is tagged `parameters`.

    Without the tag, papermill inserts a run's values at the top of the notebook, where the
    notebook's own assignments overwrite them: a scheduled run silently ignores the values it was
    given.

    Assign the parameters in a code cell of their own and tag it: in JupyterLab under "Property
    Inspector" (the cogwheels), "Cell Tags".

    Refused:

    ```python
    # %% [markdown]
    # # Phishing triage
    #
    # ## Parameters
    # Parameter | Description
    # --- | ---
    # days | How far back to look

    # %%
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
    # days | How far back to look

    # %% tags=["parameters"]
    days = 7
    ```
    """

    code = "NBL403"
    settings = ("header.sections",)

    def check(self, parameters: Parameters) -> Iterator[Finding]:
        if any(cell.type == "code" for cell in parameters.tagged):
            return
        advice = f"assign the parameters in one code cell, and tag it {PARAMETERS_TAG!r}"
        for cell in parameters.tagged:
            yield self.at(
                Place(cell.index, "metadata"),
                f"cell tagged {PARAMETERS_TAG!r} is not a code cell",
                subject="tagged",
                help=advice,
            )
            return
        if parameters.documented:
            yield self.at(
                parameters.documented[0].place,
                f"parameters are documented, but no cell is tagged {PARAMETERS_TAG!r}",
                subject="documented",
                help=advice,
            )


class SeveralParametersCells(Rule):
    """More than one cell is tagged `parameters`.

    Papermill uses the first one and inserts a run's values directly below it. The assignments of a
    later cell overwrite them.

    Put all parameters into one cell, and remove the tag from the others.

    Refused:

    ```python
    # %% tags=["parameters"]
    days = 7

    # %% tags=["parameters"]
    mailbox = "abuse"
    ```

    Instead:

    ```python
    # %% tags=["parameters"]
    days = 7
    mailbox = "abuse"
    ```
    """

    code = "NBL404"

    def check(self, parameters: Parameters) -> Iterator[Finding]:
        for cell in parameters.tagged[1:]:
            yield self.at(
                Place(cell.index, "metadata"),
                f"duplicate cell tagged {PARAMETERS_TAG!r}: papermill uses only the first",
                help="put all parameters into the first one, and remove the tag from this cell",
            )


_DEFERRED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class LateParametersCell(Rule):
    """A parameter is used before the parameters cell.

    Papermill inserts a run's values directly below the parameters cell. Cells above it do not see
    them, and fail on a fresh kernel.

    Move the parameters cell up: below the header, or at most below the imports.

    Refused:

    ```python
    # %%
    mails = load(days)

    # %% tags=["parameters"]
    days = 7
    ```

    Instead:

    ```python
    # %% tags=["parameters"]
    days = 7

    # %%
    mails = load(days)
    ```
    """

    code = "NBL407"

    def check(self, parameters: Parameters, python: PythonCells) -> Iterator[Finding]:
        if parameters.python is None:
            return
        own = parameters.python.cell.index
        names = {parameter.name for parameter in parameters.assigned}
        for cell in python.containing(*names):
            if cell.cell.index >= own or not names:
                return
            # A name that is bound here is another value.
            names -= _bound(cell)
            for place, name in _uses(cell, names):
                names.discard(name)
                yield self.at(
                    place,
                    f"parameter {name!r} is used before the parameters cell",
                    subject=name,
                    help="move the cell tagged 'parameters' above this cell",
                )


def _bound(cell: PythonCell) -> set[str]:
    if cell.tree is None:
        return set()
    bound = set()
    for node in ast.walk(cell.tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                bound.add(name)
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                bound.add(name)
            case ast.alias(name=name, asname=alias):
                bound.add(alias or name.partition(".")[0])
    return bound


def _uses(cell: PythonCell, names: set[str]) -> Iterator[tuple[Place, str]]:
    if cell.tree is not None:
        for node in walk(cell.tree, lambda node: isinstance(node, _DEFERRED)):
            if isinstance(node, ast.Name) and node.id in names:
                yield cell.place(node), node.id
    for magic in cell.magics:
        for found in re.finditer(r"[{$]([A-Za-z_]\w*)", magic.argument):
            if found[1] in names:
                yield cell.argument_place(magic, found.start(1), found.end(1)), found[1]


# https://github.com/nteract/papermill/blob/main/papermill/parameterize.py
_COMMENT = "# Parameters"


class InjectedParameters(Rule):
    """The notebook contains the parameters that papermill injected for one run.

    Papermill writes a run's values to a cell of their own, tagged `injected-parameters`, in the
    copy of the notebook that it creates. In the notebook itself, they override its defaults for
    everyone.

    The fix deletes the cell. It needs `--unsafe-fixes` unless the cell is as papermill writes it: a
    comment, then literals for names that the parameters cell assigns, too. There is none for a cell
    with other statements, which an author has written.

    Refused:

    ```python
    # %% tags=["parameters"]
    days = 7

    # %% tags=["injected-parameters"]
    days = 30
    ```

    Instead:

    ```python
    # %% tags=["parameters"]
    days = 7
    ```
    """

    code = "NBL406"
    fixable = "safe"

    def check(self, parameters: Parameters) -> Iterator[Finding]:
        defaults = {parameter.name for parameter in parameters.assigned}
        for cell in parameters.injected:
            yield self.at(
                Place(cell.index, "metadata"),
                "cell contains parameters that papermill injected for one run",
                help="delete the cell, and keep papermill's output notebooks out of the repository",
                fix=_deletion(cell, defaults),
            )


def _deletion(cell: Cell, defaults: set[str]) -> Fix | None:
    """Return the fix that deletes a cell; None where an author has written in it."""
    edits = (DeleteCell(cell.index),)
    if cell.language != "python":
        return Fix("delete the cell", edits, safe=False)
    python = PythonCell(cell)
    tree = python.tree
    if tree is None or python.magics:
        return None
    assigned = list(assigned_in(python))
    if len(assigned) != len(tree.body) or any(one.obstacle for one in assigned):
        return None
    comments = [row for row in cell.rows if row.lstrip().startswith("#")]
    is_as_written = cell.rows[:1] == (_COMMENT,) and len(comments) == 1
    is_overridden = {one.name for one in assigned} <= defaults
    has_comments = any(one.comment for one in assigned)
    safe = is_as_written and is_overridden and not has_comments
    return Fix("delete the cell", edits, safe=safe)


class ParameterNotLiteral(Rule):
    """Papermill cannot infer or replace a parameter's value.

    Papermill replaces a parameter with a string, a number, a boolean, None, a list or a mapping.
    Where the notebook has `Path("data")`, it gets a plain string instead, and `end = start + 7` is
    still computed from the default `start`, not from the value that the run was given.

    Assign literals in the parameters cell, one name per line (`data = "data"`), and compute the
    rest in the next cell (`data_path = Path(data)`).

    Refused:

    ```python
    # %% tags=["parameters"]
    from pathlib import Path

    data = Path("data")
    ```

    Instead:

    ```python
    # %% tags=["parameters"]
    data = "data"

    # %%
    from pathlib import Path

    data_path = Path(data)
    ```
    """

    code = "NBL405"

    def check(self, parameters: Parameters) -> Iterator[Finding]:
        for parameter in parameters.assigned:
            if parameter.obstacle:
                yield self.at(
                    parameter.place,
                    f"parameter {parameter.name!r} {parameter.obstacle}",
                    subject=parameter.name,
                    help="assign a literal here, one name per line, "
                    "and compute the rest in the next cell",
                )
