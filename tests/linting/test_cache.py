"""Unchanged notebooks are not checked again, and the output is the same."""

import errno
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from nblint import check
from nblint.linting import cache, run, workers
from nblint.linting.baseline import SALT_VARIABLE
from nblint.linting.examining import Examiner
from nblint.linting.results import Reported, Result
from nblint.paths import PACKAGE
from nblint.project.project import Project
from nblint.reports import details_of, formats
from nblint.settings_files import SettingsFinder
from tests.command import nblint
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import make

COUNT = 16
SETTINGS = """\
select = ["NBL0", "NBL1", "NBL3", "NBL4", "NBL505"]
parameters.file = "run.yaml"
per-file-ignores = { "one/*" = ["NBL102"] }
"""
CATALOGUE = "[environment.SITE]\n[environment.REGION]\n[environment.OWNER]\n"
CODE = "import os\nimport pandas\nsite = os.environ['SITE']\nowner = os.environ['OWNER']"


def content(number: int) -> bytes:
    code = f"{CODE}\nprint({number})"
    return notebook_bytes(("markdown", complete_header()), ("code", code))


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    (folder / "nblint.toml").write_text(SETTINGS)
    (folder / "environment.toml").write_text(CATALOGUE)
    (folder / "run.yaml").write_text("{}\n")
    (folder / "requirements.txt").write_text("pandas\nnumpy\nscipy\n")
    for number in range(COUNT):
        (folder / f"{number}.ipynb").write_bytes(content(number))
    monkeypatch.chdir(folder)
    return folder


def folder() -> Path:
    found = cache.cache_folder()
    assert found is not None
    return found


def kept() -> Path:
    """Return the file that was written last."""
    return max(folder().iterdir(), key=lambda file: file.stat().st_mtime_ns)


def known(*arguments: str) -> int:
    """Run nblint; return how many notebooks the cache knew, and check that nothing else differs."""
    result = nblint("check", "--verbose", *arguments)
    plain = nblint("check", "--no-cache", *arguments)
    assert (result.exit_code, result.stdout) == (plain.exit_code, plain.stdout)
    found = re.search(r"^nblint: (\d+) of \d+ notebooks are known", result.stderr, re.MULTILINE)
    assert found, result.stderr
    return int(found[1])


def test_what_has_not_changed_is_not_examined(monkeypatch: pytest.MonkeyPatch) -> None:
    assert known() == 0
    assert known() == COUNT
    Path("7.ipynb").write_bytes(content(-7))
    assert known() == COUNT - 1
    assert known() == COUNT

    def examine(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Examiner, "examine_file", examine)
    assert nblint("check").stdout == f"All clean: {COUNT} notebooks checked.\n"


def test_what_is_found_is_found_again_in_the_same_order() -> None:
    for number in (3, 11, 15):
        Path(f"{number}.ipynb").write_bytes(notebook_bytes(("code", f"print({number})")))
    Path("8.ipynb").write_text("{")  # not a notebook
    Path("9.ipynb").write_bytes(notebook_bytes(("markdown", "# A"), ("code", "os.environ['X']")))
    suppressed = ("code", "import os\nos.environ['X']  # nblint: ignore[NBL301] a test")
    Path("10.ipynb").write_bytes(notebook_bytes(("markdown", complete_header()), suppressed))
    assert known() == 0
    assert known() == COUNT
    before = [without_edits(result) for result in check(["."])]
    with_cache = run.Run(SettingsFinder(), pytest.fail, with_cache=True)
    for _ in range(2):
        assert [without_edits(result) for result in with_cache.check([Path()])] == before


def without_edits(result: Result) -> Result:
    """Return a result with its fixes in words, as the cache keeps them."""
    return replace(result, findings=tuple(map(_without_edits, result.findings)))


def _without_edits(reported: Reported) -> Reported:
    fix = reported.finding.fix
    words = fix and replace(fix, edits=())
    return replace(reported, finding=replace(reported.finding, fix=words))


