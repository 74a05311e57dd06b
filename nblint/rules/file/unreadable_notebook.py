from collections.abc import Iterator

from nblint.document.model import Unreadable
from nblint.findings import Finding, Rule


class UnreadableNotebook(Rule):
    """The file is not UTF-8, not JSON, or not a notebook.

    Jupyter cannot open it and no other rule can check it, so this rule is always on. The position
    is where reading the file stopped.

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

    def check(self, problem: Unreadable) -> Iterator[Finding]:
        yield self.at(
            problem.place,
            problem.reason,
            help="restore the last version that opens, or export the notebook again",
        )
