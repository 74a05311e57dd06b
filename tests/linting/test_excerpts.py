"""Excerpts around findings: the right rows, masked and short."""

import json
import pickle

from hypothesis import given
from hypothesis import strategies as st

from nblint.credentials.masking.masked import Masked
from nblint.credentials.masking.redaction import Redaction
from nblint.document.model import Notebook, Place
from nblint.linting.excerpts import Excerpts
from nblint.linting.results import Excerpt
from tests.conftest import notebook_bytes
from tests.credentials.tokens import make


def excerpts(*sources: str, known: tuple[str, ...] = ()) -> Excerpts:
    raw = notebook_bytes(*(("code", source) for source in sources))
    return Excerpts(Notebook.parse("a.ipynb", raw), Redaction(known))


def at(source: str, part: str, known: tuple[str, ...] = ()) -> Excerpt:
    """Return the excerpt around the only occurrence of a part of a source."""
    start, end = source.index(part), source.index(part) + len(part)
    row, end_row = source.count("\n", 0, start) + 1, source.count("\n", 0, end) + 1
    column, end_column = start - source.rfind("\n", 0, start), end - source.rfind("\n", 0, end)
    place = Place(1, "source", None, None, row, column, end_row, end_column)
    found = excerpts(source, known=known).at(place)
    assert found is not None
    assert pickle.loads(pickle.dumps(found)) == found
    return found


def meant(excerpt: Excerpt) -> str:
    return excerpt.line[excerpt.column - 1 : excerpt.line_end - 1]


def test_a_short_cell_is_quoted_whole() -> None:
    found = at("import os\n\nsite = os.environ['SITE']\n", "'SITE'")
    assert (found.first, found.row) == (1, 3)
    assert found.rows == ("import os", "", "site = os.environ['SITE']", "")
    assert meant(found) == "'SITE'"


def test_of_a_long_cell_what_stands_around() -> None:
    source = "\n".join(f"x{number} = {number}" for number in range(1, 1001))
    found = at(source, "x500")
    assert (found.first, found.row, len(found.rows)) == (480, 500, 41)
    assert found.line == "x500 = 500"
    assert meant(found) == "x500"


def test_of_a_long_text_only_what_is_quoted_is_masked() -> None:
    token, password = make("github-token"), make("password")
    rows = [f"x{number} = '{number}'" for number in range(5000)]
    rows[2501] = f"connect('ann', '{password}', '{token}', READ)"
    found = at("\n".join(rows), "READ", (password,))
    assert found.line == "connect('ann', '…', 'ghp_…', READ)"
    assert meant(found) == "READ"


def test_one_row_of_a_megabyte() -> None:
    password = make("password")
    source = f"x = [{'1, ' * 200_000}HERE, '{password}', {'2, ' * 200_000}]"
    found = at(source, "HERE", (password,))
    assert len(found.line) < 410
    assert found.line.startswith("…")
    assert found.line.endswith("…")
    assert meant(found) == "HERE"
    assert "HERE, '…', 2" in found.line
    # Known credentials are hidden even if the text is cut before it is masked.
    for before in range(9_900, 10_100, 7):
        source = f"x = [{'1' * before}, {password}, HERE, {'2' * 30_000}]"
        line = at(source, "HERE", (password,)).line
        assert password not in line
        assert password[-6:] not in line


def test_what_is_hidden_before_the_place_moves_it() -> None:
    token = make("github-token")
    found = at(f"client('{token}', os.environ['SITE'], '{token}')", "'SITE'")
    assert found.line == "client('ghp_…', os.environ['SITE'], 'ghp_…')"
    assert meant(found) == "'SITE'"


def test_what_is_hidden_itself_is_pointed_at() -> None:
    token = make("github-token")
    assert meant(at(f"client('{token}', 1)", token)) == "ghp_…"
    # Even at a place inside it.
    assert meant(at(f"client('{token}', 1)", token[8:12])) == "ghp_…"


