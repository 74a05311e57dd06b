"""What findings are recognised by: in a baseline, and between versions of a notebook."""

import os
from collections.abc import Callable, Hashable

from msgspec import Struct

from nblint.findings import Finding, Fingerprinted

# Returns the fingerprint of a finding, whose texts are masked; None if there is none.
Recognise = Callable[[Finding], str | None]

_DIGITS = 32


def by_subject(finding: Finding) -> str:
    """Return the fingerprint of a finding that holds no credential: 32 hexadecimal digits.

    It stays when cells move and messages are reworded. The subject is masked: a plain hash of a
    weak password could be guessed.
    """
    import hashlib

    place = finding.place
    parts = (finding.code, place.surface, place.mime or "", finding.subject)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


class Salted(Struct, frozen=True):
    """Recognises credentials by their values and a baseline's salt.

    Attributes:
        salt: The salt; None without a baseline, where credentials have no fingerprint.
        recorded: The notebooks, as absolute paths, and codes that the baseline has credentials of;
            None if all are wanted. Fingerprints of passwords are slow on purpose: only those are
            computed that an entry can match.
        path: The notebook's path.
    """

    salt: str | None = None
    recorded: frozenset[tuple[str, str]] | None = None
    path: str = ""

    def of(self, finding: Finding) -> str | None:
        """Return the fingerprint of a finding in the notebook."""
        if finding.detector is None:
            return by_subject(finding)
        secret = finding.secret
        if secret is None or not self.salt:
            return None
        if secret.is_guessable and not self._can_match(finding):
            return None
        return secret.fingerprint(self.salt)

    def _can_match(self, finding: Finding) -> bool:
        return self.recorded is None or (os.path.abspath(self.path), finding.code) in self.recorded


class Ephemeral:
    """Recognises credentials within one process, by their values, and keeps these.

    Each value gets a random fingerprint, which says nothing about it and costs nothing.
    """

    def __init__(self) -> None:
        self._ids: dict[Hashable, str] = {}
        self._secrets: dict[str, Fingerprinted] = {}

    def of(self, finding: Finding) -> str | None:
        """Return the fingerprint of a finding."""
        if finding.detector is None or finding.secret is None:
            return by_subject(finding)
        known = self._ids.setdefault(finding.secret.secret, os.urandom(_DIGITS // 2).hex())
        self._secrets[known] = finding.secret
        return known

    def salted(self, fingerprint: str, salt: str) -> str | None:
        """Return what a baseline with a salt knows a credential by; None if it is no credential."""
        secret = self._secrets.get(fingerprint)
        return secret.fingerprint(salt) if secret else None
