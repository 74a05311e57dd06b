"""What JupyterLab sends, as jupyterlab-lsp 5.3 puts it together."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from lsprotocol import types

from nblint.document.model import Notebook, Place
from nblint.server.documents import OpenFile, OpenParts
from nblint.server.drafts import CellsDraft
from nblint.server.editor_text import UTF_16, EditorText
from nblint.server.jupyterlab import draft_of_parts
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import make
from tests.server.editor import Editor

HEADER = complete_header()
SAVED = (
    ("markdown", HEADER),
    ("code", "import os\n\n\ndef f():\n    return 1"),
    ("markdown", "Some text.\n\n\nAnd more."),
    ("code", "x = 1"),
)


def joined(cells: Sequence[tuple[str, str]]) -> str:
    """Return the text of all code, in which other cells are empty."""
    return "\n\n".join(f"{source if kind == 'code' else ''}\n" for kind, source in cells)


def markdown(cells: Sequence[tuple[str, str]]) -> str:
    return "\n\n".join(f"{source}\n" for kind, source in cells if kind == "markdown")


def opened(path: Path, code: str | None, text: str | None) -> OpenParts:
    def file(suffix: str, content: str | None) -> OpenFile | None:
        known = None if content is None else EditorText(content, 1, "", UTF_16)
        return OpenFile(f"{path.as_uri()}{suffix}", known) if known else None

    return OpenParts(path.as_uri(), file("", code), file(".python-markdown.md", text))


def draft(folder: Path, now: Sequence[tuple[str, str]]) -> CellsDraft:
    path = folder / "a.ipynb"
    path.write_bytes(notebook_bytes(*SAVED, kept={"yes": True}))
    return draft_of_parts(opened(path, joined(now), markdown(now)))


def cells(found: CellsDraft) -> list[tuple[str, str]]:
    assert isinstance(found.document, Notebook)
    return [(cell.type, cell.source) for cell in found.document.cells]


def test_what_is_saved_is_known(tmp_path: Path) -> None:
    found = draft(tmp_path, SAVED)
    assert cells(found) == list(SAVED)
    assert isinstance(found.document, Notebook)
    assert [cell.id for cell in found.document.cells] == ["cell-1", "cell-2", "cell-3", "cell-4"]
    assert found.document.metadata["kept"] == {"yes": True}


@pytest.mark.parametrize(
    ("number", "source"),
    [
        (0, "# Another title\n\n\nand text"),
        (1, "import os, re\n\n\ndef f():\n    return 2"),
        (1, "import os\n\n\ndef f():\n    return 1\n\n\n    # more"),
        (1, ""),
        (2, "Other text."),
        (3, "x = 1\ny = '🔑'"),
    ],
)
def test_a_cell_that_is_typed_is_the_same_cell(tmp_path: Path, number: int, source: str) -> None:
    now = list(SAVED)
    now[number] = (SAVED[number][0], source)
    found = draft(tmp_path, now)
    kept = [cell for cell in cells(found) if cell in now]
    assert len(kept) >= 3
    assert isinstance(found.document, Notebook)
    for cell, span in zip(found.document.cells, found.spans, strict=True):
        if span and cell.source:
            lines = found.texts[span.uri].content.split("\n")
            assert "\n".join(lines[span.line : span.last_line + 1]) == cell.source


def test_a_new_cell(tmp_path: Path) -> None:
    now = [*SAVED[:3], ("code", "new = 1"), ("markdown", "New."), SAVED[3]]
    assert set(cells(draft(tmp_path, now))) == set(now)
    gone = [*SAVED[:1], *SAVED[2:]]
    assert cells(draft(tmp_path, gone)) == gone


@pytest.mark.parametrize(
    ("written", "sent", "silent"),
    [
        ("%pip install x", 'get_ipython().run_line_magic("pip", " install x")', {1}),
        (
            '%env A="b\\c"\nx = 1',
            'get_ipython().run_line_magic("env", " A=\\"b\\\\c\\"")\nx = 1',
            {1},
        ),
        ("x = 1\ny = !ls -l", 'x = 1\ny = get_ipython().getoutput("ls -l")', {2}),
        ("    !ls", '    get_ipython().getoutput("ls")', {1}),
        (
            "%%bash -e\necho hi\nls",
            'get_ipython().run_cell_magic("bash", " -e", """echo hi\nls""")',
            {1, 2, 3},
        ),
        ("%%time\nx = 1", '# START_CELL_MAGIC("time", "")\nx = 1\n# END_CELL_MAGIC', {1, 2}),
        (
            'get_ipython().run_line_magic("pip", "x")',
            'get_ipython().run_line_magic("pip", "x")',
            set(),
        ),
    ],
)
def test_magics_are_read_as_they_were_written(
    tmp_path: Path, written: str, sent: str, silent: set[int]
) -> None:
    found = draft(tmp_path, [*SAVED[:3], ("code", sent)])
    assert cells(found)[3] == ("code", written)
    span = found.spans[3]
    assert span
    assert span.silent == silent


def test_what_stands_on_a_replaced_line_is_shown_on_another(tmp_path: Path) -> None:
    sent = 'get_ipython().run_line_magic("env", " A=b")\n\nx = 1'
    found = draft(tmp_path, [*SAVED[:3], ("code", sent)])
    span = found.spans[3]
    assert span
    located = found.locate(Place(4, "source", None, None, 1, 1, 1, 8))
    assert located
    assert located.is_moved
    assert located.range.start.line == span.line + 1


@pytest.mark.parametrize("saved", [None, b"{", b"[]", b'{"cells": [1, {"source": 3}]}'])
def test_no_saved_notebook(tmp_path: Path, saved: bytes | None) -> None:
    path = tmp_path / "a.ipynb"
    if saved is not None:
        path.write_bytes(saved)
    found = draft_of_parts(opened(path, "x = 1\n\n\ny = 2\n", None))
    assert ("code", "y = 2") in cells(found)


def test_many_cells_that_all_differ(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(notebook_bytes(*[("code", f"x{i}") for i in range(2000)]))
    text = joined([("code", f"y{i}") for i in range(2000)])
    assert cells(draft_of_parts(opened(path, text, None)))[1999] == ("code", "y1999")


@pytest.mark.slow
async def test_a_session(one: Editor, folder: Path) -> None:
    token = make("github-token")
    path = folder / "my notes.ipynb"
    path.write_bytes(notebook_bytes(*SAVED))
    code, text = path.as_uri(), f"{path.as_uri()}.python-markdown.md"
    one.open_text(code, joined(SAVED), "python")
    one.open_text(text, markdown(SAVED), "markdown")
    assert await one.codes(code) == []
    content = one.texts[code].content
    one.type(code, content.index("x = 1"), content.index("x = 1"), f'🔑 = "{token}"\n')
    assert await one.codes(code) == ["NBL201"]
    line = content[: content.index("x = 1")].count("\n")
    assert one.diagnostics[code][0].range.start == types.Position(line, 6)
    content = one.texts[text].content
    start = content.index("## Purpose")
    one.type(text, start, start + len("## Purpose"), "**Purpose**")
    assert await one.codes(text) == ["NBL111"]
    assert await one.actions(text, one.diagnostics[text][0].range) == {}, "magics are not code"
    notebook = json.loads(path.read_bytes())
    notebook["cells"][3]["source"] = f'k = "{token}"'
    path.write_text(json.dumps(notebook))
    one.client.text_document_did_save(
        types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(code))
    )
    assert await one.codes(code) == ["NBL201"]
    for uri in (code, text):
        one.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
        )
    assert await one.codes(code) == []
    assert one.diagnostics[text] == []
