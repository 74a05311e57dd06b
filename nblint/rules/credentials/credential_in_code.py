from collections.abc import Iterator

from nblint.credentials.credentials import Credentials
from nblint.findings import Finding
from nblint.project.catalogue.model import Catalogue
from nblint.rules.credentials.embedded_credential import EmbeddedCredential


class CredentialInCode(EmbeddedCredential):
    """A credential is hard-coded in a code cell.

    Everyone who can read the repository, its history or a copy of the notebook can use it, and
    nobody notices. String literals are checked, and so are magics, shell lines, `%%writefile`, SQL
    and comments.

    Read the credential from the environment instead: `os.environ["DATADOG_API_KEY"]`. The hub sets
    the variable for everyone who may use the service. Treat the credential as exposed: revoke it if
    it ever left this machine, since deleting it does not remove it from the repository's history or
    from copies.

    Suppress a false positive with `placeholders` in `[tool.nblint.credentials]`, or with `# nblint:
    ignore[NBL201] reason` on the line.

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
