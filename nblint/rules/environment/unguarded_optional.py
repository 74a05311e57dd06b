from collections.abc import Iterator

from nblint.document.edit import replace
from nblint.document.model import Notebook
from nblint.findings import Finding, Fix, Rule
from nblint.project.catalogue.model import Catalogue
from nblint.reading.environment.environment import Environment


class UnguardedOptional(Rule):
    """A variable that the catalogue calls optional is read as if it were always set.

    `required = false` means that not every run has the variable; for example, only the scheduler
    sets it. Without it, `os.environ["X"]` stops the notebook with a KeyError. Test for the variable
    first (`if "X" in os.environ`), catch the KeyError, or read it with `os.environ.get`.

    The fix writes `.get`, which gives None if the variable is not set.

    Refused:

    ```python
    import os

    case = os.environ["CASE_ID"]
    ```

    Instead:

    ```python
    import os

    case = os.environ.get("CASE_ID", "none")
    ```
    """

    code = "NBL307"
    fixable = "unsafe"
    settings = ("environment.catalogues",)

    def check(
        self, environment: Environment, catalogue: Catalogue, notebook: Notebook
    ) -> Iterator[Finding]:
        for read in environment.reads:
            if read.name is None or not read.required or read.asks or read.guarded:
                continue
            if not catalogue.is_optional(read.name) or environment.sets_before(read):
                continue
            fix = None
            if read.optional is not None:
                edit = replace(notebook, read.optional.place, read.optional.text)
                fix = Fix("read it with os.environ.get", (edit,), safe=False)
            yield self.at(
                read.place,
                f"optional variable {read.name!r} is read as if it were always set",
                subject=read.name,
                help=f'read it with os.environ.get("{read.name}"), or test whether it is set',
                fix=fix,
            )
