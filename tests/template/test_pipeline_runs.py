"""The pipelines' jobs are run, step by step, in clean clones, as the services would for each push.

A notebook that prints everything it can reach is among those that they run: it finds no key.

`make setup` installs hundreds of megabytes. So pip does that once, by itself; in the jobs, the
environment that Python makes has all of it already, and pip finds nothing left to install.
"""

import base64
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from cookiecutter.main import cookiecutter

from demo.mirrors import mirror
from tests.conftest import Once
from tests.system import needs
from tests.template import github
from tests.template.circleci import DEPLOY_KEY, Pipeline, plain_variables
from tests.template.conftest import ROOT, git
from tests.template.keys import NAME, add_snooper, assert_out_of_reach
from tests.template.steps import logged

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="CircleCI's machines are Linux"),
]

# What a project or a runner may have set, whatever README says about it.
LEFT_OVER = "planted-" + "project-variable"
JOB_TOKEN = "planted-" + "job-token"
IN_THE_HOME = "planted-" + "password-of-the-home"
RELEASE_KEY = "planted-" + "signing-key"
# Plays GitLab's jobs. This version, because later ones need a newer Node than Debian has.
GITLAB = "gitlab-ci-local@4.62.0"
NPM_CACHE = Path.home() / ".npm"
MINE = Path(sys.executable).resolve()
# Hard links, where the file system is the same.
PYTHON = """\
#!/bin/sh
case "$*" in
"-m venv .venv") cp -al '{made}' .venv 2>/dev/null || cp -aT '{made}' .venv ;;
*) exec '{python}' "$@" ;;
esac
"""


class Machine(NamedTuple):
    """What all jobs find on theirs.

    Attributes:
        template: The repository that is generated from.
        hooks: Where pre-commit installs.
        once: Makes what tests share.
    """

    template: Path
    hooks: Path
    once: Once

    def python(self, python: Path, folder: Path) -> Path:
        """Make a Python whose new environments have what `make setup` installs.

        Args:
            python: The Python that it stands for.
            folder: Where it is made.
        """

        def make(out: Path) -> None:
            repository = generate(self.template, out)
            variables = {**plain_variables(out / "home"), "PYTHON": str(python)}
            made = logged("make", "setup", cwd=repository, env=variables)
            assert made.returncode == 0, made.stdout
            (repository / ".venv/installed").unlink()

        name = f"environment-{hashlib.sha256(bytes(python)).hexdigest()[:8]}"
        made = self.once(name, make) / "failed-logins/.venv"
        folder.mkdir(exist_ok=True)
        stand_in = folder / "python3"
        stand_in.write_text(PYTHON.format(made=made, python=python))
        stand_in.chmod(0o755)
        return stand_in


def generate(template: Path, out: Path, **answers: str) -> Path:
    made = cookiecutter(str(template), no_input=True, extra_context=answers, output_dir=str(out))
    return Path(made)


class Project:
    """A generated repository with an origin, and what the service's settings hold for it."""

    def __init__(
        self, machine: Machine, folder: Path, ci: str = "circleci", python: Path = MINE
    ) -> None:
        self.folder = folder
        self.variables = plain_variables(folder / "home") | {"LEFT_OVER": LEFT_OVER}
        self.python = machine.python(python, folder / "bin")
        path = [str(self.python.parent), self.variables["PATH"]]
        self.variables["PATH"] = os.pathsep.join(path)
        self.contexts = {"rpm-signing": {"RPM_SIGNING_KEY": RELEASE_KEY}}
        self.repository = generate(machine.template, folder, ci=ci)
        add_snooper(self.repository, folder / "home")
        self.commit("A notebook that looks everywhere")
        config = self.repository / ".pre-commit-config.yaml"
        self.variables |= mirror(config, folder / "mirrors", ROOT)
        self.variables |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        self.variables |= {"PRE_COMMIT_HOME": str(machine.hooks)}
        self.origin = folder / "origin.git"
        git("clone", "--quiet", "--bare", str(self.repository), str(self.origin), cwd=folder)
        git("remote", "add", "origin", str(self.origin), cwd=self.repository)

    def commit(self, message: str) -> None:
        git("add", ".", cwd=self.repository)
        git("commit", "--quiet", "--no-verify", "--message", message, cwd=self.repository)

    def push(self, name: str, *, branch: str = "", tag: str = "") -> Pipeline:
        """Push what is here as a branch or a tag; return what CircleCI makes of it."""
        ref = f"refs/heads/{branch}" if branch else f"refs/tags/{tag}"
        before = git("rev-parse", "main", cwd=self.origin)
        git("push", "--quiet", "origin", f"HEAD:{ref}", cwd=self.repository)
        where = (self.origin, self.folder / name, self.variables)
        return Pipeline(*where, branch, tag, before, self.contexts)


