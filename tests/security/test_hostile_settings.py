"""What settings name: nothing of it runs, runs away, or is written outside of the repository."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests.command import nblint
from tests.conftest import notebook_bytes
from tests.security.conftest import ROOT, run

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links take rights there")
CODE = "import os, numpy\nos.environ['" + "A" * 100 + "B']\ndays = 1"
NOTEBOOK = notebook_bytes(("markdown", "# T\n\n## Purpose\nx"), ("code", CODE))
PATHS = (
    *("../../x", "/dev/zero", "/dev/stdin", "/proc/self/mem", "", ".", "..", "~/x", "a\0b"),
    *(
        "x" * 5000,
        "//x/y",
        "C:/x",
        "C:\\x",
        "nul",
        "aux.json",
        "file:///x",
        "a.ipynb",
        "\U0010ffff",
    ),
)
PACKAGES = ("__main__:x", "builtins:x", "os:../../../etc/passwd", "a.b:x.toml", "json:", "-:x")
GLOBS = (
    *PATHS,
    *("*" * 3000, "**/" * 1000 + "x", "*/" * 60 + "*", "[a-" * 500, "A*" * 60 + "C", "a\n"),
    *(
        "../../../../**",
        "../../*/*/*/*",
        "/**/../*",
        "/dev/*",
        "{a,b}" * 500,
        "[[:alpha:]]" * 200,
        "[z-a]",
        "!*",
        "\\",
    ),
)
SETTINGS = {
    f"{key} = {value[:20]!r}": template % json.dumps(value)
    for key, template, values in (
        ("catalogues", "environment.catalogues = [%s]", (*PATHS, *PACKAGES)),
        ("catalogues .toml", "environment.catalogues = [%s]", [f"{p}.toml" for p in PATHS]),
        ("baseline", "baseline = %s", PATHS),
        ("file", "parameters.file = %s", PATHS),
        ("folder", "parameters.folder = %s", PATHS),
        ("output-format", "output-format = %s", PATHS),
        ("plugins", "credentials.detect-secrets-plugins = [%s]", (*PATHS, *PACKAGES)),
        ("requirements", "reproducibility.requirements = [%s]", GLOBS),
        ("exclude", "exclude = [%s]", GLOBS),
        ("known", "environment.known = [%s]", GLOBS),
        ("per-file-ignores", 'per-file-ignores = { %s = ["NBL1"] }', GLOBS),
    )
    for value in values
} | {
    "nested lists": "a = " + "[" * 100_000,
    "nested tables": "a = " + "{a = " * 5000 + "1" + "}" * 5000,
    "nested names": ".".join("a" * 20_000) + " = 1",
    "not UTF-8": "\udcff",
    "empty titles": '[[header.sections]]\ntitle = ""\naliases = ["", "(", ")"]\n',
    "odd placeholders": '[header]\nplaceholders = ["", " ", "\\n", "x"]\n'
    '[credentials]\nplaceholders = ["", "*"]\n',
}
LARGE = {
    "a number of a million digits": "a = " + "9" * 1_000_000,
    "many keys": "".join(f"a{number} = 1\n" for number in range(50_000)),
    "very large": "#" * (33 * 2**20),
    "many sections": "".join(f'[[header.sections]]\ntitle = "s{n}"\n' for n in range(2000)),
    "a long title": f'[[header.sections]]\ntitle = "{"(" * 100_000}"\n',
    "many selectors": 'ignore = ["NBL1"' + ', "NBL1"' * 50_000 + "]",
}


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "some" / "repository"
    (folder / ".git").mkdir(parents=True)
    (folder / "a.ipynb").write_bytes(NOTEBOOK)
    monkeypatch.chdir(folder)


def files_outside() -> set[str]:
    top = Path.cwd().parent.parent
    return {str(path) for path in top.rglob("*") if not path.is_relative_to(Path.cwd())}


@pytest.mark.parametrize(
    "kind", [*SETTINGS, *(pytest.param(kind, marks=pytest.mark.slow) for kind in LARGE)]
)
def test_any_settings_end_in_findings_or_a_sentence(kind: str) -> None:
    text = f'extend-select = ["ALL"]\n{(SETTINGS | LARGE)[kind]}'
    Path("nblint.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    before = files_outside()
    for line in ("check", "env", "baseline create", "baseline update", "config show", "header"):
        result = nblint(*line.split())
        assert "a bug in nblint" not in result.stderr
        said = result.stderr.splitlines()
        assert all(row.isprintable() for row in said), line
        if result.exit_code == 2:
            assert any(row.startswith("nblint: ") for row in said), line
    assert nblint("check", "--fix", "--unsafe-fixes").exit_code in (0, 1, 2)
    assert Path("a.ipynb").read_bytes().startswith(b"{")
    assert files_outside() == before


@pytest.mark.parametrize("name", ["../x.json", "../../x.json", "missing/../../x.json"])
def test_settings_put_no_baseline_outside_of_the_repository(name: str) -> None:
    Path("nblint.toml").write_text(f"baseline = {json.dumps(name)}")
    before = files_outside()
    result = nblint("baseline", "create")
    assert result.exit_code == 2
    assert "the settings name a file outside the repository" in result.stderr
    assert files_outside() == before
    # The command line is trusted, and so are the settings that it names.
    assert nblint("baseline", "create", "--baseline", "../x.json").exit_code == 0
    assert Path("../x.json").exists()
    config = Path("../nblint.toml")
    config.write_text('baseline = "y.json"')
    assert nblint("baseline", "create", "--config", str(config)).exit_code == 0
    assert Path("../y.json").exists()


def test_settings_of_a_folder_may_name_a_baseline_of_the_repository(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("team").mkdir()
    Path("team/b.ipynb").write_bytes(NOTEBOOK)
    Path("team/nblint.toml").write_text('baseline = "../known.json"')
    monkeypatch.chdir("team")
    assert nblint("baseline", "create").exit_code == 0
    assert Path("../known.json").exists()


@POSIX
@pytest.mark.parametrize(
    "line",
    [
        "check --output-format json --output-file report.json",
        "check --output-format json --output-file out/report.json",
        "env --example --output-file report.json",
        "baseline create --force --baseline report.json",
        "baseline update --baseline report.json",
    ],
)
def test_no_link_leads_what_is_written_out_of_the_repository(line: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    precious = '{"version": 2, "salt": "a", "entries": []}'
    (outside / "report.json").write_text(precious)
    Path("report.json").symlink_to(outside / "report.json")
    Path("out").symlink_to(outside)
    result = nblint(*line.split())
    assert result.exit_code == 2 or "update" in line  # which has nothing to write
    if "update" not in line:
        assert "refusing to follow a link out of the repository" in result.stderr
    assert (outside / "report.json").read_text() == precious
    assert [path.name for path in outside.iterdir()] == ["report.json"]


@POSIX
def test_links_inside_of_the_repository_are_followed() -> None:
    Path("reports").mkdir()
    Path("report.json").symlink_to("reports/last.json")
    line = ("check", "--output-format", "json", "--output-file", "report.json")
    assert nblint(*line).exit_code == 1
    assert json.loads(Path("reports/last.json").read_bytes())
    assert Path("report.json").is_symlink()


@pytest.mark.parametrize("name", ["trap:environment.toml", "pack:environment.toml", "pack.in:x"])
def test_a_package_of_a_catalogue_is_not_imported(name: str, hostile: Path, trace: Path) -> None:
    (hostile / "pack").mkdir()
    (hostile / "pack" / "__init__.py").write_text((hostile / "trap.py").read_text())
    (hostile / "nblint.toml").write_text(f"environment.catalogues = [{json.dumps(name)}]")
    # The repository's own folder is where Python looks first: what SECURITY.md warns of.
    path = os.pathsep.join([str(hostile), str(ROOT)])
    program = (sys.executable, "-m", "tests.security.watched", "check")
    (hostile / "sitecustomize.py").unlink()  # Python itself would run these
    (hostile / "usercustomize.py").unlink()
    done = run(hostile, *program, PYTHONPATH=path)
    assert done.returncode == 2, done.stderr
    assert not trace.exists()
    assert json.loads(done.stderr.splitlines()[-1])["executed"] == []
