import warnings
from collections.abc import Iterator

from nblint.document.edit import NewIds, Rewrite
from nblint.document.model import Notebook, Place
from nblint.findings import Finding, Fix, Rule


class OutdatedFormat(Rule):
    """The notebook is in a format from before 2015, nbformat 3 or older.

    Jupyter converts it each time it is opened, and many tools no longer read it. Positions in the
    reports of other rules are those of the cells, but nothing in it can be mended.

    The fix converts it to nbformat 4.5, as `jupyter nbconvert --to notebook` does. It writes the
    whole file anew, and what version 4 no longer has, such as cells of the type "heading", becomes
    what replaced it.

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
            f"the notebook is in nbformat {notebook.nbformat}",
            help="open it in Jupyter and save it, or convert it with --fix --unsafe-fixes",
            fix=Fix("convert it to nbformat 4.5", (Rewrite(converted),), safe=False)
            if converted
            else None,
        )


def _converted(notebook: Notebook) -> bytes | None:
    """Return the notebook in nbformat 4.5; None where nbformat cannot convert it."""
    import nbformat
    from nbformat.reader import reads

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            new = nbformat.convert(reads(notebook.raw.decode()), to_version=4)
        ids = NewIds(())
        for cell in new.cells:
            # nbformat's are random; the same fix gives the same bytes twice.
            cell["id"] = ids.of(cell.source)
        text: str = nbformat.writes(new)
    except Exception:
        return None
    return text.encode("utf-8", "backslashreplace") + b"\n"
