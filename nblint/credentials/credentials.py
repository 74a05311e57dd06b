"""The credentials of a notebook: the part that rules ask for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from msgspec import Struct

from nblint.credentials.documented.detect_secrets_plugins import plugins
from nblint.credentials.hits import Hit
from nblint.credentials.options import Options
from nblint.credentials.prefilter import look
from nblint.credentials.whole_file import decoded, find_in_file
from nblint.document.model import Notebook, Place, Unreadable
from nblint.document.surfaces import surfaces
from nblint.project.project import Project
from nblint.reading.python.cells import PythonCells
from nblint.settings import CredentialsSettings

# A notebook with more is a dump of something; nobody reads more findings.
MOST = 1000


class Credential(Struct, frozen=True):
    """A credential and where it stands in the notebook.

    Attributes:
        hit: The credential.
        place: Its place.
        kind: The kind of the surface that it is on.
        written: How it is written there, if that is not its value.
    """

    hit: Hit
    place: Place
    kind: str
    written: str = ""


class Credentials:
    """All credentials of a notebook, or of a file that is none.

    Args:
        found: What the searches found.
        disabled: Names of the detectors that the settings disable.

    Attributes:
        all: The credentials in the notebook's order. No two overlap.
        silent: Those that only disabled detectors found: they are masked, and not reported.
    """

    def __init__(self, found: Iterable[Credential], disabled: frozenset[str] = frozenset()) -> None:
        found = tuple(found)
        self.all = tuple(one for one in found if one.hit.detector not in disabled)
        self.silent = tuple(one for one in found if one.hit.detector in disabled)

    @classmethod
    def read(
        cls,
        notebook: Notebook,
        python: PythonCells,
        settings: CredentialsSettings,
        project: Project,
    ) -> Credentials:
        """Search every surface of a notebook, and the bytes of its file.

        Args:
            notebook: The notebook.
            python: Its Python cells; a cell is parsed only if it holds a credential-like name.
            settings: Which detectors and values to ignore, and a team's plugins.
            project: Says whether those plugins are trusted.
        """
        return cls(
            _find(notebook, python, _options(settings, project)), frozenset(settings.disable)
        )

    @classmethod
    def of_unreadable(
        cls, file: Unreadable, settings: CredentialsSettings, project: Project
    ) -> Credentials:
        """Search the bytes of a file that is no notebook for tokens and private keys."""
        text = decoded(file.raw)
        found = find_in_file(text, _options(settings, project), thorough=True)
        return cls(_in_file(found, None, text, ()), frozenset(settings.disable))

    def __iter__(self) -> Iterator[Credential]:
        return iter(self.all)

    def values(self) -> frozenset[str]:
        """Return the values, and how they are written where that differs.

        Use them to mask what is shown, and for nothing else.
        """
        found = (*self.all, *self.silent)
        values = {one.hit.secret.reveal() for one in found}
        return frozenset(values | {one.written for one in found if one.written})


def _options(settings: CredentialsSettings, project: Project) -> Options:
    # What a disabled detector finds is masked, so it is looked for, too.
    own = settings.detect_secrets_plugins if project.trust_plugins else ()
    placeholders = frozenset(settings.placeholders)
    return Options(frozenset(), placeholders, plugins(own, placeholders), bool(own))


def _find(notebook: Notebook, python: PythonCells, options: Options) -> Iterator[Credential]:
    # Code comes first: calls and command lines are looked for only there.
    texts = sorted(surfaces(notebook), key=lambda surface: surface.kind != "code")
    probes = [surface.probe for surface in texts]
    starts = [0, *accumulate(len(probe) + 1 for probe in probes)]
    code = starts[sum(surface.kind == "code" for surface in texts)]
    clues = look("\n".join(probes), code)
    if options.own_plugins:
        chosen = list(range(len(texts)))
    else:
        chosen = sorted({bisect_right(starts, clue) - 1 for clue in clues.positions})
    found: list[Credential] = []
    if chosen:  # Most notebooks hold no clue, so do not load the engine for them.
        from nblint.credentials.by_surface import search

        for surface, hit in search(texts, chosen, python, clues, options):
            written = surface.text[hit.start : hit.end]
            place = surface.span(hit.start, hit.end)
            is_plain = written == hit.secret.reveal()
            found.append(Credential(hit, place, surface.kind, "" if is_plain else written))
    # What no search saw as a token is none elsewhere, either.
    has_tokens = any(one.hit.documented for one in found)
    doubtful = notebook.has_duplicate_keys
    known = frozenset() if has_tokens or doubtful else clues.words
    if find_in_file(decoded(notebook.lean), options, known, thorough=doubtful):
        text = decoded(notebook.raw)
        hits = find_in_file(text, options, known, thorough=doubtful)
        found += _in_file(hits, notebook, text, found, exact=not doubtful)
    yield from found


def _in_file(
    hits: Sequence[Hit],
    notebook: Notebook | None,
    text: str,
    known: Sequence[Credential],
    *,
    exact: bool = True,
) -> Iterator[Credential]:
    """Yield what was found in a file's bytes, and not in the same part of the notebook before."""
    if not hits:
        return
    from nblint.credentials.locating import Locator
    from nblint.document.json_strings import unescaped

    locator = Locator(notebook, text, exact=exact)
    reported = _Reported(known)
    for hit in hits:
        place, part = locator.spot(hit.start, hit.end)
        if (hit, part) not in reported:
            kind = "file"
            if part.surface == "source" and notebook is not None and place.surface == "source":
                cell = notebook.cells[(part.cell or 1) - 1]
                kind = "code" if cell.type == "code" else "markdown"
            yield Credential(hit, place, kind, unescaped(text[hit.start : hit.end]))


class _Reported:
    """What is known of each part of a notebook.

    Args:
        known: The credentials that other searches found.
    """

    # Looking for a value in others takes long, and no report lists more of them.
    _most = 4 * MOST

    def __init__(self, known: Iterable[Credential]) -> None:
        self._values: dict[tuple[int | None, str, int | None], set[str]] = {}
        self._looked = 0
        for one in known:
            values = self._values.setdefault(_key(one.place), set())
            values.add(one.hit.secret.reveal())

    def __contains__(self, item: tuple[Hit, Place]) -> bool:
        hit, part = item
        values = self._values.get(_key(part), set())
        value = hit.secret.reveal()
        if value in values:
            return True
        self._looked += 1
        # A password of a URL, for example, may hold the token, or be a part of it.
        return self._looked <= self._most and any(
            value in other or (len(other) >= 16 and other in value) for other in values
        )


def _key(place: Place) -> tuple[int | None, str, int | None]:
    """Return the part of a notebook: a cell's source, an output, what else is in the file."""
    surface = place.surface if place.surface in ("source", "output") else "file"
    return place.cell, surface, place.output
