"""Play an author's first hour with real tools: `python -m demo`.

Generates a notebook repository from this checkout in a temporary folder, and commits to it with the
hooks of its own configuration: bad notebooks are refused, fixed and committed. The exit status is 0
only if every commit was refused or accepted as the story says.
"""

import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from demo.author import Author, Unexpected
from demo.mirrors import mirror
from demo.notebooks import derive, made_up_token, replace

CHECKOUT = Path(__file__).resolve().parents[1]
# Variables that would bring in the user's own settings, or another git command's repository.
LEFT_OUT = ("GIT_", "PRE_COMMIT", "SKIP", "COOKIECUTTER_")


def main() -> int:
    """Play the story in a new folder; return the exit status."""
    if problem := what_is_missing():
        print(f"make demo: {problem}", file=sys.stderr)
        return 2
    # Resolved: on macOS the temporary folder is a link.
    folder = Path(tempfile.mkdtemp(prefix="nblint-demo-")).resolve()
    start = time.monotonic()
    print(f"An author's first hour, with real tools. Everything happens in {folder}")
    if git("status", "--porcelain"):
        print("The hooks run the last commit of this checkout, without later changes.")
    try:
        author = generate(folder)
        first_commit(author)
        missing_section(author)
        embedded_token(author)
        undeclared_variable(author)
        ended = ending(author, time.monotonic() - start)
    except Unexpected as turn:
        print(f"\nThe demo failed: {turn}.\nThe repository is still in {folder}")
        return 1
    print(ended)
    return 0


def what_is_missing() -> str:
    """Return what the demo lacks on this machine, or an empty string."""
    try:
        version = git("version").split()[2]
    except OSError:
        return "git is not installed"
    if tuple(map(int, version.split(".")[:2])) < (2, 32):
        return f"git {version} is too old; 2.32 or newer is needed"
    if not git("rev-parse", "--verify", "HEAD:.pre-commit-hooks.yaml"):
        return f"{CHECKOUT} is not a git clone; pre-commit needs its last commit for the hooks"
    return ""


def git(*arguments: str) -> str:
    """Return what git prints in this checkout; empty if it fails."""
    command = ["git", *arguments]
    ran = subprocess.run(command, cwd=CHECKOUT, encoding="utf-8", capture_output=True, check=False)
    return ran.stdout.strip()


def step(number: int, title: str) -> None:
    print(f"\n[{number}/5] {title}", flush=True)


# ---- the story


def generate(folder: Path) -> Author:
    """Generate a repository; return its author, who needs no git identity and no home."""
    step(1, "Generate a notebook repository")
    variables = {k: v for k, v in os.environ.items() if not k.startswith(LEFT_OUT)}
    variables |= {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "COOKIECUTTER_CONFIG": str(folder / "cookiecutter.yaml"),
        "PRE_COMMIT_HOME": str(folder / "pre-commit"),
        "PRE_COMMIT_COLOR": "never",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Demo Author",
        "GIT_AUTHOR_EMAIL": "author@example.com",
        "GIT_COMMITTER_NAME": "Demo Author",
        "GIT_COMMITTER_EMAIL": "author@example.com",
    }
    (folder / "cookiecutter.yaml").write_text(
        f"cookiecutters_dir: '{folder / 'templates'}'\nreplay_dir: '{folder / 'replay'}'\n",
        encoding="utf-8",
    )
    # git_init=no: the first commit is made below, with the hooks. What the template says of the
    # next steps is what follows.
    Author(folder, variables).succeeds(
        "cookiecutter", str(CHECKOUT), "--no-input", "git_init=no", hides=""
    )
    tell("its checks install nblint from this checkout; in a team, from the address of nblint")
    repository = folder / "failed-logins"
    variables |= mirror(repository / ".pre-commit-config.yaml", folder / "mirrors", CHECKOUT)
    return Author(repository, variables)