@pytest.fixture(scope="module", autouse=True)
def away_from_this_machine() -> Iterator[None]:
    """git knows who commits, and nothing else of the person."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        for role in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{role}_NAME", "Ada")
            patch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")
        yield


@pytest.fixture(scope="module")
def machine(checkout_of_the_run: Path, pre_commit_home: Path, once: Once) -> Machine:
    return Machine(checkout_of_the_run, pre_commit_home, once)


@pytest.fixture(scope="module")
def project(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(machine, tmp_path_factory.mktemp("pipeline"))


def cases(report: Path) -> dict[str | None, bool]:
    """Return whether each test case passed."""
    found = ElementTree.parse(report).getroot().iter("testcase")
    return {case.get("name"): case.find("failure") is None for case in found}


def test_a_branch(project: Project) -> None:
    pipeline = project.push("main", branch="main")
    assert pipeline.run() == ["gate", "lint", "test"]
    everything = {
        NAME: True,
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
    keys = (LEFT_OVER, DEPLOY_KEY.strip(), RELEASE_KEY)
    assert_out_of_reach(pipeline.folder / "test/build", "".join(pipeline.log), *keys)


def test_a_version(project: Project) -> None:
    needs("rpmbuild", "createrepo_c", "gpg", "rsync")
    repository = project.folder / "yum"
    project.contexts["rpm-signing"] = {
        "RPM_REPOSITORY": str(repository),
        "RPM_SIGNING_KEY": signing_key(project),
    }
    pipeline = project.push("version", tag="v1.2.0")
    assert pipeline.run() == ["gate", "lint", "test", "build-rpm"]
    published = repository / "stable/notebook-failed-logins-1.2.0-1.noarch.rpm"
    assert not published.exists()
    assert pipeline.run(approved=True)[4:] == ["approve", "publish-rpm"]
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


def test_notebooks_on_github(machine: Machine, tmp_path: Path) -> None:
    project = Project(machine, tmp_path, "github")
    clone = tmp_path / "clone"
    log = github.run_job(project.repository, "test", clone, project.variables, {})
    # A secret of the environment `production`, which the job does not name, is not there at all.
    assert_out_of_reach(clone / "build", log, LEFT_OVER, github.TOKEN)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, as a runner's is; the folders of pytest are not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def python_for_everybody() -> Path:
    """Return a Python that every user may run."""
    is_open = all(folder.stat().st_mode & 0o005 == 0o005 for folder in MINE.parents)
    return MINE if is_open else Path("/usr/bin/python3")


def test_gitlab(machine: Machine, open_folder: Path) -> None:
    """The jobs of a branch, and of a version, played by a program that reads GitLab's format."""
    needs("npx", "rsync", "rpmbuild", "createrepo_c", "gpg")
    project = Project(machine, open_folder, "gitlab", python_for_everybody())
    home = open_folder / "home"
    (home / ".netrc").write_text(f"machine example.com password {IN_THE_HOME}\n")
    home.chmod(0o700)
    git("remote", "set-url", "origin", str(project.origin), cwd=project.repository)
    git("fetch", "--quiet", "origin", cwd=project.repository)
    # As GitLab's own runners do it, whatever FF_GIT_URLS_WITHOUT_TOKENS says.
    address = f"https://gitlab-ci-token:{JOB_TOKEN}@gitlab.example.com/soc/failed-logins.git"
    git("remote", "set-url", "origin", address, cwd=project.repository)
    variables = {"CI_JOB_TOKEN": JOB_TOKEN, "CI_DEFAULT_BRANCH": "main", "LEFT_OVER": LEFT_OVER}
    variables |= {"PYTHON": str(project.python), "CI_COMMIT_BEFORE_SHA": "0" * 40}
    assert "PASS  gate" in play(project, "gate", variables)
    assert "PASS  lint" in play(project, "lint", variables)
    log = play(project, "test", variables)
    assert "PASS  test" in log
    build = project.repository / ".gitlab-ci-local/artifacts/test/build"
    keys = [LEFT_OVER, JOB_TOKEN, IN_THE_HOME]
    if os.geteuid() != 0:  # an ordinary user may read the variables of its own processes
        keys = []
    assert_out_of_reach(build, log, *keys)

    git("tag", "v1.2.0", cwd=project.repository)
    repository = open_folder / "yum"
    secrets = {"RPM_REPOSITORY": str(repository), "RPM_SIGNING_KEY": signing_key(project)}
    variables |= {"CI_COMMIT_TAG": "v1.2.0"}
    assert "PASS  build-rpm" in play(project, "build-rpm", variables)
    assert "PASS  publish-rpm" in play(project, "publish-rpm", variables | secrets)
    assert (repository / "stable/notebook-failed-logins-1.2.0-1.noarch.rpm").is_file()


def play(project: Project, job: str, variables: dict[str, str]) -> str:
    """Run a job of GitLab's pipeline in a copy of the repository; return what it prints."""
    given = [f"--variable={name}={value}" for name, value in variables.items()]
    options = ["--shell-executor-no-image", "--force-shell-executor", "--shell-isolation"]
    ran = logged(
        *("npx", "--yes", GITLAB, job, *options, "--home", str(project.folder / "gcl"), *given),
        cwd=project.repository,
        env={**project.variables, "npm_config_cache": str(NPM_CACHE)},
    )
    assert ran.returncode == 0, ran.stdout
    return ran.stdout
