"""A diff shows the cells that have changed, whatever is around them."""

from hypothesis import given
from hypothesis import strategies as st

from nblint.credentials.masking.redaction import Redaction
from nblint.document.model import Notebook
from nblint.linting.reporting import changes
from nblint.linting.results import CellChange
from tests.conftest import notebook_bytes

SOURCES = st.lists(st.sampled_from("abc"), max_size=8)


def changed(before: list[str], after: list[str]) -> list[CellChange]:
    one, other = (
        Notebook.parse("a.ipynb", notebook_bytes(*(("code", source) for source in sources)))
        for sources in (before, after)
    )
    return list(changes(one, other, Redaction()))


def test_inserted_and_removed_between_cells_that_are_alike() -> None:
    alike = ["x"] * 300
    assert changed(alike, ["title", *alike]) == [CellChange(1, None, "title")]
    assert changed([*alike, "y", *alike], [*alike, *alike]) == [CellChange(301, "y", None)]
    assert changed(["a", *alike, "b"], ["A", *alike, "B"]) == [
        CellChange(1, "a", "A"),
        CellChange(302, "b", "B"),
    ]
    assert changed(alike, alike) == []


@given(SOURCES, SOURCES)
def test_what_is_shown_leads_from_one_to_the_other(before: list[str], after: list[str]) -> None:
    shown = changed(before, after)
    assert all(change.before != change.after for change in shown)
    assert (shown == []) == (before == after)
    kept = sum(change.before is None for change in shown) + len(before)
    assert kept - sum(change.after is None for change in shown) == len(after)
