"""The check at each save, in a real Jupyter Server too, and `%nblint`."""

import base64
import copy
import functools
import json
import logging
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from jupyter_server.services.contents.filemanager import AsyncFileContentsManager
from tornado.web import HTTPError
from traitlets.config import Config

import nblint.jupyter
from nblint.jupyter import check_before_save
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import make
from tests.jupyter import AUTHORIZATION, JupyterServer

TOKEN = make("github-token")
HEADER = ("markdown", complete_header())
LEAK = ("code", f'%pip install slack-sdk\nclient = WebClient(token="{TOKEN}")')
STAYS = "Your work is not lost: it is still here."


def model(*cells: tuple[str, str]) -> dict[str, Any]:
    return {"type": "notebook", "format": "json", "content": json.loads(notebook_bytes(*cells))}


def printing(text: str) -> dict[str, Any]:
    """Return a notebook of which a cell has printed a text."""
    saved = model(HEADER, ("code", "show()"))
    output = {"output_type": "stream", "name": "stdout", "text": [text]}
    saved["content"]["cells"][-1]["outputs"] = [output]
    return saved


class Server:
    """What the hook sees of Jupyter Server: a folder and a log."""

    def __init__(self, folder: Path, log: logging.Logger) -> None:
        self.manager = SimpleNamespace(root_dir=str(folder), log=log)

    def save(self, saved: dict[str, Any], path: str = "a.ipynb", **options: Any) -> str | None:
        """Return the message that refuses the save; None where it is accepted."""
        before = json.dumps(saved)
        hook = functools.partial(check_before_save, **options)
        try:
            hook(model=saved, path=path, contents_manager=self.manager, chunk=None)
            message = None
        except HTTPError as error:
            message = str(error.get_message())
        assert json.dumps(saved) == before, "the notebook is saved as it is"
        return message


