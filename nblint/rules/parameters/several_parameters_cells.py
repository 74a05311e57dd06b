from collections.abc import Iterator

from nblint.document.model import Place
from nblint.findings import Finding, Rule
from nblint.reading.header.header import PARAMETERS_TAG
from nblint.reading.header.parameters import Parameters


class SeveralParametersCells(Rule):
    """More than one cell is tagged `parameters`.

    Papermill uses the first one and inserts a run's values directly below it. The assignments of a
    later cell overwrite them.

    Put all parameters into one cell, and remove the tag from the others.

    Refused:

    ```python
    # %% tags=["parameters"]
    days = 7

    # %% tags=["parameters"]
    mailbox = "abuse"
    ```

    Instead:

    ```python
    # %% tags=["parameters"]
    days = 7
    mailbox = "abuse"
    ```
    """

    code = "NBL404"

    def check(self, parameters: Parameters) -> Iterator[Finding]:
        for cell in parameters.tagged[1:]:
            yield self.at(
                Place(cell.index, "metadata"),
                f"duplicate cell tagged {PARAMETERS_TAG!r}: papermill uses only the first",
                help="put all parameters into the first one, and remove the tag from this cell",
            )
