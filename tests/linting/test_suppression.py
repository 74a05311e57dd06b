import json

import pytest

from nblint.document.model import Notebook, Place
from nblint.findings import Finding
from nblint.linting.suppression import parted
from nblint.reading.suppressions import suppressions
from nblint.rules.index import INDEX


def notebook(source: str, kind: str = "code", *tags: str) -> Notebook:
    cells = [
        {"cell_type": "code", "source": "1", "metadata": {}, "outputs": []},
        {"cell_type": kind, "source": source, "metadata": {"tags": list(tags)}, "outputs": []},
    ]
    data = {"cells": cells, "metadata": {"nblint": 1}, "nbformat": 4, "nbformat_minor": 4}
    return Notebook.parse("a.ipynb", json.dumps(data).encode())


def finding(code: str, place: Place) -> Finding:
    return Finding(code, "name", "error", "message", place)


def rows_left(notebook: Notebook, code: str) -> list[int]:
    """Return the rows of the second cell on which a finding would be reported."""
    cell = notebook.cells[1]
    findings = [finding(code, cell.place(row)) for row in range(1, len(cell.rows) + 1)]
    return [f.place.row or 0 for f in parted(findings, suppressions(notebook), INDEX)[0]]


@pytest.mark.parametrize(
    ("source", "code", "left"),
    [
        ("a = 1  # nblint: ignore[NBL201] it is public\nb = 2", "NBL201", [2]),
        ("a = 1  # nblint: ignore[NBL201]\nb = 2", "NBL301", [1, 2]),
        ("a = 1  #nblint:ignore[NBL2, NBL301]\nb = 2", "NBL301", [2]),
        ("# nblint: ignore-cell[NBL3]\na = 1\nb = 2", "NBL301", []),
        ("# nblint: ignore-cell[NBL3]\na = 1", "NBL201", [1, 2]),
        ("a = 1  # nblint: ignore\nb = 2", "NBL201", [1, 2]),
        ("a = 1  # nblint: ignore[]\nb = 2", "NBL201", [1, 2]),
        ("%%sql\nselect 1 -- nblint: ignore[NBL201]", "NBL201", [1]),
        ("%%html\n<b>1</b> <!-- nblint: ignore[NBL201] -->", "NBL201", [1]),
        ("a = b -- c  # what `-- nblint: ignore[NBL201]` is for", "NBL201", [1]),
        ("a = 1  # pragma: allowlist secret\nb = 2", "NBL201", [2]),
        ("a = 1  # pragma: whitelist secret\nb = 2", "NBL201", [2]),
        ("# pragma: allowlist nextline secret\na = 1\nb = 2", "NBL203", [1, 3]),
        ("a = 1  # pragma: allowlist secret", "NBL301", [1]),
    ],
)
def test_comments_in_code(source: str, code: str, left: list[int]) -> None:
    assert rows_left(notebook(source), code) == left


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("TODO <!-- nblint: ignore[NBL104] -->\nTODO", [2]),
        ("<!-- nblint: ignore[NBL104] -->\n\nTODO\nTODO", [2, 4]),
        ("<!-- nblint: ignore-cell[NBL104] -->\nTODO\nTODO", []),
    ],
)
def test_comments_in_markdown(source: str, left: list[int]) -> None:
    assert rows_left(notebook(source, "markdown"), "NBL104") == left


def test_a_comment_on_any_row_of_a_finding_holds() -> None:
    source = notebook("f(\n  1,  # nblint: ignore[NBL201]\n)")
    whole = finding("NBL201", source.cells[1].place(1, 1, 3, 2))
    assert parted([whole], suppressions(source), INDEX)[0] == []


def test_a_tag_holds_for_outputs_and_metadata_too() -> None:
    tagged = notebook("a = 1", "code", "nblint-ignore-NBL203", "nblint-ignore-", "other")
    output = finding("NBL203", Place(2, "output", 1, "stream", 1, 1))
    elsewhere = finding("NBL203", Place(1, "output", 1, "stream", 1, 1))
    source = finding("NBL201", tagged.cells[1].place(1))
    found = [output, finding("NBL203", Place(2, "metadata")), elsewhere, source]
    assert parted(found, suppressions(tagged), INDEX)[0] == [elsewhere, source]


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("# nblint: ignore-cell[NBL203] a sample", True),
        ("# nblint: ignore[NBL203] a sample", False),
    ],
)
def test_a_comment_for_the_cell_holds_for_its_outputs(source: str, holds: bool) -> None:
    commented = notebook(source)
    output = finding("NBL203", Place(2, "output", 1, "stream", 1, 1))
    left, suppressed = parted([output], suppressions(commented), INDEX)
    assert (left == []) == holds
    assert [one.suppression for one in suppressed] == ["a sample"] * holds


IN_STRINGS = {
    "Python": "a = '# nblint: ignore[NBL201]'",
    "several rows of Python": 'a = """\n# nblint: ignore[NBL201]\n"""',
    "an f-string": "a = f'{b}# nblint: ignore[NBL201]'",
    "a shell": "%%bash\necho '# nblint: ignore[NBL201]'",
    "a shell's word": "%%bash\necho a# nblint: ignore[NBL201]",
    "SQL": "%%sql\nselect '-- nblint: ignore[NBL201]'",
    "JavaScript": "%%javascript\nx = `\n// nblint: ignore[NBL201]\n`",
    "another tool's": "a = '# pragma: allowlist secret'",
    "another tool's, too": "a = 'gitleaks:allow'",
    "no comment at all": "a = 1 nblint: ignore[NBL201]",
}


@pytest.mark.parametrize("source", IN_STRINGS.values(), ids=IN_STRINGS)
def test_a_comment_in_a_string_suppresses_nothing(source: str) -> None:
    document = notebook(source)
    assert suppressions(document) == ()
    assert rows_left(document, "NBL201") == list(range(1, source.count("\n") + 2))


REASONS = {
    "a = 1  # nblint: ignore[NBL201] a sample": "a sample",
    "a = 1  # nblint: ignore[NBL201]: a sample": "a sample",
    "a = 1  # nblint: ignore[NBL201] - a sample  # noqa: S105": "a sample",
    "a = 1  # nblint: ignore[NBL201]": "",
    "a = 1  # nblint: ignore[NBL201] --": "",
    "a = 1  # nblint: ignore[NBL201] x": "",
    "a = 1  # pragma: allowlist secret of the test account": "of the test account",
    "a = 1  # gitleaks:allow a sample": "a sample",
    "a = 1  # trufflehog:ignore": "",
    "%%javascript\nx = 1 /* nblint: ignore[NBL201] a sample */": "a sample",
}


@pytest.mark.parametrize(("source", "reason"), REASONS.items())
def test_what_stands_behind_is_the_reason(source: str, reason: str) -> None:
    assert [one.reason for one in suppressions(notebook(source))] == [reason]


def test_a_rule_that_cannot_be_suppressed_is_not() -> None:
    document = notebook("a = 1  # nblint: ignore[ALL]")
    found = finding("NBL010", document.cells[1].place(1))
    assert parted([found], suppressions(document), INDEX) == ([found], [])
