"""Find the credentials in a text of any kind: run the searches that suit it, keep the best hits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from nblint.credentials.documented.format_search import documented_hits, stands_alone
from nblint.credentials.hits import Hit
from nblint.credentials.judging.values import is_credential
from nblint.credentials.masking.known_values import KnownValues
from nblint.credentials.options import DEFAULTS, Options
from nblint.credentials.prefilter import Clues, look
from nblint.credentials.text.columns import find_columns, find_split_frames
from nblint.credentials.text.cookies import find_cookies
from nblint.credentials.text.elements import find_elements
from nblint.credentials.text.headers import find_headers
from nblint.credentials.text.html import (
    comments,
    find_attributes,
    find_inputs,
    find_table_cells,
    scripts,
    visible_text,
    without_scripts,
)
from nblint.credentials.text.logins import find_answers, find_logins
from nblint.credentials.text.pairs import Unquoted, find_pairs
from nblint.credentials.text.shell import find_commands, find_pgpass
from nblint.credentials.text.sql import find_sql
from nblint.credentials.text.told import find_told
from nblint.credentials.text.urls import find_urls
from nblint.credentials.views import joints, with_joined_literals
from nblint.secret_names.judge import Level

if TYPE_CHECKING:
    from nblint.credentials.python.source import PythonReading


def find_in_code(
    text: str,
    language: str = "python",
    reading: PythonReading | None = None,
    options: Options = DEFAULTS,
    clues: Clues | None = None,
) -> list[Hit]:
    r"""Find credentials in a code cell: its Python, magics, shell lines and other languages.

    Args:
        text: The cell's source with `\n` line ends.
        language: The cell's language.
        reading: The source as IPython reads it; computed if needed.
        options: What the settings say.
        clues: What the prefilter saw in the text or in a larger one; computed if needed.

    Returns:
        The hits in order. No two overlap.
    """
    clues = clues or look(text)
    if not clues:
        return []
    from nblint.credentials.python.source import find_in_source  # prose and outputs need none of it

    extra = options.placeholders
    hits = [*_anywhere(text, clues, options), *find_sql(text, extra), *find_pgpass(text, extra)]
    hits += _put_together(text, clues, options)
    hits += [*find_answers(text, extra), *find_in_source(text, language, reading, extra)]
    return settle(hits, options)


def find_in_text(text: str, options: Options = DEFAULTS, clues: Clues | None = None) -> list[Hit]:
    """Find credentials in Markdown, raw cells and the text of outputs."""
    clues = clues or look(text)
    if not clues:
        return []
    hits = [*_anywhere(text, clues, options)]
    hits += find_headers(text, options.placeholders)
    hits += find_commands(text, options.placeholders)
    hits += find_pairs(text, Unquoted.PROSE, options.placeholders)
    hits += find_logins(text, options.placeholders)
    hits += find_told(text, options.placeholders)
    hits += find_elements(text, options.placeholders)
    hits += find_pgpass(text, options.placeholders)
    hits += find_columns(text, options.placeholders)
    hits += find_split_frames(text, options.placeholders)
    hits += find_table_cells(text, options.placeholders)
    return settle(hits, options)


def find_in_html(text: str, options: Options = DEFAULTS, clues: Clues | None = None) -> list[Hit]:
    """Find credentials in HTML or SVG: in what is visible, attributes, comments and scripts."""
    clues = clues or look(text)
    if not clues:
        return []
    hits = [*_documented(text, clues, options)]
    seen = visible_text(text)
    hits += find_urls(without_scripts(text), options.placeholders)
    hits += find_headers(seen, options.placeholders)
    hits += find_pairs(seen, Unquoted.PROSE, options.placeholders)
    hits += find_logins(seen, options.placeholders)
    hits += find_table_cells(text, options.placeholders)
    hits += find_inputs(text, options.placeholders)
    hits += find_attributes(text, options.placeholders)
    for start, comment in comments(text):
        hits += _moved(find_in_text(comment, options, clues), start)
    for start, script in scripts(text):
        hits += _moved(find_in_script(script, options, clues), start)
    hits += find_elements(without_scripts(text), options.placeholders)
    return settle(hits, options)


def find_in_script(text: str, options: Options = DEFAULTS, clues: Clues | None = None) -> list[Hit]:
    """Find credentials in JavaScript, and in plots and the views of widgets that are text."""
    clues = clues or look(text)
    hits = [*_anywhere(text, clues, options), *_put_together(text, clues, options)]
    hits += find_headers(text, options.placeholders)
    hits += find_pairs(text, Unquoted.CODE, options.placeholders)
    return settle(hits, options)


def find_in_json(
    value: object, text: str, options: Options = DEFAULTS, clues: Clues | None = None
) -> list[Hit]:
    """Find credentials in JSON: documented formats, URLs, and credential-like keys.

    Args:
        value: The parsed JSON.
        text: How it is shown, `json.dumps(value, indent=1, ensure_ascii=False)`.
        options: What the settings say.
        clues: What the prefilter saw; computed if needed.
    """
    from nblint.credentials.text.json_values import (  # other texts need none of it
        credential_values,
        find_in_strings,
        find_json_values,
    )

    hits = [*_anywhere(text, clues or look(text), options)]
    hits += find_json_values(credential_values(value), text, options.placeholders)
    hits += find_in_strings(value, text, options.placeholders)
    hits += find_split_frames(text, options.placeholders)
    return settle(hits, options)


class KnownHits:
    """Finds the values of known hits where they stand bare, such as a printed token.

    Args:
        hits: Hits that a name or a format gave away.
    """

    def __init__(self, hits: Iterable[Hit]) -> None:
        self._hits: dict[str, Hit] = {}
        for hit in hits:
            value = hit.secret.reveal()
            is_long = len(value) >= 8 and not value.isalpha() and hit.detector != "private-key"
            # A word or a path that only its name makes a password stands elsewhere by chance.
            if is_long and (hit.documented or is_credential(value, Level.STRONG, quoted=False)):
                self._hits[value] = hit
        self._values = KnownValues(self._hits)

    def find(self, text: str) -> list[Hit]:
        """Return a hit for each place of their values in a text."""
        return [
            replace(self._hits[text[start:end]], start=start, end=end)
            for start, end in self._values.places(text)
            if stands_alone(text, start, end)
        ]


def _start(hit: Hit) -> int:
    return hit.start


def settle(hits: Iterable[Hit], options: Options = DEFAULTS) -> list[Hit]:
    """Drop hits that overlap a better one: documented before others, longer before shorter.

    Returns:
        Hits in the order of the text.
    """
    kept: list[Hit] = []  # sorted, for bisection
    ranked = sorted(hits, key=lambda hit: (not hit.documented, -len(hit.secret), hit.start))
    for hit in ranked:
        if hit.start >= hit.end:
            continue
        at = bisect_left(kept, hit.start, key=_start)
        if (at == 0 or kept[at - 1].end <= hit.start) and (
            at == len(kept) or hit.end <= kept[at].start
        ):
            kept.insert(at, hit)
    # A disabled detector still claims its place, so that another one does not report the value.
    return [hit for hit in kept if hit.detector not in options.disable]


def _documented(text: str, clues: Clues, options: Options) -> Iterator[Hit]:
    return documented_hits(text, clues.formats, options.placeholders, keys=clues.key)


def _moved(hits: Iterable[Hit], by: int) -> Iterator[Hit]:
    return (replace(hit, start=hit.start + by, end=hit.end + by) for hit in hits)


def _put_together(text: str, clues: Clues, options: Options) -> Iterator[Hit]:
    """Find tokens that stand in several literals."""
    if (clues.formats or clues.key) and next(joints(text), None) is not None:
        view = with_joined_literals(text)
        for hit in _documented(view.text, clues, options):
            start, end = view.origin(hit.start, hit.end)
            if end - start > hit.end - hit.start:
                yield replace(hit, start=start, end=end)


def _anywhere(text: str, clues: Clues, options: Options) -> Iterator[Hit]:
    yield from _documented(text, clues, options)
    yield from find_urls(text, options.placeholders)
    yield from find_cookies(text, options.placeholders)
    if options.plugins is not None and (clues.plugins or options.own_plugins):
        yield from options.plugins(text)
