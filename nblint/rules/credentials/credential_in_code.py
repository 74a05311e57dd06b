from collections.abc import Iterator

from nblint.credentials.credentials import Credentials
from nblint.findings import Finding
from nblint.project.catalogue.model import Catalogue
from nblint.rules.credentials.embedded_credential import EmbeddedCredential


class CredentialInCode(EmbeddedCredential):
    """A credential stands in a code cell.

    Everybody who can read the repository, its history or a copy of the notebook can use it, and
    nobody notices. That holds of literals as of magics, shell lines, `%%writefile`, SQL and
    comments.

    Read it from the environment, `os.environ["DATADOG_API_KEY"]`: the hub sets the variable for
    everybody who may use the service. Revoke the credential that was in the file, since its
    history keeps it. What only looks like a credential is silenced by `placeholders` in
    `[tool.nblint.credentials]`, or by `# nblint: ignore[NBL201] reason` on the line.

    Refused:

    ```python
    client = Github("«github-token»")
    ```

    Instead:

    ```python
    import os

    client = Github(os.environ["GITHUB_TOKEN"])
    ```
    """

    code = "NBL201"
    where = "code"

    def check(self, credentials: Credentials, catalogue: Catalogue) -> Iterator[Finding]:
        yield from self.found(credentials, catalogue, "code")