def test_a_key_of_many_rows_leaves_the_rows_below_in_place() -> None:
    key = make("private-key")
    rows = key.count("\n") + 1
    found = at(f"key = '''{key}'''\nsite = HERE", "HERE")
    assert found.row == rows + 1
    assert found.line == "site = HERE"
    assert meant(found) == "HERE"
    for row in key.splitlines()[1:-1]:
        assert not any(row[:12] in quoted for quoted in found.rows)


def test_rows_end_where_findings_count_them() -> None:
    raw = notebook_bytes(("code", "x"))
    data = json.loads(raw)
    data["cells"][0]["source"] = "a\rb\r\nc\x0cd\u2028e\nf"
    reader = Excerpts(Notebook.parse("a.ipynb", json.dumps(data).encode()), Redaction())
    found = reader.at(Place(1, "source", None, None, 3, 3, 3, 4))
    assert found is not None
    assert found.rows == ("a", "b", "c\x0cd\u2028e", "f")
    assert meant(found) == "d"


def test_outputs_and_metadata() -> None:
    data = json.loads(notebook_bytes(("code", "x"), owner="Ann"))
    stream = {"name": "stdout", "output_type": "stream", "text": ["\x1b[31mred\x1b[0m\n", "blue"]}
    page = {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<b>\nbold</b>"}}
    data["cells"][0]["outputs"] = [stream, page]
    reader = Excerpts(Notebook.parse("a.ipynb", json.dumps(data).encode()), Redaction())

    def line(place: Place) -> str | None:
        found = reader.at(place)
        return found.line if found else None

    assert line(Place(1, "output", 1, "stream", 1, 1)) == "red"
    assert line(Place(1, "output", 1, "stream", 2, 1)) == "blue"
    assert line(Place(1, "output", 2, "text/html", 2, 1)) == "bold</b>"
    assert line(Place(None, "metadata", row=7, column=2)) == ' "owner": "Ann"'
    assert line(Place(1, "output", 3, "stream", 1, 1)) is None
    assert line(Place(1, "output", 1, "stream", 9, 1)) is None
    assert line(Place(1, "source")) is None
    assert line(Place(surface="file", row=1)) is None


def test_attachments_that_cannot_be_told_apart_are_not_quoted() -> None:
    data = json.loads(notebook_bytes(("markdown", "x")))
    data["cells"][0]["attachments"] = {
        name: {"text/plain": f"this is {name}"} for name in ("one", "other")
    }
    place = Place(1, "attachment", None, "text/plain", 1, 1)
    both = Notebook.parse("a.ipynb", json.dumps(data).encode())
    assert Excerpts(both, Redaction()).at(place) is None
    del data["cells"][0]["attachments"]["other"]
    one = Excerpts(Notebook.parse("a.ipynb", json.dumps(data).encode()), Redaction()).at(place)
    assert one is not None
    assert one.line == "this is one"


def test_places_beyond_the_text_do_no_harm() -> None:
    reader = excerpts("ab\ncd", "")
    found = reader.at(Place(1, "source", None, None, 2, 99, 7, 5))
    assert found is not None
    assert (found.line, meant(found)) == ("cd", "")
    assert reader.at(Place(1, "source", None, None, 3, 1)) is None
    empty = reader.at(Place(2, "source", None, None, 1, 1, 1, 1))
    assert empty is not None
    assert empty.line == ""


@given(st.lists(st.tuples(st.text("ab", max_size=3), st.sampled_from(["", "<x>", "<yy>"]))))
def test_what_is_not_hidden_is_found_again(parts: list[tuple[str, str]]) -> None:
    text = "".join(plain + hidden for plain, hidden in parts)
    masked = Redaction(["<x>aa", "<yy>"]).masked(text)
    assert "<yy>" not in masked.text
    for start in range(len(text)):
        for end in range(start, len(text) + 1):
            begin, stop = masked.span(start, end)
            assert begin <= stop
            if "<" not in text[max(0, start - 4) : end + 4]:
                assert masked.text[begin:stop] == text[start:end]


def test_keeping_a_part() -> None:
    masked = Masked("0123456789")
    masked.keep(3, 7)
    assert masked.text == "3456"
    assert masked.span(4, 6) == (1, 3)
    assert masked.span(0, 10) == (0, 4)
