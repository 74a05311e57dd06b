from collections.abc import Iterator

from nblint.credentials.credentials import Credential, Credentials
from nblint.findings import Finding
from nblint.project.catalogue.model import Catalogue
from nblint.rules.credentials.embedded_credential import EXPOSED, EmbeddedCredential


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
