# /// script
# requires-python = ">=3.10"
# dependencies = ["cookiecutter==2.7.1"]
# ///
"""Turn a verbatim copy of this repository into the notebook repository that it generates, once.

GitHub's "Use this template" copies all files of a repository as they are. The workflow of the same
name runs this on the copy's first push; where workflows may not write, run it in a clone:

    pipx run scripts/use_this_template.py
    git push --force-with-lease

Nothing changes until the notebook repository is complete; then one commit without a parent takes
the place of the copy. On GitHub it is pushed, elsewhere the branch is set to it.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

# The linter itself: upstream, a mirror, somebody's clone under its own name.
UPSTREAM = "nblint"
MESSAGE = "Start from the notebook template"
READ_ONLY = """\
GitHub did not take the notebook repository; nothing was changed. If it said that it refuses to
let the token write: allow it in Settings > Actions > General > Workflow permissions and run the
workflow again, or run this script in a clone: pipx run scripts/use_this_template.py"""


class NothingDone(Exception):
    """This is not a fresh copy, so it is left as it is."""


class Copy(NamedTuple):
    """What is known of the copy.

    Attributes:
        name: the repository's name.
        description: what its owner says it is for, if anything.
        branch: the branch that is turned.
        commit: the only commit of that branch.
    """

    name: str
    description: str
    branch: str
    commit: str


def main() -> None:
    """Turn the copy that the current folder lies in."""
    os.chdir(git("rev-parse", "--show-toplevel"))
    event_path = os.environ.get("GITHUB_EVENT_PATH", "")
    event = json.loads(Path(event_path).read_text(encoding="utf-8")) if event_path else None
    copy = fresh_copy(event)
    with tempfile.TemporaryDirectory() as folder:
        commit = commit_of(render(copy, Path(folder)), Path(folder, "index"))
    if event:
        push(copy, commit)
        print(f"This repository is the notebook repository now: {commit}")
    else:
        git("reset", "--hard", "--quiet", commit)
        print(
            f"Turned the branch {copy.branch}; what was there before is still {copy.commit}.\n"
            "What to do next:\n\n"
            f"    git push --force-with-lease origin {copy.branch}\n"
            "    make setup\n\n"
            "README.md says how to go on."
        )


# ---- never upstream, in a fork, in a template, or in a repository with a history


def fresh_copy(event: dict[str, Any] | None) -> Copy:
    """Describe the copy in the current folder.

    Args:
        event: GitHub's event, if this runs there.

    Returns:
        The copy, which nobody has worked on yet.

    Raises:
        NothingDone: it is none, and why.
    """
    branch = git("branch", "--show-current")
    if event:
        repository = event["repository"]
        name, description = repository["name"], repository.get("description") or ""
        for kind in ("fork", "is_template"):
            if repository.get(kind):
                raise NothingDone(f"{name} is a {kind.removeprefix('is_')}")
        if event.get("ref") != f"refs/heads/{repository['default_branch']}":
            raise NothingDone(f"{event.get('ref')} is not the default branch")
    else:
        remote = git("config", "--default", "", "--get", "remote.origin.url")
        name, description = name_in(remote) or Path.cwd().name, ""
    if name.lower() == UPSTREAM:
        raise NothingDone(f"a repository called {UPSTREAM} is the linter itself")
    if not branch:
        raise NothingDone("no branch is checked out")
    if not git("ls-files", "template/cookiecutter.json", ".pre-commit-hooks.yaml"):
        raise NothingDone("this is no copy of nblint's repository; it may be turned already")
    if git("rev-parse", "--is-shallow-repository") == "true":
        raise NothingDone("this clone is shallow, so it hides the history: git fetch --unshallow")
    if git("rev-list", "--count", "HEAD") != "1":
        raise NothingDone("the repository has a history")
    if git("status", "--porcelain"):
        raise NothingDone("there are changes that no commit has; see git status")
    return Copy(name, description, branch, git("rev-parse", "HEAD"))


def name_in(address: str) -> str:
    """Return the repository's name in its address: https://…/name.git, host:org/name, a path."""
    return re.split(r"[/\\:]", address.rstrip("/\\"))[-1].removesuffix(".git")


