"""The check at each save, in a real Jupyter Server too, and `%nblint`."""

import base64
import copy
import functools
import json
import logging
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from IPython.core.interactiveshell import InteractiveShell
from jupyter_server.services.contents.filemanager import AsyncFileContentsManager
from tornado.web import HTTPError
from traitlets.config import Config

from nblint.jupyter import check_before_save, judging, save_hook, worker
from nblint.jupyter.judging import Request, judge
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import make
from tests.jupyter import AUTHORIZATION, JupyterServer
from tests.system import PATIENCE

TOKEN = make("github-token")
HEADER = ("markdown", complete_header())
LEAK = ("code", f'%pip install slack-sdk\nclient = WebClient(token="{TOKEN}")')
STAYS = "Your work is not lost: it is still here, but not saved until you remove"


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
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A save waits for its verdict, however busy this machine is."""
    monkeypatch.setattr(save_hook, "SECONDS_ON_LOOP", PATIENCE)
    monkeypatch.setattr(save_hook, "SECONDS_IN_ALL", PATIENCE)


@pytest.fixture
def server(tmp_path: Path, caplog: pytest.LogCaptureFixture, patient: None) -> Server:
    (tmp_path / ".git").mkdir()
    return Server(tmp_path, logging.getLogger("test"))


def test_a_credential_in_code_or_text_is_refused(server: Server) -> None:
    message = server.save(model(HEADER, LEAK))
    assert message
    assert message.startswith("This notebook was not saved: it contains a credential")
    assert "In the cell that begins with “％pip install slack-sdk”: GitHub token in code" in message
    assert 'os.environ["' in message
    assert STAYS in message
    assert TOKEN[4:20] not in message
    assert "\n" not in message

    first_line = server.save(model(HEADER, ("markdown", f"The token is {TOKEN}.")))
    assert first_line
    assert "begins with “The token is ghp_….”: GitHub token in a text cell" in first_line
    assert TOKEN[4:20] not in first_line


def test_many_credentials_are_counted(server: Server) -> None:
    tokens = [make("github-token", seed) for seed in range(5)]
    message = server.save(model(HEADER, *(("code", f"t = '{token}'") for token in tokens)))
    assert message
    assert message.count("In the cell that begins with") == 3
    assert "2 more are not listed." in message


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
def test_the_documented_way_to_refuse_something_else(tmp_path: Path, patient: None) -> None:
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


def test_the_type_decides_and_not_the_name(server: Server) -> None:
    for name in ("b.txt", "notes.py", "no-extension", "A.IPYNB", "b.IpYnB"):
        assert server.save(model(HEADER, LEAK), name), name
        assert server.save(model(HEADER), name) is None, name
    text = {"type": "file", "format": "text", "content": notebook_bytes(HEADER, LEAK).decode()}
    assert server.save(text, "A.IPYNB")


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
)
def test_other_encodings(server: Server, encoding: str) -> None:
    for cells, is_refused in (((HEADER, LEAK), True), ((HEADER,), False)):
        data = notebook_bytes(*cells).decode().encode(encoding)
        content = base64.b64encode(data).decode()
        message = server.save({"type": "file", "format": "base64", "content": content})
        assert (message is not None) == is_refused
    with_mark = "\ufeff" + notebook_bytes(HEADER, LEAK).decode()
    assert server.save({"type": "file", "format": "text", "content": with_mark})


def deep(value: Any) -> Any:
    for _ in range(5000):
        value = [value]
    return value


def test_what_is_nested_too_deeply_is_searched(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    escaped = f"\\u{ord(TOKEN[0]):04x}{TOKEN[1:]}"
    for text in (TOKEN, escaped):
        content = f'{"[" * 5000}"{text}"{"]" * 5000}'
        caplog.clear()
        message = server.save({"type": "file", "format": "text", "content": content})
        assert message
        assert "The file contains: " in message
        assert "nested too deeply; only searched for tokens and private keys" in caplog.text
    content = content.replace(escaped, "nothing")
    assert server.save({"type": "file", "format": "text", "content": content}) is None
    hook = functools.partial(check_before_save, path="a.ipynb", contents_manager=server.manager)
    with pytest.raises(HTTPError, match="The file contains: "):
        hook(model={"type": "notebook", "content": deep({"text": TOKEN})})
    hook(model={"type": "notebook", "content": deep("nothing")})
    assert TOKEN[4:20] not in caplog.text


def test_what_is_too_large_is_searched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(judging, "_LARGE", 100)
    file = str(tmp_path / "a.ipynb")
    verdict = judge(Request(file, ("NBL201",), (), notebook_bytes(HEADER, LEAK)))
    assert "The file contains: " in verdict.refusal
    (note,) = verdict.notes
    assert note.startswith("larger than ")
    assert judge(Request(file, ("NBL201",), (), notebook_bytes(HEADER))).refusal == ""
    assert judge(Request(file, ("NBL1",), (), notebook_bytes(HEADER, LEAK))).refusal == ""


def test_code_and_text_are_judged_before_large_outputs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[bytes] = []
    check = judging._check

    def spy(runs: Any, data: bytes, file: Path) -> Any:
        seen.append(data)
        return check(runs, data, file)

    monkeypatch.setattr(judging, "_check", spy)
    monkeypatch.setattr(judging, "_LONG", 100)
    saved = printing("much of it\n")
    saved["content"]["cells"][-1]["source"] = LEAK[1]
    data = json.dumps(saved["content"]).encode()
    verdict = judge(Request(str(tmp_path / "a.ipynb"), ("NBL201",), (), data))
    assert "In the cell that begins with" in verdict.refusal
    assert [b"much of it" in data for data in seen] == [False]


# ---- time


def test_a_save_does_not_wait_for_a_verdict_that_takes_long(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_hook, "SECONDS_ON_LOOP", 0)
    caplog.set_level(logging.INFO)
    assert server.save(model(HEADER, LEAK)) is None
    assert "nblint: a.ipynb: saved before its check finished; the result follows" in caplog.text
    until = time.monotonic() + PATIENCE
    while "saved, but it contains a credential: This notebook would not" not in caplog.text:
        assert time.monotonic() < until, caplog.text
        time.sleep(0.01)
    assert TOKEN[4:20] not in caplog.text


def test_a_check_that_does_not_end_is_ended(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PROGRAM", "import time; {path!r}; time.sleep(10_000)")
    workers = worker.Workers()
    monkeypatch.setattr(save_hook, "_WORKERS", workers)
    monkeypatch.setattr(save_hook, "SECONDS_IN_ALL", 0.1)
    started: list[subprocess.Popen[bytes]] = []

    class Popen(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    assert server.save(model(HEADER, LEAK)) is None
    assert caplog.messages == ["nblint: a.ipynb: saved unchecked: the check did not finish in time"]
    slow, following = started
    assert slow.poll() is not None
    assert following.poll() is None, "the next save finds a process that is ready"
    following.kill()


def test_a_process_that_ends_is_started_again(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = worker.Workers()
    monkeypatch.setattr(save_hook, "_WORKERS", workers)
    assert server.save(model(HEADER, LEAK))
    process = workers._threads.submit(lambda: workers._own.process._process).result()
    process.kill()
    process.wait()
    assert server.save(model(HEADER, LEAK))

    monkeypatch.setattr(save_hook, "_WORKERS", worker.Workers())
    monkeypatch.setattr(worker, "PROGRAM", "{path!r}")
    assert server.save(model(HEADER, LEAK)) is None
    assert "a.ipynb: saved unchecked: the process that checks it ended" in caplog.text


def test_the_judging_process_imports_nothing_from_the_folder_of_notebooks(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "msgspec", "nblint"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(save_hook, "_WORKERS", worker.Workers())
    assert server.save(model(HEADER, LEAK))


# ---- files that are sent in parts


def parts(data: bytes, number: int) -> Iterator[dict[str, Any]]:
    """Yield the models of an upload, as JupyterLab sends it."""
    size = -(-len(data) // number)
    for index in range(number):
        content = base64.b64encode(data[index * size : (index + 1) * size]).decode()
        chunk = -1 if index == number - 1 else index + 1
        yield {"type": "file", "format": "base64", "content": content, "chunk": chunk}


def test_parts_that_a_manager_does_not_announce(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    first, *_ = parts(notebook_bytes(HEADER, LEAK), 3)
    assert server.save(first, "a.txt") is None
    assert not caplog.messages
    assert server.save(first) is None
    assert "a.ipynb: saved unchecked: it is sent in parts" in caplog.text


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


def test_an_error_in_nblint_is_logged_and_the_work_is_saved(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(TOKEN)

    monkeypatch.setattr(worker, "judge", fail)
    question = msgspec.msgpack.encode(Request("a.ipynb", (), (), b"{}"))
    answers = BytesIO()
    worker.serve(BytesIO(len(question).to_bytes(8, "big") + question), answers)
    assert b"RuntimeError" in answers.getvalue()
    assert TOKEN.encode() not in answers.getvalue()

    monkeypatch.setattr(save_hook._WORKERS, "judge", fail)
    assert server.save(model(HEADER, LEAK)) is None
    assert caplog.messages == ["nblint: a.ipynb: saved unchecked: RuntimeError"]
    assert TOKEN not in caplog.text


def test_a_rule_that_fails_does_not_open_the_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nblint.rules.header.missing_title import MissingTitle

    def fail(self: object, header: object) -> Iterator[None]:
        raise RuntimeError(TOKEN)

    fail.__annotations__ = MissingTitle.check.__annotations__
    monkeypatch.setattr(MissingTitle, "check", fail)
    data = notebook_bytes(HEADER, LEAK)
    verdict = judge(Request(str(tmp_path / "a.ipynb"), ("NBL201",), ("NBL",), data))
    assert verdict.refusal
    notes = " ".join(verdict.notes)
    assert "NBL101 missing-title failed (RuntimeError): a bug in nblint" in notes
    assert TOKEN not in notes


CONFIGURATION = f"""
from nblint.jupyter import check_before_save, save_hook

