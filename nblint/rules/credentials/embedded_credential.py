"""What the rules about credentials have in common."""

from collections.abc import Iterator
from typing import ClassVar

from nblint.credentials.credentials import Credential, Credentials
from nblint.credentials.hits import Hit
from nblint.findings import Finding, Rule
from nblint.project.catalogue.model import Catalogue


class EmbeddedCredential(Rule):
    """A credential in one of a notebook's places.

    Attributes:
        where: The place, as messages call it.
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
        """Yield a finding for each credential on the surfaces.

        Args:
            credentials: The notebook's credentials.
            catalogue: The variables that the help may name.
            surfaces: `Place.surface`, or the kind of a source: "code", "markdown".
        """
        for credential in credentials:
            surface = credential.place.surface
            if (credential.kind if surface == "source" else surface) in surfaces:
                yield self.at(
                    credential.place,
                    self.message(credential),
                    help=self.help(credential, variable_for(credential.hit, catalogue)),
                    detector=credential.hit.detector,
                    secret=credential.hit,
                )

    def message(self, credential: Credential) -> str:
        """Return what was found: of a token its public prefix and length, of a password nothing."""
        hit = credential.hit
        where = "an attachment" if credential.place.surface == "attachment" else self.where
        shown = hit.shown or (hit.name if hit.name.lower() != hit.kind else "")
        return f"{hit.kind} in {where}" + (f": {shown}" if shown else "")

    def help(self, credential: Credential, variable: str) -> str:
        """Return what to do instead, given the variable to read."""
        return (
            f'read it from the environment: os.environ["{variable}"]; '
            "then revoke this one, it is in the file's history"
        )


def variable_for(hit: Hit, catalogue: Catalogue) -> str:
    """Return the environment variable to read instead of a credential.

    Args:
        hit: The credential.
        catalogue: What the hub sets for everybody.

    Returns:
        The declared variable of the same name, else a declared secret of the same service, else
        the name that suggests itself.
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