# ---- the notebook repository


def render(copy: Copy, folder: Path) -> Path:
    """Generate the notebook repository below a folder; return where it is."""
    # Out of the repository, the template knows no remote: the checks then take nblint's release,
    # not a commit of the copy, which is about to go.
    git("checkout-index", "--all", f"--prefix={folder.as_posix()}/copy/")
    author, email = git("log", "-1", "--format=%an%n%ae").split("\n")
    heading = title_of(copy.name)
    who = [f"author={verbatim(author)}", f"email={verbatim(email)}"]
    sentence = one_line(copy.description)
    purpose = [f"purpose={verbatim(sentence)}"] if sentence else []
    template = str(folder / "copy/template")
    cookiecutter = [sys.executable, "-m", "cookiecutter", template, "--no-input"]
    cookiecutter.append("--default-config")  # the person's own would change the answers
    shown = ""
    # The template itself says what it takes. What it refuses gives way, the least dear first.
    for number, (title, *others) in enumerate(
        (title, *optional)
        for title in (heading, f"Notebook {heading}")
        for optional in ([*purpose, *who], purpose, who, [])
    ):
        out = folder / f"out{number}"
        answers = ["git_init=no", f"title={verbatim(title)}", *others]
        ran = subprocess.run(
            [*cookiecutter, "--output-dir", str(out), *answers],
            encoding="utf-8",
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        shown = ran.stdout
        if ran.returncode == 0:
            (repository,) = out.iterdir()
            return repository
    raise SystemExit(f"the template could not be rendered; nothing was changed:\n{shown}")


def title_of(name: str) -> str:
    """Write a repository's name as people would say it: `failed-logins` is `Failed logins`."""
    words = " ".join(re.split(r"[-_.\s]+", name)).strip() or "notebook"
    return words[0].upper() + words[1:]


def one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def verbatim(text: str) -> str:
    """Write a text as a Jinja expression: cookiecutter renders answers, so it would run theirs."""
    return "{{ " + json.dumps(text, ensure_ascii=False) + " }}"


def commit_of(repository: Path, index: Path) -> str:
    """Store a folder's files as a commit without a parent; no branch knows of it yet."""
    author, email = git("log", "-1", "--format=%an%n%ae").split("\n")
    identity = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", author), ("EMAIL", email))
    }
    store = git("rev-parse", "--absolute-git-dir")
    there = ["--git-dir", store, "--work-tree", str(repository), "-c", "core.excludesFile="]
    aside = {"GIT_INDEX_FILE": str(index)}
    git(*there, "add", "--all", ".", cwd=repository, variables=aside)
    tree = git(*there, "write-tree", variables=aside)
    return git("commit-tree", tree, "-m", MESSAGE, variables=identity)


def push(copy: Copy, commit: str) -> None:
    """Put the commit in the place of the copy, if that is still what GitHub has."""
    branch = f"refs/heads/{copy.branch}"
    command = ["push", f"--force-with-lease={branch}:{copy.commit}", "origin", f"{commit}:{branch}"]
    if subprocess.run(["git", *command], check=False).returncode:
        raise SystemExit(READ_ONLY)


def git(*arguments: str, cwd: Path | None = None, variables: dict[str, str] | None = None) -> str:
    """Return what git prints; raise if it fails, its message shown."""
    ran = subprocess.run(
        ["git", *arguments],
        cwd=cwd,
        env={**os.environ, **(variables or {})},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return ran.stdout.strip()


if __name__ == "__main__":
    try:
        main()
    except NothingDone as reason:
        print(f"Nothing was done: {reason}.")
        # On GitHub that is as it should be, by hand somebody expected more.
        sys.exit(0 if os.environ.get("GITHUB_EVENT_PATH") else 1)
