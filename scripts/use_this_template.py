# /// script
# requires-python = ">=3.10"
# dependencies = ["cookiecutter==2.7.1"]
# ///
"""Turn a verbatim copy of this repository into the notebook repository that it generates, once.

GitHub's "Use this template" copies all files of a repository as they are. The workflow of the same
name runs this script on the first push of the copy; if workflows may not write, run it in a clone:

    pipx run scripts/use_this_template.py [ADDRESS]
    git push --force-with-lease

ADDRESS is that of the repository that was copied, from which the checks get nblint. GitHub says it
in a workflow. Without it, or if not everybody can read it, the checks get nblint's release.

Nothing changes until the notebook repository is complete; then one commit without a parent replaces
the copy. On GitHub the script pushes it; elsewhere it sets the branch to it.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple

# The linter itself: upstream, a mirror, or a clone under its own name.
UPSTREAM = "nblint"
MESSAGE = "Start from the notebook template"
READ_ONLY = """\
GitHub rejected the push; nothing was changed. If the token may not write, allow it in Settings >
Actions > General > Workflow permissions and run the workflow again, or run this script in a clone:
pipx run scripts/use_this_template.py"""


class NothingDone(Exception):
    """This is not a fresh copy, so it stays as it is."""


class Copy(NamedTuple):
    """A fresh copy of this repository.

    Attributes:
        name: The name of the repository.
        description: The owner's description of it; may be empty.
        branch: The branch to replace.
        commit: The only commit of that branch.
    """

    name: str
    description: str
    branch: str
    commit: str


def main() -> None:
    """Turn the copy that contains the current folder."""
    os.chdir(git("rev-parse", "--show-toplevel"))
    event_path = os.environ.get("GITHUB_EVENT_PATH", "")
    event = json.loads(Path(event_path).read_text(encoding="utf-8")) if event_path else None
    copy = fresh_copy(event)
    with tempfile.TemporaryDirectory() as folder:
        repository = render(copy, Path(folder), "".join(sys.argv[1:2]))
        commit = commit_of(repository, Path(folder, "index"))
    if event:
        push(copy, commit)
        print(f"This repository is now the notebook repository: {commit}")
    else:
        git("reset", "--hard", "--quiet", commit)
        print(
            f"Replaced the branch {copy.branch}; the previous commit is {copy.commit}.\n"
            "Next steps:\n\n"
            f"    git push --force-with-lease origin {copy.branch}\n"
            "    make setup\n\n"
            "README.md explains how to go on."
        )


# ---- never upstream, in a fork, in a template, or in a repository with a history


def named_by(event: dict[str, Any]) -> tuple[str, str]:
    """Return the name and description of a repository that GitHub's event is about.

    Raises:
        NothingDone: It is a fork or a template, or the event is about another branch.
    """
    repository = event["repository"]
    name: str = repository["name"]
    for kind in ("fork", "is_template"):
        if repository.get(kind):
            raise NothingDone(f"{name} is a {kind.removeprefix('is_')}")
    if event.get("ref") != f"refs/heads/{repository['default_branch']}":
        raise NothingDone(f"{event.get('ref')} is not the default branch")
    return name, repository.get("description") or ""


def fresh_copy(event: dict[str, Any] | None) -> Copy:
    """Return the fresh copy in the current folder.

    Args:
        event: GitHub's event, if this runs there.

    Returns:
        The copy, which nobody has worked on yet.

    Raises:
        NothingDone: This is not a fresh copy; the message says why.
    """
    branch = git("branch", "--show-current")
    if event:
        name, description = named_by(event)
    else:
        remote = git("config", "--default", "", "--get", "remote.origin.url")
        name, description = name_in(remote) or Path.cwd().name, ""
    if name.lower() == UPSTREAM:
        raise NothingDone(f"a repository called {UPSTREAM} is the linter itself")
    if not branch:
        raise NothingDone("no branch is checked out")
    if not git("ls-files", "template/cookiecutter.json", ".pre-commit-hooks.yaml"):
        raise NothingDone("this is not a copy of nblint's repository, or no longer one")
    if git("rev-parse", "--is-shallow-repository") == "true":
        raise NothingDone("this clone is shallow, so it hides the history: git fetch --unshallow")
    if git("rev-list", "--count", "HEAD") != "1":
        raise NothingDone("the repository has a history")
    if git("status", "--porcelain"):
        raise NothingDone("there are uncommitted changes; see git status")
    return Copy(name, description, branch, git("rev-parse", "HEAD"))


def name_in(address: str) -> str:
    """Return the repository's name in its address: https://…/name.git, host:org/name, a path."""
    return re.split(r"[/\\:]", address.rstrip("/\\"))[-1].removesuffix(".git")


# ---- the notebook repository


