from collections.abc import Iterator

from nblint.document.model import File, Notebook, Unreadable
from nblint.findings import Finding, Rule


class UnreadableNotebook(Rule):
    """The file is not UTF-8, not JSON, or not a notebook.

    Jupyter cannot open it and no other rule can check it, so this rule is always on. The position
    is where reading the file stopped.

    `NaN` and `Infinity` are no JSON, although Python writes and reads them: browsers and other
    programs refuse the whole file. A Git LFS pointer stands for a file that was not fetched.

    The usual causes are merge conflict markers, and an editor that saved the file in another
    encoding. Restore the last version that opens: find it with `git log -- NOTEBOOK`, then run `git
    checkout COMMIT -- NOTEBOOK`.

    Refused:

    ```json
    {"cells": [], "metadata": {}, "nbformat": 4,
    ```

    Instead:

    ```json
    {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    ```
    """

    code = "NBL001"
    always_on = True
    needs = frozenset({"file"})

    def check(self, file: File) -> Iterator[Finding]:
        document = file.document
        problem = document if isinstance(document, Unreadable) else document.flaw
        if problem is not None:
            yield self.at(problem.place, problem.reason, help=_advice(document, problem.reason))


def _advice(document: Notebook | Unreadable, reason: str) -> str:
    if isinstance(document, Notebook):
        return "write null or a string instead, or run the cell again with other numbers"
    if "LFS" in reason:
        return "fetch the notebook with 'git lfs pull'"
    return "restore the last version that opens, or export the notebook again"
