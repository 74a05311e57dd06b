"""The owner of old notebooks adopts nblint: three commands, and nothing old is in the way."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from demo.mirrors import mirror
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import make
from tests.template.conftest import ROOT, git

pytestmark = pytest.mark.slow

BASELINE = ".nblint-baseline.json"
FIXABLE = ("NBL102", "NBL109", "NBL111", "NBL501", "NBL508")


def with_outputs(number: int) -> bytes:
    """A notebook that was run, without cell ids, as older Jupyters save it."""
    data = json.loads(notebook_bytes(("markdown", "# Review"), ("code", "1 + 1"), ("code", "")))
    for cell in data["cells"]:
        del cell["id"]
    shown = {"name": "stdout", "output_type": "stream", "text": ["2\n"]}
    data["cells"][1] |= {"execution_count": 7, "outputs": [shown] * number}
    data["nbformat_minor"] = 2
    return json.dumps(data, indent=2).encode()


def old_notebooks() -> dict[str, bytes]:
    """Notebooks as they are found, each with something that rules refuse or would fix."""
    table = "Parameter | Description\n——— | ———\nDAYS | Days"
    bold = complete_header().replace("## Purpose", "**Purpose**")
    leak = f"key = {make('github-token', 'adoption')!r}"
    broken = notebook_bytes(("code", "print 'Python 2'\n!pip install pandas"))
    return {
        "analysis.ipynb": notebook_bytes(
            ("code", "# Licence\nimport pandas\nimport os"), ("code", "")
        ),
        "notebooks/old name.ipynb": with_outputs(3),
        "notebooks/deep/er/run.ipynb": with_outputs(1),
        "notebooks/bold.ipynb": notebook_bytes(("markdown", bold), ("code", "%env")),
        "notebooks/table.ipynb": notebook_bytes(("markdown", f"# A\n\n## Parameters\n\n{table}\n")),
        "notebooks/leak.ipynb": notebook_bytes(("code", leak), ("markdown", "## Purpose\nTODO")),
        "notebooks/crlf.ipynb": broken.replace(b"\n", b"\r\n"),
        "notebooks/blank.ipynb": notebook_bytes(("code", "")),
        "notebooks/one-line.ipynb": json.dumps(json.loads(with_outputs(2))).encode(),
        "notebooks/complete.ipynb": notebook_bytes(("markdown", complete_header()), ("code", "1")),
        "notebooks/ünï.ipynb": notebook_bytes(
            ("markdown", "#Title\n\n### Purpose\nx\n\n- a"), lang=1
        ),
    }


# What the owner has besides notebooks, and none of it as any formatter would have it.
THEIRS = {
    "README.md": "# Ours  \n\n",
    "Makefile": "run:\n\ttrue\n",
    "pyproject.toml": "[project]\nname = 'ours'\nversion = '1'\n\n[tool.black]\nline-length = 80\n",
    "requirements.txt": "pandas",
    ".gitignore": "*.pyc\n",
    "job.py": "import os,sys \n",
}


class Repository(NamedTuple):
    """A repository, and what commands in it see."""

    folder: Path
    variables: dict[str, str]

    def run(self, line: str, *, status: int = 0, answer: str = "") -> str:
        """Run a line in a shell, as a person types it; return what it prints."""
        ran = subprocess.run(
            line, shell=True, cwd=self.folder, env=self.variables, input=answer,
            encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        assert ran.returncode == status, f"$ {line}\n{ran.stdout}"
        return ran.stdout

    def contents(self) -> dict[str, bytes]:
        """Return the files, by their names."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and ".git" not in path.parts
        }


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, pre_commit_home: Path) -> Repository:
    """A repository of old notebooks, with an empty home."""
    base = tmp_path_factory.mktemp("adoption")
    folder, home = base / "old", base / "home"
    home.mkdir()
    for name, content in {**{n: t.encode() for n, t in THEIRS.items()}, **old_notebooks()}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT"))}
    variables |= {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PRE_COMMIT_HOME": str(pre_commit_home),
        "PRE_COMMIT_COLOR": "never",
        "NBLINT_NEW_LOCAL": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    repository = Repository(folder, variables)
    for line in (
        "git init --quiet --initial-branch=main",
        "git config user.name Ada",
        "git config user.email ada@example.com",
        "git add .",
        "git commit --quiet --message old",
    ):
        repository.run(line)
    return repository


@pytest.fixture(scope="module")
def adopted(old: Repository, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The repository after the commands that `nblint new --into` prints, and a commit."""
    before = old.contents()
    planned = old.run("nblint new --into . --dry-run")
    assert planned.endswith("\nNothing was written.\n")
    assert old.contents() == before

    said = old.run("nblint new --into .", answer="y\n")
    assert "11 notebooks here" in said
    listed = re.search(r"New files:\n((?:  .+\n)+)", said)
    assert listed
    assert listed[1].split() == [".pre-commit-config.yaml", "nblint.toml"]
    assert listed[0] in planned
    kept = ["Makefile", "pyproject.toml", "requirements.txt"]
    assert re.search(r"stay as they are:\n((?:  .+\n)+)", said)[1].split() == kept  # type: ignore[index]
    assert said.count("?") == 1, "one question"
    now = old.contents()
    assert {name: now[name] for name in before} == before

    steps = re.search(r"Next steps:\n\n((?:    .+\n)+)", said)
    assert steps
    commands = [line.strip() for line in steps[1].splitlines()]
    assert len(commands) == 2, "three commands with the first one"
    for line in commands:
        recorded = old.run(line)
    assert recorded.endswith(f'Added to nblint.toml: baseline = "{BASELINE}"\n')
    checkout = tmp_path_factory.mktemp("mirrors")
    old.variables.update(mirror(old.folder / ".pre-commit-config.yaml", checkout, ROOT))
    assert "All clean: 11 notebooks checked.\n" in old.run("nblint check")
    old.run("git add . && git commit --message adopt")
    return old


def test_nothing_recorded_is_fixed(adopted: Repository) -> None:
    codes = {
        entry["code"] for entry in json.loads((adopted.folder / BASELINE).read_text())["entries"]
    }
    assert codes >= set(FIXABLE), "else there is nothing to leave alone"
    before = adopted.contents()
    for options in (
        "",
        " --unsafe-fixes",
        " notebooks/table.ipynb",
        " --select NBL1 --unsafe-fixes",
    ):
        said = adopted.run(f"nblint check --fix{options}")
        assert said.startswith("All clean"), said
        assert "fixed" not in said
        assert "stale" not in said
    assert adopted.run("nblint check --diff --unsafe-fixes").count("\n") == 1
    adopted.run("pre-commit run --all-files")
    adopted.run("pre-commit run --all-files --hook-stage manual nblint-fix")
    assert adopted.contents() == before


def test_only_what_is_new_is_refused_and_fixed(adopted: Repository) -> None:
    notebook = adopted.folder / "notebooks/bold.ipynb"
    before = notebook.read_bytes()
    cells = json.loads(before)["cells"]
    sources = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    notebook.write_bytes(notebook_bytes(*sources, ("code", ""), ("code", "2")))
    adopted.run("git add .")
    refused = adopted.run("git commit --message more", status=1)
    assert "NBL508" in refused
    assert "NBL111" not in refused, "it is recorded"
    assert "1 finding fixed in 1 notebook.\n" in adopted.run("nblint check --fix")
    fixed = json.loads(notebook.read_bytes())["cells"]
    assert [cell["source"] for cell in fixed] == [*(cell["source"] for cell in cells), ["2"]]
    adopted.run("git add . && git commit --message more")


def test_recorded_findings_are_fixed_on_request(adopted: Repository) -> None:
    said = adopted.run("nblint check --fix --no-baseline --select NBL501")
    assert "3 findings fixed in 3 notebooks; 6 outputs in 3 notebooks removed.\n" in said
    assert git("diff", "--name-only", cwd=adopted.folder).count("\n") == 2
    said = adopted.run("nblint check")
    assert "3 baseline entries are stale: run `nblint baseline update`\n" in said
    assert "3 stale entries dropped" in adopted.run("nblint baseline update")
    inserted = adopted.run("nblint header --insert analysis.ipynb")
    assert inserted.startswith("Missing sections inserted into 1 notebook.\n")
    adopted.run("git checkout --quiet .")


def test_the_gate_lets_the_adoption_pass(adopted: Repository) -> None:
    first = git("rev-list", "--max-parents=0", "HEAD", cwd=adopted.folder)
    assert "All clean" in adopted.run(f"nblint gate --base {first}")
