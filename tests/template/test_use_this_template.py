"""GitHub's "Use this template": a verbatim copy becomes the notebook repository, once, safely."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from nblint._version import __version__
from nblint.cli.main import main
from scripts.use_this_template import Copy, render, title_of
from tests.checkout import committed_checkout
from tests.template.conftest import ROOT, git
from tests.template.test_content import assert_sound, notebook_of

pytestmark = pytest.mark.slow
TOKEN = "never" + "shown" * 4
# What GitHub refuses of a workflow's token: to add or change a workflow. Deleting it is allowed.
UPDATE_HOOK = """#!/bin/sh
workflows=$(git diff-tree -r --name-only --diff-filter=d "$2" "$3" -- .github/workflows)
if [ -n "$workflows" ]; then
    echo "refusing to allow a GitHub App to create or update workflow \\`$workflows\\`" >&2
    exit 1
fi
test ! -e read-only || { echo "Write access to repository not granted." >&2; exit 1; }
"""


class GitHub:
    """A bare repository that has a verbatim copy of this one, and a runner's clone of it."""

    def __init__(self, verbatim: Path, folder: Path, name: str) -> None:
        self.folder = folder
        self.server = folder / f"{name}.git"
        self.event: dict[str, Any] = {
            "ref": "refs/heads/main",
            "repository": {
                "name": name,
                "description": "Sort reported mails.",
                "fork": False,
                "is_template": False,
                "default_branch": "main",
            },
        }
        git("clone", "--quiet", "--bare", str(verbatim), str(self.server), cwd=folder)
        hook = self.server / "hooks/update"
        hook.write_text(UPDATE_HOOK)
        hook.chmod(0o755)
        self.copy = self.head()

    def clone(self, *options: str) -> Path:
        folder = self.folder / f"clone-{len(list(self.folder.iterdir()))}"
        address = self.server.as_uri()
        # From a path, git links objects instead of packing them; options count for addresses only.
        source = address if options else str(self.server)
        git("clone", "--quiet", *options, source, str(folder), cwd=self.folder)
        git("remote", "set-url", "origin", address, cwd=folder)
        return folder

    def run(
        self, clone: Path, *arguments: str, event: bool = True, api: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run the script in a clone, as the workflow does or, without an event, as a person."""
        path = self.folder / "event.json"
        path.write_text(json.dumps(self.event))
        variables = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
        if event:
            variables["GITHUB_EVENT_PATH"] = str(path)
            variables |= {"GITHUB_REPOSITORY": "ada/copy", "GITHUB_API_URL": api, "TOKEN": TOKEN}
        return subprocess.run(
            [sys.executable, "scripts/use_this_template.py", *arguments],
            cwd=clone,
            env=variables,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )

    def head(self) -> str:
        return git("rev-parse", "main", cwd=self.server)


@pytest.fixture(scope="module")
def verbatim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files of this checkout in one commit, as the button makes it."""
    return committed_checkout(tmp_path_factory.mktemp("verbatim"))


@pytest.fixture
def github(verbatim: Path, tmp_path: Path) -> GitHub:
    return GitHub(verbatim, tmp_path, "phishing-triage_2")


def turned(github: GitHub) -> Path:
    """Return a clone of what the server has after a run that worked."""
    ran = github.run(github.clone())
    assert ran.returncode == 0, ran.stdout
    assert github.head() != github.copy, ran.stdout
    return github.clone()


def assert_only_questions_are_left(
    repository: Path, monkeypatch: pytest.MonkeyPatch, *answered: str
) -> None:
    """Hold that nblint accepts all but what the author has yet to write in the header."""
    monkeypatch.chdir(repository)
    checked = CliRunner().invoke(main, ["check", "--output-format", "json"])
    found = [(one["code"], one["message"].split("'")[1]) for one in json.loads(checked.stdout)]
    sections = ["Purpose", "Audience", "Data Sources", "Description (How does it work?)"]
    assert found == [("NBL104", title) for title in sections if title not in answered]


def test_a_copy_becomes_the_notebook_repository(
    github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = turned(github)
    assert git("log", "--format=%an <%ae> %s", cwd=repository) == (
        "Ada <ada@example.com> Start from the notebook template"
    )
    assert_sound(repository)
    assert not (repository / ".github/workflows").exists()
    assert not (repository / "template").exists()
    text = notebook_of(repository).read_text("utf-8")
    assert "# Phishing triage 2\\n" in text
    assert "Sort reported mails." in text
    assert "Questions: Ada, <ada@example.com>" in (repository / "README.md").read_text("utf-8")
    entry = entry_of_nblint(repository)
    assert entry["repo"] == "local", "the commit of the copy is gone"
    (hook, *_) = entry["hooks"]
    assert hook["additional_dependencies"] == [f"nblint-suite=={__version__}"]
    assert_only_questions_are_left(repository, monkeypatch, "Purpose")


@pytest.fixture
def original(verbatim: Path, tmp_path: Path) -> Path:
    """The repository that was copied, which has gone on since."""
    git("clone", "--quiet", str(verbatim), "original", cwd=tmp_path)
    folder = tmp_path / "original"
    (folder / "more").write_text("more")
    git("add", ".", cwd=folder)
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    git(*who, "commit", "--quiet", "--no-verify", "--message", "more", cwd=folder)
    return folder


@pytest.fixture
def api(original: Path) -> Iterator[str]:
    """The address of an API that says which repository was copied."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            self.send_response(200 if is_known and self.path == "/repos/ada/copy" else 404)
            self.end_headers()
            said = {"template_repository": {"clone_url": original.as_uri()}}
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


def entry_of_nblint(repository: Path) -> dict[str, Any]:
    config = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text("utf-8"))
    (entry,) = [one for one in config["repos"] if one["hooks"][0]["id"] == "nblint"]
    return dict(entry)


def test_the_checks_come_from_the_original(
    github: GitHub, original: Path, api: str, verbatim: Path
) -> None:
    ran = github.run(github.clone(), api=api)
    assert ran.returncode == 0, ran.stdout
    assert TOKEN not in ran.stdout
    entry = entry_of_nblint(github.clone())
    assert (entry["repo"], entry["rev"]) == (
        original.as_uri(),
        git("rev-parse", "HEAD", cwd=verbatim),
    )


@pytest.mark.parametrize("is_there", [True, False])
def test_a_person_names_the_original(github: GitHub, original: Path, is_there: bool) -> None:
    clone = github.clone()
    address = original.as_uri() if is_there else f"{original.as_uri()}-gone"
    ran = github.run(clone, address, event=False)
    assert ran.returncode == 0, ran.stdout
    assert entry_of_nblint(clone)["repo"] == (address if is_there else "local")


def test_it_happens_once(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = github.clone()
    repository = turned(github)
    done = github.head()
    assert not (repository / "scripts/use_this_template.py").exists()
    # The same run again, as "Re-run jobs" offers it: it has the old commit, the server the new one.
    # Within the same second it would make the very same commit.
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2001-01-01T00:00:00Z")
    again = github.run(clone)
    assert again.returncode == 1
    assert "nothing was changed" in again.stdout
    assert github.head() == done


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": "nblint"}, "a repository called nblint is the linter itself"),
        ({"name": "NBLint"}, "a repository called NBLint is the linter itself"),
        ({"fork": True}, "is a fork"),
        ({"is_template": True}, "is a template"),
        ({"default_branch": "trunk"}, "refs/heads/main is not the default branch"),
    ],
)
def test_not_upstream_not_in_a_fork_not_in_a_template(
    github: GitHub, change: dict[str, object], why: str
) -> None:
    github.event["repository"] |= change
    ran = github.run(github.clone())
    assert ran.returncode == 0
    assert ran.stdout.startswith("Nothing to do: ")
    assert why.lower() in ran.stdout.lower()
    assert github.head() == github.copy


def test_not_in_a_repository_with_a_history(github: GitHub) -> None:
    clone = github.clone()
    git("commit", "--quiet", "--allow-empty", "--message", "work", cwd=clone)
    git("push", "--quiet", "origin", "main", cwd=clone)
    before = github.head()
    assert "the repository has a history" in github.run(github.clone()).stdout
    shallow = github.clone("--depth=1")
    assert git("rev-list", "--count", "HEAD", cwd=shallow) == "1"
    assert "this clone is shallow" in github.run(shallow).stdout
    assert github.head() == before


def test_work_that_was_pushed_meanwhile_stays(github: GitHub) -> None:
    runner, person = github.clone(), github.clone()
    git("commit", "--quiet", "--allow-empty", "--message", "work", cwd=person)
    git("push", "--quiet", "origin", "main", cwd=person)
    before = github.head()
    ran = github.run(runner)
    assert ran.returncode == 1
    assert github.head() == before


def test_a_token_that_may_not_write(github: GitHub) -> None:
    (github.server / "read-only").touch()
    clone = github.clone()
    ran = github.run(clone)
    assert ran.returncode == 1
    assert "Workflow permissions" in ran.stdout
    assert github.head() == git("rev-parse", "HEAD", cwd=clone) == github.copy
    assert git("status", "--porcelain", cwd=clone) == ""


def test_the_server_refuses_what_github_refuses(github: GitHub) -> None:
    clone = github.clone()
    (clone / ".github/workflows/more.yml").write_text("on: push\n")
    git("add", ".", cwd=clone)
    git("commit", "--quiet", "--message", "more", cwd=clone)
    with pytest.raises(subprocess.CalledProcessError) as refused:
        git("push", "origin", "main", cwd=clone)
    assert "refusing to allow a GitHub App" in refused.value.stderr


def test_by_hand(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = github.clone()
    (clone / "notes.txt").write_text("mine")
    refused = github.run(clone, event=False)
    assert refused.returncode == 1
    assert "there are uncommitted changes" in refused.stdout
    (clone / "notes.txt").unlink()

    ran = github.run(clone, event=False)
    assert ran.returncode == 0, ran.stdout
    assert git("status", "--porcelain", cwd=clone) == ""
    assert "# Phishing triage 2\\n" in notebook_of(clone).read_text("utf-8")
    assert github.copy in ran.stdout
    assert github.head() == github.copy, "pushing is left to the person"
    git("push", "--quiet", "--force-with-lease", "origin", "main", cwd=clone)
    assert_only_questions_are_left(clone, monkeypatch)


# Names as GitHub allows them, each with a description.
AWKWARD = [
    ("logins", 'The "usual" suspects: Alice\'s & 100 % of $HOME\\'),
    ("2024", "TODO"),
    ("con", "# Triage"),
    ("untitled-1", "<!-- hidden -->"),
    ("todo", "One.\n\n## Audience\nNobody."),
    ("a--b.c", None),
    ("---", "--help"),
    ("x" * 100, "登录失败 🔐"),
    ("notebook", '{{ 6 * 7 }} {% raw %} }} {{ "" }}'),
]
REFUSED = {"TODO", "# Triage", "<!-- hidden -->", None}


@pytest.mark.parametrize(("name", "description"), AWKWARD, ids=[name[:9] for name, _ in AWKWARD])
def test_awkward_names_and_descriptions(
    verbatim: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    description: str | None,
) -> None:
    monkeypatch.chdir(verbatim)
    repository = render(Copy(name, description or "", "main", ""), tmp_path)
    source = json.loads(notebook_of(repository).read_text("utf-8"))["cells"][0]["source"]
    assert source[0] in (f"# {title_of(name)}\n", f"# Notebook {title_of(name)}\n")
    purpose = source[source.index("## Purpose\n") + 1]
    is_refused = description in REFUSED
    if is_refused:
        assert purpose == "What are you trying to do with this notebook?\n"
    else:
        assert purpose == " ".join(str(description).split()) + "\n"
    assert "Questions: Ada, <ada@example.com>" in (repository / "README.md").read_text("utf-8")
    assert_only_questions_are_left(repository, monkeypatch, *[] if is_refused else ["Purpose"])


def test_title_of() -> None:
    assert title_of("failed-logins") == "Failed logins"
    assert title_of("failed_logins.v2") == "Failed logins v2"
    assert title_of("API-keys") == "API keys"
    assert title_of("._-") == "Notebook"


def test_workflow() -> None:
    """It asks for what it needs, and hands no text of the repository to a shell."""
    text = (ROOT / ".github/workflows/use-this-template.yml").read_text("utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    (job,) = workflow["jobs"].values()
    assert job["permissions"] == {"contents": "write"}
    for guard in (
        "name != 'nblint'",
        "!github.event.repository.fork",
        "is_template",
        "ref_name ==",
    ):
        assert guard in job["if"]
    checkout, run = job["steps"]
    assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}
    assert run["run"].splitlines()[-1] == "pipx run scripts/use_this_template.py"
    assert "${{" not in run["run"]
