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
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")
CONFIG = Path(".pre-commit-config.yaml")
# What pre_gen_project.py has decided about where nblint comes from.
DECIDED = Path(".nblint-origin.json")
# What the pipelines show: the same findings, one test case per notebook. Only scripts/lint runs it.
# --no-cache: in a pipeline, other branches may have written to the cache.
REPORT = """\
        name: nblint (report for the pipeline)
        args: [--staged, --no-cache, --output-format, junit,
               --output-file, build/test-results/nblint.xml, .]
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
NOTEBOOK = Path("notebooks", f"{ANSWERS['slug']}.ipynb")
# What is asked where the example has its own text, as `nblint header` prints it. A notebook without
# a parameters cell has none.
QUESTIONS = {
    "Data Sources": "* Data source 1\n* Data source 2",
    "Description (How does it work?)": "1. Step 1\n2. Step 2\n3. Step 3",
    "Parameters": "None",
}
CODE = "# Write your code here. The notebooks in examples/ read a credential, and take parameters."
EXAMPLE_EMAIL = "security-operations@example.com"
# The files of each pipeline; the answer `ci` decides which ones stay.
PIPELINES = {
    "circleci": (".circleci", ".github/PULL_REQUEST_TEMPLATE.md"),
    "github": (".github/workflows", ".github/PULL_REQUEST_TEMPLATE.md"),
    "gitlab": (".gitlab-ci.yml", ".gitlab"),
}
LOCAL_WARNING = """
*** WARNING ***************************************************************
The checks of this repository install nblint from this machine:

    {place}

This is fine for a trial, but nobody else has it. For a team, generate the
repository with an nblint from an address that everybody can reach, or
correct that in .pre-commit-config.yaml.
***************************************************************************"""


class Template(NamedTuple):
    """What differs between the templates whose repositories are finished here.

    Attributes:
        name: What it is called.
        finish: Finishes the files that only this one has; the origin is still there to be read.
        left: Returns what the author has yet to write; empty if nothing is left.
        next_steps: Returns what the person does next.
    """

    name: str
    finish: Callable[[], None]
    left: Callable[[], str]
    next_steps: Callable[[], str]

    @property
    def first_commit(self) -> str:
        """The message of the first commit."""
        return f"Start from the {self.name} template"


def main(template: Template) -> None:
    """Finish the generated repository."""
    keep_one_pipeline(ANSWERS["ci"])
    template.finish()
    origin = json.loads(DECIDED.read_text(encoding="utf-8"))
    DECIDED.unlink()
    text = CONFIG.read_text(encoding="utf-8")
    block = block_of_repository(origin) if origin.get("repo") else block_of_requirement(origin)
    # As bytes: line ends stay LF on Windows.
    CONFIG.write_bytes(re.sub(r"  # @nblint@.*\n", lambda _: block, text).encode())
    # Wheels, and archives unpacked by Python, lose the executable bits.
    for script in Path("scripts").iterdir():
        script.chmod(script.stat().st_mode | 0o111)
    stays = not is_passing()
    if stays:
        done = first_commit(template) if ANSWERS["git_init"] and "_commit" not in ANSWERS else []
        print("\n".join(["", f"Generated {Path.cwd()}", *done]))
    if place := on_this_machine(origin):
        print(LOCAL_WARNING.format(place=place))
    if stays:
        print(template.next_steps())


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


# ---- the notebook


def ask_instead_of_example() -> None:
    """Replace what the notebook says about failed logins by questions if its title is another."""
    if ANSWERS["__is_example"] == "True":
        return
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    header, *_, last = notebook["cells"]
    sections = "".join(header["source"]).split("\n\n## ")
    for number, section in enumerate(sections):
        title = section.partition("\n")[0]
        if title in QUESTIONS:
            sections[number] = f"{title}\n{QUESTIONS[title]}"
    *lines, end = "\n\n## ".join(sections).split("\n")
    header["source"] = [*(f"{line}\n" for line in lines), end]
    notebook["cells"] = [header, {**last, "id": "1", "source": [CODE]}]
    # As Jupyter and nbstripout write it.
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    NOTEBOOK.write_bytes(f"{text}\n".encode())


def questions_left() -> str:
    """Return what the header of the notebook asks for; empty if it is complete."""
    left = ["what it is for"] if not ANSWERS["purpose"].strip() else []
    left += ["who it is for"] if not ANSWERS["audience"].strip() else []
    if ANSWERS["__is_example"] != "True":
        left += ["from which data", "how it works"]
    return " and ".join(filter(None, [", ".join(left[:-1]), *left[-1:]]))


# ---- where nblint comes from


def on_this_machine(origin: dict[str, str]) -> str:
    """Return the path from which nblint is installed; empty if it has an address."""
    if requirement := origin.get("requirement", ""):
        return requirement.partition(" @ ")[2] if " @ file:" in requirement else ""
    address = r"(?!file:)[a-z][a-z0-9+.-]+://|[^/\\:]{2,}:(?!//)"  # https://… or git@host:…
    return "" if re.match(address, origin["repo"], flags=re.IGNORECASE) else origin["repo"]


def block_of_repository(origin: dict[str, str]) -> str:
    """Return nblint's entry of the pre-commit configuration, for a repository."""
    # As `pre-commit autoupdate --freeze` writes it.
    frozen = f"  # frozen: {origin['version']}" if origin.get("version") else ""
    return f"""\
  - repo: {json.dumps(origin["repo"], ensure_ascii=False)}
    rev: {json.dumps(origin["rev"])}{frozen}
    hooks:
      - id: nblint
        # What would be committed, not the files here: outputs on the screen are fine.
        args: [--staged, "--"]
        fail_fast: true
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


def block_of_requirement(origin: dict[str, str]) -> str:
    """Return nblint's entry of the pre-commit configuration, for what pip installs."""
    requirement = origin["requirement"]
    if not re.fullmatch(r"[\w.=-]+", requirement):
        requirement = json.dumps(requirement, ensure_ascii=False)
    return f"""\
  - repo: local
    hooks:
      - id: nblint
        name: nblint (notebooks)
        # What would be committed, not the files here: outputs on the screen are fine.
        entry: nblint check --staged
        language: python
        additional_dependencies: [{requirement}]
        types_or: [jupyter]
        require_serial: true
        fail_fast: true
      - id: nblint-fix
        name: nblint (notebooks, with safe fixes)
        entry: nblint check --fix
        language: python
        additional_dependencies: [{requirement}]
        types_or: [jupyter]
        require_serial: true
        stages: [manual]
      - id: nblint-report
        entry: nblint check
        language: python
        additional_dependencies: [{requirement}]
{REPORT}\
      - id: nblint-add
        language: python
        additional_dependencies: [{requirement}]
{ADD}\
      - id: nblint-gate
        entry: nblint gate
        language: python
        additional_dependencies: [{requirement}]
{gate()}"""


