"""Run plugins of detect-secrets: those for providers that `formats` lacks, and a team's own.

A plugin's regular expressions run on single candidate lines. `scan_line` is never called: its
filters drop every line of the form `x = f(...)`, it cuts GitHub's tokens to their prefix, and
verification would open connections.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nblint.credentials.documented.format_search import LongWord, long_words, stands_alone
from nblint.credentials.hits import Hit
from nblint.credentials.secret import Secret
from nblint.multisearch import Literals
from nblint.patterns import lazy_pattern

if TYPE_CHECKING:
    from detect_secrets.plugins.base import BasePlugin


class Plugin(Struct, frozen=True):
    """A plugin of detect-secrets, and what it finds.

    Attributes:
        name: Its class there.
        detector: The detector's name, in kebab-case.
        kind: What it finds, for people.
        line: Regular expression that a line must match for the plugin to find anything in it; it
            costs less than to import detect-secrets, so it should match little else.
    """

    name: str
    detector: str
    kind: str
    line: str


# The providers whose tokens only detect-secrets knows.
PLUGINS = (
    Plugin("ArtifactoryDetector", "artifactory-token", "Artifactory token", r'(?:[\s=:"]|^)(?-i:A(?:KC|P[0-9A-F]))[A-Za-z0-9]{8,}(?:[\s"]|$)'),
    Plugin("CloudantDetector", "cloudant-key", "Cloudant key", r"(?:cl|clou|cloudant)[_-]?(?:api)?(?:key|pwd|pw|pass|token)|cloudant\.com"),
    Plugin("IbmCloudIamDetector", "ibm-cloud-key", "IBM Cloud key", r"(?:key|pwd|password|pass|token)\W{0,8}[a-zA-Z0-9_-]{44}(?![a-zA-Z0-9_-])"),
    Plugin("IbmCosHmacDetector", "ibm-cos-key", "IBM COS key", r"secret[-_]?(?:access)?[-_]?key\W{0,8}[a-f0-9]{48}(?![a-f0-9])"),
    Plugin("SoftlayerDetector", "softlayer-key", "SoftLayer key", r"softlayer|sl[_-]?(?:api)?[_-]?(?:key|pwd|pass|token)"),
)  # fmt: skip
_CANDIDATE = lazy_pattern("|".join(f"(?:{plugin.line})" for plugin in PLUGINS), re.IGNORECASE)
# All matches but Artifactory's hold one of these in lower case; the search for them is cheap, the
# expression is slow.
_MARKS = ("key", "pw", "pass", "token", "cloudant", "softlayer")
# The keys of all providers but Artifactory have this many letters and digits in a row.
_KEY = lazy_pattern(r"(?<![\w-])(?:[\w-]{44}|[a-z]{24,512}(?![\w-]))")
SHORT_KEYS = ("AKC", "AP")  # how Artifactory's keys start, which are not `long_words`
_SHORT_KEYS = Literals(SHORT_KEYS)
_SHORT = lazy_pattern(r"A(?:KC|P[0-9A-F])[A-Za-z0-9]{8}")
_SPACES = lazy_pattern(r"\s{2,}")
_LONGEST_LINE = 2000
_SHORTEST = 6
_OVERLAP = 200
_SHORTEST_KEY = 20
_ITS_NAME = lazy_pattern(r"artifactory|jfrog|passw|token|key|secret", re.IGNORECASE)


def plugins(
    own: tuple[str, ...] = (), placeholders: Collection[str] = ()
) -> Callable[[str], Iterator[Hit]]:
    """Return a function that runs detect-secrets' plugins on a text.

    Args:
        own: Files with a team's own plugins. They are code: pass them only if the command line
            trusts them.
        placeholders: Values that are not secrets, from the settings.

    Returns:
        A function from a text to hits. It imports detect-secrets only if a line may hold a
        credential that no other detector knows, or if a team has plugins of its own.
    """
    return lambda text: _find(text, own, placeholders)


def _find(text: str, own: tuple[str, ...], placeholders: Collection[str]) -> Iterator[Hit]:
    lines = _all_lines(text) if own else _candidate_lines(text)
    for start, end in lines:
        for part in range(start, max(end, start + 1), _LONGEST_LINE - _OVERLAP):
            stop = min(end, part + _LONGEST_LINE)
            yield from _in_line(text, part, stop, own, placeholders)


def _candidate_lines(text: str) -> Iterator[tuple[int, int]]:
    short = chain.from_iterable(_SHORT_KEYS.places(text).values())
    return candidate_lines(text, long_words(text), short)


def _all_lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def candidate_lines(
    text: str, words: Iterable[LongWord], short: Iterable[int]
) -> Iterator[tuple[int, int]]:
    """Yield the lines that may hold a credential of one of `PLUGINS`.

    Args:
        text: Decoded text of any kind.
        words: Its `long_words`.
        short: Offsets of the `SHORT_KEYS` in it.

    Yields:
        Start and end of each line, in order.
    """
    # Where a key ends, its expression says; looking for all ends would not be linear.
    starts = [at for at in short if _SHORT.match(text, at) and stands_alone(text, at, len(text))]
    keys = set(filter(_KEY.search, {word for _, word in words}))
    starts += [start for start, word in words if word in keys] if keys else []
    last = -1
    for start in sorted(starts):
        if start > last:
            last = text.find("\n", start)
            last = len(text) if last < 0 else last
            first = text.rfind("\n", 0, start) + 1
            window = text[max(first, start - _LONGEST_LINE) : min(last, start + _LONGEST_LINE)]
            if _may_hold(window):
                yield first, last


def _may_hold(window: str) -> bool:
    if _SHORT.search(window):
        return True
    folded = window.casefold()
    return any(mark in folded for mark in _MARKS) and bool(_CANDIDATE.search(window))


def _in_line(
    text: str, begin: int, end: int, own: tuple[str, ...], placeholders: Collection[str]
) -> Iterator[Hit]:
    # The plugins' expressions are cubic in a run of spaces; one space is enough for them.
    line = _SPACES.sub(" ", text[begin:end])
    wanted = [plugin for plugin in PLUGINS if re.search(plugin.line, line, re.IGNORECASE)]
    if not wanted and not own:
        return
    from nblint.credentials.judging.placeholders import is_placeholder

    for known, plugin in _loaded(own):
        if known is not None and known not in wanted:
            continue
        for raw in plugin.analyze_string(line):
            value = raw.strip("\"' =:\n\t")
            start = text.find(value, begin, end) if len(value) >= _SHORTEST else -1
            if start < 0 or is_placeholder(value, placeholders):
                continue
            stop = start + len(value)
            if known is None:
                kind = str(plugin.secret_type)
                name = re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-")
                yield Hit(name, kind, start, stop, Secret(value))
            elif known.detector == "artifactory-token" and _is_identifier(value, line):
                continue
            elif _is_random(value) and stands_alone(text, start, stop):
                yield Hit(known.detector, known.kind, start, stop, Secret(value), "", True)


def _is_identifier(value: str, line: str) -> bool:
    """Tell whether a value only begins as Artifactory's keys do, as every 600th cell's id in Colab."""
    return len(value) < _SHORTEST_KEY and not _ITS_NAME.search(line)


def _is_random(value: str) -> bool:
    """Tell whether a value is a key rather than a word: `APACHELICENSE` fits Artifactory's format."""
    changes = sum(a.islower() != b.islower() for a, b in pairwise(value))
    letters_only = value.isalpha() and changes < 4 and not (len(value) == 24 and value.islower())
    return len(set(value)) >= 8 and not letters_only and not value.isdigit()


@lru_cache(maxsize=8)
def _loaded(own: tuple[str, ...]) -> tuple[tuple[Plugin | None, BasePlugin], ...]:
    """Return detect-secrets' plugins with their entry in `PLUGINS`; a team's own have None."""
    from detect_secrets.core.plugins.initialize import from_plugin_classname
    from detect_secrets.core.plugins.util import get_plugins_from_file
    from detect_secrets.settings import transient_settings

    names: list[dict[str, Any]] = [{"name": plugin.name} for plugin in PLUGINS]
    # Without filters nothing is verified, so no connection is opened.
    with transient_settings({"plugins_used": names, "filters_used": []}):
        loaded: list[tuple[Plugin | None, BasePlugin]] = [
            (plugin, from_plugin_classname(plugin.name)) for plugin in PLUGINS
        ]
    for path in own:
        classes: list[type[BasePlugin]] = list(get_plugins_from_file(path))
        loaded.extend((None, plugin()) for plugin in classes)
    return tuple(loaded)
