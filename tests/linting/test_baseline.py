"""The baseline: which findings it records, and how it recognises them."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nblint.document.model import Place
from nblint.errors import SettingsError
from nblint.findings import Finding
from nblint.linting.baseline import SALT_VARIABLE, Baseline, Entry, Match, Occurrence

RAN = {"NBL102", "NBL104", "NBL201"}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def finding(text: str, code: str = "NBL104", row: int = 1) -> Finding:
    place = Place(1, row=row, column=1)
    return Finding(code, "name", "error", text, place, fingerprint=digest(text))


def recorded(folder: Path, *found: tuple[Finding, str | None]) -> Baseline:
    """Return a baseline that records findings of a.ipynb, as read back from its file."""
    baseline = Baseline.new(folder / "baseline.json")
    entries = [baseline.entry(Occurrence(str(folder / "a.ipynb"), *pair)) for pair in found]
    assert all(entries)
    baseline.with_entries(entry for entry in entries if entry).write()
    return Baseline.load(folder / "baseline.json")


def match(baseline: Baseline, *found: tuple[Finding, str | None], name: str = "a.ipynb") -> Match:
    path = str(baseline.root / name)
    return baseline.match(path, [Occurrence(path, *pair) for pair in found], RAN)


def is_new(matched: Match) -> list[bool]:
    return [entry is None for entry in matched.entries]


def test_the_file_diffs_well(tmp_path: Path) -> None:
    two = recorded(tmp_path, (finding("b"), "cell-2"), (finding("a"), "cell-1"))
    text = two.file.read_text()
    assert text.splitlines() == [
        "{",
        ' "version": 2,',
        f' "salt": "{two.salt}",',
        ' "entries": [',
        '  {"path": "a.ipynb", "cell_id": "cell-1", "surface": "source", "code": "NBL104",'
        f' "fingerprint": "{digest("a")}", "reason": ""}},',
        '  {"path": "a.ipynb", "cell_id": "cell-2", "surface": "source", "code": "NBL104",'
        f' "fingerprint": "{digest("b")}", "reason": ""}}',
        " ]",
        "}",
    ]
    two.write()
    assert two.file.read_text() == text
    Baseline.load(two.file).with_entries(two.entries[::-1]).write()
    assert two.file.read_text() == text


def test_findings_that_are_alike_are_recorded_as_often_as_they_occur(tmp_path: Path) -> None:
    one = finding("the text is a placeholder")
    baseline = recorded(tmp_path, (one, "x"), (one, "y"))
    assert is_new(match(baseline, (one, "x"), (one, "y"))) == [False, False]
    assert is_new(match(baseline, (one, "y"), (one, "x"))) == [False, False]
    assert is_new(match(baseline, (one, None), (one, None), (one, None))) == [False, False, True]
    matched = match(baseline, (one, "y"))
    assert is_new(matched) == [False]
    assert [entry.cell_id for entry in matched.stale] == ["x"]


def test_of_findings_that_are_alike_the_one_in_a_new_cell_is_new(tmp_path: Path) -> None:
    one = finding("alike")
    baseline = recorded(tmp_path, (one, "x"), (one, "y"))
    assert is_new(match(baseline, (one, "new"), (one, "x"), (one, "y"))) == [True, False, False]


def test_a_credential_is_the_same_leak_wherever_it_is_in_its_notebook(tmp_path: Path) -> None:
    leak, other = finding("leak", "NBL201"), finding("other", "NBL201")
    baseline = recorded(tmp_path, (leak, "x"), (leak, "y"))
    assert len(baseline.entries) == 1
    matched = match(baseline, (leak, "y"), (leak, "z"), (leak, None))
    assert is_new(matched) == [False, False, False]
    assert not matched.stale
    assert is_new(match(baseline, (other, "x"))) == [True]
    assert is_new(match(baseline, (leak, "x"), name="b.ipynb")) == [True]
    in_output = finding("leak", "NBL203")
    assert is_new(match(baseline, (in_output, "x"))) == [True]


def test_only_rules_that_ran_have_stale_entries(tmp_path: Path) -> None:
    baseline = recorded(tmp_path, (finding("a"), "x"), (finding("b", "NBL501"), "x"))
    assert [entry.code for entry in match(baseline).stale] == ["NBL104"]


def test_findings_about_all_notebooks_together(tmp_path: Path) -> None:
    one, other = finding("X is read by none", "NBL308"), finding("Y is read by none", "NBL308")
    catalogue = str(tmp_path / "environment.toml")
    baseline = recorded(tmp_path, (finding("a"), "x"))
    entries = [baseline.entry(Occurrence(catalogue, f)) for f in (one, other)]
    baseline = baseline.with_entries([*baseline.entries, *(entry for entry in entries if entry)])
    matched = baseline.match(None, [Occurrence(catalogue, one)], {"NBL308"})
    assert is_new(matched) == [False]
    assert [entry.fingerprint for entry in matched.stale] == [other.fingerprint]
    elsewhere = Occurrence(str(tmp_path / "other.toml"), one)
    assert is_new(baseline.match(None, [elsewhere], {"NBL308"})) == [True]
    assert not match(baseline, (finding("a"), "x")).stale


def test_what_is_never_recorded(tmp_path: Path) -> None:
    baseline = Baseline.new(tmp_path / "baseline.json")
    inside, outside = str(tmp_path / "a.ipynb"), str(tmp_path.parent / "a.ipynb")
    assert baseline.entry(Occurrence(inside, finding("a")))
    assert baseline.entry(Occurrence(outside, finding("a"))) is None
    assert baseline.entry(Occurrence(inside, finding("not JSON", "NBL001"))) is None
    without = Finding("NBL201", "name", "error", "a credential", Place(1), detector="d")
    assert baseline.entry(Occurrence(inside, without)) is None


@pytest.mark.parametrize("cell_id", ["", "a b", "é", "x" * 65, "x\n"])
def test_odd_ids_of_cells_are_left_out(tmp_path: Path, cell_id: str) -> None:
    assert recorded(tmp_path, (finding("a"), cell_id)).entries[0].cell_id is None


def test_reasons_survive_when_entries_become_one(tmp_path: Path) -> None:
    baseline = recorded(tmp_path, (finding("leak", "NBL201"), "x"))
    (entry,) = baseline.entries
    explained = Entry("a.ipynb", "y", "source", "NBL201", entry.fingerprint, "revoked")
    for entries in ([entry, explained], [explained, entry]):
        assert baseline.with_entries(entries).entries == (explained,)


def test_the_salt_of_the_environment_replaces_the_file_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    baseline = recorded(tmp_path, (finding("leak", "NBL201"), "x"))
    assert baseline.salt == baseline.stored_salt
    assert baseline.salt != Baseline.new(tmp_path / "other.json").salt
    monkeypatch.setenv(SALT_VARIABLE, "from the environment")
    assert baseline.salt == "from the environment"

    baseline.file.unlink()
    elsewhere = recorded(tmp_path, (finding("leak", "NBL201"), "x"))
    assert elsewhere.stored_salt is None
    assert "from the environment" not in elsewhere.file.read_text()
    monkeypatch.delenv(SALT_VARIABLE)
    with pytest.raises(SettingsError, match="its salt is kept in NBLINT_BASELINE_SALT"):
        Baseline.load(elsewhere.file)


ENTRY = {
    "path": "a.ipynb",
    "cell_id": None,
    "surface": "source",
    "code": "NBL104",
    "fingerprint": "0" * 32,
    "reason": "",
}


def content(**changed: object) -> bytes:
    return json.dumps({"version": 2, "salt": "ab", "entries": [{**ENTRY, **changed}]}).encode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "a table"),
        (b"{}", "missing key 'version'"),
        (b'{"version": 1, "salt": null, "entries": []}', "format 1 is no longer supported"),
        (b'{"version": 3, "salt": null, "entries": []}', "a newer nblint (format 3)"),
        (b'{"version": 0, "salt": null, "entries": []}', "format 0 is no longer supported"),
        (b'{"version": "2", "salt": null, "entries": []}', "version"),
        (b'{"version": 2, "salt": null, "entries": [], "x": 1}', "unknown key 'x'"),
        (b'{"version": 2, "salt": 3, "entries": []}', "salt"),
        (b'{"version": 2, "salt": "", "entries": []}', "salt"),
        (b'{"version": 2, "salt": null, "entries": {}}', "entries"),
        (b'{"version": 2, "salt": null, "entries": [null]}', "entries"),
        (content(code=201), "entries[0].code"),
        (content(code="NBL1"), "entries[0].code"),
        (content(fingerprint="x"), "entries[0].fingerprint"),
        (content(fingerprint="0" * 32 + "\n"), "entries[0].fingerprint"),
        (content(reason="x" * 5000), "entries[0].reason"),
        (content(surface="elsewhere"), "entries[0].surface"),
        (content(line=3), "unknown key 'line'"),
        (content(path=""), "entries[0].path"),
        (content(path="../a.ipynb"), "is outside"),
        (content(path="x/../../a.ipynb"), "is outside"),
        (content(path="/etc/passwd"), "is outside"),
        (content(path="..\\a.ipynb"), "is outside"),
        (content(path="C:/a.ipynb"), "is outside"),
        (content(path="a\0b"), "is outside"),
        (b" " * (32 * 1024 * 1024 + 1), "too large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_file_gives_one_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    file = tmp_path / "baseline.json"
    file.write_bytes(data)
    with pytest.raises(SettingsError) as error:
        Baseline.load(file)
    assert sentence in str(error.value)
    assert str(error.value).startswith(f"{file}: ")
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < len(str(file)) + 150


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such baseline; create it with 'nblint baseline"):
        Baseline.load(tmp_path / "baseline.json")
    with pytest.raises(SettingsError, match="cannot be read"):
        Baseline.load(tmp_path)


_found = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", None])), max_size=8)


@given(before=_found, after=_found)
def test_as_many_are_new_as_there_are_more_than_recorded(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[tuple[str, str | None]],
    after: list[tuple[str, str | None]],
) -> None:
    baseline = Baseline.new(tmp_path_factory.getbasetemp() / "baseline.json")
    path = str(baseline.root / "a.ipynb")
    entries = [baseline.entry(Occurrence(path, finding(text), cell)) for text, cell in before]
    baseline = baseline.with_entries(entry for entry in entries if entry)
    matched = match(baseline, *((finding(text), cell) for text, cell in after))
    for text in "abc":
        was, now = (sum(t == text for t, _ in found) for found in (before, after))
        new = [
            entry is None for (t, _), entry in zip(after, matched.entries, strict=True) if t == text
        ]
        assert sum(new) == max(0, now - was)
        stale = [entry for entry in matched.stale if entry.fingerprint == digest(text)]
        assert len(stale) == max(0, was - now)
