from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.conflicts import Conflicts


class MergeConflict(Rule):
    """The notebook contains merge conflict markers.

    Git could not merge two versions and left both in the file. Neither of them runs, and Jupyter
    often cannot open the notebook.

    Take one side with `git checkout --ours NOTEBOOK` or `--theirs`, or resolve the conflict cell by
    cell with nbdime's `git mergetool`. A line of `=======` alone underlines a Markdown heading, and
    is not reported. The cells, outputs and metadata that nbdime and nbdev leave where they could
    not merge are. Until then, NBL004 and NBL501 offer no fix, which would remove what is left to
    merge.

    Refused:

    ```python
    <<<<<<< HEAD
    days = 7
    =======
    days = 30
    >>>>>>> look-back
    ```

    Instead:

    ```python
    days = 30
    ```
    """

    code = "NBL005"

    def check(self, conflicts: Conflicts) -> Iterator[Finding]:
        for place in conflicts.places:
            yield self.at(
                place,
                "unresolved merge conflict",
                help="keep one of the two versions, and remove the other and the conflict markers"
                if place.surface != "metadata"
                else "merge what 'nbdime-conflicts' holds, and remove that key from the metadata",
            )
