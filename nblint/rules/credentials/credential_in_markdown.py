from collections.abc import Iterator

from nblint.credentials.credentials import Credential, Credentials
from nblint.findings import Finding
from nblint.project.catalogue.model import Catalogue
from nblint.rules.credentials.embedded_credential import EXPOSED, EmbeddedCredential


class CredentialInMarkdown(EmbeddedCredential):
    """A credential is in a Markdown or raw cell.

    Instructions such as "log in with this token" can be read by everyone who has access to the
    repository, its history or a copy of the notebook.

    Name the environment variable that holds the credential, or the person who hands it out. Treat
    the credential as exposed: revoke it if it ever left this machine, since deleting it does not
    remove it from the repository's history or from copies.

    Refused:

    ```markdown
    Log in with `«github-token»`.
    ```

    Instead:

    ```markdown
    Log in with the token in `GITHUB_TOKEN`; the security team hands it out.
    ```
    """

    code = "NBL202"
    where = "a text cell"

    def check(self, credentials: Credentials, catalogue: Catalogue) -> Iterator[Finding]:
        yield from self.found(credentials, catalogue, "markdown")

    def help(self, credential: Credential, variable: str) -> str:
        return f"name the environment variable that holds it instead, such as {variable}; {EXPOSED}"
