from collections.abc import Iterator

from nblint.document.edit import replace
from nblint.document.model import Notebook
from nblint.findings import Finding, Fix, Rule
from nblint.project.catalogue.model import Catalogue
from nblint.reading.environment.environment import Environment


class SecretDefault(Rule):
    """A secret is read with a string to fall back to.

    `os.getenv("API_KEY", "abc")` either holds a credential, which must not stand in a notebook, or
    a placeholder, with which the notebook fails later and in a stranger place than at the read.
    Read the variable without a fallback: `os.environ["API_KEY"]` says at once what is missing.

    The catalogue says which variables are secrets; of others, the name does (`…_TOKEN`,
    `…_PASSWORD`, `…_API_KEY`). The fix drops the fallback.

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
                fix = Fix("drop the fallback", (edit,), safe=False)
            yield self.at(
                read.place,
                f"{read.name} is a secret, and is read with a string to fall back to",
                help=f'drop the fallback, or write os.environ["{read.name}"]',
                fix=fix,
            )