@pytest.fixture
def server(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Server:
    (tmp_path / ".git").mkdir()
    return Server(tmp_path, logging.getLogger("test"))


def test_a_credential_in_code_or_text_is_refused(server: Server) -> None:
    message = server.save(model(HEADER, LEAK))
    assert message
    assert message.startswith("This notebook is not saved: it holds a credential")
    assert "In the cell that begins with “％pip install slack-sdk”: GitHub token in code" in message
    assert 'os.environ["' in message
    assert STAYS in message
    assert "not saved either until the credential is gone" in message
    assert TOKEN[4:20] not in message
    assert "\n" not in message

    first_line = server.save(model(HEADER, ("markdown", f"The token is {TOKEN}.")))
    assert first_line
    assert "begins with “The token is ghp_….”: GitHub token in text" in first_line
    assert TOKEN[4:20] not in first_line


def test_many_credentials_are_counted(server: Server) -> None:
    tokens = [make("github-token", seed) for seed in range(5)]
    message = server.save(model(HEADER, *(("code", f"t = '{token}'") for token in tokens)))
    assert message
    assert message.count("In the cell that begins with") == 3
    assert "There are 2 more." in message


def test_everything_else_is_only_logged(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    assert server.save(model(HEADER, ("code", "1"))) is None
    assert not caplog.messages
    assert server.save(printing(f"token: {TOKEN}\n"), "team/a.ipynb") is None
    assert caplog.messages == ["nblint: team/a.ipynb: NBL203 (1)"]
    caplog.clear()
    assert server.save(model(("code", "1")), warn=("NBL2",)) is None
    assert server.save(model(("code", "1")), warn=()) is None
    assert not caplog.messages
    refused = server.save(printing(f"token: {TOKEN}\n"), refuse=("NBL2",))
    assert refused
    assert "“show()”: GitHub token in an output" in refused


def test_the_settings_of_the_repository_hold(server: Server, tmp_path: Path) -> None:
    settings = tmp_path / "team" / "nblint.toml"
    settings.parent.mkdir()
    # What a repository does not think of is checked all the same; what it allows is allowed.
    settings.write_text('select = ["NBL1"]\n')
    assert server.save(model(HEADER, LEAK), "team/a.ipynb")
    settings.write_text('ignore = ["NBL2"]\n')
    assert server.save(model(HEADER, LEAK), "team/a.ipynb") is None
    assert server.save(model(HEADER, LEAK), "a.ipynb")
    allowed = ("code", f"{LEAK[1]}  # nblint: ignore[NBL201] a test account")
    assert server.save(model(HEADER, allowed)) is None


def test_what_the_baseline_records_is_saved(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nblint.toml").write_text('baseline = "baseline.json"\n')
    (tmp_path / "a.ipynb").write_bytes(notebook_bytes(HEADER, LEAK))
    command = [sys.executable, "-m", "nblint", "baseline", "create"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    monkeypatch.chdir("/")
    assert server.save(model(LEAK, HEADER)) is None
    assert server.save(model(HEADER, LEAK), "b.ipynb")


@pytest.mark.filterwarnings("ignore:Overriding existing pre_save_hook")
def test_the_documented_way_to_refuse_something_else(tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent / "docs" / "how-to" / "jupyter.md").read_text(
        encoding="utf-8"
    )
    configurations = re.findall(r"```python\n(.*?pre_save_hook.*?)```", page, re.DOTALL)
    settings = Config()
    for source in configurations:
        exec(source, {"c": settings, "check_before_save": check_before_save})
    manager: Any = AsyncFileContentsManager(root_dir=str(tmp_path), config=settings)
    assert manager.pre_save_hook.__name__ == "before_save"
    with pytest.raises(HTTPError, match="GitHub token in an output"):
        manager.run_pre_save_hooks(printing(f"token: {TOKEN}\n"), "a.ipynb")
    manager.run_pre_save_hooks(model(HEADER), "a.ipynb")


def test_files_that_are_saved_as_text(server: Server) -> None:
    data = notebook_bytes(HEADER, LEAK)
    as_text = {"type": "file", "format": "text", "content": data.decode()}
    assert server.save(as_text)
    encoded = base64.b64encode(data).decode()
    assert server.save({"type": "file", "format": "base64", "content": encoded})
    assert server.save(as_text, "a.py") is None
    assert server.save({"type": "directory"}, "a.ipynb") is None
    part = {"type": "file", "format": "base64", "content": encoded[:7], "chunk": 1}
    assert server.save(part) is None


def test_settings_that_cannot_be_used_do_not_open_the_gate(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for broken in ("select = 3", 'baseline = "missing.json"', "["):
        (tmp_path / "nblint.toml").write_text(broken)
        caplog.clear()
        assert server.save(model(HEADER, LEAK))
        assert "nblint.toml" in caplog.text or "missing.json" in caplog.text
        assert server.save(model(HEADER)) is None


@pytest.mark.parametrize(
    "content", [{}, {"cells": None}, {"cells": [None, 3, {"source": 3}]}, [], 3, "x", {"a": object}]
)
def test_odd_models_are_saved(server: Server, content: object) -> None:
    model = {"type": "notebook", "content": content}
    before = copy.deepcopy(model)
    check_before_save(model=model, path="a.ipynb", contents_manager=server.manager)
    assert model == before
    check_before_save(model={}, path="", contents_manager=None)


def test_a_fault_of_ours_is_logged_and_the_work_is_saved(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(TOKEN)

    monkeypatch.setattr(nblint.jupyter, "Run", fail)
    assert server.save(model(HEADER, LEAK)) is None
    assert caplog.messages == ["nblint: a.ipynb: saved unchecked: RuntimeError"]
    assert TOKEN not in caplog.text


def test_a_rule_that_fails_does_not_open_the_gate(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nblint.rules.header.missing_title import MissingTitle

    def fail(self: object, header: object) -> Iterator[None]:
        raise RuntimeError(TOKEN)

    fail.__annotations__ = MissingTitle.check.__annotations__
    monkeypatch.setattr(MissingTitle, "check", fail)
    assert server.save(model(HEADER, LEAK))
    assert "NBL101 missing-title failed (RuntimeError): a fault of nblint" in caplog.text
    assert TOKEN not in caplog.text


CONFIGURATION = """
import nblint.jupyter
from nblint.jupyter import check_before_save

c.FileContentsManager.pre_save_hook = check_before_save

check = nblint.jupyter._check
def fails_at_times(data, file, *rest):
    if file.name == "fault.ipynb":
        raise ZeroDivisionError
    return check(data, file, *rest)
nblint.jupyter._check = fails_at_times
"""


class RealServer(JupyterServer):
    """Jupyter Server with the hook as its users configure it."""

    def __init__(self, folder: Path, *, jupytext: bool) -> None:
        self.jupytext = jupytext
        super().__init__(folder, CONFIGURATION, jupyterlab_jupytext=jupytext)

    def put(self, path: str, saved: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        request = urllib.request.Request(
            f"{self.url}api/contents/{path}",
            json.dumps(saved).encode(),
            {**AUTHORIZATION, "Content-Type": "application/json"},
            method="PUT",
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "with jupytext"])
def real_server(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[RealServer]:
    running = RealServer(tmp_path_factory.mktemp("jupyter"), jupytext=request.param)
    try:
        yield running
    finally:
        running.stop()


@pytest.mark.slow
def test_a_real_server(real_server: RealServer) -> None:
    file = real_server.root / "triage.ipynb"
    status, _ = real_server.put("triage.ipynb", model(HEADER, ("code", "1")))
    assert status == 201
    good = file.read_bytes()

    status, answer = real_server.put("triage.ipynb", model(HEADER, LEAK))
    # Jupytext's contents manager makes any refusal an error of its own, which quotes it.
    assert status == (500 if real_server.jupytext else 400)
    # What JupyterLab shows in its dialog "File Save Error for triage.ipynb".
    assert "In the cell that begins with “％pip install slack-sdk”" in answer["message"]
    assert STAYS in answer["message"]
    assert "%%" not in answer["message"]
    assert file.read_bytes() == good, "the file is as it was"

    status, _ = real_server.put("triage.ipynb", model(HEADER, ("code", "os.environ['TOKEN']")))
    assert status == 200
    assert file.read_bytes() != good
    status, _ = real_server.put("triage.ipynb", printing(f"token: {TOKEN}\n"))
    assert status == 200
    status, _ = real_server.put("fault.ipynb", model(HEADER, LEAK))
    assert status == 201, "a fault of ours keeps nobody from saving"

    log = real_server.log.read_text()
    assert "nblint: triage.ipynb: NBL203 (1)" in log
    assert "nblint: fault.ipynb: saved unchecked: ZeroDivisionError" in log
    assert TOKEN[4:20] not in log


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    without_history = Config({"HistoryManager": {"enabled": False}})
    shell = InteractiveShell(config=without_history)
    shell.run_line_magic("load_ext", "nblint")
    return shell


@pytest.mark.slow
def test_the_magic(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def says(line: str = "") -> str:
        capsys.readouterr()
        assert shell.run_cell(f"%nblint {line}").success
        return capsys.readouterr().out

    unknown = "nblint: which notebook this is, is not known here: use %nblint PATH\n"
    assert says() == unknown
    Path("my notebook.ipynb").write_bytes(notebook_bytes(HEADER))
    Path("leak.ipynb").write_bytes(notebook_bytes(HEADER, LEAK))
    assert says("my notebook.ipynb") == "All clean: 1 notebook checked.\n"
    assert says("'my notebook.ipynb'") == "All clean: 1 notebook checked.\n"
    assert "leak.ipynb:cell 2:2:" in says("leak.ipynb")
    assert "2 notebooks checked" in says(".")
    assert TOKEN not in says(".")
    assert says("missing.ipynb") == "nblint: missing.ipynb: no such file or folder\n"

    monkeypatch.setenv("JPY_SESSION_NAME", str(Path("leak.ipynb").absolute()))
    assert "leak.ipynb:cell 2:2:" in says()
    # A session of a server that names it by something else, or a notebook that was renamed.
    for other in (str(Path.cwd()), "0b4a1e9c", str(Path("renamed.ipynb").absolute())):
        monkeypatch.setenv("JPY_SESSION_NAME", other)
        assert says() == unknown
    shell.user_ns["__vsc_ipynb_file__"] = str(Path("my notebook.ipynb").absolute())
    assert says() == "All clean: 1 notebook checked.\n"
    shell.user_ns["__vsc_ipynb_file__"] = 3
    assert says() == unknown

    Path("nblint.toml").write_text("select = 3")
    assert says("leak.ipynb").startswith("nblint: ")
