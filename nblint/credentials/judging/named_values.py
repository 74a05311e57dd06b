"""Values that count because of their name or place: passwords, keys, tokens of no known format."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from nblint.credentials.hits import Hit
from nblint.credentials.judging.values import is_credential, is_diced, is_uuid, is_word
from nblint.credentials.secret import Secret
from nblint.secret_names.judge import CredentialName, judge

DETECTORS = {
    "API key": "api-key",
    "password": "password",
    "token": "token",
    "secret": "secret",
    "credential": "credential",
    "signature": "signature",
    "session cookie": "session-cookie",
}

# Keys of rows and of settings more often than secrets: under these names, a UUID identifies.
_IDENTIFIED = frozenset({"key", "master key", "account key", "shared key", "identity key"})


def bind(
    name: str,
    value: str,
    start: int,
    end: int,
    *,
    judged: CredentialName | None = None,
    quoted: bool = True,
    placeholders: Collection[str] = (),
) -> Iterator[Hit]:
    """Yield a hit if the name says that its value is a credential and the value looks like one.

    Args:
        name: What the value is bound to.
        value: The value.
        start: Where it starts in the text.
        end: Where it ends.
        judged: What the place says, if that is more than the name does.
        quoted: Whether the value is a literal rather than a word of prose.
        placeholders: Values that are not secrets, from the settings.

    Yields:
        At most one hit.
    """
    found = judged or judge(name)
    if (
        is_uuid(value)
        if found.kind in _IDENTIFIED
        else found.kind == "secret ID" and not is_uuid(value)
    ):
        return
    is_likely = is_credential(value, found.level, quoted=quoted, placeholders=placeholders)
    if is_likely and not quoted and found.kind != "password" and is_word(value):
        return
    if is_likely or (found.kind == "password" and found.level and is_diced(value)):
        yield make_hit(found.kind, value, start, end, name)


def make_hit(kind: str, value: str, start: int, end: int, name: str = "") -> Hit:
    """Return a hit for a value without a documented format."""
    detector = DETECTORS.get(kind, "secret-key" if kind.endswith("key") else "credential")
    return Hit(detector, kind, start, end, Secret(value), name=name if len(name) <= 60 else "")
