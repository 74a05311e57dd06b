"""The credentials of a notebook: the part that rules ask for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from nblint.credentials.documented.detect_secrets_plugins import plugins
from nblint.credentials.hits import Hit
from nblint.credentials.options import Options
from nblint.credentials.prefilter import look
from nblint.document.model import Notebook, Place
from nblint.document.surfaces import surfaces
from nblint.project.project import Project
from nblint.reading.python.cells import PythonCells
from nblint.settings import CredentialsSettings


class Credential(NamedTuple):
    """A credential and where it stands in the notebook."""

    hit: Hit
    place: Place
    kind: str


class Credentials:
    """All credentials of a notebook.

    Attributes:
        all: The credentials in the notebook's order. No two overlap.
    """

    def __init__(self, found: Iterator[Credential]) -> None:
        self.all = tuple(found)

    @classmethod
    def read(
        cls,
        notebook: Notebook,
        python: PythonCells,
        settings: CredentialsSettings,
        project: Project,
    ) -> Credentials:
        """Search every surface of a notebook.

        Args:
            notebook: The notebook.
            python: Its Python cells; a cell is parsed only if it holds a credential-like name.
            settings: Which detectors and values to ignore, and a team's plugins.
            project: Says whether those plugins are trusted.
        """
        own = settings.detect_secrets_plugins if project.trust_plugins else ()
        options = Options(
            frozenset(settings.disable), frozenset(settings.placeholders), plugins(own), bool(own)
        )
        return cls(_find(notebook, python, options))

    def __iter__(self) -> Iterator[Credential]:
        return iter(self.all)

    def values(self) -> frozenset[str]:
        """Return the values. Use them to mask what is shown, and for nothing else."""
        return frozenset(found.hit.secret.reveal() for found in self.all)


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
    if not chosen:
        return
    # Most notebooks hold no clue, so do not load the engine for them.
    from nblint.credentials.by_surface import search

    for surface, hit in search(texts, chosen, python, clues, options):
        yield Credential(hit, surface.span(hit.start, hit.end), surface.kind)
