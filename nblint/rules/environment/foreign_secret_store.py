from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.environment.environment import Environment


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
