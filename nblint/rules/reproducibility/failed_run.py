from collections.abc import Iterator

from nblint.document.model import Notebook, Place
from nblint.findings import Finding, Rule
from nblint.settings import ReproducibilitySettings


class FailedRun(Rule):
    """The outputs come from a run that failed.

    Where outputs are kept, readers take them for what the notebook gives. After an error, the cells
    below did not run, or show what an earlier run left.

    Correct the cell, run all cells and save. Cells tagged `raises-exception` are expected to fail,
    and are not reported. The rule runs only where outputs are kept.

    Refused:

    ```json
    {
     "cells": [{
      "cell_type": "code", "execution_count": 1, "metadata": {}, "source": "mails = laod(7)",
      "outputs": [{
       "output_type": "error", "ename": "NameError", "evalue": "name 'laod' is not defined",
       "traceback": []
      }]
     }],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 4
    }
    ```

    Instead:

    ```json
    {
     "cells": [{
      "cell_type": "code", "execution_count": 1, "metadata": {}, "source": "mails = load(7)",
      "outputs": []
     }],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 4
    }
    ```
    """

    code = "NBL510"
    needs = frozenset({"outputs"})
    settings = ("reproducibility.outputs",)

    def check(self, notebook: Notebook, settings: ReproducibilitySettings) -> Iterator[Finding]:
        if settings.outputs != "keep":
            return
        for cell in notebook.cells:
            if "raises-exception" in cell.tags or cell.metadata.get("raises_exception"):
                continue
            failed = next((output for output in cell.outputs if output.type == "error"), None)
            if failed:
                name = failed.data.get("ename")
                error = name if isinstance(name, str) and name.isidentifier() else "an error"
                yield self.at(
                    Place(cell.index, "output", failed.index),
                    f"cell ended with {error}",
                    subject=error,
                    help="correct the cell, run all cells and save",
                )
