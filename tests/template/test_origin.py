"""The generated checks take nblint from where the template was taken."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from cookiecutter.generate import generate_files
from cookiecutter.main import cookiecutter

from nblint._version import __version__
from tests.template.conftest import ROOT, Generate, command, git

pytestmark = pytest.mark.slow


def nblint_entry(repository: Path) -> dict[str, Any]:
    config = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text("utf-8"))
    (entry,) = [e for e in config["repos"] if e["hooks"][0]["id"] == "nblint"]
    fields = [(hook["id"], hook.get("stages")) for hook in entry["hooks"]]
    report, add = ["nblint-report", "nblint-add"] if entry["repo"] == "local" else ["nblint"] * 2
    assert fields == [
        ("nblint", None),
        *((name, ["manual"]) for name in ("nblint-fix", report, add, "nblint-gate")),
    ]
    return {"repo": entry["repo"], "rev": entry.get("rev"), **entry["hooks"][0]}


def published(checkout: Path, address: str) -> None:
    """Make a checkout look like a clone of an address that has its commit."""
    git("remote", "add", "origin", address, cwd=checkout)
    git("update-ref", "refs/remotes/origin/main", "HEAD", cwd=checkout)


@pytest.mark.parametrize("arguments", [[], ["--directory", "template"]], ids=["root", "directory"])
def test_from_a_path(checkout: Path, tmp_path: Path, arguments: list[str]) -> None:
    out = tmp_path / "out"
    made = command(str(checkout), "--no-input", "-o", str(out), *arguments, cwd=tmp_path)
    assert made.returncode == 0, made.stdout
    assert "*** WARNING ***" in made.stdout
    entry = nblint_entry(out / "failed-logins")
    assert entry["repo"] == checkout.as_posix()
    assert entry["rev"] == git("rev-parse", "HEAD", cwd=checkout)


@pytest.mark.parametrize("out", [".", "elsewhere"])
def test_from_a_relative_path(checkout: Path, tmp_path: Path, out: str) -> None:
    made = command("nblint", "--directory", "template", "--no-input", "-o", out, cwd=tmp_path)
    assert made.returncode == 0, made.stdout
    assert nblint_entry(tmp_path / out / "failed-logins")["repo"] == checkout.as_posix()


@pytest.mark.parametrize("arguments", [[], ["--directory", "template"]], ids=["root", "directory"])
def test_from_a_git_address(checkout: Path, tmp_path: Path, arguments: list[str]) -> None:
    git("tag", "yesterday", cwd=checkout)
    git("tag", "v1.9.0", cwd=checkout)
    git("tag", "v1.10.0", cwd=checkout)
    git("clone", "--quiet", "--bare", str(checkout), str(tmp_path / "server.git"), cwd=tmp_path)
    address = (tmp_path / "server.git").as_uri()
    made = command(address, "--no-input", *arguments, cwd=tmp_path)
    assert made.returncode == 0, made.stdout
    entry = nblint_entry(tmp_path / "failed-logins")
    assert (entry["repo"], entry["rev"]) == (address, git("rev-parse", "HEAD", cwd=checkout))
    text = (tmp_path / "failed-logins/.pre-commit-config.yaml").read_text("utf-8")
    assert f'rev: "{entry["rev"]}"  # frozen: v1.10.0\n' in text


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("arguments", [[], ["--directory", "template"]], ids=["root", "directory"])
def test_from_a_zip(checkout: Path, tmp_path: Path, arguments: list[str]) -> None:
    archive = str(tmp_path / "nblint.zip")
    git("archive", "--format=zip", "--prefix=nblint-main/", "-o", archive, "HEAD", cwd=checkout)
    made = command(archive, "--no-input", *arguments, cwd=tmp_path)
    assert made.returncode == 0, made.stdout
    assert "*** WARNING ***" not in made.stdout
    assert_released(tmp_path / "failed-logins")
    assert git("log", "--format=%s", cwd=tmp_path / "failed-logins")


def assert_released(repository: Path) -> None:
    entry = nblint_entry(repository)
    assert entry["repo"] == "local"
    assert entry["additional_dependencies"] == [f"nblint-suite=={__version__}"]
    (hook,) = [
        hook
        for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
        if hook["id"] == "nblint"
    ]
    for key in ("name", "language", "types_or", "require_serial"):
        assert entry[key] == hook[key]
    assert entry["entry"] == f"{hook['entry']} --staged"


def test_from_a_zip_of_a_version_that_nobody_has_released(checkout: Path, tmp_path: Path) -> None:
    archive = str(tmp_path / "nblint.zip")
    git("archive", "--format=zip", "--prefix=nblint-main/", "-o", archive, "HEAD", cwd=checkout)
    refused = command(archive, "--no-input", cwd=tmp_path)
    assert refused.returncode == 1
    assert f"the package index that pip uses has no nblint-suite=={__version__}" in refused.stdout
    assert "cookiecutter https://" in refused.stdout
    assert not (tmp_path / "failed-logins").exists()


@pytest.mark.usefixtures("released")
def test_from_an_installed_package_inside_a_repository(
    checkout: Path, generate: Generate, tmp_path: Path
) -> None:
    package = tmp_path / "theirs/.venv/lib/site-packages/nblint"
    package.mkdir(parents=True)
    shutil.copytree(ROOT / "template", package / "template")
    shutil.copyfile(ROOT / "nblint/_version.py", package / "_version.py")
    git("init", "--quiet", cwd=tmp_path / "theirs")
    git("add", ".", cwd=tmp_path / "theirs")
    git("commit", "--quiet", "--message", "venv and all", cwd=tmp_path / "theirs")
    assert_released(generate(package / "template"))


@pytest.mark.parametrize("has_release", [True, False])
def test_from_a_copy_inside_a_repository(
    checkout: Path,
    generate: Generate,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    has_release: bool,
) -> None:
    if has_release:
        request.getfixturevalue("released")
    shutil.rmtree(checkout / ".git")
    git("init", "--quiet", cwd=tmp_path)
    git("add", "nblint", cwd=tmp_path)
    git("commit", "--quiet", "--message", "a copy of nblint", cwd=tmp_path)
    repository = generate(checkout)
    if has_release:
        assert_released(repository)
    else:  # who names a folder knows that it is on this machine
        path = f"nblint-suite @ {checkout.as_uri()}"
        assert nblint_entry(repository)["additional_dependencies"] == [path]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://github.com/org/nblint.git", "https://github.com/org/nblint.git"),
        ("git@github.com:org/nblint.git", "git@github.com:org/nblint.git"),
        ("ssh://git@host:2222/org/nblint", "ssh://git@host:2222/org/nblint"),
        ("ssh://git:{}@host:2222/org/nblint", "ssh://git@host:2222/org/nblint"),
        ("https://{}@github.com/org/nblint", "https://github.com/org/nblint"),
        ("HTTPS://reader:{}@host/org/nblint", "HTTPS://host/org/nblint"),
        ("https://reader:{}@with@at@host/nblint", "https://host/nblint"),
    ],
)
def test_from_a_clone_of_an_address(
    checkout: Path,
    generate: Generate,
    capfd: pytest.CaptureFixture[str],
    address: str,
    expected: str,
) -> None:
    planted = "never" + "shown" * 3
    published(checkout, address.format(planted))
    repository = generate(checkout)
    assert nblint_entry(repository)["repo"] == expected
    assert planted not in (repository / ".pre-commit-config.yaml").read_text("utf-8")
    shown = capfd.readouterr()
    assert planted not in shown.out + shown.err
    assert "*** WARNING ***" not in shown.out


def test_a_commit_that_was_not_pushed_is_taken_from_the_path(
    checkout: Path, generate: Generate, capfd: pytest.CaptureFixture[str]
) -> None:
    published(checkout, "https://github.com/org/nblint")
    git("commit", "--quiet", "--allow-empty", "--message", "local", cwd=checkout)
    assert nblint_entry(generate(checkout))["repo"] == checkout.as_posix()
    assert "*** WARNING ***" in capfd.readouterr().out


def test_by_cruft(checkout: Path, tmp_path: Path) -> None:
    """cruft calls generate_files itself, with the address and the commit, and removes its clone."""
    cookiecutter(str(checkout), no_input=True, output_dir=str(tmp_path / "first"))
    replay = (tmp_path / "home/replays/template.json").read_text("utf-8")
    answers = json.loads(replay)["cookiecutter"]
    for name in ("_repo_dir", "_output_dir", "_checkout"):
        del answers[name]
    answers |= {"_template": "https://github.com/org/nblint", "_commit": "1" * 40}
    made = generate_files(
        repo_dir=str(checkout / "template"),
        context={"cookiecutter": answers},
        output_dir=str(tmp_path / "second"),
    )
    entry = nblint_entry(Path(made))
    assert (entry["repo"], entry["rev"]) == ("https://github.com/org/nblint", "1" * 40)
    assert not (Path(made) / ".git").exists()
