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
        for source in environment.sources:
            if source.kind == "dotenv":
                yield self.at(
                    source.place,
                    f"{source.call} reads variables from a local file",
                    subject=source.call,
                    help="read them from the environment, and have them declared in the catalogue",
                )


class PromptedCredential(Rule):
    """The notebook prompts for a credential.

    A scheduled run has nobody to answer the prompt, and fails. Read the credential from the
    environment.

    Refused:

    ```python
    from getpass import getpass

    key = getpass("API key: ")
    ```

    Instead:

    ```python
    import os

    key = os.environ["DATADOG_API_KEY"]
    ```
    """

    code = "NBL310"
    explicit = True

    def check(self, environment: Environment) -> Iterator[Finding]:
        for source in environment.sources:
            if source.kind == "prompt":
                yield self.at(
                    source.place,
                    f"{source.call} prompts for a credential, "
                    "so the notebook cannot run unattended",
                    subject=source.call,
                    help="read the credential from the environment",
                )


class ForeignSecretStore(Rule):
    """A credential is read from a secret store that exists on one platform only.

    Colab's `userdata`, Kaggle's `UserSecretsClient`, Databricks' `dbutils.secrets` and the like are
    not available on the hub. Read the credential from the environment, which every platform can
    set.

    Refused:

    ```python
    from google.colab import userdata

    key = userdata.get("DATADOG_API_KEY")
    ```

    Instead:

    ```python
    import os

    key = os.environ["DATADOG_API_KEY"]
    ```
    """

    code = "NBL311"
    explicit = True

    def check(self, environment: Environment) -> Iterator[Finding]:
        for source in environment.sources:
            if source.kind == "store":
                yield self.at(
                    source.place,
                    f"{source.call} is available on one platform only",
                    subject=source.call,
                    help="read the credential from the environment",
                )
