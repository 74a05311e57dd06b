"""A look at the whole notebook decides whether its cells are searched, and loses nothing."""

from typing import Any
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from nblint.document.model import File, Notebook
from nblint.reading import conflicts
from nblint.reading.conflicts import Conflicts
from nblint.reading.suppressions import _comments, _tags, suppressions
from tests.document.notebooks import layouts

# Images are left out of the look: what stands beside one, or within a letter of it, is not.
PARTS = st.sampled_from(
    ["a = 1", "\n", "\n", " ", "A" * 5000, "é", "# ", "//", "<!-- ", "nblint: ignore[NBL2] why",
     "nblint:ignore-cell", "pragma: allowlist secret", "gitleaks:allow", "trufflehog:ignore",
     "<<<<<<< HEAD", ">>>>>>> theirs", "&lt;" * 7, "&gt;" * 7]
)  # fmt: skip
TEXTS = st.lists(PARTS, max_size=6).map("".join)
TAGS: st.SearchStrategy[list[str]] = st.lists(
    st.sampled_from(["nblint-ignore-NBL201", "nblint-ignore-", "other", "A" * 5000]), max_size=2
)
CELLS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown"]),
        "metadata": st.one_of(
            st.fixed_dictionaries({"tags": TAGS}), st.just({}), st.just({"nbdime-conflicts": {}})
        ),
        "source": TEXTS,
        "outputs": st.lists(
            st.fixed_dictionaries(
                {"output_type": st.just("stream"), "name": st.just("stderr"), "text": TEXTS}
            ),
            max_size=2,
        ),
    }
)


@st.composite
def written(draw: st.DrawFn) -> Notebook:
    cells: list[dict[str, Any]] = draw(st.lists(CELLS, max_size=3))
    metadata: dict[str, Any] = draw(st.sampled_from([{}, {"nbdime-conflicts": {}}]))
    data = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    return Notebook.parse("a.ipynb", draw(layouts()).dump(data))


@given(written())
def test_suppressions(notebook: Notebook) -> None:
    found = [one for cell in notebook.cells for one in (*_tags(cell), *_comments(cell))]
    assert suppressions(notebook) == tuple(found)


@given(written())
def test_conflicts(notebook: Notebook) -> None:
    found = Conflicts.read(File(notebook))
    with mock.patch.object(conflicts, "_has_traces", return_value=True):
        assert found.places == Conflicts.read(File(notebook)).places