def gate() -> str:
    """Return the settings of the hook that scripts/gate runs, for the chosen pipeline."""
    return GATE.format(format="github" if ANSWERS["ci"] == "github" else "text")


# ---- git


def first_commit(template: Template) -> list[str]:
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
            f"    cd {ANSWERS['slug']}",
            '    git config --global user.name "Your Name"',
            '    git config --global user.email "you@example.com"',
            f"    git commit {'--no-verify ' if template.left() else ''}"
            f'-m "{template.first_commit}"',
        ]
    # --no-verify: a hook that the user has for all repositories would run before the setup.
    elif succeeds("commit", "--quiet", "--no-verify", *messages(template)):
        done.append("Created a git repository with a first commit.")
    else:
        done.append("git could not make the first commit; see its message above.")
    return done + install_pre_commit()


def messages(template: Template) -> list[str]:
    """Return the options for the message of the first commit, which says what is left to do."""
    subject = ["--message", template.first_commit]
    if not (questions := template.left()):
        return subject
    body = f"{NOTEBOOK.as_posix()} has yet to say {questions}."
    return [*subject, "--message", f"{body}\nUntil then, the checks refuse it."]


def install_pre_commit() -> list[str]:
    """Turn on the checks for `git commit`; pre-commit downloads them at the first commit."""
    if not shutil.which("pre-commit"):
        return []
    installed = subprocess.run(
        ["pre-commit", "install"], capture_output=True, env=environment(), check=False
    )
    return ["Turned on the checks for `git commit`."] if installed.returncode == 0 else []


def git(*arguments: str) -> str:
    """Return what git prints; empty if it fails or is missing."""
    try:
        ran = subprocess.run(
            ["git", *arguments],
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
    notebook = NOTEBOOK.as_posix()
    if questions := questions_left():
        then = (
            f"Then open {notebook} and say at its top {questions}.\n"
            "Until you do, `git commit` refuses the notebook, and says what to write where.\n"
        )
    else:
        then = f"Then open {notebook} and replace the example with your code.\n"
    if ANSWERS["__is_example"] != "True" and ANSWERS["email"] == EXAMPLE_EMAIL:
        then += f"Replace {EXAMPLE_EMAIL} in README.md and CODEOWNERS by whom to ask.\n"
    return f"""
Next steps:

    cd {ANSWERS["slug"]}
    make setup        install what the notebook needs, and turn on the checks
    make lab          open JupyterLab

{then}README.md explains how to save your work, and what to do if a check refuses it.
"""


def run(template: Template) -> None:
    """Finish the generated repository, which exists whatever goes wrong."""
    try:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # the terminal may lack letters of the answers
        main(template)
    except Exception as error:
        print(f"The repository was generated, but the last steps failed: {error!r}")
        print("README.md explains how to go on.")


# The hub's hook imports this one.
if __name__ == "__main__":
    run(Template("notebook", ask_instead_of_example, questions_left, next_steps))
