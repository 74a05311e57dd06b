"""Sessions with the real process: what is typed, what is said of it, and what is done about it."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from lsprotocol import types

from tests.conftest import complete_header
from tests.credentials.tokens import make
from tests.server.editor import Editor, editor

TOKEN = make("github-token")
HEADER = ("markdown", complete_header())
LOG = r"a message could not be handled: \w+\n"
END = types.Position(0, 1000)

pytestmark = pytest.mark.slow


def everywhere(one: Editor, uri: str) -> types.Range:
    return one.texts[uri].range(0, len(one.texts[uri].content))


async def test_a_credential_appears_and_goes(one: Editor, folder: Path) -> None:
    text, code = one.open_notebook(folder / "a.ipynb", HEADER, ("code", "x = 1\n"))
    assert await one.codes(code) == []
    one.type(code, 6, 6, f'token = "{TOKEN}"\n')
    assert await one.codes(code) == ["NBL201"]
    (found,) = one.diagnostics[code]
    assert found.range == types.Range(types.Position(1, 9), types.Position(1, 9 + len(TOKEN)))
    assert found.severity == types.DiagnosticSeverity.Error
    assert found.source == "nblint"
    assert found.message.startswith("GitHub token in code")
    assert "\nhelp: " in found.message
    assert TOKEN[8:] not in found.message
    one.type(code, 6, len(one.texts[code].content), "")
    assert await one.codes(code) == []
    assert one.diagnostics[code] == []
    assert text not in one.diagnostics, "of what was fine all the time nothing is said"


async def test_cells_come_and_go(one: Editor, folder: Path) -> None:
    text, code = one.open_notebook(folder / "a.ipynb", HEADER, ("code", f"k = '{TOKEN}'"))
    assert await one.codes(code) == ["NBL201"]
    new = f"{code}-new"
    one.cells.append(new)
    array = types.NotebookCellArrayChange(
        1, 1, [types.NotebookCell(types.NotebookCellKind.Code, new)]
    )
    structure = types.NotebookDocumentCellChangeStructure(
        array,
        did_open=[one._item(new, "import os\nos.environ['A'] = 'b'\n", "python")],
        did_close=[types.TextDocumentIdentifier(code)],
    )
    one.change(types.NotebookDocumentCellChanges(structure=structure))
    assert await one.codes(text) == []
    assert one.diagnostics[code] == []
    one.change(
        types.NotebookDocumentCellChanges(
            data=[types.NotebookCell(types.NotebookCellKind.Code, new, {"tags": ["parameters"]})]  # type: ignore[arg-type]
        )
    )
    assert await one.codes(new) == []
    identifier = types.NotebookDocumentIdentifier(one.notebook.uri)
    one.client.notebook_document_did_close(
        types.DidCloseNotebookDocumentParams(identifier, [types.TextDocumentIdentifier(new)])
    )
    assert await one.hover(new, END) is None


async def test_only_the_last_of_many_changes_is_checked(one: Editor, folder: Path) -> None:
    _, code = one.open_notebook(folder / "a.ipynb", HEADER, ("code", ""))
    await one.codes(code)
    before = one.published
    for character in f'token = "{TOKEN}"':
        length = len(one.texts[code].content)
        one.type(code, length, length, character)
    assert await one.codes(code) == ["NBL201"]
    assert one.published == before + 1


async def test_a_fix_is_offered_and_applied(one: Editor, folder: Path) -> None:
    header = complete_header().replace("## Purpose", "**Purpose**")
    text, _ = one.open_notebook(folder / "a.ipynb", ("markdown", header), ("code", "x = 1"))
    assert await one.codes(text) == ["NBL111"]
    where = one.diagnostics[text][0].range
    actions = await one.actions(text, where)
    (fix,) = (action for action in actions.values() if action.is_preferred)
    assert fix.kind == types.CodeActionKind.QuickFix
    assert fix.title.startswith("NBL111: ")
    assert list(fix.diagnostics or ()) == one.diagnostics[text]
    one.apply(fix)
    assert "\n## Purpose" in one.texts[text].content
    assert await one.codes(text) == []


@pytest.mark.parametrize("versioned", [True, False])
async def test_everything_safe_is_fixed_at_once(folder: Path, versioned: bool) -> None:
    header = complete_header().replace("## Purpose", "**Purpose**").replace("## Aud", "##Aud")
    async with editor(folder, versioned=versioned) as one:
        cells = ("markdown", header), ("code", "import os\nos.environ['A'] or 'b'")
        text, code = one.open_notebook(folder / "a.ipynb", *cells)
        assert await one.codes(text) == ["NBL111", "NBL111"]
        start = types.Range(types.Position(0, 0), types.Position(0, 0))
        kinds = ("source.fixAll", "notebook.source.fixAll.nblint")
        assert [len(await one.actions(code, start, kind)) for kind in kinds] == [0, 1]
        (fix,) = (await one.actions(text, start, kinds[0])).values()
        assert fix.kind == "source.fixAll.nblint"
        assert await one.actions(text, start, "refactor") == {}
        one.apply(fix)
        assert await one.codes(text) == []


async def test_an_unsafe_fix_says_so(one: Editor, folder: Path) -> None:
    (folder / "environment.toml").write_text("[environment.API_KEY]\nsecret = true\n")
    source = 'import os\nkey = os.getenv("API_KEY", "abc")\n'
    _, code = one.open_notebook(folder / "a.ipynb", HEADER, ("code", source))
    assert await one.codes(code) == ["NBL302"]
    actions = await one.actions(code, everywhere(one, code), "quickfix")
    (fix,) = (action for title, action in actions.items() if "(unsafe: " in title)
    assert fix.is_preferred is False
    assert await one.actions(code, everywhere(one, code), "source.fixAll.nblint") == {}
    one.apply(fix)
    assert one.texts[code].content == 'import os\nkey = os.getenv("API_KEY")\n'


async def test_a_line_is_ignored_by_a_comment(one: Editor, folder: Path) -> None:
    cells = ("markdown", "# Ränge\n\n##Purpose\ntext"), ("code", f'k = "{TOKEN}"\nx = 1\n')
    text, code = one.open_notebook(folder / "a.ipynb", *cells)
    assert await one.codes(code) == ["NBL201"]
    actions = await one.actions(code, everywhere(one, code))
    one.apply(actions["NBL201: ignore on this line"])
    expected = f'k = "{TOKEN}"  # nblint: ignore[NBL201]\nx = 1\n'
    assert one.texts[code].content == expected
    # The rule asks for the reason, which only its author knows.
    assert await one.codes(code) == ["NBL010"]
    assert "NBL111" in await one.codes(text)
    actions = await one.actions(text, everywhere(one, text))
    one.apply(actions["NBL111: ignore on this line"])
    assert "##Purpose <!-- nblint: ignore[NBL111] -->\n" in one.texts[text].content
    assert "NBL111" not in await one.codes(text)


async def test_hover_explains_the_rule(one: Editor, folder: Path) -> None:
    _, code = one.open_notebook(folder / "a.ipynb", HEADER, ("code", f'k = "{TOKEN}"\nx = 1\n'))
    text = await one.hover(code, types.Position(0, 10))
    assert text
    assert text.startswith("**NBL201 credential-in-code**\n\n")
    assert TOKEN[8:] not in text
    assert await one.hover(code, types.Position(1, 2)) is None


@pytest.mark.parametrize(
    ("encodings", "agreed", "units"),
    [
        (None, "utf-16", lambda text: len(text.encode("utf-16-le")) // 2),
        (["utf-8", "utf-16"], "utf-8", lambda text: len(text.encode())),
        (["utf-32"], "utf-32", len),
    ],
)
async def test_positions_in_the_clients_units(
    folder: Path, encodings: list[str] | None, agreed: str, units: Callable[[str], int]
) -> None:
    async with editor(folder, encodings) as one:
        assert one.capabilities.position_encoding == agreed
        before = 'k = "🔑 é", "'
        # A form feed and a line separator end no line.
        source = f'\f\u2028\n{before}{TOKEN}"\n'
        _, code = one.open_notebook(folder / "a.ipynb", HEADER, ("code", source))
        assert await one.codes(code) == ["NBL201"]
        start, end = units(before), units(before + TOKEN)
        expected = types.Range(types.Position(1, start), types.Position(1, end))
        assert one.diagnostics[code][0].range == expected
        one.type(code, source.index("k ="), source.index("k ="), "🔑\n")
        assert await one.codes(code) == ["NBL201"]
        assert one.diagnostics[code][0].range.start == types.Position(2, start)
        offset = one.texts[code].content.index(TOKEN)
        one.type(code, offset, offset + len(TOKEN), "")
        assert await one.codes(code) == []


async def test_settings_that_change_hold_at_once(one: Editor, folder: Path) -> None:
    settings = folder / "nblint.toml"
    _, code = one.open_notebook(folder / "a.ipynb", HEADER, ("code", f'k = "{TOKEN}"\n'))
    assert await one.codes(code) == ["NBL201"]
    assert "**/*.toml" in one.watched

    async def save(text: str) -> list[str]:
        settings.write_text(text)
        change = types.FileEvent(settings.as_uri(), types.FileChangeType.Changed)
        one.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
        return await one.codes(code)

    assert await save('ignore = ["NBL201"]\n') == []
    assert await save('severity = { NBL2 = "warning" }\n') == ["NBL201"]
    assert one.diagnostics[code][0].severity == types.DiagnosticSeverity.Warning
    assert await save('exclude = ["*.ipynb"]\n') == []
    assert one.messages == []
    assert await save('ingore = ["NBL201"]\n') == []
    assert len(one.messages) == 1
    assert "ignore" in one.messages[0]
    assert await save("") == ["NBL201"]


async def test_what_the_baseline_records_is_not_shown(one: Editor, folder: Path) -> None:
    from tests.conftest import notebook_bytes

    notebook = folder / "a.ipynb"
    notebook.write_bytes(notebook_bytes(HEADER, ("code", f'k = "{TOKEN}"\n')))
    (folder / "nblint.toml").write_text('baseline = ".nblint-baseline.json"\n')
    command = [sys.executable, "-m", "nblint", "baseline", "create"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    _, code = one.open_notebook(notebook, HEADER, ("code", f'k = "{TOKEN}"\n'))
    assert await one.codes(code) == []
    one.type(code, 0, 0, f'other = "{make("slack-token")}"\n')
    assert await one.codes(code) == ["NBL201"]


async def test_it_goes_on_after_what_is_no_message(folder: Path) -> None:
    async with editor(folder, log=LOG) as one:
        process = one.client._server
        assert process
        assert process.stdin
        for body in (b"{", b"[]", b'"x"', b"\xff\xfe", b'{"jsonrpc": "2.0", "method": 3}', b"{}"):
            process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        process.stdin.write(b"rubbish\r\n\r\nContent-Length: x\r\n\r\n")
        unknown = "vscode-notebook-cell:/nowhere.ipynb#1"
        one.texts[unknown] = one.new_text("")
        one.type(unknown, 0, 0, "x")
        identifier = types.VersionedNotebookDocumentIdentifier(1, "file:///nowhere.ipynb")
        one.client.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(
                identifier,
                types.NotebookDocumentChangeEvent(metadata={"a": 1}),  # type: ignore[arg-type]
            )
        )
        one.client.notebook_document_did_close(
            types.DidCloseNotebookDocumentParams(
                types.NotebookDocumentIdentifier("file:///nowhere.ipynb"), []
            )
        )
        assert await one.hover(unknown, END) is None
        _, code = one.open_notebook(folder / "a.ipynb", HEADER, ("code", f'k = "{TOKEN}"\n'))
        assert await one.codes(code) == ["NBL201"]


async def test_odd_notebook_documents(one: Editor, folder: Path) -> None:
    cell = "vscode-notebook-cell:/a.ipynb#1"
    document = types.NotebookDocument(
        "untitled:Untitled-1.ipynb",
        "jupyter-notebook",
        1,
        [
            types.NotebookCell(types.NotebookCellKind.Code, "no-such-text"),
            types.NotebookCell(types.NotebookCellKind.Code, cell, {"metadata": [1], "id": 3}),  # type: ignore[arg-type]
        ],
        {"custom": 1, "metadata": {"kernelspec": []}},  # type: ignore[arg-type]
    )
    item = one._item(cell, f'k = "{TOKEN}"\n', "python")
    one.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(document, [item]))
    assert "NBL201" in await one.codes(cell)
    structure = types.NotebookDocumentCellChangeStructure(
        types.NotebookCellArrayChange(90, 7, None)
    )
    one.notebook = types.VersionedNotebookDocumentIdentifier(1, document.uri)
    one.change(types.NotebookDocumentCellChanges(structure=structure))
    assert "NBL201" in await one.codes(cell)


async def test_the_end_without_being_asked_for(folder: Path) -> None:
    one = Editor(None)
    await one.client.start_io(sys.executable, "-m", "nblint", "server", cwd=folder)
    await one.initialize(folder)
    one.client.exit(None)
    await one.client.stop()
    process = one.client._server
    assert process
    assert process.returncode == 1


async def test_the_editor_is_gone(folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "nblint", "server", "--stdio", stdin=asyncio.subprocess.PIPE
    )
    assert process.stdin
    process.stdin.close()
    assert await process.wait() == 1
