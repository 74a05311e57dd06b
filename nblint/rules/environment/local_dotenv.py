from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.project.catalogue.model import Catalogue
from nblint.reading.environment.environment import Environment


class LocalDotenv(Rule):
    """Variables come from a `.env` file, which colleagues do not have.

    What `load_dotenv()` finds lies beside the author's notebook and in no repository. For
    everybody else the variables are missing, and nothing says which they were. Read them from the
    environment, and have them declared in the catalogue.

    Where a dotenv file is a configured catalogue, this is how the team works, and the rule is
    silent.

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
        for source in environment.sources:
            if source.kind == "dotenv":
                yield self.at(
                    source.place,
                    f"{source.call} takes variables from a file that colleagues do not have",
                    help="read them from the environment, and declare them in the catalogue",
                )
