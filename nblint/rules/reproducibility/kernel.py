from collections.abc import Iterator

from nblint.document.model import Notebook, Place
from nblint.findings import Finding, Rule
from nblint.reading.header.header import PARAMETERS_TAG
from nblint.settings import ReproducibilitySettings


class Kernel(Rule):
    """The notebook has no kernel, or one that the settings do not allow.

    Without a kernelspec, Jupyter asks readers which kernel to use, and a scheduled run cannot
    choose one. A kernel of the author's own, such as `my-env`, does not exist on other machines.

    Papermill also fails on a notebook with parameters that does not state its language.

    Choose a kernel that everyone has, and save. The setting `[tool.nblint.reproducibility] kernels
    = ["python3"]` lists the allowed kernels; if it is empty, every kernel is allowed.

    Refused:

    ```json
    {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    ```

    Instead:

    ```json
    {
     "cells": [],
     "metadata": {
      "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
     },
     "nbformat": 4, "nbformat_minor": 5
    }
    ```
    """

    code = "NBL507"
    needs = frozenset({"file"})
    settings = ("reproducibility.kernels",)

    def check(self, notebook: Notebook, settings: ReproducibilitySettings) -> Iterator[Finding]:
        spec = notebook.metadata.get("kernelspec")
        name = spec.get("name") if isinstance(spec, dict) else None
        allowed = " or ".join(map(repr, settings.kernels))
        if not isinstance(name, str) or not name:
            yield self.at(
                Place(surface="metadata"),
                "missing kernel name",
                subject="missing",
                help=f"choose {allowed or 'a kernel'} in Jupyter and save, "
                "or set metadata.kernelspec",
            )
        elif settings.kernels and name not in settings.kernels:
            yield self.at(
                Place(surface="metadata"),
                f"kernel {name!r} is not in the allowed list",
                subject=name,
                help=f"choose {allowed} in Jupyter and save",
            )
        elif not _states_language(notebook) and _has_parameters(notebook):
            yield self.at(
                Place(surface="metadata"),
                "missing kernel language, which papermill needs to inject parameters",
                subject="language",
                help="open the notebook in Jupyter and save it, "
                "or set metadata.kernelspec.language",
            )


def _has_parameters(notebook: Notebook) -> bool:
    return any(PARAMETERS_TAG in cell.tags for cell in notebook.cells)


def _states_language(notebook: Notebook) -> bool:
    stated = (("kernelspec", "language"), ("language_info", "name"))
    parts = ((notebook.metadata.get(part), key) for part, key in stated)
    return any(isinstance(part, dict) and part.get(key) for part, key in parts)
