from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.project.catalogue.model import Catalogue
from nblint.reading.environment.environment import Environment


class LocalDotenv(Rule):
    """Variables are read from a local `.env` file.

    The file that `load_dotenv()` finds is usually on the author's machine only. Colleagues then
    lack its variables, and nothing tells them which ones. Read variables from the environment, and
    have them declared in the catalogue.

    The rule is silent if a dotenv file is configured as a catalogue.

    Refused:

    ```python
    from dotenv import load_dotenv

    load_dotenv()
    ```

    Instead:

    ```python
    import os

    site = os.environ["DATADOG_SITE"]
    ```
    """

    code = "NBL309"
    severity = "warning"
    settings = ("environment.catalogues",)

    def check(self, environment: Environment, catalogue: Catalogue) -> Iterator[Finding]:
        if catalogue.has_dotenv:
            return
        for source in environment.files:
            yield self.at(
                source.place,
                f"{source.call} reads variables from a local file",
                subject=source.call,
                help="read them from the environment, and have them declared in the catalogue",
            )
