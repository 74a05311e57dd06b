"""What CircleCI does with a configuration: what it refuses, which jobs run, and running them.

Only what the template uses is known, after <https://circleci.com/docs/configuration-reference/>.
The schema misses most of what `problems` finds.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.template.steps import run_step

# What stands for it: no test fetches with it.
DEPLOY_KEY = "planted-" + "deploy-key\n"
STEPS = {
    "add_ssh_keys", "checkout", "run", "save_cache", "restore_cache", "store_test_results",
    "store_artifacts", "persist_to_workspace", "attach_workspace",
}  # fmt: skip


class Entry(NamedTuple):
    """A job of the workflow.

    Attributes:
        name: Its name.
        type: "approval" where it waits for a person; None for a job that runs.
        requires: The names of those that must have succeeded.
        filters: For which branches and tags it runs.
        contexts: The contexts whose variables it gets.
    """

    name: str
    type: str | None
    requires: tuple[str, ...]
    filters: dict[str, Any]
    contexts: tuple[str, ...] = ()

    def accepts(self, ref: str, kind: str) -> bool:
        """Tell whether its own filter lets it run for a branch ("branches") or tag ("tags")."""
        given = self.filters.get(kind)
        if given is None:
            return kind == "branches"
        if "ignore" in given and matches(given["ignore"], ref):
            return False
        return matches(given["only"], ref) if "only" in given else True


def matches(patterns: str | list[str], ref: str) -> bool:
    """Tell whether a branch or tag is one of names and of `/regular expressions/` for all of it."""
    return any(
        re.fullmatch(pattern[1:-1], ref) is not None if pattern.startswith("/") else pattern == ref
        for pattern in ([patterns] if isinstance(patterns, str) else patterns)
    )


def entries(config: dict[str, Any]) -> dict[str, Entry]:
    """Return the jobs of the workflow by name; the last one's, where a parameter decides."""
    workflow = list(config["workflows"].values())[-1]
    found = {}
    for item in workflow["jobs"]:
        ((name, more),) = item.items() if isinstance(item, dict) else [(item, {})]
        requires = tuple(more.get("requires", ()))
        given = more.get("context", ())
        contexts = (given,) if isinstance(given, str) else tuple(given)
        found[name] = Entry(name, more.get("type"), requires, more.get("filters", {}), contexts)
    return found


def problems(config: dict[str, Any]) -> list[str]:
    """List what CircleCI refuses, or what would silently not run."""
    jobs, listed = config["jobs"], entries(config)
    found = [f"{name}: runs in no workflow" for name in jobs if name not in listed]
    for name, job in jobs.items():
        if "executor" in job and job["executor"] not in config.get("executors", {}):
            found.append(f"{name}: unknown executor {job['executor']}")
        kinds = [step if isinstance(step, str) else next(iter(step)) for step in job["steps"]]
        found += [f"{name}: unknown step {kind}" for kind in kinds if kind not in STEPS]
    for name, entry in listed.items():
        if entry.type not in (None, "approval"):
            found.append(f"{name}: unknown type {entry.type}")
        elif (name in jobs) == (entry.type == "approval"):
            found.append(f"{name}: unknown job" if entry.type is None else f"{name}: also a job")
        for other in entry.requires:
            if other not in listed:
                found.append(f"{name}: requires unknown {other}")
            elif "tags" in entry.filters and (
                listed[other].filters.get("tags") != entry.filters["tags"]
            ):
                found.append(f"{name}: runs for tags that {other} does not run for")
    ordered = {entry.name for entry in in_order(listed)}
    return found + [f"{name}: requires itself" for name in listed if name not in ordered]


def in_order(listed: dict[str, Entry]) -> Iterator[Entry]:
    """Yield jobs after those that they require; never those in a circle, or after one."""
    left, done = dict(listed), set[str]()
    while ready := [e for e in left.values() if done.issuperset(set(e.requires) & set(listed))]:
        for entry in ready:
            yield left.pop(entry.name)
            done.add(entry.name)


def jobs_for(config: dict[str, Any], *, branch: str = "", tag: str = "") -> list[Entry]:
    """Return the jobs that run for a branch or a tag, in an order in which they can."""
    ref, kind = (branch, "branches") if branch else (tag, "tags")
    running: dict[str, Entry] = {}
    for entry in in_order(entries(config)):
        if entry.accepts(ref, kind) and all(name in running for name in entry.requires):
            running[entry.name] = entry
    return list(running.values())


def commands(job: dict[str, Any]) -> list[str]:
    """Return the commands that a job runs, in order."""
    runs = [step["run"] for step in job["steps"] if isinstance(step, dict) and "run" in step]
    return [given if isinstance(given, str) else given["command"] for given in runs]


