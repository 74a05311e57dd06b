"""What the rules about credentials have in common."""

from collections.abc import Iterator
from typing import ClassVar

from nblint.credentials.found import Credential, Credentials
from nblint.findings import Finding, Rule


class EmbeddedCredential(Rule):
    """A credential in one of a notebook's places.

    Attributes:
        where: The place, as messages call it.
    """

    where: ClassVar[str]

    def found(self, credentials: Credentials, *surfaces: str) -> Iterator[Finding]:
        """Yield a finding for each credential on the surfaces.

        Args:
            credentials: The notebook's credentials.
            surfaces: `Place.surface`, or the kind of a source: "code", "markdown".
        """
        for credential in credentials:
            surface = credential.place.surface
            if (credential.kind if surface == "source" else surface) in surfaces:
                yield self.at(
                    credential.place,
                    self.message(credential),
                    help=self.help(credential),
                    detector=credential.hit.detector,
                    secret=credential.hit,
                )

    def message(self, credential: Credential) -> str:
        """Return what was found: of a token its public prefix and length, of a password nothing."""
        hit = credential.hit
        where = "an attachment" if credential.place.surface == "attachment" else self.where
        shown = hit.shown or (hit.name if hit.name.lower() != hit.kind else "")
        return f"{hit.kind} in {where}" + (f": {shown}" if shown else "")

    def help(self, credential: Credential) -> str:
        """Return what to do instead."""
        variable = credential.hit.suggested_variable
        return (
            f'read it from the environment: os.environ["{variable}"]; '
            "then revoke this one, it is in the file's history"
        )
