"""The hooks that this repository offers, and those that a generated one runs."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

from demo.mirrors import TOOLS, mirror
from scripts.use_this_template import Copy, render
from tests.command import nblint
from tests.conftest import notebook_bytes
from tests.credentials.tokens import make
from tests.template.conftest import ROOT, Generate, choices, git, write_header
from tests.template.playing import set_up
from tests.template.steps import logged
from tests.template.test_add import fill_in
from tests.template.test_content import notebook_of

FAMILIES = {
    "file": "NBL0",
    "header": "NBL1",
    "credentials": "NBL2",
    "environment": "NBL3",
    "parameters": "NBL4",
    "reproducibility": "NBL5",
}


def pre_commit(*arguments: str, cwd: Path = ROOT, **variables: str) -> tuple[int, str]:
    """Run pre-commit; return its status and what it shows."""
    environment = {**os.environ, "PRE_COMMIT_COLOR": "never", **variables}
    ran = logged(sys.executable, "-m", "pre_commit", *arguments, cwd=cwd, env=environment)
    return ran.returncode, ran.stdout


def test_manifest() -> None:
    assert pre_commit("validate-manifest", ".pre-commit-hooks.yaml") == (0, "")
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert {hook["id"]: hook["entry"] for hook in hooks} == {
        "nblint": "nblint check",
        "nblint-fix": "nblint check --fix",
        "nblint-gate": "nblint gate",
        **{f"nblint-{name}": f"nblint check --select {code}" for name, code in FAMILIES.items()},
    }
    for hook in hooks:
        assert hook["language"] == "python"
        if hook["id"] == "nblint-gate":  # it judges commits, whatever files are given
            assert (hook["pass_filenames"], hook["always_run"]) == (False, True)
        else:
            assert hook["types_or"] == ["jupyter"]
        assert hook["require_serial"] is True
        assert hook["description"].endswith(".")


def test_generated_configuration(generated: Generate) -> None:
    repository = generated()
    assert pre_commit("validate-config", ".pre-commit-config.yaml", cwd=repository) == (0, "")
    config = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text("utf-8"))
    ruff, own, *others, local = config["repos"]
    others = [ruff, *others]
    assert [hook["id"] for hook in local["hooks"]] == ["lock", "cruft-without-token"]
    assert [entry["repo"] for entry in others] == [
        "https://github.com/astral-sh/ruff-pre-commit",
        "https://github.com/pre-commit/pre-commit-hooks",
        "https://github.com/nbQA-dev/nbQA",
        "https://github.com/Yelp/detect-secrets",
    ]
    for entry in others:
        assert re.fullmatch(r"[0-9a-f]{40}", entry["rev"])
        known = {hook["id"] for hook in TOOLS[entry["repo"]].hooks}
        assert {hook["id"] for hook in entry["hooks"]} == known
    assert [hook["id"] for hook in own["hooks"]] == [
        *("nblint", "nblint-fix", "nblint", "nblint", "nblint-gate")
    ]
    assert [hook.get("stages") for hook in own["hooks"]] == [None, *[["manual"]] * 4]
    # What nblint says is the last thing on the screen, and about what would be committed.
    check, *rest = own["hooks"]
    (report,) = [hook for hook in rest if hook.get("alias") == "nblint-report"]
    assert check["fail_fast"] is True
    assert all("--staged" in hook["args"] for hook in (check, report))


@pytest.mark.slow
def test_a_credential_is_reported_by_one_check(
    generate: Generate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(generate())
    line = f"token = {make('github-token')!r}\n"
    leaks = ["notebooks/leak.ipynb", "scripts/leak.py"]
    Path(leaks[0]).write_bytes(notebook_bytes(("code", line)))
    Path(leaks[1]).write_text(line)
    config = yaml.safe_load(Path(".pre-commit-config.yaml").read_text("utf-8"))
    [hook] = next(entry["hooks"] for entry in config["repos"] if "Yelp" in entry["repo"])
    others = [path for path in leaks if not re.search(hook["exclude"], path)]
    run = subprocess.run(
        [sys.executable, "-m", "detect_secrets.pre_commit_hook", *hook["args"], *others],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert [path for path in leaks if path in run.stdout] == ["scripts/leak.py"]
    report = json.loads(nblint("check", "--output-format", "json").stdout)
    found = {finding["path"] for finding in report if finding["code"].startswith("NBL2")}
    assert found == {"notebooks/leak.ipynb"}


def test_mirrors_know_every_repository(generated: Generate, tmp_path: Path) -> None:
    config = tmp_path / ".pre-commit-config.yaml"
    shutil.copyfile(generated() / config.name, config)
    with config.open("a", encoding="utf-8") as file:
        file.write("  - repo: https://example.com/new\n    rev: v1\n    hooks: [{id: new}]\n")
    with pytest.raises(LookupError, match=r"https://example\.com/new"):
        mirror(config, tmp_path / "mirrors", ROOT)


@pytest.mark.slow
def test_every_check_accepts_every_choice(
    generate: Generate,
    tmp_path: Path,
    pre_commit_home: Path,
    wheel: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Nasty answers as well: what they are written into is checked by the same tools.
    title = 'The "usual" suspects: 100 % of DOMAIN\\logins #1 – d\'échecs'
    repositories = [
        generate(**answers, title=title, slug=f"r{number}", author=title)
        for number, answers in enumerate(choices())
    ]
    # What "Use this template" makes takes nblint's release, which a wheel stands in for.
    monkeypatch.chdir(ROOT)
    turned = render(Copy("login-audit", "Audit logins.", "main", ""), tmp_path / "turned")
    git("init", "--quiet", cwd=turned)
    git("add", ".", cwd=turned)

    variables = mirror(repositories[0] / ".pre-commit-config.yaml", tmp_path / "mirrors", ROOT)
    variables |= {
        "PRE_COMMIT_HOME": str(pre_commit_home),
        "MYPY_CACHE_DIR": str(tmp_path / "mypy"),
        "PIP_FIND_LINKS": str(wheel.parent),
    }
    for repository in [*repositories, turned]:
        write_header(notebook_of(repository))
        git("add", ".", cwd=repository)  # what is staged is checked
        before = git("status", "--porcelain", cwd=repository)
        status, shown = pre_commit("run", "--all-files", cwd=repository, **variables)
        assert status == 0, shown
        results = dict(re.findall(r"^(.+?)\.{3,}(?:\(.+\))?(\w+)$", shown, re.MULTILINE))
        assert results.pop("no name or token in the address of the template") == "Skipped"
        # nblint's, and that of the lock file.
        assert len(results) == sum(len(tool.hooks) for tool in TOOLS.values()) + 2, shown
        assert set(results.values()) == {"Passed"}, shown
        assert git("status", "--porcelain", cwd=repository) == before, "files were changed"
    for repository in (repositories[0], turned):
        add_and_commit(repository, variables)
    require_without_locking(turned, variables)


def require_without_locking(repository: Path, variables: dict[str, str]) -> None:
    """Commit a requirement without its lock file: a colleague could not install it."""
    with (repository / "requirements.txt").open("a", encoding="utf-8") as file:
        file.write("tabulate\n")
    subprocess.run([sys.executable, "scripts/lock"], cwd=repository, check=True)
    git("add", "requirements.txt", cwd=repository)
    refused = commit(repository, variables)
    assert refused.returncode == 1
    assert "run `make lock`, and add both files to the commit" in refused.stdout, refused.stdout
    git("add", "requirements.lock", cwd=repository)
    accepted = commit(repository, variables)
    assert accepted.returncode == 0, accepted.stdout


def commit(repository: Path, variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = ("git", "commit", "--message", "Use tabulate")
    return logged(*command, cwd=repository, env={**os.environ, **variables})


def add_and_commit(repository: Path, variables: dict[str, str]) -> None:
    """Add a notebook as its README says; the commit is refused until the header is written."""
    title = "Week $5 of \"it\" \\ 100% 'x' {{ y }} # z"
    assert pre_commit("install", cwd=repository)[0] == 0
    set_up(repository, {})
    git("add", "--all", cwd=repository)
    git("commit", "--quiet", "--no-verify", "--allow-empty", "--message", "all", cwd=repository)

    def run(*command: str) -> tuple[int, str]:
        ran = subprocess.run(
            command, cwd=repository, env={**os.environ, **variables}, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        return ran.returncode, ran.stdout

    status, shown = run("make", "notebook", f"TITLE={title}")
    names = (
        "notebooks/week-5-of-it-100-x-y-z.ipynb packaging/parameters/week-5-of-it-100-x-y-z.yaml"
    )
    assert status == 0, shown
    # All that is shown is what nblint says.
    assert shown.startswith(f"Added {', '.join(names.split())}, README.md.\n"), shown
    (line,) = [line for line in shown.splitlines() if "git add" in line]
    assert run("git", *line.split("git ")[1].split())[0] == 0
    status, shown = run("git", "commit", "--message", "Add it")
    assert status == 1
    assert "NBL104 placeholder text in section 'Purpose'" in shown
    failed = [line.split("..")[0] for line in shown.splitlines() if line.endswith("Failed")]
    assert failed == ["nblint (notebooks)"], shown

    notebook = repository / names.split(maxsplit=1)[0]
    assert nbformat.read(notebook, as_version=4).cells[0].source.startswith(f"# {title}\n")
    fill_in(notebook)
    git("add", "--all", cwd=repository)
    status, shown = run("git", "commit", "--message", "Add it")
    assert status == 0, shown
    assert git("status", "--porcelain", cwd=repository) == ""

    for wrong, why in ((title, "exists already"), ("", "say what the notebook is called")):
        status, shown = run("make", "notebook", f"TITLE={wrong}")
        assert status == 2
        assert why in shown