c.FileContentsManager.pre_save_hook = check_before_save

# However busy this machine is.
save_hook.SECONDS_ON_LOOP = save_hook.SECONDS_IN_ALL = {PATIENCE}

judge = save_hook._WORKERS.judge
def fails_at_times(request, until):
    if request.file.endswith("fault.ipynb"):
        raise ZeroDivisionError
    return judge(request, until)
save_hook._WORKERS.judge = fails_at_times
"""


class RealServer(JupyterServer):
    """Jupyter Server with the hook as its users configure it."""

    def __init__(self, folder: Path, *, jupytext: bool) -> None:
        self.jupytext = jupytext
        super().__init__(folder, CONFIGURATION, jupyterlab_jupytext=jupytext)

    def put(self, path: str, saved: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return self.send("PUT", path, saved)

    def send(self, method: str, path: str, saved: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        request = urllib.request.Request(
            f"{self.url}api/contents/{path}",
            json.dumps(saved).encode(),
            {**AUTHORIZATION, "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
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
    assert status == 201, "an error in nblint keeps nobody from saving"

    log = real_server.log.read_text()
    assert "nblint: triage.ipynb: NBL203 (1)" in log
    assert "nblint: fault.ipynb: saved unchecked: ZeroDivisionError" in log
    assert TOKEN[4:20] not in log


@pytest.mark.slow
def test_each_way_to_save_on_a_real_server(real_server: RealServer) -> None:
    leak, good = notebook_bytes(HEADER, LEAK), notebook_bytes(HEADER, ("code", "1"))
    refusal = "In the cell that begins with"
    # Jupytext itself refuses a notebook of any other name.
    for name in () if real_server.jupytext else ("upper.IPYNB", "b.txt"):
        status, answer = real_server.put(name, model(HEADER, LEAK))
        assert status in (400, 500)
        assert refusal in answer["message"]
        assert not (real_server.root / name).exists()

    # A copy of a file that was there before the hook was.
    (real_server.root / "old.ipynb").write_bytes(leak)
    status, answer = real_server.send("POST", "", {"copy_from": "old.ipynb"})
    assert status in (400, 500)
    assert refusal in answer["message"]

    for number in (3, 30):
        for data, is_refused in ((leak, True), (good, False)):
            name = f"upload-{number}-{is_refused}.ipynb"
            *before, (status, answer) = [
                real_server.put(name, part) for part in parts(data, number)
            ]
            assert {status for status, _ in before} <= {200, 201}
            assert (real_server.root / name).read_bytes() == data
            assert (status >= 400) == is_refused, answer
            if is_refused:
                assert "This notebook was written to the server" in answer["message"]
                assert refusal in answer["message"]
    for encoding in ("utf-8-sig", "utf-16"):
        content = base64.b64encode(leak.decode().encode(encoding)).decode()
        saved = {"type": "file", "format": "base64", "content": content}
        status, answer = real_server.put("encoded.ipynb", saved)
        assert status in (400, 500)
        assert refusal in answer["message"]
    assert TOKEN[4:20] not in real_server.log.read_text()


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

    unknown = "nblint: cannot tell which notebook this is: use %nblint PATH\n"
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