@pytest.mark.slow
@pytest.mark.parametrize("output_format", formats())
def test_each_report_is_the_same(output_format: str) -> None:
    Path("3.ipynb").write_bytes(notebook_bytes(("code", "import os\n\nx = os.environ['SITTE'] (")))
    Path("4.ipynb").write_bytes(notebook_bytes(("markdown", "# A"), ("code", "%pip install x")))
    Path("5.ipynb").write_text('{"cells": [1]}')
    for more in ((), ("--quiet",), ("--select", "ALL", "--ignore", "NBL308")):
        arguments = ("--output-format", output_format, *more)
        known(*arguments)
        assert known(*arguments) == COUNT


def rename() -> None:
    for number in range(COUNT):
        Path(f"{number}.ipynb").rename(f"{number} copy.ipynb")


CHANGES: dict[str, Callable[[], object]] = {
    "settings": lambda: Path("nblint.toml").write_text(f"{SETTINGS}severity.NBL102 = 'warning'\n"),
    "catalogue": lambda: Path("environment.toml").write_text("[environment.OWNER]\n"),
    "requirements": lambda: Path("requirements.txt").write_text("numpy\n"),
    "parameters": lambda: Path("run.yaml").write_text("days: 3\n"),
    "a module": lambda: Path("pandas.py").write_text(""),
    "names": rename,
    "contents": lambda: [Path(f"{n}.ipynb").write_bytes(content(n + 99)) for n in range(COUNT)],
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_a_notebook_is_checked_against_is_noticed(what: str) -> None:
    assert known() == 0
    CHANGES[what]()
    assert known() == 0


def test_options_are_noticed() -> None:
    assert known() == 0
    assert known("--ignore", "NBL102") == 0
    assert known("--no-baseline") == COUNT


def test_globs_are_matched_from_the_same_folder(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notebooks of one name and the same bytes, in two folders one of which settings ignore."""
    for folder in ("one", "other"):
        Path(folder).mkdir()
        for number in range(COUNT):
            Path(folder, f"{number}.ipynb").write_bytes(notebook_bytes(("markdown", "# A title")))
    monkeypatch.chdir(repository / "one")
    assert known() == 0
    assert known() == COUNT
    monkeypatch.chdir(repository / "other")
    assert known() == 0
    assert nblint("check").exit_code == 1


@pytest.mark.parametrize("what", ["version", "Python", "a library", "a validator"])
def test_another_program_is_noticed(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert known() == 0
    match what:
        case "version":
            monkeypatch.setattr(cache, "__version__", "99.0")
        case "Python":
            monkeypatch.setattr(sys, "version", "4.0")
        case "a library":
            (tmp_path / "site" / "nbformat-99.0.dist-info").mkdir(parents=True)
            monkeypatch.syspath_prepend(tmp_path / "site")
        case "a validator":
            monkeypatch.setenv("NBFORMAT_VALIDATOR", "jsonschema")
    cache._installed.cache_clear()
    try:
        assert known() == 0
        assert known() == COUNT
    finally:
        cache._installed.cache_clear()


def command(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nblint", "check", "--verbose", *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, errors = process.communicate(timeout=120)
    assert process.returncode in (0, 1), errors
    assert "Traceback" not in errors
    found = re.search(r"^nblint: (\d+) of \d+ notebooks are known", errors, re.MULTILINE)
    assert found, errors
    return int(found[1]), output


@pytest.mark.slow
def test_a_rule_that_is_changed_is_noticed(tmp_path: Path) -> None:
    """While nblint is developed, the version stays, and the file's size and time may stay, too."""
    source = PACKAGE
    copied = tmp_path / "copy" / "nblint"
    shutil.copytree(source, copied, ignore=shutil.ignore_patterns("__pycache__"))
    rule = copied / "rules" / "header" / "missing_title.py"
    here = {"PYTHONPATH": str(copied.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    assert ended(command(**here))[0] == 0
    assert ended(command(**here))[0] == COUNT
    before = rule.stat()
    text = rule.read_text(encoding="utf-8")
    rule.write_text(
        text.replace("if header.title:", "if not 'titles':"), encoding="utf-8", newline="\n"
    )
    os.utime(rule, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert rule.stat().st_size == before.st_size
    known_then, said = ended(command(**here))
    assert known_then == 0
    assert said.count("NBL101") == COUNT


@pytest.mark.slow
def test_what_has_no_order_of_its_own_is_the_same_in_every_process() -> None:
    """The order of sets of strings is random for each process."""
    assert ended(command(PYTHONHASHSEED="1"))[0] == 0
    assert [ended(command(PYTHONHASHSEED=str(n)))[0] for n in (2, 3, 4)] == [COUNT] * 3


@pytest.mark.slow
def test_several_runs_at_once() -> None:
    """None of them is disturbed, and what they write is whole."""
    for name in ("a", "b", "c"):
        Path(name).mkdir()
        for number in range(COUNT):
            Path(name, f"{number}.ipynb").write_bytes(content(number))
    for _ in range(3):
        running = [command(name) for name in ("a", "b", "c", "a", "b", "c")]
        for _, said in map(ended, running):
            assert said == f"All clean: {COUNT} notebooks checked.\n"
        (file,) = folder().iterdir()
        assert file == kept()
    assert [ended(command(name))[0] for name in ("a", "b", "c")] == [COUNT] * 3


def test_what_a_run_has_checked_when_it_is_ended_is_kept() -> None:
    text = details_of("text")
    results = run.Run(SettingsFinder(), pytest.fail, with_cache=True, details=text).check([Path()])
    assert [next(results).path for _ in range(5)]
    results.close()  # type: ignore[attr-defined]
    assert known() == 5


def flipped(data: bytes) -> bytes:
    return data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) // 2 + 5],
    "empty": lambda data: b"",
    "shifted": lambda data: b"x" + data,
    "foreign": lambda data: b'{"version": 1}\n' * 100,
    "zeros": lambda data: bytes(len(data)),
    "longer": lambda data: data + b"x",
    "one bit": flipped,
    "one bit of the hash": lambda data: bytes([data[0] ^ 1]) + data[1:],
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_file_is_no_matter(how: str) -> None:
    Path("5.ipynb").write_bytes(notebook_bytes(("code", "print(1)")))
    assert known() == 0
    kept().write_bytes(DAMAGE[how](kept().read_bytes()))
    assert known() == 0
    assert known() == COUNT


def test_what_was_written_for_something_else_is_no_matter() -> None:
    """Such as for other settings: the same notebooks, and other findings."""
    Path("5.ipynb").write_bytes(notebook_bytes(("code", "print(1)")))
    assert known("--ignore", "NBL102") == 0
    other = kept()
    assert known() == 0
    kept().write_bytes(other.read_bytes())
    assert known() == 0


def entries(file: Path, project: Project, change: Callable[[Any], object]) -> None:
    """Replace what a file of the cache holds by what somebody makes of it who knows its key."""
    key = cache.key_of(project, details_of("text"), (), with_hidden=False)
    assert key is not None
    old = cache.Cache(folder(), key)._kept()
    data = msgspec.msgpack.encode(change(old))
    file.write_bytes(blake2b(data, digest_size=32, key=key).digest() + data)


# Of MessagePack: a list of six, and a list in a list in a list …
LONG, DEEP = b"\x96", b"\x91" * 100_000 + b"\xc0"

HOSTILE: dict[str, Callable[[dict[bytes, bytes]], object]] = {
    "another type": lambda old: [1, 2],
    "no entries": lambda old: dict.fromkeys(old, 7),
    "empty entries": lambda old: dict.fromkeys(old, b""),
    "other entries": lambda old: dict.fromkeys(old, msgspec.msgpack.encode([1, [], 0, [], True])),
    "pickled": lambda old: dict.fromkeys(old, pickle.dumps(Path("x"))),
    "short entries": lambda old: {digest: data[:-1] for digest, data in old.items()},
    "long entries": lambda old: {digest: LONG + data[1:] + DEEP for digest, data in old.items()},
    "deep entries": lambda old: dict.fromkeys(old, DEEP),
    "large entries": lambda old: dict.fromkeys(old, b"\x95\xdd\xff\xff\xff\xff"),
}


@pytest.mark.parametrize("how", HOSTILE)
def test_what_is_no_entry_is_no_matter(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert known() == 0
    entries(kept(), project_of_a_run(), HOSTILE[how])
    assert known() == 0
    assert known() == COUNT


def project_of_a_run() -> Project:
    settings = SettingsFinder().of(Path.cwd())
    return Project.load(settings, with_requirements=True)


def test_nothing_of_a_secret_is_kept() -> None:
    secret = make("github-token")
    Path("5.ipynb").write_bytes(notebook_bytes(("code", f"token = '{secret}'\nx = 1")))
    for output_format in formats():
        options = ("--output-format", output_format, "--extend-select", "NBL2")
        assert secret not in nblint("check", *options).stdout
    held = [file.read_bytes() for file in folder().iterdir()]
    assert all(b"NBL201" in data for data in held)
    assert not any(secret[4:].encode() in data for data in held)


@pytest.mark.skipif(os.name != "posix", reason="modes and owners of POSIX")
def test_what_somebody_else_can_write_is_not_read() -> None:
    assert known() == 0
    kept().chmod(0o666)
    assert known() == 0
    assert kept().stat().st_mode & 0o777 == 0o600
    assert known() == COUNT


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    assert known() == 0
    victim = tmp_path / "victim"
    victim.write_text("whole")
    kept().with_name(f"{kept().name}.{os.getpid()}").symlink_to(victim)
    Path("7.ipynb").write_bytes(content(-7))
    nblint("check")
    assert victim.read_text() == "whole"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of POSIX")
def test_nobody_waits_for_a_pipe() -> None:
    assert known() == 0
    file = kept()
    file.unlink()
    os.mkfifo(file)
    assert known() == 0
    assert known() == COUNT


def folder_in_its_place() -> None:
    assert known() == 0
    file = kept()
    file.unlink()
    file.mkdir()


def file_as_folder() -> None:
    folder().parent.mkdir(parents=True)
    folder().write_text("")


@pytest.mark.parametrize("obstacle", [folder_in_its_place, file_as_folder])
def test_what_cannot_be_written_is_said_to_who_asks(obstacle: Callable[[], None]) -> None:
    obstacle()
    result = nblint("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "nblint: the cache cannot be written: " in nblint("check", "--verbose").stderr
    assert known() == 0


def test_a_full_disk_leaves_the_old_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert known() == 0
    before = kept().read_bytes()
    Path("7.ipynb").write_bytes(content(-7))
    with monkeypatch.context() as disk:
        disk.setattr(Path, "replace", full)
        assert known() == COUNT - 1
    assert kept().read_bytes() == before
    assert list(kept().parent.iterdir()) == [kept()]
    assert known() == COUNT - 1


def test_only_who_owns_it_looks_into_it() -> None:
    known()
    if os.name == "posix":
        assert kept().parent.stat().st_mode & 0o777 == 0o700


def test_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    assert known() == 0
    size = kept().stat().st_size
    monkeypatch.setattr(cache, "_LARGEST_FILE", size * 5 // 4)
    half = range(COUNT // 2)
    for number in half:
        Path(f"{number}.ipynb").write_bytes(content(-number - 1))
    assert known() == COUNT - len(half)
    assert known() == COUNT
    assert size < kept().stat().st_size < size * 3 // 2
    for number in half:
        Path(f"{number}.ipynb").write_bytes(content(number))
    assert COUNT - len(half) < known() < COUNT


def test_files_of_other_settings_go_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    assert known() == 0
    monkeypatch.setattr(cache, "_LARGEST_FOLDER", kept().stat().st_size * 7 // 2)
    for code in range(settings := 5):
        assert known("--ignore", f"NBL10{code + 1}") == 0
    assert len(list(folder().iterdir())) == 3
    assert known("--ignore", f"NBL10{settings}") == COUNT
    assert known() == 0


def test_more_than_anybody_reads_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("5.ipynb").write_bytes(notebook_bytes(*[("code", "x = (")] * 50))
    monkeypatch.setattr(cache, "_LARGEST_ENTRY", 2_000)
    assert known("--select", "NBL503") == 0
    assert known("--select", "NBL503") == COUNT - 1


@pytest.mark.parametrize(
    "arguments",
    [("--no-cache",), ("--fix",), ("--diff",), ("1.ipynb", "2.ipynb")],
    ids=" ".join,
)
def test_what_does_without(arguments: tuple[str, ...]) -> None:
    assert nblint("check", *arguments).exit_code == 0
    assert list(check(["."]))
    assert not folder().exists()


def test_plugins_decide_as_well() -> None:
    assert known("--trust-plugins") == 0
    assert known("--trust-plugins") == 0


def test_rules_about_the_repository_see_all_notebooks() -> None:
    for _ in range(2):
        assert known("--extend-select", "NBL308") == 0
        assert "declared variable 'REGION'" in nblint("check", "--extend-select", "NBL308").stdout
    Path("7.ipynb").write_bytes(notebook_bytes(("code", "import os\nos.environ['REGION']")))
    assert "REGION" not in nblint("check", "--extend-select", "NBL308").stdout


def test_a_baseline_is_asked_after_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its stale entries are found in notebooks that are known; its salt makes fingerprints."""
    Path("5.ipynb").write_bytes(notebook_bytes(("markdown", "# A title")))
    assert nblint("baseline", "create").exit_code == 0
    Path("nblint.toml").write_text(f'baseline = ".nblint-baseline.json"\n{SETTINGS}')
    assert known() == 0
    assert known() == COUNT
    Path("5.ipynb").write_bytes(content(5))
    for _ in range(2):
        assert "1 baseline entry is stale" in nblint("check").stderr
    monkeypatch.setenv(SALT_VARIABLE, "0" * 32)
    assert known() == 0


def test_processes_are_for_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_MANY", {"fork": COUNT, "spawn": COUNT})
    monkeypatch.setattr(workers, "processors", lambda: 2)
    shares = []

    def shared(*arguments: object) -> list[object]:
        shares.append(arguments)
        return []

    assert nblint("check", "--jobs", "2").exit_code == 0  # their digests come from other processes
    assert known() == COUNT
    Path("7.ipynb").write_bytes(content(-7))
    monkeypatch.setattr(workers, "shared", shared)
    assert nblint("check").exit_code == 0
    assert shares == []
    nblint("check", "--no-cache")
    assert len(shares) == 1


def test_what_is_known_is_what_was_examined(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is read to look it up and again to examine it: it may have changed in between."""
    file, wrong = Path("7.ipynb"), notebook_bytes(("markdown", "# A title"))
    assert known() == 0
    find = cache.Cache.find

    def fixed_meanwhile(self: cache.Cache, path: Path, name: str) -> bytes | None:
        found = find(self, path, name)
        file.write_bytes(content(-7))
        return found

    file.write_bytes(wrong)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(cache.Cache, "find", fixed_meanwhile)
        assert nblint("check").exit_code == 0
    file.write_bytes(wrong)
    assert known() == COUNT - 1
    assert nblint("check").exit_code == 1


def test_it_is_not_below_the_current_folder_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a home directory, `~` stays `~`: a folder that a repository may contain."""
    monkeypatch.delenv("NBLINT_CACHE_DIR")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: Path("~/.cache/nblint"))
    assert cache.cache_folder() is None
    result = nblint("check", "--verbose")
    assert (result.exit_code, f"0 of {COUNT}" in result.stderr) == (0, True)
    assert not list(Path().glob("~*"))


@pytest.mark.skipif(sys.platform != "linux", reason="each system has its own place")
def test_it_is_where_the_user_keeps_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NBLINT_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert nblint("check").exit_code == 0
    assert [path.name for path in (tmp_path / "caches" / "nblint").iterdir()] == ["findings"]
