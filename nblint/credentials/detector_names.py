"""All detectors, by the names that the settings disable them with."""

from __future__ import annotations

from msgspec import Struct

from nblint.credentials.documented.detect_secrets_plugins import PLUGINS
from nblint.credentials.documented.formats import FORMATS
from nblint.credentials.judging.named_values import DETECTORS


class Detector(Struct, frozen=True):
    """A detector: it finds one kind of credential.

    Attributes:
        name: Its name in kebab-case, as findings show it.
        kind: What it finds, for people.
        url: Where a vendor documents the format; empty if no vendor does.
    """

    name: str
    kind: str
    url: str = ""


def detectors() -> dict[str, Detector]:
    """Return all detectors by name, except those of a team's own plugins."""
    found = {row.name: Detector(row.name, row.kind, row.url) for row in FORMATS}
    others = {
        **{plugin.detector: plugin.kind for plugin in PLUGINS},
        **{name: kind for kind, name in DETECTORS.items()},
        "secret-key": "key of another kind",
        "private-key": "private key",
        "basic-auth": "basic authentication",
        "url-password": "password in a URL",
    }
    found |= {name: Detector(name, kind) for name, kind in others.items()}
    return dict(sorted(found.items()))
