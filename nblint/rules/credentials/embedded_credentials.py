from collections.abc import Iterator, Sequence
from typing import ClassVar

from nblint.credentials.credentials import MOST, Credential, Credentials
from nblint.credentials.hits import Hit
from nblint.findings import Finding, Rule
from nblint.project.catalogue.model import Catalogue

# Whether a commit, a hub or a colleague has a copy cannot be known from the notebook.
EXPOSED = "treat this credential as exposed: revoke it if it ever left this machine"


class EmbeddedCredential(Rule):
    """A credential is stored in the notebook.

    Attributes:
        where: The part of the notebook, as messages call it.
    """

    where: ClassVar[str]
    settings = (
        "credentials.disable",
        "credentials.placeholders",
        "credentials.detect-secrets-plugins",
    )

    def found(
        self, credentials: Credentials, catalogue: Catalogue, *surfaces: str
    ) -> Iterator[Finding]:
        """Yield a finding for each credential on the given surfaces.

        Args:
            credentials: The notebook's credentials.
            catalogue: The variables that the help may name.
            surfaces: Values of `Place.surface`; for a source, its kind: "code" or "markdown".
        """
        unlisted: list[Credential] = []
        for number, credential in enumerate(credentials):
            surface = credential.place.surface
            if (credential.kind if surface == "source" else surface) in surfaces:
                if number >= MOST:
                    unlisted.append(credential)
                    continue
                yield self.at(
                    credential.place,
                    self.message(credential),
                    subject=credential.hit.name,
                    help=self.help(credential, variable_for(credential.hit, catalogue)),
                    detector=credential.hit.detector,
                    secret=credential.hit,
                )
        if unlisted:
            yield self._too_many(len(credentials.all), unlisted)

    def _too_many(self, total: int, unlisted: Sequence[Credential]) -> Finding:
        """Return a finding that says how many are not listed; no baseline records it."""
        rest = f"{len(unlisted):,} in {self.where} {'is' if len(unlisted) == 1 else 'are'} not"
        return self.at(
            unlisted[0].place,
            f"{total:,} credentials in one notebook: the first {MOST:,} are listed, {rest}",
            help="clear what printed or stored them; a baseline cannot record this",
            detector="too-many",
        )

    def message(self, credential: Credential) -> str:
        """Return the message: a token's public prefix and length, nothing of a password."""
        hit = credential.hit
        where = {"attachment": "an attachment", "file": "the file"}.get(
            credential.place.surface, self.where
        )
        shown = hit.shown or (hit.name if hit.name.lower() != hit.kind else "")
        return f"{hit.kind} in {where}" + (f": {shown}" if shown else "")

    def help(self, credential: Credential, variable: str) -> str:
        """Return the help, given the environment variable to read instead."""
        return f'read os.environ["{variable}"] instead; {EXPOSED}'


def variable_for(hit: Hit, catalogue: Catalogue) -> str:
    """Return the environment variable to read instead of a credential.

    Args:
        hit: The credential.
        catalogue: The variables that the hub sets.

    Returns:
        The declared variable of the same name, else a declared secret of the same service, else
        a name derived from the credential's.
    """
    suggested = hit.suggested_variable
    if suggested in catalogue.variables:
        return suggested
    service = (hit.variable or hit.name.upper()).partition("_")[0]
    if len(service) >= 4 and (hit.documented or "_" in hit.name):
        for name in catalogue.variables:
            if service in name.split("_") and catalogue.is_secret(name):
                return name
    return suggested


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


class CredentialInOutput(EmbeddedCredential):
    """A credential is in an output.

    Outputs are saved with the notebook. A printed configuration, a traceback with the failing call
    or a table of accounts leaks a credential even if the code reads it from the environment.

    Clear the output and correct the cell that printed it: print the names of settings instead of
    their values, and do not end a cell with an expression that holds a credential. Treat the
    credential as exposed: revoke it if it ever left this machine, since deleting it does not remove
    it from the repository's history or from copies.

    Refused:

    ```json
    {
     "cells": [{
      "cell_type": "code", "execution_count": 1, "id": "show", "metadata": {},
      "outputs": [{"name": "stdout", "output_type": "stream", "text": "token: «github-token»"}],
      "source": "print('token:', config['token'])"
     }],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 5
    }
    ```

    Instead:

    ```json
    {
     "cells": [{
      "cell_type": "code", "execution_count": 1, "id": "show", "metadata": {},
      "outputs": [{"name": "stdout", "output_type": "stream", "text": "token: True"}],
      "source": "print('token:', 'token' in config)"
     }],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 5
    }
    ```
    """

    code = "NBL203"
    needs = frozenset({"outputs"})
    where = "an output"

    def check(self, credentials: Credentials, catalogue: Catalogue) -> Iterator[Finding]:
        yield from self.found(credentials, catalogue, "output")

    def help(self, credential: Credential, variable: str) -> str:
        return f"clear the output, and correct the cell that printed it; {EXPOSED}"


class CredentialInMetadata(EmbeddedCredential):
    """A credential is in metadata, widget state, an attachment or elsewhere in the file.

    Jupyter does not show these parts of a notebook. They hold parameters that papermill wrote,
    passwords that were typed into a widget and saved with "Save widget state", and files that were
    dropped onto a cell. Tokens of a documented format and private keys are found anywhere in the
    file: in keys, ids and unknown fields, however they are escaped, and also if the file is not a
    notebook.

    Remove the entry. JupyterLab's Property Inspector shows metadata. "Clear All Outputs", with
    "Save Widget State Automatically" switched off, removes widget state. An attachment is deleted
    with the link to it. Treat the credential as exposed: revoke it if it ever left this machine,
    since deleting it does not remove it from the repository's history or from copies.

    Refused:

    ```json
    {
     "cells": [],
     "metadata": {"papermill": {"parameters": {"days": 7, "api_key": "«api-key»"}}},
     "nbformat": 4, "nbformat_minor": 5
    }
    ```

    Instead:

    ```json
    {
     "cells": [],
     "metadata": {"papermill": {"parameters": {"days": 7}}},
     "nbformat": 4, "nbformat_minor": 5
    }
    ```
    """

    code = "NBL204"
    where = "metadata"

    def check(self, credentials: Credentials, catalogue: Catalogue) -> Iterator[Finding]:
        yield from self.found(credentials, catalogue, "metadata", "attachment", "file")

    def help(self, credential: Credential, variable: str) -> str:
        part = credential.place.surface
        return f"remove it from the {part}; {EXPOSED}"
