"""Point the checks at the template's own nblint, make the first commit, print the next steps.

Nothing here is fatal: the repository is complete without git, an identity, or pre-commit.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")
CONFIG = Path(".pre-commit-config.yaml")
# What the pipelines show: the same findings, one test case per notebook. Only scripts/lint runs it.
# --no-cache: in a pipeline, other branches may have written to the cache.
REPORT = """\
        name: nblint (report for the pipeline)
        args: [--no-cache, --output-format, junit, --output-file, build/test-results/nblint.xml]
        pass_filenames: false
        always_run: true
        stages: [manual]
"""
# Only scripts/gate runs it. verbose: what weakens the check is shown to reviewers in any case.
GATE = """\
        name: nblint (what a change must not add)
        args: [--output-format, {format}]
        pass_filenames: false
        always_run: true
        verbose: true
        stages: [manual]
"""
# Only scripts/add-notebook runs it: authors have no other nblint. A variable holds the title.
ADD = """\
        name: nblint (add a notebook)
        entry: nblint add
        args: []
        pass_filenames: false
        always_run: true
        verbose: true
        stages: [manual]
"""
# Set while another git command runs (a hook, a rebase); they would send our git there.
GIT_LEFTOVERS = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE")
# The files of each pipeline; the answer `ci` decides which ones stay.
PIPELINES = {
    "circleci": (".circleci", ".github/PULL_REQUEST_TEMPLATE.md"),
    "github": (".github/workflows", ".github/PULL_REQUEST_TEMPLATE.md"),
    "gitlab": (".gitlab-ci.yml", ".gitlab"),
}
PATH_WARNING = """
*** WARNING ***************************************************************
The checks of this repository install nblint from a folder on this machine:

    {repo}

This is fine for a trial, but nobody else has that folder. For a team, use
the template's address, or correct `repo:` in .pre-commit-config.yaml.
***************************************************************************"""


class Origin(NamedTuple):
    """Where pre-commit finds nblint: a repository and one of its commits.

    Attributes:
        repo: The address or path of the repository.
        rev: The commit.
        version: The tag of that commit, if it is a version.
    """

    repo: str
    rev: str
    version: str = ""

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        address = r"(?!file:)[a-z][a-z0-9+.-]+://|[^/\\:]{2,}:(?!//)"  # https://… or git@host:…
        return re.match(address, self.repo, flags=re.IGNORECASE) is None


def main() -> None:
    """Finish the generated repository."""
    keep_one_pipeline(ANSWERS["ci"])
    root = template_root()
    origin = origin_of_cruft() or (origin_of(root) if root else None)
    text = CONFIG.read_text(encoding="utf-8")
    block = block_of_repository(origin) if origin else block_of_release(version_of(root))
    # As bytes: line ends stay LF on Windows.
    CONFIG.write_bytes(re.sub(r"  # @nblint@.*\n", lambda _: block, text).encode())
    # Wheels, and archives unpacked by Python, lose the executable bits.
    for script in Path("scripts").iterdir():
        script.chmod(script.stat().st_mode | 0o111)
    stays = not is_passing()
    if stays:
        done = first_commit() if ANSWERS["git_init"] and "_commit" not in ANSWERS else []
        print("\n".join(["", f"Generated {Path.cwd()}", *done]))
    if origin and origin.is_local:
        print(PATH_WARNING.format(repo=origin.repo))
    if stays:
        print(next_steps())


def is_passing() -> bool:
    """Tell whether another program moves the files on, and reports what it did with them."""
    # `nblint new --into`, and `cruft update`, `diff` and `check`, which generate to compare.
    in_temporary_folder = Path(tempfile.gettempdir()).resolve() in Path.cwd().resolve().parents
    return "NBLINT_NEW_INTO" in os.environ or ("_commit" in ANSWERS and in_temporary_folder)


# ---- the pipeline


def keep_one_pipeline(chosen: str) -> None:
    """Remove the files of the other pipelines."""
    for path in {Path(path) for paths in PIPELINES.values() for path in paths} - {
        Path(path) for path in PIPELINES[chosen]
    }:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if not any(Path(".github").iterdir()):
        Path(".github").rmdir()


# ---- where nblint comes from


def template_root() -> Path | None:
    """Return the folder above the template's: nblint's repository, or the installed package."""
    if "_repo_dir" not in ANSWERS:
        return None
    # `cookiecutter . --directory template` passes a relative path, and this runs elsewhere.
    for base in (os.environ.get("PWD", ""), ANSWERS["_output_dir"]):
        folder = Path(base, ANSWERS["_repo_dir"])
        if folder.is_absolute() and (folder / "cookiecutter.json").is_file():
            return folder.resolve().parent
    return None


def origin_of_cruft() -> Origin | None:
    """Return the origin that cruft names: it generates from a clone that it removes afterwards."""
    if "_commit" not in ANSWERS:
        return None
    # pre_gen has refused an address with a token.
    return Origin(without_userinfo(ANSWERS["_template"]), ANSWERS["_commit"])


def origin_of(root: Path) -> Origin | None:
    """Return the repository and commit that the template comes from, if any."""
    top = git("rev-parse", "--show-toplevel", cwd=root)
    # An unpacked archive or an installed package can be inside an unrelated repository.
    if (
        not top
        or Path(top).resolve() != root
        or not git("ls-files", ".pre-commit-hooks.yaml", cwd=root)
    ):
        return None
    sha = git("rev-parse", "HEAD", cwd=root)
    # Moving tags, such as "latest", would not pin anything.
    versions = git(
        "tag", "--points-at", "HEAD", "--sort=-version:refname", "--list", "v[0-9]*", cwd=root
    )
    # The remote does not have commits that were not pushed.
    pushed = git("branch", "--remotes", "--contains", "HEAD", cwd=root)
    # As configured: `remote get-url` would apply the user's `insteadOf` rewrites.
    remote = git("config", "--get", "remote.origin.url", cwd=root) if pushed else ""
    version = (versions.split() or [""])[0]
    return Origin(without_userinfo(remote) or root.as_posix(), sha, version) if sha else None


def without_userinfo(url: str) -> str:
    """Drop `name:token@` from an address; ssh needs the name, which is no secret."""
    url = re.sub(r"^(ssh://[^/:@]*):[^/]*@", r"\1@", url, flags=re.IGNORECASE)
    return re.sub(r"^((?!ssh:)[a-z0-9+.-]+://)[^/]*@", r"\1", url, flags=re.IGNORECASE)


def version_of(root: Path | None) -> str:
    """Return the version in nblint's `_version.py`; in a wheel it is right above the template."""
    for module in (root / "nblint" / "_version.py", root / "_version.py") if root else ():
        if module.is_file():
            stated = re.search(
                r'^__version__ = "(.+?)"', module.read_text(encoding="utf-8"), re.MULTILINE
            )
            if stated:
                return "==" + stated[1]
    return ""


