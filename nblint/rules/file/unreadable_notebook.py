from collections.abc import Iterator

from nblint.document.model import Unreadable
from nblint.findings import Finding, Rule


class UnreadableNotebook(Rule):
    """The file is not UTF-8, not JSON, or not a notebook.

    Jupyter cannot open it, and no other rule can look into it, so this one is always on. The
    position is the one in the file at which reading stopped.

    Most often a merge left its conflict markers in the file, or an editor saved it in another
    encoding. Take the last version that opens: `git log -- NOTEBOOK`, then
    `git checkout COMMIT -- NOTEBOOK`.

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

    def check(self, problem: Unreadable) -> Iterator[Finding]:
        yield self.at(
            problem.place,
            problem.reason,
            help="restore the last version that opens, or export the notebook again",
        )