def render(copy: Copy, folder: Path, original: str = "") -> Path:
    """Generate the notebook repository.

    Args:
        copy: What it is made from.
        folder: An empty folder.
        original: The address of the repository that was copied; if empty, GitHub is asked.

    Returns:
        Where it is, below the folder.
    """
    git("checkout-index", "--all", f"--prefix={folder.as_posix()}/copy/")
    # The copy's own commit is about to disappear.
    origin = origin_of(folder / "copy", original or address_on_github())
    print(f"The checks install nblint from {origin.get('repo') or origin['requirement']}")
    author, email = git("log", "-1", "--format=%an%n%ae").split("\n")
    heading = title_of(copy.name)
    who = [f"author={verbatim(author)}", f"email={verbatim(email)}"]
    sentence = one_line(copy.description)
    purpose = [f"purpose={verbatim(sentence)}"] if sentence else []
    template = str(folder / "copy/template")
    cookiecutter = [sys.executable, "-m", "cookiecutter", template, "--no-input"]
    cookiecutter.append("--default-config")  # the user's own would change the answers
    shown = ""
    # The template validates its answers. If it refuses some, drop the least important ones first.
    for number, (title, *others) in enumerate(
        (title, *optional)
        for title in (heading, f"Notebook {heading}")
        for optional in ([*purpose, *who], purpose, who, [])
    ):
        out = folder / f"out{number}"
        answers = ["git_init=no", f"title={verbatim(title)}", *others]
        ran = subprocess.run(
            [*cookiecutter, "--output-dir", str(out), *answers],
            env={**os.environ, "NBLINT_NEW_ORIGIN": json.dumps(origin)},
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
    raise SystemExit(f"cannot render the template; nothing was changed:\n{shown}")


def address_on_github() -> str:
    """Return the address of the repository that was copied; empty if GitHub does not say."""
    try:
        api, name = os.environ["GITHUB_API_URL"], os.environ["GITHUB_REPOSITORY"]
        request = urllib.request.Request(  # noqa: S310 -- the address is GitHub's
            f"{api}/repos/{name}", headers={"Authorization": f"Bearer {os.environ['TOKEN']}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            address: str = json.load(answer)["template_repository"]["clone_url"]
    except (KeyError, TypeError, ValueError, OSError):  # not on GitHub, not from a template
        return ""
    return address


def origin_of(copy: Path, original: str) -> dict[str, str]:
    """Return where the checks get nblint, as the template's hooks take it.

    Args:
        copy: The files of the copy.
        original: The address of the repository that was copied; may be empty.

    Returns:
        The commit of the original with the same files. If everybody can read it, so can this;
        else the release of this version, whether the package index has it already or not.
    """
    spec = importlib.util.spec_from_file_location("origin", copy / "template/hooks/origin.py")
    assert spec
    assert spec.loader
    sys.modules["origin"] = hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    tree = git("rev-parse", "HEAD^{tree}")
    with tempfile.TemporaryDirectory() as folder:
        there = ["-c", "credential.helper=", "clone", "--quiet", "--bare", "--filter=blob:none"]
        cloned = original and subprocess.run(
            ["git", *there, "--", original, folder],
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if cloned and cloned.returncode == 0:
            commits = git("--git-dir", folder, "log", "--all", "--format=%T %H").splitlines()
            for trees, commit in map(str.split, commits):
                if trees == tree:
                    return {"repo": hook.public(original), "rev": commit}
    return {"requirement": hook.release_of(copy)}


def title_of(name: str) -> str:
    """Return the title for a repository's name: `Failed logins` for `failed-logins`."""
    words = " ".join(re.split(r"[-_.\s]+", name)).strip() or "notebook"
    return words[0].upper() + words[1:]


def one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def verbatim(text: str) -> str:
    """Return a text as a Jinja literal: cookiecutter renders answers, so it would run theirs."""
    return "{{ " + json.dumps(text, ensure_ascii=False) + " }}"


def commit_of(repository: Path, index: Path) -> str:
    """Store the files of a folder as a commit without a parent, on no branch; return its id."""
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
    """Replace the copy with the commit, if the copy is still what GitHub has."""
    branch = f"refs/heads/{copy.branch}"
    command = ["push", f"--force-with-lease={branch}:{copy.commit}", "origin", f"{commit}:{branch}"]
    if subprocess.run(["git", *command], check=False).returncode:
        raise SystemExit(READ_ONLY)


def git(*arguments: str, cwd: Path | None = None, variables: dict[str, str] | None = None) -> str:
    """Return what git prints; show its message and raise if it fails."""
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
        print(f"Nothing to do: {reason}.")
        # On GitHub this is expected; somebody who runs it by hand expects more.
        sys.exit(0 if os.environ.get("GITHUB_EVENT_PATH") else 1)