class Failed(Exception):
    """A job failed; what it printed is the text."""


class Pipeline:
    """One run of the workflow: each job in a clean clone, with the workspace and test results.

    Args:
        origin: The repository that is cloned.
        folder: Where everything goes.
        variables: What every machine has, and what tools of this machine need.
        branch: What was pushed, if a branch.
        tag: What was pushed, if a tag.
        before: The commit before the push.
        contexts: The variables of each context.
    """

    def __init__(
        self,
        origin: Path,
        folder: Path,
        variables: dict[str, str],
        branch: str = "",
        tag: str = "",
        before: str = "",
        contexts: dict[str, dict[str, str]] | None = None,
    ) -> None:
        self.origin, self.folder, self.ref = origin, folder, branch or tag
        self.workspace = folder / "workspace"
        self.workspace.mkdir(parents=True)
        self.log: list[str] = []
        self.done: list[str] = []
        self.results: dict[str, list[Path]] = {}
        self.variables = {**variables, "CI": "true", "CIRCLECI": "true"}
        self.variables |= {"CIRCLE_BRANCH": branch} if branch else {"CIRCLE_TAG": tag}
        clone = self._clone("config")
        text = (clone / ".circleci/config.yml").read_text("utf-8")
        text = text.replace("<< pipeline.git.base_revision >>", f'"{before}"')
        self.contexts = contexts or {}
        self.config = yaml.safe_load(text)
        self.jobs = jobs_for(self.config, branch=branch, tag=tag)

    def run(self, *, approved: bool = False) -> list[str]:
        """Run the jobs in order, up to an approval; return which have succeeded.

        Called again with the approval, it goes on from there.
        """
        for entry in self.jobs:
            if entry.name in self.done or not set(entry.requires) <= set(self.done):
                continue
            if entry.type == "approval" and not approved:
                continue
            if entry.type is None:
                self._run_job(entry)
            self.done.append(entry.name)
        return self.done

    def _clone(self, name: str) -> Path:
        clone = self.folder / name
        subprocess.run(
            ["git", "clone", "--quiet", "-c", "advice.detachedHead=false",
             "--branch", self.ref, str(self.origin), str(clone)],
            check=True,
        )  # fmt: skip
        return clone

    def _run_job(self, entry: Entry) -> None:
        name = entry.name
        clone = self.folder / name
        bash_env = self.folder / f"{name}.bash_env"
        bash_env.touch()
        variables = {**self.variables, "CIRCLE_JOB": name, "BASH_ENV": str(bash_env)}
        for context in entry.contexts:
            variables |= self.contexts[context]
        for step in self.config["jobs"][name]["steps"]:
            ((kind, given),) = step.items() if isinstance(step, dict) else [(step, {})]
            match kind:
                case "checkout":
                    self._clone(name)
                    # The deploy key that it fetches with stays in the home.
                    keys = Path(variables["HOME"], ".ssh")
                    keys.mkdir(mode=0o700, exist_ok=True)
                    (keys / "id_rsa").write_text(DEPLOY_KEY)
                case "run":
                    self._command(name, clone, variables, given)
                case "attach_workspace":
                    shutil.copytree(self.workspace, clone / given["at"], dirs_exist_ok=True)
                case "persist_to_workspace":
                    root = clone / given["root"]
                    for path in given["paths"]:
                        shutil.copytree(root / path, self.workspace / path)
                case "store_test_results":
                    self.results[name] = sorted((clone / given["path"]).glob("*.xml"))
                case "store_artifacts":
                    assert any((clone / given["path"]).iterdir())

    def _command(self, job: str, clone: Path, variables: dict[str, str], given: Any) -> None:
        command = given if isinstance(given, str) else given["command"]
        if isinstance(given, dict):
            variables = {**variables, **given.get("environment", {})}
        ran = run_step(command, clone, variables)
        self.log.append(ran.stdout)
        if ran.returncode:
            raise Failed(f"{job}: {command}: exit status {ran.returncode}\n{ran.stdout}")


def plain_variables(home: Path) -> dict[str, str]:
    """Return what a pipeline's machine has set, with a home of its own; PATH leads to its tools."""
    home.mkdir(exist_ok=True)
    kept = (
        *("PATH", "LANG", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "PIP_FIND_LINKS", "SSL_CERT_FILE"),
        "VIRTUALENV_NO_PERIODIC_UPDATE",
    )
    return {name: os.environ[name] for name in kept if name in os.environ} | {"HOME": str(home)}