def first_commit(author: Author) -> None:
    step(2, "The first commit")
    author.succeeds("git", "init", "--quiet", "--initial-branch=main")
    tell("installing the checks takes a minute or two, once")
    author.succeeds("pre-commit", "install", "--install-hooks", hides=r"")
    author.commits("Start from the notebook template")


def missing_section(author: Author) -> None:
    step(3, "A notebook that does not say who it is for")
    notebook = derive(example(author), "phishing-triage.ipynb", "Phishing triage")
    section = "## Audience\nAnalysts on duty in the security operations centre.\n\n"
    replace(notebook, section, "")
    author.is_refused("notebooks/phishing-triage.ipynb", "NBL102")
    tell("fixed: nblint inserts the heading, the author writes the text")
    path = "notebooks/phishing-triage.ipynb"
    author.types("nblint", "check", "--fix", "--unsafe-fixes", "--select", "NBL102", path)
    prompt = "Who is this notebook developed for?"
    if prompt not in notebook.read_text(encoding="utf-8"):
        raise Unexpected("--fix --unsafe-fixes did not insert the section")
    replace(notebook, prompt, "Analysts on duty in the security operations centre.")
    author.commits("Add the triage of reported mails")


def embedded_token(author: Author) -> None:
    step(4, "A notebook that contains a token")
    notebook = derive(example(author), "repository-audit.ipynb", "Audit of repositories")
    token = made_up_token()
    replace(notebook, "\ndatadog_site = ", f'\ngithub_token = "{token}"\ndatadog_site = ')
    author.is_refused("notebooks/repository-audit.ipynb", "NBL201", never_shown=token)
    tell("fixed: the notebook reads it from the environment, and the catalogue declares it")
    replace(notebook, f'"{token}"', 'os.environ["GITHUB_TOKEN"]')
    with (author.repository / "environment.toml").open("a", encoding="utf-8") as catalogue:
        catalogue.write(
            '\n[environment.GITHUB_TOKEN]\nhelp = "Read-only token of the audit"\nsecret = true\n'
        )
    author.commits("Add the audit of repositories")


def undeclared_variable(author: Author) -> None:
    step(5, "A notebook that reads an undeclared variable")
    notebook = derive(example(author), "alert-volume.ipynb", "Volume of alerts")
    replace(notebook, '"DATADOG_SITE"', '"DATADOG_STIE"')
    author.is_refused("notebooks/alert-volume.ipynb", "NBL301")
    tell("fixed: the name is spelled as in the catalogue")
    replace(notebook, '"DATADOG_STIE"', '"DATADOG_SITE"')
    author.commits("Add the volume of alerts")


def example(author: Author) -> Path:
    return author.repository / "notebooks" / "failed-logins.ipynb"


def tell(text: str) -> None:
    print(f"      {text}", flush=True)


def ending(author: Author, seconds: float) -> str:
    """Return where everything is, and how to go on by hand."""
    if len(author.asks("git", "log", "--format=%h").split()) != 4:
        raise Unexpected("the repository does not have four commits")
    folder = author.repository.parent
    names = ("GIT_", "PRE_COMMIT_HOME", "PATH")
    exports = [
        f"export {name}={shlex.quote(value)}\n"
        for name, value in sorted(author.variables.items())
        if name.startswith(names)
    ]
    (folder / "variables.sh").write_text("".join(exports), encoding="utf-8")
    return f"""
Three notebooks were refused, fixed and accepted in {seconds:.0f} seconds.

The repository is in {author.repository}. Next steps:

    cd {author.repository}
    . ../variables.sh         use the demo's git and hooks in this terminal
    git log --stat            show what was committed
    make setup test           install what the notebooks need, and run them

Change a notebook there and commit it yourself; README.md explains what to do if a check refuses it.
Generate your own repository: {Path(sys.executable).parent / "nblint"} new
Remove the demo:              rm -rf {folder}
"""


if __name__ == "__main__":
    sys.exit(main())
