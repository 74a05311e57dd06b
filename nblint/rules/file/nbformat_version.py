import warnings
from collections.abc import Iterator

from msgspec import Struct

from nblint.document.edit import NewIds, Rewrite, SetValue, is_cell_id
from nblint.document.model import Cell, Notebook, Place
from nblint.findings import Finding, Fix, Rule
from nblint.reading.conflicts import Conflicts


class OutdatedFormat(Rule):
    """The notebook is in nbformat 3 or older.

    Version 4 replaced these formats in 2015. Jupyter converts such a notebook each time it opens
    it, and many tools no longer read it. Other rules report positions in it by cell, but cannot fix
    anything.

    The fix converts the notebook to nbformat 4.5, as `jupyter nbconvert --to notebook` does. It
    rewrites the whole file, and replaces what version 4 no longer has, such as cells of type
    "heading". There is none where a cell's text would be lost.

    Refused:

    ```json
    {"worksheets": [{"cells": []}], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}
    ```

    Instead:

    ```json
    {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    ```
    """

    code = "NBL003"
    needs = frozenset({"file"})
    fixable = "unsafe"

    def check(self, notebook: Notebook) -> Iterator[Finding]:
        if notebook.nbformat >= 4:
            return
        converted = _converted(notebook)
        yield self.at(
            Place(surface="file", row=1, column=1),
            f"outdated notebook format: nbformat {notebook.nbformat}",
            subject=str(notebook.nbformat),
            help="open the notebook in Jupyter and save it",
            fix=Fix("convert the notebook to nbformat 4.5", (Rewrite(converted),), safe=False)
            if converted
            else None,
        )


def _converted(notebook: Notebook) -> bytes | None:
    """Return the notebook in nbformat 4.5; None where nbformat cannot convert it as it is."""
    import nbformat
    from nbformat.reader import reads

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            new = nbformat.convert(reads(notebook.raw.decode()), to_version=4)
        ids = NewIds(())
        for cell in new.cells:
            # nbformat's ids are random; the same fix must give the same bytes.
            cell["id"] = ids.of(cell.source)
        text: str = nbformat.writes(new)
        converted = text.encode("utf-8", "backslashreplace") + b"\n"
        after = Notebook.parse(notebook.path, converted)
    except Exception:
        return None
    return converted if _texts(after) == _texts(notebook) else None


def _texts(notebook: Notebook) -> list[tuple[str, str]]:
    return [(cell.type, cell.source) for cell in notebook.cells]


class CellIds(Rule):
    """A cell's id is missing, invalid or used twice.

    nbformat requires an id for each cell since version 4.5. Jupyter gives a cell without one a new
    random id each time it opens the notebook, so the file changes although nobody edited it. Merge
    tools, comments, papermill and nblint's baseline identify cells by id, and confuse two cells
    with the same one.

    The fix derives an id from the cell's text. There is none while a merge conflict is unresolved.

    Refused:

    ```json
    {
     "cells": [{"cell_type": "markdown", "metadata": {}, "source": "# Triage"}],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 5
    }
    ```

    Instead:

    ```json
    {
     "cells": [{"cell_type": "markdown", "id": "intro", "metadata": {}, "source": "# Triage"}],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 5
    }
    ```
    """

    code = "NBL004"
    needs = frozenset({"file"})
    fixable = "safe"

    def check(self, notebook: Notebook, conflicts: Conflicts) -> Iterator[Finding]:
        if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
            return
        ids = NewIds(cell.id for cell in notebook.cells if cell.id)
        for problem, cells in _problems(notebook):
            edits = [SetValue(cell.index, ("id",), ids.of(cell.source)) for cell in cells]
            yield self.at(
                cells[0].place(1),
                problem.message,
                subject=problem.kind,
                help="give each cell a unique id, or open the notebook in Jupyter and save it",
                fix=None if conflicts else Fix("give each cell a unique id", tuple(edits)),
            )


class _Problem(Struct, frozen=True):
    kind: str
    message: str


def _problems(notebook: Notebook) -> Iterator[tuple[_Problem, list[Cell]]]:
    """Yield what is wrong with which cells: all that lack an id together, the others one by one."""
    missing = [cell for cell in notebook.cells if cell.data and "id" not in cell.data]
    if missing:
        message = "missing cell id" if len(missing) == 1 else "missing cell ids"
        yield _Problem("missing", message), missing
    seen: set[str] = set()
    for cell in notebook.cells:
        if "id" not in cell.data:
            continue
        if cell.id is None or not is_cell_id(cell.id):
            message = "invalid cell id: must be 1 to 64 letters, digits, '-' or '_'"
            yield _Problem("invalid", message), [cell]
        elif cell.id in seen:
            yield _Problem("duplicate", "duplicate cell id"), [cell]
        else:
            seen.add(cell.id)