def block_of_repository(origin: Origin) -> str:
    """Return nblint's entry of the pre-commit configuration, for a repository."""
    # As `pre-commit autoupdate --freeze` writes it.
    frozen = f"  # frozen: {origin.version}" if origin.version else ""
    return f"""\
  - repo: {json.dumps(origin.repo, ensure_ascii=False)}
    rev: {json.dumps(origin.rev)}{frozen}
    hooks:
      - id: nblint
      - id: nblint-fix
        stages: [manual]
      - id: nblint
        alias: nblint-report
{REPORT}\
      - id: nblint
        alias: nblint-add
{ADD}\
      - id: nblint-gate
{gate()}"""


def block_of_release(version: str) -> str:
    """Return nblint's entry of the pre-commit configuration, for the released package."""
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
        name: nblint (notebooks, with safe fixes)
        entry: nblint check --fix
        language: python
        additional_dependencies: [nblint-suite{version}]
        types_or: [jupyter]
        require_serial: true
        stages: [manual]
      - id: nblint-report
        entry: nblint check
        language: python
        additional_dependencies: [nblint-suite{version}]
{REPORT}\
      - id: nblint-add
        language: python
        additional_dependencies: [nblint-suite{version}]
{ADD}\
      - id: nblint-gate
        entry: nblint gate
        language: python
        additional_dependencies: [nblint-suite{version}]
{gate()}"""


def gate() -> str:
    """Return the settings of the hook that scripts/gate runs, for the chosen pipeline."""
    return GATE.format(format="github" if ANSWERS["ci"] == "github" else "text")


# ---- git


def first_commit() -> list[str]:
    """Create a repository with one commit, as far as this machine allows; return what was done."""
    if not shutil.which("git"):
        return ["git is not installed; install it, then run 'git init' in that folder."]
    if git("rev-parse", "--git-dir"):
        return ["The folder is already inside a git repository: commit it there."]
    # Two steps instead of `init -b`, which git before 2.28 does not know.
    if not (
        succeeds("init", "--quiet")
        and succeeds("symbolic-ref", "HEAD", "refs/heads/main")
        and succeeds("add", ".")
        and succeeds("update-index", "--chmod=+x", *map(str, Path("scripts").iterdir()))  # Windows
    ):
        return ["git could not create a repository; see its message above."]
    done = []
    if not git("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"):
        done += [
            "git does not know your name and e-mail address; make the first commit yourself:",
            '    git config --global user.name "Your Name"',
            '    git config --global user.email "you@example.com"',
            '    git commit -m "Start from the notebook template"',
        ]
    # --no-verify: a hook that the user has for all repositories would run before the setup.
    elif succeeds("commit", "--quiet", "--no-verify", "-m", "Start from the notebook template"):
        done.append("Created a git repository with a first commit.")
    else:
        done.append("git could not make the first commit; see its message above.")
    return done + install_pre_commit()


def install_pre_commit() -> list[str]:
    """Turn on the checks for `git commit`; pre-commit downloads them at the first commit."""
    if not shutil.which("pre-commit"):
        return []
    installed = subprocess.run(
        ["pre-commit", "install"], capture_output=True, env=environment(), check=False
    )
    return ["Turned on the checks for `git commit`."] if installed.returncode == 0 else []


def git(*arguments: str, cwd: Path | None = None) -> str:
    """Return what git prints; empty if it fails or is missing."""
    try:
        ran = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            env=environment(),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except OSError:
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""


def succeeds(*arguments: str) -> bool:
    """Run git and show its messages; tell whether it succeeded."""
    return subprocess.run(["git", *arguments], env=environment(), check=False).returncode == 0


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in GIT_LEFTOVERS}


def next_steps() -> str:
    return f"""
Next steps:

    cd {ANSWERS["slug"]}
    make setup        install what the notebook needs, and turn on the checks

Then open notebooks/{ANSWERS["slug"]}.ipynb and replace the example with your code.
README.md explains how to save your work, and what to do if a check refuses it.
"""


try:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # the terminal may lack letters of the answers
    main()
except Exception as error:  # the repository exists, whatever went wrong
    print(f"The repository was generated, but the last steps failed: {error!r}")
    print("README.md explains how to go on.")
