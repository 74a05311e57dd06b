"""What the rules about credentials share."""

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
