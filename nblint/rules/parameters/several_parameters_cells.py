from collections.abc import Iterator

from nblint.document.model import Place
from nblint.findings import Finding, Rule
from nblint.reading.header.parameters import PARAMETERS_TAG, Parameters


class SeveralParametersCells(Rule):
    """More than one cell is tagged `parameters`.

    Papermill takes the first and puts the values of a run right behind it. Whatever a later cell
    assigns overwrites them.

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
                f"another cell before this one is tagged {PARAMETERS_TAG!r}; papermill takes that",
                help="put all parameters into one cell",
            )
