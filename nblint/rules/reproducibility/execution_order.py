from collections.abc import Iterator

from nblint.document.model import Notebook
from nblint.findings import Finding, Rule
from nblint.settings import ReproducibilitySettings


class ExecutionOrder(Rule):
    """The outputs do not come from one run from top to bottom.

    If cells were run in another order, or only some of them, the notebook shows results that nobody
    gets by running it: a cell used what a later one, or one that has been deleted, left in the
    kernel.

    Restart the kernel, run all cells and save. The rule runs only where outputs are kept. A
    notebook without execution counts was not run, and is not reported.

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
                    "cell has no execution count, but others do"
                    if count is None
                    else "execution counts are not 1, 2, 3, … from top to bottom",
                    subject="missing" if count is None else "order",
                    help="restart the kernel, run all cells and save",
                )
                return
