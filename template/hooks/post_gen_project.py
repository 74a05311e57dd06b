"""Point the checks at the nblint that the template came with, make the first commit, and say what to do next.

Nothing here is fatal: the repository is complete without git, without an identity, and without pre-commit.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ANSWERS = json.loads(r'''{{ cookiecutter | tojson }}''')
CONFIG = Path(".pre-commit-config.yaml")
# Set while another git command runs (a hook, a rebase); they would send our git to that repository.
GIT_LEFTOVERS = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE")
PATH_WARNING = """
*** WARNING ***************************************************************
The checks of this repository take nblint from a folder of this machine:

    {repo}

That serves a trial. Nobody else has that folder, so for a team take the
template from its address, or correct `repo:` in .pre-commit-config.yaml.
***************************************************************************
"""


class Origin(NamedTuple):
    """Where pre-commit finds nblint: a repository and one of its tags or commits."""

    repo: str
    rev: str

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches it."""
        remote = re.match(r"(?!file:)[a-z][a-z0-9+.-]+://|[^/\\:]{2,}:(?![\\/]{2})", self.repo)
        return remote is None


def main() -> None:
    """Finish the generated repository."""
    root = template_root()
    origin = origin_of(root) if root else None
    text = CONFIG.read_text(encoding="utf-8")
    block = block_of_repository(origin) if origin else block_of_release(version_of(root))
    # As bytes: line ends stay LF on Windows.
    CONFIG.write_bytes(re.sub(r"  # @nblint@.*\n", lambda _: block, text).encode())
    done = first_commit() if ANSWERS["git_init"] and "_commit" not in ANSWERS else []
    print("\n".join(["", f"Generated {Path.cwd()}", *done]))
    if origin and origin.is_local:
        print(PATH_WARNING.format(repo=origin.repo))
    print(next_steps())


# ---- where nblint comes from


def template_root() -> Path | None:
    """Find the folder that holds the template's folder: nblint's repository, or the installed package."""
    if "_repo_dir" not in ANSWERS:
        return None
    # `cookiecutter . --directory template` passes a relative path, and this hook runs in the generated folder.
    for base in (os.environ.get("PWD", ""), ANSWERS["_output_dir"]):
        folder = Path(base, ANSWERS["_repo_dir"])
        if folder.is_absolute() and (folder / "cookiecutter.json").is_file():
            return folder.resolve().parent
    return None


def origin_of(root: Path) -> Origin | None:
    """Name the repository and commit that the template was taken from; None where there is no repository."""
    top = git("rev-parse", "--show-toplevel", cwd=root)
    # An unpacked archive or an installed package can lie inside somebody else's repository.
    if not top or Path(top).resolve() != root or not git("ls-files", ".pre-commit-hooks.yaml", cwd=root):
        return None
    sha = git("rev-parse", "HEAD", cwd=root)
    tags = git("tag", "--points-at", "HEAD", "--sort=-version:refname", cwd=root).split()
    published = git("branch", "--remotes", "--contains", "HEAD", cwd=root)
    remote = git("remote", "get-url", "origin", cwd=root) if published else ""
    return Origin(without_userinfo(remote) or root.as_posix(), tags[0] if tags else sha) if sha else None


def without_userinfo(url: str) -> str:
    """Drop `name:token@` of an http address; ssh needs its user name, which is no secret."""
    return re.sub(r"^(https?://)[^/]*@", r"\1", url)


def version_of(root: Path | None) -> str:
    """Read nblint's version beside the template: `nblint/__init__.py`, in a wheel one folder up from it."""
    for module in (root / "nblint" / "__init__.py", root / "__init__.py") if root else ():
        if module.is_file():
            stated = re.search(r'^__version__ = "(.+?)"', module.read_text(encoding="utf-8"), re.MULTILINE)
            if stated:
                return "==" + stated[1]
    return ""


def block_of_repository(origin: Origin) -> str:
    """Write nblint's entry of the pre-commit configuration, for a repository."""
    return f"""\
  - repo: {json.dumps(origin.repo, ensure_ascii=False) if origin.is_local else origin.repo}
    rev: {origin.rev}
    hooks:
      - id: nblint
      - id: nblint-fix
        stages: [manual]
"""


def block_of_release(version: str) -> str:
    """Write nblint's entry of the pre-commit configuration, for the released package."""
    return f"""\
  - repo: local
    hooks:
      - id: nblint
        name: nblint (notebooks)
        entry: nblint check
        language: python
        additional_dependencies: [nblint-suite{version}]
        types_or: [jupyter]
        require_serial: true
      - id: nblint-fix
        name: nblint (notebooks; mends what can be mended safely)
        entry: nblint check --fix
        language: python
        additional_dependencies: [nblint-suite{version}]
        types_or: [jupyter]
        require_serial: true
        stages: [manual]
"""


# ---- git


def first_commit() -> list[str]:
    """Make a git repository with one commit, as far as this machine allows, and tell what was done."""
    if not shutil.which("git"):
        return ["git is not installed here, so there is no history yet: install it, then run 'git init'."]
    if git("rev-parse", "--git-dir"):
        return ["The folder lies inside a git repository already: commit it there."]
    # Two steps instead of `init -b`, which git before 2.28 does not know.
    if not (succeeds("init", "--quiet") and succeeds("symbolic-ref", "HEAD", "refs/heads/main") and succeeds("add", ".")):
        return ["git could not make a repository here; see its message above."]
    done = []
    if not git("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"):
        done += [
            "git does not know who you are yet, so the first commit is left to you:",
            '    git config --global user.name "Your Name"',
            '    git config --global user.email "you@example.com"',
            '    git commit -m "Start from the notebook template"',
        ]
    # --no-verify: a hook that the person has installed for all repositories would run before anything is set up.
    elif succeeds("commit", "--quiet", "--no-verify", "-m", "Start from the notebook template"):
        done.append("Made it a git repository with a first commit.")
    else:
        done.append("git could not make the first commit; see its message above.")
    return done + install_pre_commit()


def install_pre_commit() -> list[str]:
    """Switch the checks on for `git commit` if pre-commit is there; it downloads them at the first commit."""
    if not shutil.which("pre-commit"):
        return []
    installed = subprocess.run(["pre-commit", "install"], capture_output=True, env=environment(), check=False)
    return ["Switched the checks on for `git commit`."] if installed.returncode == 0 else []


def git(*arguments: str, cwd: Path | None = None) -> str:
    """Return what git prints, empty when it fails or is missing."""
    try:
        ran = subprocess.run(
            ["git", *arguments], cwd=cwd, env=environment(), capture_output=True, encoding="utf-8", check=False
        )
    except OSError:
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""


def succeeds(*arguments: str) -> bool:
    """Run git, its messages shown to the person."""
    return subprocess.run(["git", *arguments], env=environment(), check=False).returncode == 0


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in GIT_LEFTOVERS}


def next_steps() -> str:
    return f"""
What to do next:

    cd {ANSWERS["slug"]}
    make setup        installs what the notebook needs, and switches the checks on

Then open notebooks/{ANSWERS["slug"]}.ipynb and put your code in place of the example.
README.md says how to save your work, and what to do when a check refuses it.
"""


try:
    # Answers can hold letters that this terminal cannot show.
    sys.stdout.reconfigure(errors="replace")
    main()
except (OSError, ValueError, subprocess.SubprocessError) as error:
    print(f"The repository is there, but the last steps did not work ({error}). README.md says how to go on.")
