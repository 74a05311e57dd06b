"""Play a pipeline's own commands for what somebody pushes to a generated repository."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.git.author import said
from tests.linting.branches import Branch, betrays_nothing
from tests.template.circleci import plain_variables
from tests.template.github import EXPRESSION
from tests.template.steps import run_step

SERVICES = ("circleci", "github", "gitlab")
FILES = {
    "circleci": ".circleci/config.yml",
    "github": ".github/workflows/notebook.yml",
    "gitlab": ".gitlab-ci.yml",
}
# What the jobs would download is in this Python's environment already.
PIP = """\
#!/bin/sh
case "$*" in
"install pre-commit=="* | "install --root-user-action ignore pre-commit=="*) ;;
*) echo "pip: unexpected: $*"; exit 9 ;;
esac
"""


Prepare = Callable[[Path, dict[str, str]], None]


class Event(NamedTuple):
    """What was pushed.

    Attributes:
        branch: The branch, if it is one; others than `main` are to be merged into that.
        tag: The tag, if it is one.
        before: The commit before the push.
    """

    branch: str = "work"
    tag: str = ""
    before: str = "0" * 40


class Played(NamedTuple):
    """What a job did.

    Attributes:
        status: The exit status of the step that failed; 0 if none did.
        log: What its steps printed.
        clone: Where it ran.
    """

    status: int
    log: str
    clone: Path


class Stage(NamedTuple):
    """What is made once for all tests.

    Attributes:
        repositories: The generated repository for each service.
        variables: What every job's machine has set.
    """

    repositories: dict[str, Path]
    variables: dict[str, str]


class Author(Branch):
    """A clone of a generated repository, in which somebody works on the branch `work`.

    Args:
        stage: Where it is cloned from.
        folder: Where everything goes.
        service: Whose pipeline judges.
    """

    def __init__(self, stage: Stage, folder: Path, service: str) -> None:
        self.stage, self.folder, self.service = stage, folder, service
        self.top = folder / "author"
        self.plays = 0
        said(folder, "clone", "--quiet", str(stage.repositories[service]), str(self.top))
        self.git("checkout", "--quiet", "-b", "work")

    def gate(self, base: str = "main", *options: str) -> Any:
        """Play the gate for the branch; the base is the pipeline's to know."""
        assert (base, options) == ("main", ())
        return self.play()

    def play(
        self,
        event: Event | None = None,
        job: str = "gate",
        *,
        clone: tuple[str, ...] = (),
        prepare: Prepare | None = None,
    ) -> Played:
        """Play a job in a clean clone, and hold that nothing that it leaves shows a planted value.

        Args:
            event: What was pushed; by default, the branch of a request.
            job: The job.
            clone: Options of `git clone`.
            prepare: Called with the clone and the job's variables before the job runs.
        """
        event = event or Event()
        self.plays += 1
        folder = self.folder / f"play-{self.plays}"
        here, home, temporary = folder / "clone", folder / "home", folder / "tmp"
        for new in (folder, temporary):
            new.mkdir()
        ref = said(self.top, "symbolic-ref", "--short", "HEAD")
        self.git("symbolic-ref", "HEAD", "refs/heads/main")
        name = event.tag or event.branch
        said(folder, "clone", "--quiet", *clone, "--branch", name, self._address(clone), str(here))
        self.git("symbolic-ref", "HEAD", f"refs/heads/{ref}")
        is_request = not event.tag and event.branch != "main"
        if is_request and self.service == "github" and not clone:
            self._merge(here, event.branch)
        variables = self._variables(folder, home, event, here)
        if prepare:
            prepare(here, variables)
        log, status = "", 0
        for command, own in steps(self.service, here, job, event):
            ran = run_step(command, here, {**variables, **own})
            log += ran.stdout
            status = ran.returncode
            if status:
                break
        self._search(log, here, folder)
        return Played(status, log, here)

    def _address(self, options: tuple[str, ...]) -> str:
        return self.top.as_uri() if options else str(self.top)  # --depth counts for addresses only

    @staticmethod
    def _merge(clone: Path, branch: str) -> None:
        """Check out what GitHub does for a request: its merge with the target."""
        said(clone, "checkout", "--quiet", "--detach", "origin/main")
        said(clone, "merge", "--quiet", "--no-ff", "--no-edit", f"origin/{branch}")

    def _variables(self, folder: Path, home: Path, event: Event, clone: Path) -> dict[str, str]:
        binaries = folder / "bin"
        binaries.mkdir()
        (binaries / "pip").write_text(PIP)
        (binaries / "pip").chmod(0o755)
        variables = plain_variables(home) | self.stage.variables
        path = [str(binaries), str(Path(sys.executable).parent), variables["PATH"]]
        variables |= {"PATH": os.pathsep.join(path), "TMPDIR": str(folder / "tmp"), "CI": "true"}
        is_request = not event.tag and event.branch != "main"
        if self.service == "circleci":
            key, value = ("TAG", event.tag) if event.tag else ("BRANCH", event.branch)
            return variables | {"CIRCLECI": "true", f"CIRCLE_{key}": value}
        if self.service == "github":
            return variables | {
                "GITHUB_ACTIONS": "true",
                "GITHUB_BASE_REF": "main" if is_request else "",
                "GITHUB_REF_TYPE": "tag" if event.tag else "branch",
                "GITHUB_REF_NAME": event.tag or event.branch,
                "GITHUB_STEP_SUMMARY": str(home / "summary.md"),
            }
        variables |= {"GITLAB_CI": "true", "CI_DEFAULT_BRANCH": "main"}
        variables |= {"CI_COMMIT_BEFORE_SHA": event.before, "XDG_CACHE_HOME": f"{clone}/.cache"}
        if is_request:
            return variables | {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
        key, value = ("TAG", event.tag) if event.tag else ("BRANCH", event.branch)
        return variables | {f"CI_COMMIT_{key}": value}

    def _search(self, log: str, clone: Path, folder: Path) -> None:
        """Hold that neither the log, nor what the job wrote anywhere, shows a planted value."""
        betrays_nothing(log)
        others = said(clone, "-c", "core.quotePath=off", "ls-files", "--others", "-z")
        written = [clone / name for name in others.split("\0") if name]
        for other in ("home", "tmp"):
            written += (folder / other).rglob("*")
        written += Path(self.stage.variables["PRE_COMMIT_HOME"]).glob("*")
        for path in written:
            if path.is_file():
                betrays_nothing(path.read_bytes().decode("utf-8", "replace"))


def steps(service: str, clone: Path, job: str, event: Event) -> list[tuple[str, dict[str, str]]]:
    """Return the commands of a job, with the variables that its steps set.

    Args:
        service: Whose pipeline it is.
        clone: The checkout, which has the pipeline.
        job: The job.
        event: What was pushed.
    """
    text = (clone / FILES[service]).read_text("utf-8")
    if service == "gitlab":
        return [(command, {}) for command in yaml.safe_load(text)[job]["script"]]
    if service == "circleci":
        text = text.replace("<< pipeline.git.base_revision >>", f'"{event.before}"')
        found = [
            step["run"] for step in yaml.safe_load(text)["jobs"][job]["steps"] if "run" in step
        ]
        return [(one["command"], one.get("environment", {})) for one in found]
    values = {"github.event.before": event.before}
    return [
        (
            step["run"],
            {
                name: EXPRESSION.sub(lambda found: values[found[1]], value)
                for name, value in step.get("env", {}).items()
            },
        )
        for step in yaml.safe_load(text)["jobs"][job]["steps"]
        if "run" in step
    ]


def set_up(clone: Path, variables: dict[str, str]) -> None:
    """Make what `make setup` makes, from this Python's environment."""
    variables["SKIP"] = "nbqa-mypy,detect-secrets"  # large, and they do not print source
    binaries = clone / ".venv/bin"
    binaries.mkdir(parents=True, exist_ok=True)
    (binaries / "pre-commit").symlink_to(str(shutil.which("pre-commit")))
    # A link would not find this environment's packages.
    (binaries / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (binaries / "python").chmod(0o755)
    (clone / ".venv/installed").touch()
