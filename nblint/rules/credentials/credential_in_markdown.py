from collections.abc import Iterator

from nblint.credentials.credentials import Credential, Credentials
from nblint.findings import Finding
from nblint.project.catalogue.model import Catalogue
from nblint.rules.credentials.embedded_credential import EmbeddedCredential


class CredentialInMarkdown(EmbeddedCredential):
    """A credential stands in a Markdown or raw cell.

    Instructions such as "log in with this token" are read by everybody who can read the
    repository, its history or a copy of the notebook.

    Name the environment variable that holds it, or the person who hands it out, and revoke the
    credential that was in the file, since its history keeps it.

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
    where = "text"

    def check(self, credentials: Credentials, catalogue: Catalogue) -> Iterator[Finding]:
        yield from self.found(credentials, catalogue, "markdown")

    def help(self, credential: Credential, variable: str) -> str:
        return (
            f"name the environment variable that holds it, such as {variable}, instead; "
            "then revoke this one, it is in the file's history"
        )
