from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.environment.environment import Environment


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
