"""What the gate says of a branch: findings that are new, the way out, notes, statuses."""

import json
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from tests.command import nblint
from tests.conftest import notebook_bytes
from tests.credentials.tokens import make
from tests.git.author import git
from tests.git.conftest import home  # noqa: F401 - a fixture
from tests.linting.branches import (
    BASELINE,
    CATALOGUE,
    OTHER,
    PASSWORD,
    SETTINGS,
    TOKEN,
    A,
    B,
    Branch,
    Files,
    betrays_nothing,
    holding,
    notebook,
    recorded,
)

pytestmark = pytest.mark.slow


HEADERLESS = notebook_bytes(("code", "print(1)"))
SHOWN = 'import os\nprint(os.environ["DATADOG_API_KEY"])'
SECRET = CATALOGUE + '[environment.DATADOG_API_KEY]\nhelp = "A key"\nsecret = true\n'

# What a template for cookiecutter has in its settings.
JINJA = '[project]\nname = "{{ x }}"\n{% if y %}\n[tool.nblint]\n{% endif %}\n'


class TestOnlyNewFindings:
    """Findings of the other rules: HEAD's, less those that the base has."""

    def test_a_new_finding(self, branch: Branch) -> None:
        branch.commit({A: HEADERLESS, B: notebook(SHOWN)})
        verdict = branch.gate()
        assert verdict.status == 1
        assert {"NBL101", "NBL304"} <= set(verdict.codes)
        assert verdict.paths == {A, B}

    def test_a_warning_fails_only_where_it_is_asked_for(self, branch: Branch) -> None:
        branch.on_main({SETTINGS: 'severity = { NBL = "warning" }'})
        branch.git("merge", "--quiet", "main")
        branch.commit({A: HEADERLESS})
        assert branch.gate().status == 0
        assert branch.gate("main", "--strict").status == 1
        assert branch.gate("main", "--strict", "--exit-zero").status == 0

    def test_what_the_base_has(self, branch: Branch) -> None:
        """Without any baseline, and although the notebook changes."""
        branch.on_main({A: HEADERLESS})
        branch.git("merge", "--quiet", "main")
        branch.commit({A: notebook_bytes(("code", "print(2)"), ("code", "print(3)"))})
        verdict = branch.gate()
        assert (verdict.status, verdict.findings) == (0, [])
        assert "old findings not shown" in verdict.said

    def test_one_more_of_what_the_base_has(self, branch: Branch) -> None:
        branch.on_main({A: notebook(SHOWN), "environment.toml": SECRET})
        branch.git("merge", "--quiet", "main")
        branch.commit({A: notebook(SHOWN, "1 + 1")})
        assert branch.gate().status == 0
        branch.commit({A: notebook(SHOWN, SHOWN)})
        assert branch.gate().codes == ["NBL304"]

    def test_what_only_the_merge_base_has(self, branch: Branch) -> None:
        """Main has no such finding any more; the branch did not bring it."""
        branch.on_main({A: HEADERLESS})
        branch.git("merge", "--quiet", "main")
        branch.on_main({A: notebook()})
        branch.commit({"x.txt": "x"})
        assert branch.gate().findings == []

    def test_a_baseline_of_the_base(self, branch: Branch) -> None:
        branch.git("checkout", "--quiet", "main")
        branch.write({A: holding(TOKEN), B: HEADERLESS})
        recorded(branch)
        branch.commit({SETTINGS: f'baseline = "{BASELINE}"'})
        branch.git("checkout", "--quiet", "-B", "work")
        branch.commit({A: holding(TOKEN, "2 + 2"), B: notebook_bytes(("code", "print(3)"))})
        assert branch.gate().findings == []
        branch.commit({A: holding(TOKEN, f"other = '{OTHER}'")})
        (found,) = branch.gate().findings
        assert (found["code"], found["row"], found["cell"]) == ("NBL201", 1, 3)

    def test_a_baseline_that_records_what_the_base_no_longer_has(self, branch: Branch) -> None:
        """An entry on main accepts what a branch that came from elsewhere has."""
        branch.write({A: notebook(f'password = "{PASSWORD}"')})
        recorded(branch, reason="a test account")
        branch.git("stash", "--quiet", "--include-untracked")
        branch.git("checkout", "--quiet", "main")
        branch.git("checkout", "stash^3", "--", BASELINE)
        branch.commit({SETTINGS: f'baseline = "{BASELINE}"'})
        branch.git("checkout", "--quiet", "work")
        branch.commit({A: notebook(f'password = "{PASSWORD}"')})
        assert branch.gate().findings == []
        branch.commit({A: holding(TOKEN)})
        assert branch.gate().codes == ["NBL201"]

    def test_an_old_credential_that_is_suppressed_without_a_reason(self, branch: Branch) -> None:
        """The rule only warns elsewhere."""
        old_findings(branch)
        branch.commit({A: notebook(f'key = "{TOKEN}"  # nblint: ignore[NBL2]')})
        verdict = branch.gate()
        assert (verdict.status, verdict.codes) == (1, ["NBL010"])

    def test_an_exclude_of_the_base(self, branch: Branch) -> None:
        branch.on_main({SETTINGS: 'exclude = ["drafts"]'})
        branch.git("merge", "--quiet", "main")
        branch.commit({"drafts/a.ipynb": HEADERLESS, "drafts/b.ipynb": HEADERLESS})
        verdict = branch.gate()
        assert verdict.findings == []
        (note,) = verdict.notes
        assert (note["kind"], note["path"]) == ("excluded", SETTINGS)
        assert note["message"].startswith("2 notebooks are excluded")
        branch.commit({"drafts/b.ipynb": holding(TOKEN)})
        assert branch.gate().codes == ["NBL201"]

    def test_settings_of_the_base_hold_for_a_branch_that_lags(self, branch: Branch) -> None:
        branch.on_main({SETTINGS: 'ignore = ["NBL1"]'})
        branch.commit({A: HEADERLESS})
        assert branch.gate().findings == []

    def test_an_unreadable_notebook(self, branch: Branch) -> None:
        branch.commit({A: b"{"})
        assert branch.gate().codes == ["NBL001"]

    def test_an_unreadable_notebook_of_the_base(self, branch: Branch) -> None:
        """It is no news, also where all is checked again; a change of it is."""
        branch.on_main({A: b"{"})
        branch.git("merge", "--quiet", "main")
        branch.commit({"environment.toml": SECRET})
        assert branch.gate().findings == []
        branch.git("mv", A, "moved.ipynb")
        branch.commit()
        assert branch.gate().findings == []
        branch.commit({"moved.ipynb": b"{ "})
        assert branch.gate().codes == ["NBL001"]


