"""What is uploaded: all of it, installed without a network, and the same bytes every time."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.interpreters import ROOT, make_environment, uv
from tests.template.conftest import git

pytestmark = pytest.mark.slow

# Ends a program that opens a connection; Python imports it by itself.
NO_NETWORK = """\
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise SystemExit(f"{event}: {arguments}")
sys.addaudithook(refuse)
"""


class Built:
    """A wheel made of the tree, and a source distribution with the wheel made of that."""

    def __init__(self, folder: Path) -> None:
        uv("build", "--quiet", "--out-dir", folder, ROOT)
        uv("build", "--quiet", "--wheel", "--out-dir", folder / "direct", ROOT)
        (self.wheel,) = folder.glob("*.whl")
        (self.direct,) = folder.glob("direct/*.whl")
        (self.sdist,) = folder.glob("*.tar.gz")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(tmp_path_factory.mktemp("built"))


def test_the_wheel_of_the_source_distribution_is_the_same(built: Built) -> None:
    assert built.wheel.read_bytes() == built.direct.read_bytes()


def test_the_wheel_holds_the_package_and_the_template(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        texts = [archive.read(name) for name in archive.namelist()]
    listed = ("ls-files", "--cached", "--others", "--exclude-standard")
    tracked = git(*listed, "nblint", "template", "template-hub", cwd=ROOT)
    present = {name for name in tracked.splitlines() if (ROOT / name).exists()}
    assert names == {
        f"nblint/{name}" if name.startswith(("template/", "template-hub/")) else name
        for name in present
    }
    folders = [os.fsencode(path) + b"/" for path in (ROOT, Path.home())]
    assert not any(folder in text for text in texts for folder in folders)


def test_what_git_ignores_stays_out(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert not [name for name in names if name.startswith((".venv", "build", "dist"))]
    assert "template/hooks/post_gen_project.py" in names, "a link to it must not take its place"


@pytest.mark.parametrize("command", [["twine", "check", "--strict"], ["check_wheel_contents"]])
def test_the_registry_would_take_it(built: Built, command: list[str]) -> None:
    files = [built.wheel, built.sdist] if command[0] == "twine" else [built.wheel]
    ran = subprocess.run(
        [sys.executable, "-m", *command, *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_core_is_as_small_as_is_said(built: Built, tmp_path: Path) -> None:
    uv("pip", "install", "--quiet", "--python", sys.executable, "--target", tmp_path, built.wheel)
    others = len(list(tmp_path.glob("*.dist-info"))) - 1
    said = re.search(
        r"(\d+) distributions of others, (\d+) MB together, of which nblint is (\d+) MB",
        (ROOT / "SECURITY.md").read_text("utf-8"),
    )
    assert said
    # A Python may need another one, such as tomli, and their releases differ in size.
    assert abs(others - int(said[1])) <= 3, others
    for folder, stated in ((tmp_path, said[2]), (tmp_path / "nblint", said[3])):
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20
        assert size == pytest.approx(int(stated), rel=0.25), folder.name


def test_it_installs_and_works_without_a_network(built: Built, tmp_path: Path) -> None:
    house = tmp_path / "wheels"
    download = ["download", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
    subprocess.run(
        [sys.executable, "-m", "pip", *download, "--dest", str(house), f"{built.wheel}[new]"],
        check=True,
    )
    commands = make_environment(
        tmp_path / "venv", sys.executable,
        "--no-cache", "--offline", "--no-index", "--find-links", house, "nblint-suite[new]",
    )  # fmt: skip
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(NO_NETWORK)

    def run(*arguments: str, cwd: Path = tmp_path) -> str:
        ran = subprocess.run(
            [commands / "nblint", *arguments],
            cwd=cwd,
            env={
                **os.environ,
                "PYTHONPATH": str(tmp_path / "guard"),
                "GIT_CONFIG_GLOBAL": os.devnull,
                "PATH": os.pathsep.join([str(commands), os.environ["PATH"]]),
            },
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout
        return ran.stdout

    guarded = subprocess.run(
        [commands / "python", "-c", "import socket; socket.create_connection(('127.0.0.1', 9))"],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "guard")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "socket." in guarded.stderr, "the guard itself must work"
    run("new", "--no-input", "--local")
    repository = tmp_path / "failed-logins"
    pinned = (repository / ".pre-commit-config.yaml").read_text("utf-8")
    assert f"nblint-suite=={built.wheel.name.split('-')[1]}" in pinned
    assert "3 notebooks checked" in run("check", cwd=repository)
    assert "missing-section" in run("rule", "NBL102")
