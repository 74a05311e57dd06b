from collections.abc import Iterator

from nblint.document.model import Notebook
from nblint.findings import Finding, Rule
from nblint.settings import ReproducibilitySettings


class ExecutionOrder(Rule):
    """The outputs are not those of one run from top to bottom.

    A notebook whose cells were run in another order, or partly, shows results that nobody gets who
    runs it: a cell used what a later one, or one that is gone, had left behind.

    Restart the kernel, run all cells and save. Only where outputs are kept; a notebook without any
    count was not run, and is fine.

    Refused:

    ```json
    {
     "cells": [
      {"cell_type": "code", "execution_count": 7, "metadata": {}, "outputs": [], "source": "a = 1"},
      {"cell_type": "code", "execution_count": 5, "metadata": {}, "outputs": [], "source": "a + 1"}
     ],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 4
    }
    ```

    Instead:

    ```json
    {
     "cells": [
      {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": "a = 1"},
      {"cell_type": "code", "execution_count": 2, "metadata": {}, "outputs": [], "source": "a + 1"}
     ],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 4
    }
    ```
    """

    code = "NBL502"
    needs = frozenset({"outputs"})
    settings = ("reproducibility.outputs",)

    def check(self, notebook: Notebook, settings: ReproducibilitySettings) -> Iterator[Finding]:
        if settings.outputs != "keep":
            return
        cells = [cell for cell in notebook.cells if cell.type == "code" and cell.source.strip()]
        counts = [cell.data.get("execution_count") for cell in cells]
        if all(count is None for count in counts):
            return
        for expected, (cell, count) in enumerate(zip(cells, counts, strict=True), 1):
            if count != expected:
                yield self.at(
                    cell.place(1),
                    "the cell was not run"
                    if count is None
                    else "the cells were not run once each, from top to bottom",
                    help="restart the kernel, run all cells, and save",
                )
                return