class TestAccepted:
    """What a team does all day passes."""

    def test_a_clean_change(self, branch: Branch) -> None:
        branch.commit({A: notebook("print(2)"), "new.ipynb": notebook(title="New detections")})
        verdict = branch.gate()
        assert (verdict.status, verdict.findings, verdict.notes) == (0, [], [])

    def test_no_change(self, branch: Branch) -> None:
        branch.commit()
        assert branch.gate() == (0, [], [], "")

    @pytest.mark.parametrize("with_baseline", [False, True])
    def test_a_change_that_removes_old_findings(self, branch: Branch, with_baseline: bool) -> None:
        old_findings(branch, with_baseline=with_baseline)
        branch.commit({A: notebook(), B: None})
        assert branch.gate().findings == []

    @pytest.mark.parametrize("with_baseline", [False, True])
    def test_a_renamed_notebook_with_old_findings(
        self, branch: Branch, with_baseline: bool
    ) -> None:
        old_findings(branch, with_baseline=with_baseline)
        branch.git("mv", A, "moved.ipynb")
        branch.commit()
        assert branch.gate().findings == []
        branch.commit({"moved.ipynb": holding(TOKEN, "1 + 1", "2 + 2")})
        branch.git("mv", "moved.ipynb", "again.ipynb")
        branch.commit()
        assert branch.gate().findings == []

    def test_a_credential_that_moves_with_its_cells(self, branch: Branch) -> None:
        """The new notebook resembles the old one too little for git."""
        old_findings(branch)
        cells = [f"print({number}, 'and a row of text')" for number in range(200)]
        branch.commit({A: None, "whole.ipynb": notebook(f'key = "{TOKEN}"', *cells)})
        assert "NBL201" not in branch.gate().codes

    def test_a_rename_that_is_taken_back(self, branch: Branch) -> None:
        old_findings(branch)
        for one, other in ((A, "x.ipynb"), ("x.ipynb", A)):
            branch.git("mv", one, other)
            branch.commit({other: holding(TOKEN, f"'{other}'")})
        assert branch.gate().findings == []
        branch.commit({A: holding(TOKEN, "1 + 1")})
        assert branch.gate() == (0, [], [], "")

    def test_a_variable_that_is_declared_and_read(self, branch: Branch) -> None:
        reads = 'import os\n\nkey = os.environ["DATADOG_API_KEY"]'
        branch.commit({A: notebook(reads)})
        assert branch.gate().codes == ["NBL301"]
        branch.commit({"environment.toml": SECRET})
        verdict = branch.gate()
        assert verdict.status == 0
        assert verdict.kinds == {("declaration", "environment.toml")}
        assert "'DATADOG_API_KEY' declared" in verdict.notes[0]["message"]

    def test_a_catalogue_that_is_repaired(self, branch: Branch) -> None:
        branch.on_main({"environment.toml": "[["})
        branch.git("merge", "--quiet", "main")
        branch.commit({"environment.toml": CATALOGUE})
        assert branch.gate().status == 0

    def test_a_catalogue_that_is_broken(self, branch: Branch) -> None:
        branch.commit({"environment.toml": "[["})
        verdict = branch.gate()
        assert (verdict.status, verdict.findings) == (2, [])
        assert verdict.said.startswith("nblint: environment.toml: ")
        assert verdict.said.count("\n") == 1

    @pytest.mark.parametrize("path", ["aa/pyproject.toml", "zz/nblint.toml", "zz/pyproject.toml"])
    def test_settings_that_decide_for_no_notebook(self, tmp_path: Path, path: str) -> None:
        branch = Branch(tmp_path / "t", {path: JINJA, A: notebook(), SETTINGS: ""})
        branch.commit({A: notebook("print(2)"), "aa/more/nblint.toml": JINJA})
        verdict = branch.gate()
        assert (verdict.status, verdict.findings, verdict.said) == (0, [], "")
        branch.commit({A: notebook(title="Notebook Name"), SETTINGS: 'ignore = ["ALL"]'})
        assert branch.gate().codes == ["NBL110"], "the base's settings decide"
        branch.commit({A: holding(TOKEN)})
        assert branch.gate().codes == ["NBL201"]

    def test_a_template_with_a_notebook(self, tmp_path: Path) -> None:
        template: Files = {"t/{{ x }}/pyproject.toml": JINJA, "t/{{ x }}/n.ipynb": notebook()}
        branch = Branch(tmp_path / "t", {**template, A: notebook(), B: holding(TOKEN)})
        branch.commit({SETTINGS: "", A: notebook("print(2)")})
        verdict = branch.gate()
        assert (verdict.status, verdict.findings, verdict.said) == (0, [], "")
        assert ("settings", SETTINGS) in verdict.kinds, "the base has none"
        branch.commit({A: holding(OTHER)})
        branch.commit({A: notebook("print(2)"), B: None})
        assert branch.gate().codes == ["NBL201"], "what the base has is compared with"
        branch.commit({"t/{{ x }}/n.ipynb": notebook("print(2)")})
        verdict = branch.gate()
        assert (verdict.status, verdict.said.count("\n")) == (2, 1)
        assert verdict.said.startswith("nblint: t/{{ x }}/pyproject.toml: ")

    @pytest.mark.parametrize("path", [SETTINGS, "pyproject.toml"])
    def test_broken_settings_of_the_base_are_not_replaced(self, tmp_path: Path, path: str) -> None:
        branch = Branch(tmp_path / "t", {path: "[tool.nblint\n", A: notebook()})
        branch.commit({path: "", A: notebook(title="TODO")})
        assert branch.gate().status == 2

    def test_the_first_change_of_a_new_repository(self, tmp_path: Path) -> None:
        branch = Branch(tmp_path / "new", {})
        branch.commit({SETTINGS: 'ignore = ["NBL104"]', A: notebook()})
        verdict = branch.gate()
        assert verdict.findings == []
        assert verdict.kinds == {("settings", SETTINGS)}
        assert [note["message"] for note in verdict.notes] == [
            "the base has no settings of nblint: these are used, except for credentials",
            "settings added",
        ]
        branch.commit({A: holding(TOKEN)})
        recorded(branch, reason="a test account")
        branch.commit({SETTINGS: f'baseline = "{BASELINE}"'})
        assert branch.gate().codes == ["NBL201"]

    def test_a_suppression_with_a_reason(self, branch: Branch) -> None:
        source = f'key = "{TOKEN}"  # nblint: ignore[NBL201] from the manual'
        branch.commit({A: notebook(source)})
        verdict = branch.gate()
        assert verdict.findings == []
        assert "1 suppressed finding not shown" in verdict.said
        assert verdict.kinds == {("suppression", A)}
        assert {note["cell"] for note in verdict.notes} == {2}
        assert all("from the manual" in note["message"] for note in verdict.notes)

    def test_a_suppression_that_the_base_has(self, branch: Branch) -> None:
        source = 'key = "{}"  # nblint: ignore[NBL201] from the manual'
        branch.on_main({A: notebook(source.format(TOKEN))})
        branch.git("merge", "--quiet", "main")
        branch.commit({A: notebook(source.format(TOKEN), "1 + 1")})
        assert branch.gate() == (0, [], [], "1 suppressed finding not shown.\n")
        branch.commit({A: notebook(source.format(OTHER), "1 + 1")})
        verdict = branch.gate()
        assert verdict.findings == []
        (note,) = verdict.notes
        assert note["message"].startswith("NBL201 ")
        assert note["message"].endswith("is suppressed: from the manual")

    def test_a_suppression_with_a_reason_that_is_gone(self, branch: Branch) -> None:
        branch.commit({A: notebook(f'key = "{TOKEN}"  # nblint: ignore[NBL201] not real')})
        own = branch.commit({A: notebook()})
        verdict = branch.gate()
        assert verdict.findings == []
        (note,) = verdict.notes
        assert f"in commit {branch.git('rev-parse', f'{own}~1')[:8]} of this branch" in str(note)

    def test_merges(self, branch: Branch) -> None:
        branch.git("checkout", "--quiet", "-b", "side")
        branch.commit({"side.ipynb": notebook(title="Side channels")})
        branch.git("checkout", "--quiet", "work")
        branch.commit({A: notebook("print(2)")})
        branch.on_main({"main.ipynb": holding(TOKEN), B: HEADERLESS})
        branch.git("merge", "--quiet", "--no-edit", "side", "main")
        assert branch.gate().findings == []

    def test_a_forced_push(self, branch: Branch) -> None:
        branch.commit({A: holding(TOKEN)})
        branch.git("reset", "--quiet", "--hard", "main")
        branch.commit({A: notebook("print(2)")})
        assert branch.gate().findings == []

    def test_a_push_to_the_default_branch(self, branch: Branch) -> None:
        before = branch.git("rev-parse", "main")
        branch.git("checkout", "--quiet", "main")
        branch.commit({A: notebook("print(2)")})
        assert branch.gate(before).findings == []
        branch.commit({A: holding(TOKEN)})
        branch.commit({A: notebook("print(2)")})
        assert branch.gate(before).codes == ["NBL201"]
        assert branch.gate("HEAD~1").findings == []

    def test_a_tag(self, branch: Branch) -> None:
        branch.git("tag", "-m", "one", "v1")
        branch.commit({A: notebook("print(2)")})
        branch.git("tag", "v2")
        branch.git("checkout", "--quiet", "v2")
        assert branch.gate("v1").findings == []
        branch.commit({A: holding(TOKEN)})
        assert branch.gate("refs/tags/v1").codes == ["NBL201"]

    def test_a_base_that_is_head(self, branch: Branch) -> None:
        """There is nothing to compare with: credentials count unless they are recorded."""
        branch.commit({A: holding(TOKEN, "print(x)"), B: HEADERLESS})
        verdict = branch.gate("HEAD")
        assert (verdict.status, verdict.codes) == (1, ["NBL201"])
        recorded(branch)
        branch.commit({SETTINGS: f'baseline = "{BASELINE}"'})
        assert branch.gate("HEAD").findings == []
        assert branch.gate("work").status == 0

    def test_a_base_that_is_ahead(self, branch: Branch) -> None:
        branch.on_main({A: holding(TOKEN)})
        assert branch.gate().findings == []

    def test_a_link(self, branch: Branch) -> None:
        if sys.platform == "win32":
            pytest.skip("links need a right there")
        (branch.top / "link.ipynb").symlink_to(A)
        (branch.top / "away.ipynb").symlink_to("/etc/passwd")
        branch.commit()
        verdict = branch.gate()
        assert verdict.findings == []
        assert verdict.kinds == {("link", "link.ipynb"), ("link", "away.ipynb")}

    def test_a_link_to_what_is_called_otherwise(self, branch: Branch) -> None:
        """Jupyter opens it as a notebook."""
        if sys.platform == "win32":
            pytest.skip("links need a right there")
        branch.on_main({"data.txt": notebook().decode()})
        (branch.top / "link.ipynb").symlink_to("data.txt")
        branch.commit()
        assert branch.gate().findings == []
        branch.commit({"data.txt": holding(TOKEN).decode()})
        (finding,) = branch.gate().findings
        assert (finding["path"], finding["code"]) == ("link.ipynb", "NBL201")

    def test_a_submodule(self, branch: Branch) -> None:
        other = Branch(branch.top.parent / "other", {A: holding(TOKEN)})
        git(branch.top, "submodule", "--quiet", "add", str(other.top), "sub")
        branch.commit()
        verdict = branch.gate()
        assert verdict.findings == []
        assert verdict.kinds == {("submodule", "sub"), ("attributes", ".gitmodules")}


