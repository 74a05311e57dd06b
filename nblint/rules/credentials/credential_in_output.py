from collections.abc import Iterator

from nblint.credentials.credentials import Credential, Credentials
from nblint.findings import Finding
from nblint.project.catalogue.model import Catalogue
from nblint.rules.credentials.embedded_credential import EXPOSED, EmbeddedCredential


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
