"""Where findings are in open documents, and the edits of fixes, without a server process."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from nblint.document.edit import DeleteCell, InsertCell, TextEdit
from nblint.document.model import Notebook, Place
from nblint.document.positions import RawNotebook, byte_offset
from nblint.server.actions import code_actions
from nblint.server.diagnostics import shown
from nblint.server.documents import OpenCell, OpenFile, OpenNotebook
from nblint.server.draft_checker import DraftChecker
from nblint.server.drafts import Draft, draft_of, path_of
from nblint.server.editor_text import UTF_16, EditorText
from tests.cli.test_secrecy import KINDS, leaks, planted
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import make

TOKEN = make("github-token")


def file_draft(path: Path, raw: bytes) -> Draft:
    return draft_of(OpenFile(path.as_uri(), EditorText(raw.decode(), 1, "json", UTF_16)))


def cells_draft(path: Path, *cells: tuple[str, str], **metadata: object) -> Draft:
    opened = [
        OpenCell(f"cell:{i}", kind == "code", {}, EditorText(source, 1, "python", UTF_16))
        for i, (kind, source) in enumerate(cells)
    ]
    return draft_of(OpenNotebook(path.as_uri(), metadata, tuple(opened)))


def part(text: EditorText, where: types.Range) -> str:
    return text.content[text.offset(where.start) : text.offset(where.end)]


SOURCES = st.lists(st.text(st.sampled_from('a"\\é🔑\n\t'), max_size=6), max_size=4)


@given(SOURCES, st.booleans(), st.integers(0, 20))
def test_the_place_of_a_character_in_the_file(lines: list[str], as_list: bool, offset: int) -> None:
    source: object = lines if as_list else "".join(lines)
    cell = {"cell_type": "code", "metadata": {}, "source": source}
    for ascii_only in (True, False):
        raw = json.dumps({"cells": [cell]}, ensure_ascii=ascii_only, indent=1).encode()
        text = "".join(lines)
        found = byte_offset(RawNotebook(raw), 1, offset)
        if offset < len(text):
            assert found is not None
            character = json.dumps(text[offset], ensure_ascii=ascii_only)[1:-1].encode()
            assert raw[found:].startswith(character)
        elif lines or not as_list:
            assert found is not None
            assert raw[found : found + 1] == b'"'
        else:
            assert found is None


def test_a_finding_in_the_text_of_a_file(tmp_path: Path) -> None:
    source = f'print("é🔑")\nk = "🔑", "{TOKEN}"\n'
    raw = notebook_bytes(("markdown", complete_header()), ("code", source))
    draft = file_draft(tmp_path / "a.ipynb", raw)
    (one,) = shown(DraftChecker().check(draft))
    (text,) = draft.texts.values()
    assert part(text, one.diagnostic.range) == TOKEN
    edits = draft.edits([TextEdit(2, 0, 11, "x = 1")])
    assert edits
    ((change,),) = edits.values()
    assert change.range.start.line == change.range.end.line, "no more than what is different"


def test_what_is_not_in_a_source_is_a_line_of_the_file(tmp_path: Path) -> None:
    notebook = json.loads(notebook_bytes(("markdown", complete_header()), ("code", "show()")))
    output = {"output_type": "stream", "name": "stdout", "text": ["fine\n", f"{TOKEN}\n"]}
    notebook["cells"][1]["outputs"] = [output]
    draft = file_draft(tmp_path / "a.ipynb", json.dumps(notebook, indent=1).encode())
    (one,) = shown(DraftChecker().check(draft))
    assert one.finding.code == "NBL203"
    (text,) = draft.texts.values()
    assert part(text, one.diagnostic.range).strip() == f'"{TOKEN}\\n"'


def test_a_file_that_is_no_notebook(tmp_path: Path) -> None:
    draft = file_draft(tmp_path / "a.ipynb", b'{"cells": [\n  {"a": }]}')
    (one,) = shown(DraftChecker().check(draft))
    assert one.finding.code == "NBL001"
    assert one.diagnostic.range.start == types.Position(1, 8)
    assert draft.edits([DeleteCell(1)]) is None


def test_cells_are_inserted_only_where_a_text_is_all(tmp_path: Path) -> None:
    raw = notebook_bytes(("code", "x = 1"))
    whole = file_draft(tmp_path / "a.ipynb", raw)
    edits = whole.edits([InsertCell(1, "# Title")])
    assert edits
    ((change,),) = edits.values()
    (text,) = whole.texts.values()
    start, end = text.offset(change.range.start), text.offset(change.range.end)
    after = Notebook.parse(
        "a", (text.content[:start] + change.new_text + text.content[end:]).encode()
    )
    assert [cell.source for cell in after.cells] == ["# Title", "x = 1"]
    cells = cells_draft(tmp_path / "a.ipynb", ("code", "x = 1"))
    assert cells.edits([InsertCell(1, "# Title")]) is None
    assert cells.edits([TextEdit(1, 0, 1, "y"), DeleteCell(1)]) is None


def test_line_ends_are_the_documents_own(tmp_path: Path) -> None:
    draft = cells_draft(tmp_path / "a.ipynb", ("code", "x = 1\r\ny = 2\r\n"))
    edits = draft.edits([TextEdit(1, 7, 7, "z = 3\n")])
    assert edits == {
        "cell:0": [types.TextEdit(types.Range(*[types.Position(1, 0)] * 2), "z = 3\r\n")]
    }


def test_what_is_about_the_notebook_is_at_its_first_cell(tmp_path: Path) -> None:
    draft = cells_draft(tmp_path / "a.ipynb", ("code", "x = 1"), ("code", "y"))
    first = types.Range(types.Position(0, 0), types.Position(0, 5))
    for place in (Place(), Place(surface="file", row=7), Place(1, "metadata", row=3)):
        assert draft.locate(place) == ("cell:0", first, False)
    assert cells_draft(tmp_path / "a.ipynb").locate(Place()) is None


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"name": "ir"}},
        {"metadata": {"kernelspec": {"name": "ir"}}, "nbformat": 4, "nbformat_minor": 2},
        {"custom": {"metadata": {"kernelspec": {"name": "ir"}}}},
    ],
)
def test_metadata_as_clients_send_it(tmp_path: Path, metadata: dict[str, object]) -> None:
    draft = cells_draft(tmp_path / "a.ipynb", ("code", "x"), **metadata)
    assert isinstance(draft.document, Notebook)
    assert draft.document.language == "r"


def test_a_parameters_cell_is_known_by_its_tag(tmp_path: Path) -> None:
    text = EditorText("limit = 1", 1, "python", UTF_16)
    header = EditorText(complete_header(), 1, "markdown", UTF_16)
    raw = EditorText("as it is", 1, "raw", UTF_16)
    cells = (
        OpenCell("a", False, {}, header),
        OpenCell("b", True, {"id": "b1", "metadata": {"tags": ["parameters"]}}, text),
        OpenCell("c", True, {}, raw),
    )
    draft = draft_of(OpenNotebook((tmp_path / "a.ipynb").as_uri(), {}, cells))
    assert isinstance(draft.document, Notebook)
    assert [cell.type for cell in draft.document.cells] == ["markdown", "code", "raw"]
    assert draft.document.cells[1].id == "b1"
    assert [one.finding.code for one in shown(DraftChecker().check(draft))] == ["NBL401"]


def test_what_editors_do_not_send_is_not_missed(tmp_path: Path) -> None:
    """Outputs, ids and the kernel are not there; nor is what allows something in an output."""
    (tmp_path / "nblint.toml").write_text('select = ["ALL"]\nignore = ["NBL1"]\n')
    cell = OpenCell(
        "a", True, {"tags": ["nblint-ignore-NBL203"]}, EditorText("x = 1\n", 1, "python", UTF_16)
    )
    draft = draft_of(OpenNotebook((tmp_path / "a.ipynb").as_uri(), {}, (cell,)))
    assert [one.code for one in DraftChecker().check(draft).findings] == ["NBL010"]


@pytest.mark.parametrize("code", ["NBL501", "NBL001", "NBL308", "NBL508"])
def test_rules_that_an_editor_cannot_run_may_be_selected(code: str, tmp_path: Path) -> None:
    (tmp_path / "nblint.toml").write_text(f'select = ["{code}"]\n')
    cell = OpenCell("a", True, {}, EditorText("x = 1\n", 1, "python", UTF_16))
    draft = draft_of(OpenNotebook((tmp_path / "a.ipynb").as_uri(), {}, (cell,)))
    verdict = DraftChecker().check(draft)
    assert (verdict.findings, verdict.faults) == ((), ())


def test_notebooks_that_were_never_saved() -> None:
    assert path_of("untitled:Untitled-1.ipynb?jupyter-notebook") == Path("Untitled-1.ipynb")
    assert path_of("untitled:") == Path("Untitled.ipynb")


def said(draft: Draft) -> Sequence[str]:
    """Return all that an editor shows of a draft, but for the texts that it has itself."""
    found = shown(DraftChecker().check(draft))
    assert found
    texts = [one.diagnostic.message for one in found]
    for uri in draft.texts:
        where = types.Range(types.Position(0, 0), types.Position(9**9, 0))
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(uri), where, types.CodeActionContext([])
        )
        actions = code_actions(draft, found, params, versioned=True)
        texts += [action.title for action in actions]
    return texts


@pytest.mark.parametrize("kind", KINDS[::8])
def test_no_credential_is_said(kind: str, tmp_path: Path) -> None:
    (tmp_path / "nblint.toml").write_text('select = ["ALL"]\n')
    raw = planted(kind)
    path = tmp_path / f"{kind}.ipynb"
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(raw)["cells"]]
    texts = "\n".join([*said(file_draft(path, raw)), *said(cells_draft(path, *cells))])
    assert ": ignore on this line" in texts
    assert leaks(texts) == []
