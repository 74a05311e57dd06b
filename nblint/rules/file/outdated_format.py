from collections.abc import Iterator

from nblint.document.edit import Convert
from nblint.document.model import Notebook, Place
from nblint.findings import Finding, Fix, Rule


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
        from nblint.document.conversion import is_convertible  # hardly any notebook is that old

        yield self.at(
            Place(surface="file", row=1, column=1),
            f"outdated notebook format: nbformat {notebook.nbformat}",
            subject=str(notebook.nbformat),
            help="open the notebook in Jupyter and save it",
            fix=Fix("convert the notebook to nbformat 4.5", (Convert(),), safe=False)
            if is_convertible(notebook)
            else None,
        )
