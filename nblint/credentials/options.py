"""What the settings say about detection."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from nblint.credentials.hits import Hit


class Options(Struct, frozen=True):
    """What the settings say about detection.

    Attributes:
        disable: Names of disabled detectors.
        placeholders: Further values that are not secrets.
        plugins: Runs detect-secrets' plugins on a text: `documented.detect_secrets_plugins.plugins`.
        own_plugins: Whether a team's own plugins are among them; those see every text.
    """

    disable: frozenset[str] = frozenset()
    placeholders: frozenset[str] = frozenset()
    plugins: Callable[[str], Iterator[Hit]] | None = None
    own_plugins: bool = False


DEFAULTS = Options()
