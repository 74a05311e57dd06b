from collections.abc import Iterator

from nblint.credentials.credentials import Credential, Credentials
from nblint.findings import Finding
from nblint.project.catalogue.model import Catalogue
from nblint.rules.credentials.embedded_credential import EmbeddedCredential


class CredentialInMetadata(EmbeddedCredential):
    """A credential stands in metadata, in the state of a widget, or in an attachment.

    Nobody sees these parts in Jupyter: parameters that papermill wrote, what was typed into a
    password widget and saved with "Save widget state", a configuration file that was dropped on
    a cell.

    Remove the entry (Jupyter's Property Inspector shows metadata; "Clear All Outputs" and
    switching off "Save Widget State Automatically" drop the widgets' state; an attachment is
    deleted with the link to it), and revoke the credential, since the file's history keeps it.

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
        yield from self.found(credentials, catalogue, "metadata", "attachment")

    def help(self, credential: Credential, variable: str) -> str:
        part = "attachment" if credential.place.surface == "attachment" else "metadata"
        return f"remove it from the {part}; then revoke this one, it is in the file's history"
