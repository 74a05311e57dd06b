"""`nblint gate` at a terminal and in pipelines: statuses, what is said, and every report format."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import xmlschema
from click.testing import Result

from nblint.reports import formats
from tests.command import nblint
from tests.git.author import commit, git, repository
from tests.git.conftest import home  # noqa: F401 - a fixture
from tests.linting.branches import (
    BASE,
    OTHER,
    PASSWORD,
    SETTINGS,
    TOKEN,
    A,
    B,
    Branch,
    betrays_nothing,
    holding,
    notebook,
    printing,
)
from tests.reports.test_schemas import SCHEMAS, schema

pytestmark = pytest.mark.slow


@pytest.fixture
def branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Branch:
    """A branch with something to say in every part of a report; the tests run in it."""
    found = Branch(tmp_path / "repository", BASE)
    found.commit({A: holding(TOKEN), "gone.ipynb": notebook(f'password = "{PASSWORD}"')})
    found.commit({"gone.ipynb": None, B: printing(TOKEN), "scripts/lint": "true"})
    found.commit({"odd\n<b>|`&ü.ipynb": notebook(f'k = "{OTHER}"  # nblint: ignore[NBL2] <s>old')})
    found.commit({"broken.ipynb": b"{", SETTINGS: 'exclude = ["*"]'})
    monkeypatch.chdir(found.top)
    return found


def gate(*arguments: str, status: int) -> Result:
    ran = nblint("gate", *arguments)
    betrays_nothing(ran.output)
    assert ran.exit_code == status, ran.output
    return ran


@pytest.mark.parametrize("form", formats())
def test_no_format_betrays_anything(branch: Branch, form: str, tmp_path: Path) -> None:
    told = gate("--base", "main", "--output-format", form, status=1).stdout
    file = tmp_path / "report"
    written = gate(
        *("--base", "main", "--output-format", form, "--output-file", str(file)), status=1
    )
    betrays_nothing(file.read_text(encoding="utf-8"))
    assert written.stdout == ""
    for code in ("NBL201", "NBL203", "NBL001"):
        assert code in told
    assert re.search("in commit [0-9a-f]{8} of this branch", told)
    assert "scripts/lint" in told


def test_json(branch: Branch) -> None:
    told = json.loads(gate("--base", "main", "--output-format", "json", status=1).stdout)
    assert list(told) == ["findings", "notes"]
    assert {tuple(note) for note in told["notes"]} == {
        ("kind", "path", "message", "cell", "row", "column")
    }
    assert {note["kind"] for note in told["notes"]} == {"settings", "script", "suppression"}
    assert {finding["path"] for finding in told["findings"]} == {A, B, "gone.ipynb", "broken.ipynb"}
    branch.git("checkout", "--quiet", "main")
    branch.write({A: holding(TOKEN)})
    checked = json.loads(nblint("check", "--output-format", "json").stdout)
    assert {tuple(one) for one in told["findings"]} == {tuple(one) for one in checked}


def test_jsonl(branch: Branch) -> None:
    rows = gate("--base", "main", "--output-format", "jsonl", status=1).stdout.splitlines()
    whole = json.loads(gate("--base", "main", "--output-format", "json", status=1).stdout)
    assert [json.loads(row) for row in rows] == [
        *whole["findings"],
        *({"note": note} for note in whole["notes"]),
    ]


def test_sarif(branch: Branch) -> None:
    log = json.loads(gate("--base", "main", "--output-format", "sarif", status=1).stdout)
    jsonschema.Draft4Validator(schema("sarif-2.1.0-rtm.5.json")).validate(log)
    (run,) = log["runs"]
    told = [one for one in run["results"] if "suppressions" not in one]
    assert {one["level"] for one in told} == {"error"}
    fingerprints = [one["partialFingerprints"]["nblint/v2"] for one in run["results"]]
    assert len(set(fingerprints)) == len(fingerprints)
    (invocation,) = run["invocations"]
    kinds = {one["descriptor"]["id"] for one in invocation["toolExecutionNotifications"]}
    assert kinds == {"settings", "script", "suppression"}
    (suppressed,) = (one for one in run["results"] if "suppressions" in one)
    assert suppressed["suppressions"] == [{"kind": "inSource", "justification": "<s>old"}]


def test_sarif_knows_findings_again(branch: Branch) -> None:
    """The entries that it prints have another salt in each run."""
    one, other = (
        json.loads(gate("--base", "main", "--output-format", "sarif", status=1).stdout)["runs"][0]
        for _ in range(2)
    )
    assert [result["partialFingerprints"] for result in one["results"]] == [
        result["partialFingerprints"] for result in other["results"]
    ]


def test_gitlab(branch: Branch) -> None:
    issues = json.loads(gate("--base", "main", "--output-format", "gitlab", status=1).stdout)
    jsonschema.validate(issues, schema("gitlab-code-quality.json"))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert any("scripts/lint" in issue["location"]["path"] for issue in issues)


def test_junit(branch: Branch) -> None:
    text = gate("--base", "main", "--output-format", "junit", status=1).stdout
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(text)


def test_github(branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    told = gate("--base", "main", "--output-format", "github", status=1).stdout
    assert "::notice file=scripts/lint,title=review%3A script::script added" in told
    assert all(row.startswith(("::", "nblint: ")) for row in told.splitlines())
    written = summary.read_text(encoding="utf-8")
    betrays_nothing(written)
    assert "#### For a reviewer" in written
    assert "<b>" not in written


def test_text(branch: Branch) -> None:
    told = gate("--base", "main", status=1)
    assert "For a reviewer:\n" in told.stdout
    assert "  scripts/lint: script added\n" in told.stdout
    assert told.stdout.splitlines()[-1].endswith("4 notebooks checked.")
    assert "1 suppressed finding not shown" in told.stderr
    quiet = gate("--base", "main", "--quiet", status=1)
    assert quiet.stderr == ""
    colored = nblint("gate", "--base", "main", "--color", "always", color=True)
    assert "\x1b[" in colored.stdout
    betrays_nothing(re.sub(r"\x1b\[[0-9;]*m", "", colored.stdout))


@pytest.mark.parametrize("form", formats())
def test_names_of_files_and_variables(branch: Branch, form: str) -> None:
    """Each can hold a credential."""
    name = f"{OTHER}.ipynb"
    branch.commit({name: b"{", f"scripts/{OTHER}": "x", f"{TOKEN}.ipynb": holding(TOKEN)})
    branch.commit({"environment.toml": f"[environment.{OTHER}]\n", f"{TOKEN}.ipynb": None})
    gate("--base", "main", "--output-format", form, status=1)


def test_a_file_that_cannot_be_written(branch: Branch) -> None:
    told = gate("--base", "main", "--output-file", "no/such/folder", status=2)
    assert told.stderr.startswith("nblint: no/such/folder: ")


class TestBase:
    def test_it_has_to_be_given(self, branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PRE_COMMIT_FROM_REF", raising=False)
        assert "--base is required unless $PRE_COMMIT_FROM_REF is set" in gate(status=2).stderr
        gate("--base", "", status=2)
        monkeypatch.setenv("PRE_COMMIT_FROM_REF", "main")
        gate(status=1)
        gate("--base", "HEAD~1", status=1)

    @pytest.mark.parametrize("base", ["--all", "-x", "main..HEAD", "main:a", ":/x", "@{u}", "a b"])
    def test_a_form_that_is_no_commit(self, branch: Branch, base: str) -> None:
        told = gate(f"--base={base}", status=2).stderr
        assert told.startswith("nblint: unknown ")
        assert told.count("\n") == 1

    def test_a_tag_of_its_name(self, branch: Branch) -> None:
        """Whoever may push a tag does not choose the base."""
        branch.git("tag", "main", "HEAD")
        told = gate("--base", "main", status=2)
        assert "'main' is ambiguous; pass one of refs/tags/main, refs/heads/main" in told.stderr
        gate("--base", "refs/heads/main", status=1)

    def test_from_a_folder_of_the_repository(
        self, branch: Branch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = gate("--base", "main", status=1).stdout
        monkeypatch.chdir(branch.top / "scripts")
        assert without_entries(gate("--base", "main", status=1).stdout) == without_entries(whole)

    def test_from_a_linked_worktree(self, branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
        other = branch.top.parent / "other"
        branch.git("worktree", "add", "--quiet", "--detach", str(other), "main")
        monkeypatch.chdir(other)
        gate("--base", "main", status=0)
        gate("--base", "work", status=0)
        commit(other, {A: holding(TOKEN)})
        gate("--base", "main", status=1)


def without_entries(text: str) -> str:
    return re.sub(r'"(?:fingerprint|salt)": "[0-9a-f]+"', "", text)


def clone(branch: Branch, *options: str) -> Path:
    git(branch.top, "config", "uploadpack.allowFilter", "true")
    folder = branch.top.parent / "clone"
    arguments = ("--quiet", "--no-single-branch", *options, branch.top.as_uri(), str(folder))
    git(branch.top.parent, "clone", *arguments)
    return folder


class TestIncomplete:
    """Status 2, one sentence, and the command that helps: no verdict on half of the history."""

    @pytest.mark.parametrize(
        ("options", "command"),
        [
            (["--depth=1"], "git fetch --unshallow"),
            (["--depth=3"], "git fetch --unshallow"),
            (["--filter=blob:none"], "git fetch --refetch --no-filter"),
            (["--filter=tree:0"], "git fetch --refetch --no-filter"),
        ],
        ids=lambda value: value if isinstance(value, str) else " ".join(value),
    )
    @pytest.mark.parametrize("form", ["text", "json", "sarif"])
    def test_a_clone(
        self,
        branch: Branch,
        options: list[str],
        command: str,
        form: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(clone(branch, *options))
        told = gate("--base", "origin/main", "--output-format", form, status=2)
        assert f"`{command}`" in told.stderr
        assert told.stderr.count("\n") == 1
        git(Path(), *command.split()[1:])
        gate("--base", "origin/main", status=1)

    def test_a_base_that_is_gone(self, branch: Branch) -> None:
        for base in ("origin/main", "f" * 40, "nothing", "0" * 40, "HEAD~99"):
            told = gate("--base", base, status=2)
            assert told.stdout == ""
            assert re.fullmatch("nblint: .*(run|pass|shows) .*\n|nblint: .*`git .*\n", told.stderr)

    def test_no_common_commit(self, branch: Branch) -> None:
        branch.git("checkout", "--quiet", "--orphan", "other")
        branch.commit()
        assert "no commit in common" in gate("--base", "main", status=2).stderr

    def test_no_repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "empty").mkdir()
        monkeypatch.chdir(tmp_path / "empty")
        assert "not a git repository" in gate("--base", "main", status=2).stderr

    def test_no_commit(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(repository(tmp_path / "r"))
        assert "nblint: " in gate("--base", "HEAD", status=2).stderr

    def test_an_object_that_is_damaged(self, branch: Branch) -> None:
        own = branch.git("rev-parse", "HEAD~3:gone.ipynb")
        (branch.top / ".git/objects" / own[:2] / own[2:]).unlink()
        assert "run `git fsck`" in gate("--base", "main", status=2).stderr

    @pytest.mark.skipif(sys.platform == "win32", reason="owners are of another kind there")
    def test_another_users_repository(
        self, branch: Branch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
        monkeypatch.delenv("SUDO_UID", raising=False)
        told = gate("--base", "main", status=2).stderr
        assert "git config --global --add safe.directory" in told

    @pytest.mark.parametrize(
        ("files", "words"),
        [
            ({SETTINGS: "[["}, SETTINGS),
            ({SETTINGS: "nonsense = 1"}, "nonsense"),
            ({SETTINGS: 'select = ["NBL9"]'}, "NBL9"),
            ({SETTINGS: 'baseline = "b.json"', "b.json": "{}"}, "b.json"),
            ({SETTINGS: 'baseline = "b.json"', "b.json": '{"version": 9}'}, "newer nblint"),
            (
                {
                    SETTINGS: 'baseline = "b.json"',
                    "b.json": '{"version": 2, "salt": "s", "entries": [{}]}',
                },
                "b.json",
            ),
            ({SETTINGS: '[environment]\ncatalogues = ["none.toml"]'}, "none.toml"),
            ({SETTINGS: '[parameters]\nfile = "none.yaml"'}, "none.yaml"),
            ({"team/nblint.toml": "[["}, "team/nblint.toml"),
        ],
    )
    def test_settings_of_the_base(self, branch: Branch, files: dict[str, str], words: str) -> None:
        """The sentence names files as the repository does."""
        branch.on_main(files)
        for form in ("text", "json"):
            told = gate("--base", "main", "--output-format", form, status=2)
            assert words in told.stderr
            assert told.stderr.count("nblint: ") == 1
            assert "nblint-gate-" not in told.stderr

    @pytest.mark.parametrize(
        "files",
        [
            {SETTINGS: "[["},
            {SETTINGS: "nonsense = 1"},
            {
                "b.json": '{"version": 2, "salt": "s", "entries": [{}]}',
                SETTINGS: 'baseline="b.json"',
            },
            {"team/nblint.toml": 'select = ["NBL9"]'},
        ],
    )
    def test_settings_of_the_branch_have_no_say(
        self, branch: Branch, files: dict[str, str]
    ) -> None:
        branch.commit(files)
        gate("--base", "main", status=1)


class TestTricks:
    """What a clone's configuration, hooks and refs say changes nothing, and runs nothing."""

    def replaced(self, branch: Branch, trap: Path, patch: pytest.MonkeyPatch) -> None:
        harmless = (
            git(branch.top, "hash-object", "-w", "--stdin", given=notebook()).decode().strip()
        )
        branch.git("replace", branch.git("rev-parse", f"HEAD:{A}"), harmless)

    def grafted(self, branch: Branch, trap: Path, patch: pytest.MonkeyPatch) -> None:
        head, main = branch.git("rev-parse", "HEAD", "main").splitlines()
        (branch.top / ".git/info/grafts").write_text(f"{head} {main}\n")
        branch.git("replace", "--graft", "HEAD", "main")

    def configured(self, branch: Branch, trap: Path, patch: pytest.MonkeyPatch) -> None:
        values = {
            "core.fsmonitor": trap,
            "core.hooksPath": trap.parent,
            "core.sshCommand": trap,
            "core.pager": trap,
            "diff.external": trap,
            "diff.evil.textconv": trap,
            "filter.evil.smudge": trap,
            "filter.evil.process": trap,
            "gpg.program": trap,
            "log.showSignature": "true",
            "alias.cat-file": f"!{trap}",
            "remote.origin.url": f"ext::{trap}",
            "remote.origin.promisor": "true",
            "extensions.partialClone": "origin",
            "protocol.ext.allow": "always",
            "diff.renames": "false",
        }
        for name, value in values.items():
            branch.git("config", name, str(value))
        (branch.top / ".git/info/attributes").write_text("*.ipynb filter=evil diff=evil -text\n")

    def staged(self, branch: Branch, trap: Path, patch: pytest.MonkeyPatch) -> None:
        branch.write({A: notebook(), B: notebook(), SETTINGS: 'exclude = ["**"]'})
        branch.git("add", "--all")

    def without_a_checkout(self, branch: Branch, trap: Path, patch: pytest.MonkeyPatch) -> None:
        for path in branch.top.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        (branch.top / ".git/index").unlink()

    def poisoned_cache(self, branch: Branch, trap: Path, patch: pytest.MonkeyPatch) -> None:
        (trap.parent / "cache").write_bytes(b"\xff" * 4096)
        patch.setenv("NBLINT_CACHE_DIR", str(trap.parent / "cache"))

    def environment(self, branch: Branch, trap: Path, patch: pytest.MonkeyPatch) -> None:
        patch.setenv("GIT_DIR", str(trap.parent / "none"))
        patch.setenv("GIT_EXTERNAL_DIFF", str(trap))
        patch.setenv("GIT_NO_REPLACE_OBJECTS", "0")

    TRICKS = (
        replaced,
        grafted,
        configured,
        staged,
        without_a_checkout,
        poisoned_cache,
        environment,
    )

    @pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
    def test_a_trick(
        self,
        branch: Branch,
        tmp_path: Path,
        trick: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        trap, mark = tmp_path / "trap", tmp_path / "mark"
        trap.write_text(f"#!/bin/sh\n: > '{mark}'\n")
        trap.chmod(0o755)
        before = gate("--base", "main", status=1).stdout
        trick(self, branch, trap, monkeypatch)
        mark.unlink(missing_ok=True)
        after = gate("--base", "main", status=1).stdout
        assert without_entries(after) == without_entries(before)
        assert not mark.exists()

    def test_nothing_is_written(
        self, branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NBLINT_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        monkeypatch.setattr("tempfile.tempdir", None)
        branch.commit({f"many/{n}.ipynb": notebook(f"print({n})") for n in range(60)})
        before = sorted(tmp_path.rglob("*"))
        gate("--base", "main", status=1)
        assert sorted(tmp_path.rglob("*")) == before
