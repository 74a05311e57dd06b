"""CircleCI's jobs are run, step by step, in clean clones, as CircleCI would for each push."""

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cookiecutter.main import cookiecutter

from demo.mirrors import mirror
from tests.system import needs
from tests.template.circleci import Pipeline, plain_variables
from tests.template.conftest import ROOT, git

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="CircleCI's machines are Linux"),
]

BASELINE = '{"version": 2, "salt": "0", "entries": [%s]}\n'
ENTRY = (
    '{"path": "notebooks/old.ipynb", "cell_id": null, "surface": "source", "code": "NBL102",'
    ' "fingerprint": "%032x", "reason": ""}'
)


class Project:
    """A generated repository with an origin, and what CircleCI's settings hold for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.variables = plain_variables(folder / "home")
        self.repository = Path(
            cookiecutter(str(checkout(folder / "nblint")), no_input=True, output_dir=str(folder))
        )
        config = self.repository / ".pre-commit-config.yaml"
        self.variables |= mirror(config, folder / "mirrors", ROOT)
        self.variables |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_COMPILE": "1"}
        self.origin = folder / "origin.git"
        git("clone", "--quiet", "--bare", str(self.repository), str(self.origin), cwd=folder)
        git("remote", "add", "origin", str(self.origin), cwd=self.repository)

    def commit(self, message: str) -> None:
        git("add", ".", cwd=self.repository)
        git("commit", "--quiet", "--no-verify", "--message", message, cwd=self.repository)

    def push(self, name: str, *, branch: str = "", tag: str = "") -> Pipeline:
        """Push what is here as a branch or a tag; return what CircleCI makes of it."""
        ref = f"refs/heads/{branch}" if branch else f"refs/tags/{tag}"
        git("push", "--quiet", "origin", f"HEAD:{ref}", cwd=self.repository)
        return Pipeline(self.origin, self.folder / name, self.variables, branch, tag)


def checkout(folder: Path) -> Path:
    """Make a repository of this checkout as it is now, so that pre-commit installs this nblint."""
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    git("add", ".", cwd=folder)
    git("commit", "--quiet", "--message", "nblint", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Made once: what the first pipeline installs, the later ones have cached."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        for role in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{role}_NAME", "Ada")
            patch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")
        yield Project(tmp_path_factory.mktemp("pipeline"))


def cases(report: Path) -> dict[str | None, bool]:
    """Return whether each test case passed."""
    found = ElementTree.parse(report).getroot().iter("testcase")
    return {case.get("name"): case.find("failure") is None for case in found}


def test_a_branch(project: Project) -> None:
    pipeline = project.push("main", branch="main")
    assert pipeline.run() == ["lint", "test"]
    everything = {
        "notebooks/failed-logins.ipynb": True,
        "examples/read-a-credential.ipynb": True,
        "examples/take-parameters.ipynb": True,
    }
    (nblint,) = pipeline.results["lint"]
    assert cases(nblint) == everything
    (notebooks,) = pipeline.results["test"]
    assert cases(notebooks) == everything
    # The checks pass without changing a file.
    assert git("status", "--porcelain", cwd=pipeline.folder / "lint") == ""


def test_a_version(project: Project) -> None:
    needs("rpmbuild", "createrepo_c", "gpg", "rsync")
    repository = project.folder / "yum"
    project.variables |= {
        "RPM_REPOSITORY": str(repository),
        "RPM_SIGNING_KEY": signing_key(project),
    }
    pipeline = project.push("version", tag="v1.2.0")
    assert pipeline.run() == ["lint", "test", "build-rpm"]
    published = repository / "stable/notebook-failed-logins-1.2.0-1.noarch.rpm"
    assert not published.exists()
    assert pipeline.run(approved=True)[3:] == ["approve", "publish-rpm"]
    assert published.is_file()


def signing_key(project: Project) -> str:
    """Make a key that lives for the test, as the pipeline's settings hold it."""
    home = project.folder / "keys"
    if not home.exists():
        home.mkdir(mode=0o700)
        made = ["--quick-generate-key", "Notebooks <n@example.com>", "rsa2048", "sign", "never"]
        gpg(home, "--passphrase", "", *made)
    return base64.b64encode(gpg(home, "--export-secret-keys")).decode()


def gpg(home: Path, *arguments: str) -> bytes:
    return subprocess.run(
        ["gpg", "--batch", "--quiet", "--homedir", str(home), *arguments],
        check=True,
        capture_output=True,
    ).stdout


def test_another_tag(project: Project) -> None:
    assert project.push("1.2", tag="1.2").run(approved=True) == []
