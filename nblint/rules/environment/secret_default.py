from collections.abc import Iterator

from nblint.document.edit import replace
from nblint.document.model import Notebook
from nblint.findings import Finding, Fix, Rule
from nblint.project.catalogue.model import Catalogue
from nblint.reading.environment.environment import Environment


class SecretDefault(Rule):
    """A secret is read with a default value.

    In `os.getenv("API_KEY", "abc")`, the default is either a credential, which must not be in a
    notebook, or a placeholder, with which the notebook fails later and in a less obvious place.
    Read the variable without a default: `os.environ["API_KEY"]` fails at once and names what is
    missing.

    The catalogue says which variables are secrets. For variables that it does not declare, the name
    decides (`…_TOKEN`, `…_PASSWORD`, `…_API_KEY`). The fix removes the default.

    Refused:

    ```python
    import os

    key = os.getenv("DATADOG_API_KEY", "abc")
    ```

    Instead:

    ```python
    import os

    key = os.environ["DATADOG_API_KEY"]
    ```
    """

    code = "NBL302"
    fixable = "unsafe"
    settings = ("environment.catalogues",)

    def check(
        self, environment: Environment, catalogue: Catalogue, notebook: Notebook
    ) -> Iterator[Finding]:
        for read in environment.reads:
            if read.name is None or read.fallback is None or not catalogue.is_secret(read.name):
                continue
            replacement = read.fallback.replacement
            fix = None
            if replacement is not None:
                edit = replace(notebook, replacement.place, replacement.text)
                fix = Fix("remove the default", (edit,), safe=False)
            yield self.at(
                read.place,
                f"secret {read.name!r} is read with a default value",
                subject=read.name,
                help=f'read it without a default, as in os.environ["{read.name}"]',
                fix=fix,
            )
