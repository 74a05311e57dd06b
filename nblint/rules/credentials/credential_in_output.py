from collections.abc import Iterator

from nblint.credentials.credentials import Credential, Credentials
from nblint.findings import Finding
from nblint.project.catalogue.model import Catalogue
from nblint.rules.credentials.embedded_credential import EmbeddedCredential


class CredentialInOutput(EmbeddedCredential):
    """A credential stands in an output.

    A printed configuration, a traceback with the failing call, a table of accounts: outputs are
    saved with the notebook, and a credential that was carefully read from the environment leaks
    all the same.

    Clear the output, and mend the cell that printed it: print the names of settings, not their
    values, and let nothing that holds a credential be the last expression of a cell. Revoke the
    credential that was in the file, since its history keeps it.

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
    where = "an output"

    def check(self, credentials: Credentials, catalogue: Catalogue) -> Iterator[Finding]:
        yield from self.found(credentials, catalogue, "output")

    def help(self, credential: Credential, variable: str) -> str:
        return (
            "clear this output, and mend the cell that printed it; "
            "then revoke this one, it is in the file's history"
        )
