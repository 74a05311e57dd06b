"""With and without the automaton, in short texts and long ones, the same is found."""

import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nblint import multisearch
from nblint.credentials import prefilter
from nblint.credentials.credentials import Credential, Credentials
from nblint.credentials.documented import detect_secrets_plugins, format_search
from nblint.credentials.python import source
from nblint.credentials.text import urls
from nblint.document.model import Notebook
from nblint.project.project import Project
from nblint.reading.python.cells import PythonCells
from nblint.secret_names import stems
from nblint.settings import CredentialsSettings
from tests.credentials.cases import CREDENTIALS, LOOK_ALIKES, notebook

ALL = (
    format_search._LITERALS,
    stems._STEMS,
    source._PASSWORD_CALLS,
    prefilter._MARKS,
    prefilter._COMMANDS,
    detect_secrets_plugins._SHORT_KEYS,
    urls._SECRET_WORDS,
)
WORDS = sorted(
    {word for known in ALL for word in known.all} | {"é", "日", "😀", "\ud800", "s\n", "A"}
)

pytestmark = pytest.mark.skipif(not multisearch.HAS_AUTOMATON, reason="needs the extra `fast`")


def without_automaton(patch: pytest.MonkeyPatch, *, has_many: bool) -> None:
    """Look for one literal after the other, or, in texts with many characters, for groups."""
    patch.setattr(multisearch, "HAS_AUTOMATON", False)
    patch.setattr(multisearch, "_MANY", 0 if has_many else sys.maxsize)
    patch.setattr(multisearch, "_SHORT", 0)


@pytest.mark.parametrize("has_many", [False, True])
@example("a\ud800 curl -u é token sqlplusqlplus authorizauth AKCAKIAP")
@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=4)).map("".join))
def test_all_ways_see_the_same(has_many: bool, searched: str) -> None:
    seen = _seen(searched)
    with pytest.MonkeyPatch.context() as patch:
        without_automaton(patch, has_many=has_many)
        assert _seen(searched) == seen


def _seen(searched: str) -> object:
    stems.stems.cache_clear()
    clues = prefilter.look(searched), prefilter.look(searched, len(searched) // 2)
    return [known.present(searched) for known in ALL], _places(searched), clues


def _places(searched: str) -> object:
    return [known.places(searched) for known in ALL[1:]], stems.stems(searched)


@pytest.mark.parametrize("has_many", [False, True])
def test_all_ways_find_the_same_credentials(
    monkeypatch: pytest.MonkeyPatch, has_many: bool
) -> None:
    found = _all_found()
    without_automaton(monkeypatch, has_many=has_many)
    assert _all_found() == found


def _all_found() -> list[tuple[Credential, ...]]:
    stems.stems.cache_clear()
    documents = [Notebook.parse("nb.ipynb", notebook(case)) for case in CREDENTIALS + LOOK_ALIKES]
    return [
        Credentials.read(document, PythonCells.read(document), CredentialsSettings(), Project()).all
        for document in documents
    ]