def old_findings(branch: Branch, *, with_baseline: bool = False) -> None:
    """Give `main`, and the branch, notebooks with findings."""
    branch.git("checkout", "--quiet", "main")
    branch.write({A: holding(TOKEN, "1 + 1"), B: HEADERLESS})
    if with_baseline:
        recorded(branch)
        branch.write({SETTINGS: f'baseline = "{BASELINE}"'})
    branch.commit()
    branch.git("checkout", "--quiet", "-B", "work")


class TestRefusal:
    """What the author reads, and the way out."""

    def test_it_names_the_commit_and_what_to_do(self, branch: Branch) -> None:
        own = branch.commit({A: holding(TOKEN)})
        branch.commit({A: notebook()})
        text = refusal(branch)
        assert f"in commit {own[:8]} of this branch" in text
        assert "revoke it" in text
        assert "rewrite the branch without that commit" in text

    @pytest.mark.parametrize("value", [OTHER, PASSWORD], ids=["documented", "guessable"])
    @pytest.mark.parametrize("begun", [False, True], ids=["first", "another"])
    @pytest.mark.parametrize("salt", [None, "of the team"])
    def test_its_entry_accepts_the_credential(
        self,
        branch: Branch,
        value: str,
        begun: bool,
        salt: str | None,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        if salt:
            monkeypatch.setenv("NBLINT_BASELINE_SALT", salt)
        if begun:
            old_findings(branch, with_baseline=True)
        branch.commit({"n.ipynb": notebook(f'password = "{value}"')})
        branch.commit({"n.ipynb": None})
        text = refusal(branch)
        assert "record it on main" in text
        told = text[text.index("with a reason: ") + len("with a reason: ") :]
        given, _ = json.JSONDecoder().raw_decode(told)
        whole = json.loads((branch.top / BASELINE).read_bytes()) if begun else given
        entry = given if begun else given["entries"][0]
        whole["entries"] = [one for one in whole["entries"] if one != entry]
        for reason, status in (("", 1), (" ", 1), ("revoked on Monday", 0)):
            entries = [*whole["entries"], entry | {"reason": reason}]
            baseline = json.dumps(whole | {"entries": entries})
            branch.on_main({BASELINE: baseline, SETTINGS: f'baseline = "{BASELINE}"'})
            assert branch.gate().status == status

    def test_the_branch_cannot_accept_it_itself(self, branch: Branch) -> None:
        branch.commit({A: holding(TOKEN)})
        recorded(branch, reason="a test account")
        branch.commit({A: notebook(), SETTINGS: f'baseline = "{BASELINE}"'})
        assert branch.gate().codes == ["NBL201"]

    def test_an_entry_for_another_notebook_does_not(self, branch: Branch) -> None:
        branch.git("checkout", "--quiet", "main")
        branch.write({A: notebook(f'password = "{PASSWORD}"')})
        recorded(branch, reason="a test account")
        branch.commit({SETTINGS: f'baseline = "{BASELINE}"', A: notebook()})
        branch.git("checkout", "--quiet", "-B", "work", "HEAD")
        branch.commit({A: notebook(f'password = "{PASSWORD}"')})
        branch.commit({A: notebook()})
        # On record for A, and in the range only at A.
        assert branch.gate().findings == []
        branch.commit({B: holding(OTHER)})
        branch.commit({B: notebook(title="Login review")})
        assert branch.gate().paths == {B}

    def test_of_many_credentials_each_is_told(self, branch: Branch) -> None:
        rows = "\n".join(f'key{n} = "{make("github-token", n)}"' for n in range(40))
        branch.commit({A: notebook(rows)})
        branch.commit({A: notebook()})
        assert len(branch.gate().codes) == 40


def refusal(branch: Branch) -> str:
    """Return what the gate prints for people."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(branch.top)
        ran = nblint("gate", "--base", "main")
    betrays_nothing(ran.output)
    assert ran.exit_code == 1
    return ran.stdout


class TestNotes:
    """What a reviewer has to look at."""

    LISTED: ClassVar = {
        "settings": [SETTINGS, "team/nblint.toml", "pyproject.toml", "team/pyproject.toml"],
        "baseline": [BASELINE, ".nblint-baseline-old.json", ".secrets.baseline"],
        "hooks": [".pre-commit-config.yaml", ".pre-commit-hooks.yaml", ".husky/pre-commit"],
        "pipeline": [
            ".circleci/config.yml",
            ".github/workflows/lint.yml",
            ".github/actions/a/action.yml",
            ".gitlab-ci.yml",
            ".gitlab/ci.yml",
            "Jenkinsfile",
            "ci/Jenkinsfile.release",
            "azure-pipelines.yml",
        ],
        "script": ["scripts/lint", "Makefile", "GNUmakefile", "team/makefile", "x.sh", "tox.ini"],
        "owners": ["CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"],
        "attributes": [".gitattributes", ".gitignore", "team/.gitattributes", ".gitmodules"],
    }

    def test_what_is_added_changed_and_removed(self, branch: Branch) -> None:
        files = {path: kind for kind, paths in self.LISTED.items() for path in paths}
        toml = {path: "# x" for path in files if path.endswith("toml")}
        for how, content in (("added", "x"), ("changed", "y"), ("removed", None)):
            changed = {path: content for path in files if path != SETTINGS or content}
            changed |= {path: f"# {content}\n" for path in toml if content}
            branch.commit(changed)
            verdict = branch.gate()
            assert verdict.findings == []
            assert {(kind, path) for path, kind in files.items() if path in changed} <= (
                verdict.kinds
            )
            messages = {note["message"] for note in verdict.notes if note["path"] != SETTINGS}
            assert messages == {f"{kind} {how}" for kind in self.LISTED}
            branch.git("branch", "--quiet", "--force", "main", "work")

    def test_modes(self, branch: Branch) -> None:
        branch.on_main({"scripts/lint": "true"})
        branch.git("merge", "--quiet", "main")
        branch.git("update-index", "--chmod=+x", "scripts/lint")
        git(branch.top, "commit", "--quiet", "--message=x")
        assert branch.gate().kinds == {("script", "scripts/lint")}

    def test_a_baseline_of_another_name(self, branch: Branch) -> None:
        branch.on_main({SETTINGS: 'baseline = "old.json"'})
        branch.git("merge", "--quiet", "main")
        branch.commit({"old.json": "{}", A: HEADERLESS})
        assert ("baseline", "old.json") in branch.gate().kinds

    def test_what_main_changed_is_not_the_branchs(self, branch: Branch) -> None:
        branch.on_main({"scripts/lint": "true", ".gitlab-ci.yml": "x"})
        branch.commit({A: notebook("print(2)")})
        assert branch.gate().notes == []

    def test_requirements(self, branch: Branch) -> None:
        branch.on_main({"requirements.txt": "numpy\n", SETTINGS: 'extend-select = ["NBL505"]'})
        branch.git("merge", "--quiet", "main")
        branch.commit({A: notebook("import pandas")})
        assert branch.gate().codes == ["NBL505"]
        branch.commit({"requirements.txt": "numpy\npandas\n"})
        verdict = branch.gate()
        assert verdict.findings == []
        assert [note["message"] for note in verdict.notes] == ["requirement 'pandas' declared"]

    def test_the_file_of_requirements(self, branch: Branch) -> None:
        settings = (
            'extend-select = ["NBL505"]\nreproducibility.requirements = ["requirements/*.in"]'
        )
        branch.on_main(
            {
                "requirements/dev.in": "numpy\n",
                "requirements/user.in": "numpy\n",
                SETTINGS: settings,
            }
        )
        branch.git("merge", "--quiet", "main")
        branch.commit({A: notebook("import pandas"), "requirements/user.in": "pandas\n"})
        assert branch.gate().kinds == {("declaration", "requirements/user.in")}

    def test_a_declaration_that_changes(self, branch: Branch) -> None:
        """A secret that is declared to be none may be printed, so somebody has to look."""
        branch.on_main({"environment.toml": SECRET})
        branch.git("merge", "--quiet", "main")
        weaker = SECRET.replace("true", "false")
        branch.commit({"environment.toml": weaker, A: notebook(SHOWN)})
        (note,) = branch.gate().notes
        assert "'DATADOG_API_KEY' changed" in note["message"]

    def test_a_version_that_is_no_notebook(self, branch: Branch) -> None:
        """Only credentials of documented formats can be found there."""
        own = branch.commit({A: notebook("print(2)")[:-9]})
        branch.commit({A: notebook("print(2)")})
        (note,) = branch.gate().notes
        assert (note["kind"], note["path"]) == ("unread", A)
        assert f"commit {own[:8]}" in note["message"]

    def test_suppressions_of_every_kind(self, branch: Branch) -> None:
        data = json.loads(notebook("import nothing  # nblint: ignore[NBL506] a plugin"))
        data["cells"][0]["metadata"]["tags"] = ["nblint-ignore-NBL104"]
        data["cells"][0]["source"] += ["\n\n<!-- nblint: ignore[NBL104] later -->"]
        branch.commit({A: json.dumps(data)})
        told = [note["message"] for note in branch.gate().notes]
        assert "suppresses NBL506: a plugin" in told
        assert "suppresses NBL104: later" in told
        assert "suppresses NBL104: no reason given" in told
