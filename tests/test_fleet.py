"""`nblint fleet`: the same findings as `nblint check`, as a dataset that is whole or not there."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from distributed import Client, LocalCluster
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from bench.fleet import make_fleet
from nblint._version import __version__
from nblint.cli.main import main
from nblint.fleet import cluster, source
from nblint.fleet import run as fleet_run
from nblint.fleet.dataset import SCHEMAS
from nblint.fleet.source import Batch, StoredObject, batches
from tests.command import nblint
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import make

NBLINT = Path(sys.executable).with_name("nblint")
CLEAN = notebook_bytes(("markdown", complete_header()), ("code", "print(1 + 1)"))
BAD = notebook_bytes(("code", "1"))
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="this is POSIX's")


def rows(target: Path | str, kind: str) -> list[dict[str, Any]]:
    """Return what a dataset holds, as any reader of Parquet sees it."""
    files, path = fsspec.core.url_to_fs(str(target))
    found: list[dict[str, Any]] = pq.read_table(f"{path}/{kind}", filesystem=files).to_pylist()
    return sorted(found, key=lambda row: row["path"])


def reported(*arguments: str) -> list[dict[str, Any]]:
    """Return what `nblint check` reports of this folder."""
    found: list[dict[str, Any]] = json.loads(
        nblint("check", "--output-format", "json", *arguments).stdout
    )
    return sorted(found, key=lambda row: row["path"])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a fleet of its own, whose findings lie beside it."""
    folder = tmp_path / "fleet"
    folder.mkdir()
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("NBLINT_BASELINE_SALT", raising=False)
    return folder


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a cluster in this process, whose workers see its memory and its patches."""
    with LocalCluster(
        n_workers=2,
        threads_per_worker=2,
        processes=False,
        protocol="tcp",
        dashboard_address="127.0.0.1:0",
    ) as made:
        yield made.scheduler_address


def plant(folder: Path) -> list[str]:
    """Add notebooks as they come in a fleet, and return the credentials that are in them."""
    tokens = [make("github-token", number) for number in range(3)]
    (folder / "leak.ipynb").write_bytes(
        notebook_bytes(("code", f"token = '{tokens[0]}'\nprint('{tokens[1]}')"))
    )
    # A message that quotes the notebook, a file that is no notebook, a name and a text that cannot
    # be encoded.
    (folder / "quote.ipynb").write_bytes(notebook_bytes(("markdown", f"# TODO {tokens[2]}")))
    (folder / "broken [1].ipynb").write_bytes(b'{"cells": [')
    (folder / "half.ipynb").write_bytes(
        notebook_bytes(("markdown", "#Half")).replace(b"cell-1", b"\\ud800")
    )
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "leak.ipynb").write_bytes(BAD)
    return tokens


def assert_whole(target: Path) -> None:
    assert {path.name for path in target.iterdir()} == {"_SUCCESS", "findings", "notebooks"}


@pytest.mark.slow
def test_processes_of_this_machine_find_what_the_command_finds(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fleet(here, 40)
    tokens = plant(here)
    (here / "nblint.toml").write_text(
        'extend-select = ["NBL5"]\nignore = ["NBL308"]\nbaseline = "old.json"\n'
        'exclude = ["team-00/notebook-00001.ipynb"]\n'
        'per-file-ignores = { "team-00/*7.ipynb" = ["NBL1"] }\nseverity = { NBL5 = "warning" }\n'
    )
    (here / "old.json").write_text('{"version": 2, "salt": "pepper", "entries": []}')
    target = here.parent / "findings"
    ran = subprocess.run(
        [NBLINT, "fleet", ".", str(target), "--workers", "2"],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert ran.stderr == ""
    assert ran.returncode == 1
    expected = reported()
    errors = sum(row["severity"] == "error" for row in expected)
    warnings = len(expected) - errors
    assert warnings > 0
    assert ran.stdout == (f"{errors} errors, {warnings} warnings, 43 notebooks checked: {target}\n")
    found = rows(target, "findings")
    assert list(found[0]) == list(expected[0])
    # Parquet has no halves of characters.
    halves = [row for row in expected if row["cell_id"] == "\ud800"]
    assert halves
    for row in halves:
        row["cell_id"] = "\\ud800"
    assert found == expected
    assert {"NBL001", "NBL101", "NBL201"} <= {row["code"] for row in found}
    assert all(row["fingerprint"] for row in found if row["code"] == "NBL201")

    notebooks = rows(target, "notebooks")
    paths = {path.relative_to(here).as_posix() for path in here.glob("**/*.ipynb")}
    assert {row["path"] for row in notebooks} == {
        path for path in paths if "checkpoints" not in path and "00001" not in path
    }
    assert {row["fault"] for row in notebooks} == {None}
    for row in notebooks:
        own = [one["severity"] for one in expected if one["path"] == row["path"]]
        assert (row["errors"], row["warnings"]) == (own.count("error"), own.count("warning"))
        assert row["bytes"] == (here / row["path"]).stat().st_size
    assert any(row["errors"] == 0 for row in notebooks)

    assert_whole(target)
    written = b"".join(path.read_bytes() for path in target.rglob("*.parquet"))
    said = repr(found) + repr(notebooks) + ran.stdout
    for token in tokens:
        assert token.encode() not in written
        assert token not in said


@pytest.mark.slow
def test_workers_of_this_machine_work_for_nobody_else() -> None:
    """Who may submit work to Dask runs code, and everybody on a machine reaches its ports."""
    with cluster.connected(None, 1, {}) as client:
        address = client.scheduler.address
        workers = list(client.scheduler_info()["workers"])
        assert all(one.startswith("tls://127.0.0.1:") for one in (address, *workers))
        port = int(address.rpartition(":")[2])
        with pytest.raises(OSError, match=r"(?i)certificate|reset|broken"):
            listen_without_certificate(port)


def listen_without_certificate(port: int) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), timeout=30) as bare,
        context.wrap_socket(bare) as connection,
    ):
        while connection.recv(4096):
            pass


@pytest.mark.slow
def test_workers_of_a_cluster_find_the_same(here: Path, tmp_path: Path) -> None:
    """A scheduler and its workers as an organisation starts them, each a program of its own."""
    make_fleet(here, 12)
    told = tmp_path / "scheduler.json"
    processes: list[subprocess.Popen[bytes]] = []

    def start(program: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{program}", "--no-dashboard"]
        given = ["--host", "127.0.0.1", "--scheduler-file", str(told), *arguments]
        with (tmp_path / "log").open("ab") as log:
            process = subprocess.Popen([*command, *given], cwd=tmp_path, stdout=log, stderr=log)
        processes.append(process)

    try:
        start("dask_scheduler", "--port", "0")
        for number in range(2):
            aside = str(tmp_path / f"worker-{number}")
            start("dask_worker", "--nthreads", "1", "--local-directory", aside)
        until = time.monotonic() + 60
        while not told.exists() or not told.read_text():
            assert time.monotonic() < until
            time.sleep(0.1)
        address = json.loads(told.read_text())["address"]
        with Client(address) as client:
            client.wait_for_workers(2, timeout=60)
        target = tmp_path / "findings"
        result = nblint("fleet", "team-00", str(target), "--scheduler", address)
        assert result.exit_code == 1, result.stderr
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(timeout=60)
    expected = [{**row, "path": row["path"].removeprefix("team-00/")} for row in reported()]
    assert expected
    assert rows(target, "findings") == expected


def test_columns_are_the_keys_of_the_json_report(here: Path) -> None:
    (here / "a.ipynb").write_bytes(BAD)
    assert SCHEMAS["findings"].names == list(reported()[0])


def test_a_bucket_and_an_archive(here: Path, scheduler: str) -> None:
    bucket = fsspec.filesystem("memory")
    bucket.pipe({"/fleet/a/bad.ipynb": BAD, "/fleet/good.ipynb": CLEAN, "/fleet/notes.txt": b"x"})
    try:
        result = nblint("fleet", "memory://fleet", "memory://out/nblint", "--scheduler", scheduler)
        assert result.exit_code == 1, result.stderr
        assert {row["path"] for row in rows("memory://out/nblint", "findings")} == {"a/bad.ipynb"}
        assert [row["path"] for row in rows("memory://out/nblint", "notebooks")] == [
            *("a/bad.ipynb", "good.ipynb")
        ]
        assert bucket.exists("/out/nblint/_SUCCESS")
        assert not bucket.exists("/out/nblint/_temporary")
    finally:
        bucket.rm("/", recursive=True)

    with zipfile.ZipFile(here / "fleet.zip", "w") as archive:
        archive.writestr("a/bad.ipynb", BAD)
        archive.writestr("../good.ipynb", CLEAN)
    archived = f"zip://::file://{(here / 'fleet.zip').as_posix()}"
    target = here / "out"
    result = nblint("fleet", archived, target.as_uri(), "--scheduler", scheduler)
    assert result.exit_code == 1, result.stderr
    assert len(rows(target, "notebooks")) == 2


def test_a_glob_and_a_single_notebook(here: Path, scheduler: str) -> None:
    for name in ("a/b/one.ipynb", "a/.ipynb_checkpoints/one.ipynb", "b/two.ipynb", "a/x.py"):
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_bytes(BAD)
    nblint("fleet", "a/**/*.ipynb", "out", "--scheduler", scheduler)
    assert [row["path"] for row in rows("out", "notebooks")] == ["b/one.ipynb"]
    nblint("fleet", "b/two.ipynb", "out", "--scheduler", scheduler, "--overwrite")
    assert [row["path"] for row in rows("out", "notebooks")] == ["two.ipynb"]


def test_globs_of_the_settings_are_relative_to_the_source(
    here: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "nblint.toml").write_text(
        'exclude = ["/old.ipynb"]\nper-file-ignores = { "/bad.ipynb" = ["NBL101"] }\n'
    )
    (here / "bucket").mkdir()
    (here / "elsewhere").mkdir()
    for name in ("bad", "old"):
        (here / "bucket" / f"{name}.ipynb").write_bytes(BAD)
    monkeypatch.chdir(here / "elsewhere")
    assert nblint("fleet", "../bucket", "out", "--scheduler", scheduler).exit_code == 1
    assert [(row["path"], row["code"]) for row in rows("out", "findings")] == [
        ("bad.ipynb", "NBL102")
    ]


@POSIX
def test_links_are_followed_as_the_command_follows_them(here: Path, scheduler: str) -> None:
    (here / "a").mkdir()
    (here / "a" / "one.ipynb").write_bytes(BAD)
    (here / "linked.ipynb").symlink_to("a/one.ipynb")
    (here / "nowhere.ipynb").symlink_to("nothing")
    (here / "circle").symlink_to("..")
    os.mkfifo(here / "pipe.ipynb")
    assert nblint("fleet", ".", "../out", "--scheduler", scheduler).exit_code == 1
    assert rows("../out", "findings") == reported()
    assert [row["path"] for row in rows("../out", "notebooks")] == [
        *("a/one.ipynb", "linked.ipynb")
    ]


class Fragile(MemoryFileSystem):  # type: ignore[misc]
    """A bucket in which one notebook is gone, one forbidden, and one folder not to be listed."""

    protocol = "fragile"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        stripped: str = super()._strip_protocol(path.removeprefix("fragile://"))
        return stripped

    def cat_file(self, path: str, *arguments: Any, **keywords: Any) -> bytes:
        if "gone" in path:
            raise FileNotFoundError(path)
        if "forbidden" in path:
            raise RuntimeError(f"403: https://ann:{make('password')}@bucket.example.com/{path}")
        read: bytes = super().cat_file(path, *arguments, **keywords)
        return read

    def ls(self, path: str, *arguments: Any, **keywords: Any) -> Any:
        if path.endswith("closed"):
            raise PermissionError("Access Denied")
        return super().ls(path, *arguments, **keywords)


def test_what_cannot_be_read_is_a_row_with_the_reason(here: Path, scheduler: str) -> None:
    fsspec.register_implementation("fragile", Fragile, clobber=True)
    names = ("/a/good.ipynb", "/a/gone.ipynb", "/a/forbidden.ipynb", "/a/closed/x.ipynb")
    fsspec.filesystem("fragile").pipe(dict.fromkeys(names, CLEAN))
    result = nblint("fleet", "fragile://a", "out", "--scheduler", scheduler)
    assert result.exit_code == 2
    assert result.stdout == "0 errors, 0 warnings, 1 notebook checked: out\n"
    assert "nblint: forbidden.ipynb: cannot be read: 403: https://ann:" in result.stderr
    assert "nblint: closed/: cannot be listed: Access Denied\n" in result.stderr
    assert "nblint: 3 notebooks could not be checked" in result.stderr
    notebooks = {row.pop("path"): row for row in rows("out", "notebooks")}
    assert set(notebooks) == {"good.ipynb", "gone.ipynb", "forbidden.ipynb", "closed/"}
    assert notebooks["good.ipynb"]["errors"] == 0
    assert notebooks["good.ipynb"]["fault"] is None
    assert notebooks["gone.ipynb"]["errors"] is None
    assert notebooks["gone.ipynb"]["fault"] == "gone.ipynb: cannot be read: /a/gone.ipynb"
    assert make("password") not in f"{notebooks}{result.stderr}"
    assert rows("out", "findings") == []
    assert_whole(here / "out")


def test_where_there_is_no_notebook_nothing_is_written(here: Path, scheduler: str) -> None:
    result = nblint("fleet", ".", "out", "--scheduler", scheduler)
    assert result.exit_code == 3
    assert result.stdout == "No notebooks to check; nothing was written.\n"
    assert not any((here / "out").iterdir())


def test_what_is_there_is_replaced_only_on_request_and_only_a_dataset(
    here: Path, scheduler: str
) -> None:
    (here / "a.ipynb").write_bytes(BAD)
    run = ("fleet", "a.ipynb", "out", "--scheduler", scheduler)
    assert nblint(*run, "--exit-zero").exit_code == 0
    before = rows("out", "findings")
    assert before
    (here / "a.ipynb").write_bytes(CLEAN)
    result = nblint(*run)
    assert result.exit_code == 2
    assert "out: is not empty; name another folder, or replace it" in result.stderr
    assert rows("out", "findings") == before
    assert nblint(*run, "--overwrite").exit_code == 0
    assert rows("out", "findings") == []
    assert_whole(here / "out")
    (here / "out" / "thesis.txt").write_text("years of work")
    result = nblint(*run, "--overwrite")
    assert result.exit_code == 2
    assert "'thesis.txt' is not part of an nblint dataset" in result.stderr
    assert (here / "out" / "thesis.txt").exists()


def test_a_dataset_is_replaced_when_the_new_one_is_whole(
    here: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MOST_NOTEBOOKS", 1)
    for name in "abc":
        (here / f"{name}.ipynb").write_bytes(BAD)
    run = ("fleet", "*.ipynb", "out", "--scheduler", scheduler)
    assert nblint(*run).exit_code == 1
    assert len(list((here / "out" / "findings").iterdir())) == 3
    before = rows("out", "findings")

    written = []

    def fail(name: str) -> None:
        written.append(name)
        if len(written) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("nblint.fleet.dataset.pq.write_table", lambda table, file: fail(file.name))
    result = nblint(*run, "--overwrite")
    assert result.exit_code == 2
    assert "nblint: out: cannot be written: No space left on device\n" in result.stderr
    assert rows("out", "findings") == before
    assert_whole(here / "out")


def test_workers_that_write_elsewhere_are_noticed(
    here: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "a.ipynb").write_bytes(BAD)
    monkeypatch.setattr("nblint.fleet.dataset.Dataset.write", lambda *_: None)
    result = nblint("fleet", ".", "../out", "--scheduler", scheduler)
    assert result.exit_code == 2
    assert "1 of 1 parts are missing; do all workers write to the same place?" in result.stderr
    assert not any((here.parent / "out").iterdir())


@pytest.mark.slow
@POSIX
def test_an_interrupted_run_leaves_nothing_that_looks_like_a_dataset(here: Path) -> None:
    make_fleet(here, 60)
    target = here.parent / "out"
    small = "import nblint.fleet.source as source; source.MOST_NOTEBOOKS = 1"
    program = f"{small}\nfrom nblint.cli import run\nrun()"
    for number in (signal.SIGINT, signal.SIGKILL):
        process = subprocess.Popen(
            [sys.executable, "-c", program, "fleet", ".", str(target), "--workers", "1"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        until = time.monotonic() + 60
        while len([*target.glob("_temporary/notebooks/*")]) < 5:
            assert time.monotonic() < until
            time.sleep(0.01)
        # Ctrl-C reaches all processes of a terminal.
        os.killpg(process.pid, number) if number == signal.SIGINT else process.kill()
        _, said = process.communicate(timeout=60)
        assert "Traceback" not in said
        if number == signal.SIGINT:
            assert process.returncode == 130
            assert not any(target.iterdir())
    assert {path.name for path in target.iterdir()} == {"_temporary"}
    result = nblint("fleet", ".", str(target))
    assert result.exit_code == 2
    assert "holds an unfinished run" in result.stderr


class Deadly(LocalFileSystem):  # type: ignore[misc]
    """A folder with a notebook that ends the process that reads it, as the lack of memory does."""

    protocol = "deadly"

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        stripped: str = super()._strip_protocol(path.removeprefix("deadly://"))
        return stripped

    def cat_file(self, path: str, *arguments: Any, **keywords: Any) -> bytes:
        if path.endswith("deadly.ipynb"):
            os._exit(9)
        read: bytes = super().cat_file(path, *arguments, **keywords)
        return read


@pytest.mark.slow
def test_a_notebook_that_no_worker_survives_keeps_no_other_from_its_check(here: Path) -> None:
    fsspec.register_implementation("deadly", Deadly, clobber=True)
    for name in ("a", "b", "deadly"):
        (here / f"{name}.ipynb").write_bytes(BAD)
    result = nblint("fleet", f"deadly://{here.as_posix()}", "out", "--workers", "1")
    assert result.exit_code == 2
    assert "nblint: deadly.ipynb: every worker that got it died" in result.stderr
    assert {row["path"]: row["errors"] for row in rows("out", "notebooks")} == {
        "a.ipynb": 2,
        "b.ipynb": 2,
        "deadly.ipynb": None,
    }
    assert {row["path"] for row in rows("out", "findings")} == {"a.ipynb", "b.ipynb"}


def test_what_cannot_be_used_is_said_in_a_sentence(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "a.ipynb").write_bytes(BAD)

    def refused(*arguments: str) -> str:
        result = nblint("fleet", *arguments)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        return result.stderr

    assert refused("nothing", "out") == "nblint: nothing: no such file or folder\n"
    assert refused("xyz://a", "out").startswith("nblint: xyz://a: cannot be opened: Protocol not")
    assert "cannot be opened" in refused(".", "xyz://out")
    assert "cannot connect to the scheduler" in refused(".", "out", "--scheduler", "nonsense://x")
    assert not list((here / "out").iterdir())
    assert "--workers cannot be combined with --scheduler" in refused(
        *(".", "out", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1")
    )
    secret = make("password")
    assert secret not in refused(f"xyz://ann:{secret}@host/a", "out")
    (here / "full").write_bytes(b"")
    assert "full: " in refused(".", "full")
    (here / "nblint.toml").write_text('select = ["XYZ"]')
    assert "unknown rule code 'XYZ'" in refused(".", "out")


@pytest.mark.parametrize(
    ("here_is", "they_have"),
    [
        ({"nblint": "9.9.9"}, f"nblint {__version__}, but nblint 9.9.9 is installed here"),
        # A package with rules, which `needed` names only if they are selected.
        ({"acme-rules": "2.0"}, "no acme-rules, but acme-rules 2.0 is installed here"),
    ],
)
def test_workers_with_other_versions_are_refused(
    here_is: dict[str, str],
    they_have: str,
    here: Path,
    scheduler: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (here / "a.ipynb").write_bytes(BAD)
    monkeypatch.setattr(fleet_run, "needed", lambda _: here_is)
    result = nblint("fleet", ".", "out", "--scheduler", scheduler)
    assert result.exit_code == 2
    assert f" has {they_have}; install the same version on all workers" in result.stderr


def test_a_scheduler_that_fails_while_connecting(
    here: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "a.ipynb").write_bytes(CLEAN)

    def fail(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Client, "run", fail)
    result = nblint("fleet", ".", "out", "--scheduler", scheduler)
    assert result.exit_code == 2
    told = f"nblint: {scheduler}: cannot connect to the scheduler: AssertionError\n"
    assert result.stderr == told


def test_the_same_credential_has_the_same_fingerprint_where_there_is_a_salt(
    here: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make("github-token")
    for name in ("a", "b"):
        data = notebook_bytes(("code", f"token = '{token}'"), ("code", name))
        (here / f"{name}.ipynb").write_bytes(data)
    run = ("fleet", ".", "../out", "--select", "NBL2", "--overwrite", "--scheduler", scheduler)
    nblint(*run)
    assert [row["fingerprint"] for row in rows("../out", "findings")] == [None, None]
    monkeypatch.setenv("NBLINT_BASELINE_SALT", "pepper")
    nblint(*run)
    first, second = (row["fingerprint"] for row in rows("../out", "findings"))
    assert first == second is not None
    assert token not in repr(rows("../out", "findings"))


def test_what_is_missing_for_it_is_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("nblint.fleet")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    result = CliRunner().invoke(main, ["fleet", ".", "out"])
    assert "pip install 'nblint-suite[fleet]'" in result.stderr


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([1], [[1]]),
        ([1, 1, 1], [[1, 1], [1]]),
        ([9, 3, 3, 9], [[9], [3, 3], [9]]),
        ([99], [[99]]),
    ],
)
def test_batches_are_of_limited_size(
    sizes: list[int], expected: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MOST_NOTEBOOKS", 2)
    monkeypatch.setattr(source, "MOST_BYTES", 10)
    made = list(
        batches(StoredObject(str(number), str(number), size) for number, size in enumerate(sizes))
    )
    assert [[one.size for one in batch.objects] for batch in made] == expected
    assert len({batch.name for batch in made}) == len(made)


def test_halves_hold_all() -> None:
    batch = Batch("part-0", tuple(StoredObject(name, name, 1) for name in "abcde"))
    one, other = batch.halves()
    assert one.objects + other.objects == batch.objects
    assert len({batch.name, one.name, other.name}) == 3
