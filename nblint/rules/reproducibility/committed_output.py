from collections.abc import Iterator

from nblint.document.edit import SetValue
from nblint.document.model import Cell, Notebook, Place
from nblint.findings import Finding, Fix, Rule
from nblint.project.project import Project
from nblint.reading.conflicts import Conflicts
from nblint.settings import ReproducibilitySettings

_KEEP = "keep_output"
_COUNT = "execution_count"
_STRIP = "strip them, or tag a cell 'keep_output' to keep its outputs"
_UNFILTERED = (
    "turn on the repository's filter (`make setup` in a generated repository), which leaves them "
    "out of commits and on your screen, then `git add` the notebook again"
)


class CommittedOutput(Rule):
    """The notebook contains outputs or execution counts.

    Outputs carry data, names and credentials into the repository's history, from which they are
    hard to remove. They make diffs unreadable, and they need not be what the code returns today.

    Outputs are kept in a cell tagged `keep_output`, and in all cells if the notebook's metadata
    have that key: nbstripout's rules. The fix removes outputs and execution counts, and leaves
    metadata and cell ids alone, as `nbstripout --keep-id` does with ids. If the repository is meant
    to show outputs, set `[tool.nblint.reproducibility] outputs = "keep"`. If a git filter leaves
    outputs out of commits, set `"filter"`: then only what is staged or committed is checked.

    Refused:

    ```json
    {
     "cells": [{
      "cell_type": "code", "execution_count": 1, "id": "sum", "metadata": {},
      "outputs": [{"name": "stdout", "output_type": "stream", "text": "2"}],
      "source": "print(1 + 1)"
     }],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 5
    }
    ```

    Instead:

    ```json
    {
     "cells": [{
      "cell_type": "code", "execution_count": null, "id": "sum", "metadata": {},
      "outputs": [],
      "source": "print(1 + 1)"
     }],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 5
    }
    ```
    """

    code = "NBL501"
    needs = frozenset({"outputs"})
    fixable = "safe"
    settings = ("reproducibility.outputs",)

    def check(
        self,
        notebook: Notebook,
        settings: ReproducibilitySettings,
        conflicts: Conflicts,
        project: Project,
    ) -> Iterator[Finding]:
        has_filter = settings.outputs == "filter"
        if settings.outputs == "keep" or (has_filter and not project.committed):
            return
        keeps = bool(notebook.metadata.get(_KEEP))
        for cell in notebook.cells:
            what = _outputs(cell, keeps=keeps) or _count(cell)
            if what:
                # The filter strips them, not a fix.
                can_fix = not conflicts and not has_filter
                edits = tuple(_stripping(notebook, keeps=keeps)) if can_fix else ()
                place = Place(cell.index, "output", 1) if what == "outputs" else cell.place(1)
                yield self.at(
                    place,
                    f"notebook contains {what}",
                    subject=what,
                    help=_UNFILTERED if has_filter else _STRIP,
                    fix=Fix("strip outputs and execution counts", edits) if edits else None,
                )
                return


def _stripping(notebook: Notebook, *, keeps: bool) -> Iterator[SetValue]:
    """Yield the edits that remove outputs and counts, and nothing else."""
    for cell in notebook.cells:
        if _outputs(cell, keeps=keeps):
            yield SetValue(cell.index, ("outputs",), [])
        else:
            for output in cell.outputs:
                if output.data.get(_COUNT) is not None:
                    yield SetValue(cell.index, ("outputs", output.index - 1, _COUNT), None)
        if cell.data.get(_COUNT) is not None:
            yield SetValue(cell.index, (_COUNT,), None)


def _outputs(cell: Cell, *, keeps: bool) -> str | None:
    return "outputs" if cell.outputs and not _keeps(cell, default=keeps) else None


def _keeps(cell: Cell, *, default: bool) -> bool:
    """Tell whether nbstripout keeps a cell's outputs."""
    metadata = cell.metadata
    if "init_cell" in metadata:
        return bool(metadata["init_cell"])
    if _KEEP in metadata or _KEEP in cell.tags:
        return bool(metadata.get(_KEEP)) or _KEEP in cell.tags
    return default


def _count(cell: Cell) -> str | None:
    """Return "execution counts" if a cell or an output that it keeps has one."""
    counts = [cell.data.get(_COUNT), cell.data.get("prompt_number")]
    counts += [output.data.get(_COUNT) for output in cell.outputs]
    return "execution counts" if any(count is not None for count in counts) else None
