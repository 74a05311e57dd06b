from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.environment.environment import Environment


class ForeignSecretStore(Rule):
    """A credential comes from a store that only one platform has.

    Colab's `userdata`, Kaggle's `UserSecretsClient`, Databricks' `dbutils.secrets` and their like
    do not exist on the hub. Read the credential from the environment, where every platform can
    put it.

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
                    f"{source.call} exists on one platform only",
                    help="read the credential from the environment",
                )
