"""The report for people: short, plain, with the row that is meant."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import Result

from tests.command import nblint
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import make
from tests.reports.test_terminal import above, columns


@pytest.fixture(autouse=True)
def in_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    Path("environment.toml").write_text("[environment.SITE]\n")


def write(*sources: str) -> None:
    cells = [("markdown", complete_header()), *(("code", source) for source in sources)]
    Path("a.ipynb").write_bytes(notebook_bytes(*cells))


def check(*arguments: str) -> Result:
    return nblint("check", *arguments, color=True)


def pointed_at(report: str) -> list[str]:
    """Return what the carets of a report underline."""
    lines = report.splitlines()
    found = []
    for row, carets in pairwise(lines):
        if carets.strip(" |^") == "" and "^" in carets:
            gutter = carets.index("|") + 2
            found.append(above(row[gutter:], carets[gutter:]))
    return found


def test_the_row_that_is_meant() -> None:
    write("import os\n\nsite = os.environ['SITTE']")
    assert check().stdout == (
        "a.ipynb:cell 2:3:8: NBL301 environment variable 'SITTE' is not in the catalogue; "
        "did you mean 'SITE'?\n"
        "  in the cell: import os\n"
        "  3 | site = os.environ['SITTE']\n"
        "    |        ^^^^^^^^^^^^^^^^^^^\n"
        "  help: correct the name, or add it to environment.toml (and `git add` that file)\n"
        "1 error, 1 notebook checked.\n"
    )


def test_quiet_is_one_line_a_finding() -> None:
    write("import os\nsite = os.environ['SITTE']\nother = os.environ['SITES']")
    result = check("--quiet")
    assert result.exit_code == 1
    assert result.stdout == (
        "a.ipynb:cell 2:2:8: NBL301 environment variable 'SITTE' is not in the catalogue; "
        "did you mean 'SITE'?\n"
        "a.ipynb:cell 2:3:9: NBL301 environment variable 'SITES' is not in the catalogue; "
        "did you mean 'SITE'?\n"
    )
    write("print(1)")
    assert check("--quiet").output == ""


def test_concise_is_the_same_with_a_summary() -> None:
    write("import os\nsite = os.environ['SITTE']", "")
    concise = check("--extend-select", "NBL508", "--output-format", "concise")
    assert concise.stdout == (
        "a.ipynb:cell 2:2:8: NBL301 environment variable 'SITTE' is not in the catalogue; "
        "did you mean 'SITE'?\n"
        "a.ipynb:cell 3:1:1: NBL508 [*] empty cell\n"
        "2 errors, 1 notebook checked; 1 fixable with --fix.\n"
    )
    quiet = check("--extend-select", "NBL508", "--quiet")
    assert quiet.stdout.splitlines() == concise.stdout.splitlines()[:-1]
    both = check("--extend-select", "NBL508", "--quiet", "--output-format", "concise")
    assert (both.stdout, both.stderr) == (quiet.stdout, "")
    Path("nblint.toml").write_text('output-format = "concise"')
    assert check("--extend-select", "NBL508").stdout == concise.stdout
    colored = check("--output-format", "concise", "--color", "always").stdout
    assert "\x1b[1;31mNBL301\x1b[0m" in colored


def test_quiet_leaves_other_formats_whole() -> None:
    write("print(1)")
    assert json.loads(check("--quiet", "--output-format", "json").stdout) == []


@pytest.mark.parametrize(
    "before",
    [
        "x = '«token»', ",
        "\tx = ",
        "x = '漢字', ",
        "x = 'e\u0301', ",
        f"x = '{'long ' * 100}', ",
        "x = '\x0c', ",
        "x = 1\rx = ",
        "x = 1\r\nx = ",
    ],
)
def test_carets_stand_below_what_is_meant(before: str) -> None:
    before = before.replace("«token»", make("github-token"))
    source = f"import os\nif True:\n {before}os.environ['SITTE'], 'more', {'more, ' * 30}"
    data = json.loads(notebook_bytes(("markdown", complete_header()), ("code", "")))
    data["cells"][1]["source"] = source
    Path("a.ipynb").write_text(json.dumps(data))
    report = check("--select", "NBL301").stdout
    assert pointed_at(report) == ["os.environ['SITTE']"]
    quoted = [line for line in report.splitlines() if " | " in line]
    assert max(map(columns, quoted)) <= 80


def test_what_stands_above_is_not_repeated() -> None:
    write(
        "import os\nsite = os.environ['SITTE']", "import os\nos.environ['SITTE'], os.environ['B']"
    )
    report = check().stdout
    assert report.count("in the cell: import os") == 2
    assert pointed_at(report) == [
        "os.environ['SITTE']",
        "os.environ['SITTE']",
        "os.environ['B']",
    ]
    Path("a.ipynb").write_bytes(notebook_bytes(("markdown", "# Triage\n\nWords.")))
    Path("nblint.toml").write_text("header.sections = [{title='A'}, {title='B'}, {title='C'}]")
    data = json.loads(notebook_bytes(("markdown", "# Triage\n\n## A\nWords.")))
    Path("a.ipynb").write_text(json.dumps(data))
    report = check().stdout
    assert report.count("NBL102") == 2
    assert pointed_at(report) == ["## A"]


def test_what_is_said_of_a_credential_stands_together() -> None:
    one, other = make("github-token"), make("github-token", 2)
    write(
        f"import os\nx = '{one}', os.environ['SITTE']",
        f"y = '{other}'\nz = '{one}'",
        f"# {one}",
    )
    report = check().stdout.splitlines()
    heads = [line.partition(": ")[::2] for line in report if line.startswith("a.ipynb:")]
    assert [(where, code[:6]) for where, code in heads] == [
        ("a.ipynb:cell 2:2:6", "NBL201"),
        ("a.ipynb:cell 3:2:6", "NBL201"),
        ("a.ipynb:cell 4:1:3", "NBL201"),
        ("a.ipynb:cell 2:2:49", "NBL301"),
        ("a.ipynb:cell 3:1:6", "NBL201"),
    ]
    assert report.count("  same: the value at cell 2:2:6") == 2
    assert sum("help: read os.environ" in line for line in report) == 2
    assert one not in "".join(report)
    quiet = [line.split(":")[1:4] for line in check("--quiet").stdout.splitlines()]
    assert quiet == [  # in the notebook's order
        ["cell 2", "2", "6"],
        ["cell 2", "2", "49"],
        ["cell 3", "1", "6"],
        ["cell 3", "2", "6"],
        ["cell 4", "1", "3"],
    ]


def test_other_help_for_the_same_credential_is_said() -> None:
    token = make("github-token")
    cells = [("code", f"x = '{token}'"), ("markdown", f"It is {token}.")]
    Path("a.ipynb").write_bytes(notebook_bytes(("markdown", complete_header()), *cells))
    report = check("--select", "NBL2").stdout
    assert report.count("  help: ") == 2
    # Where the first place is not reported, the next one is the first.
    alone = check("--select", "NBL202").stdout
    assert "same:" not in alone
    assert "help: name the environment variable" in alone


def test_colors_are_for_terminals_and_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    write("import os\nsite = os.environ['SITTE']")
    plain = check().stdout
    assert "\x1b" not in plain
    colored = check("--color", "always").stdout
    assert "\x1b[1;31mNBL301\x1b[0m" in colored
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert check().stdout == colored
    assert check("--color", "never").stdout == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert check().stdout == plain
    assert check("--color", "always").stdout == colored
    monkeypatch.delenv("NO_COLOR")
    check("--output-file", "report.txt")
    assert Path("report.txt").read_text() == plain
    assert "no such choice" not in check("--color", "sometimes").stderr
    assert check("--color", "sometimes").exit_code == 2


def test_a_notebook_brings_no_colors() -> None:
    write("import os\n'\x1b[31m', os.environ['SITTE']")
    report = check("--color", "never").stdout
    assert "\\x1b[31m" in report
    assert "\x1b" not in report


def test_statistics() -> None:
    write("import os\nos.environ['SITTE'], os.environ['B']", "%pip install x", "")
    Path("nblint.toml").write_text('extend-select = ["NBL5"]')
    result = check("--statistics")
    assert result.exit_code == 1
    assert result.stdout == (
        "2  NBL301  [ ] undeclared-variable\n"
        "1  NBL504  [ ] install-in-notebook\n"
        "1  NBL508  [*] empty-cell\n"
        "[*] all fixable with --fix, [-] some fixable\n"
        "4 errors, 1 notebook checked; 1 fixable with --fix.\n"
    )
    quiet = check("--statistics", "--quiet").stdout
    assert quiet.splitlines() == result.stdout.splitlines()[:3]
    counts = json.loads(check("--statistics", "--output-format", "json").stdout)
    assert counts[0] == {
        "code": "NBL301",
        "name": "undeclared-variable",
        "count": 2,
        "fixable": False,
        "fixable_count": 0,
    }
    assert [entry["fixable"] for entry in counts] == [False, False, True]


def test_statistics_of_nothing_and_in_other_formats() -> None:
    write("print(1)")
    assert check("--statistics").stdout == "All clean: 1 notebook checked.\n"
    assert json.loads(check("--statistics", "--output-format", "json").stdout) == []
    for arguments in (["--output-format", "junit"], ["--diff"]):
        result = check("--statistics", *arguments)
        assert result.exit_code == 2
        assert "--statistics requires the output format text or json" in result.stderr


def test_a_credential_in_code_and_output_is_one_group_with_a_detector() -> None:
    token, other = make("github-token"), make("github-token", 2)
    write(f"token = {token!r}", f"other = {other!r}", f"again = {token!r}")
    notebook = json.loads(Path("a.ipynb").read_bytes())
    notebook["cells"][1]["outputs"] = [
        {"name": "stdout", "output_type": "stream", "text": f"{token}\n"}
    ]
    Path("a.ipynb").write_text(json.dumps(notebook))
    lines = check("--select", "NBL2").stdout.splitlines()
    found = [line.partition(" NBL")[0] for line in lines if " NBL2" in line]
    assert found == [
        "a.ipynb:cell 2:1:10:", "a.ipynb:cell 2, output 1:1:1:", "a.ipynb:cell 4:1:10:",
        "a.ipynb:cell 3:1:10:",
    ]  # fmt: skip
    assert sum("help: clear the output" in line for line in lines) == 1
    report = json.loads(check("--select", "NBL2", "--output-format", "json").stdout)
    assert [finding["cell"] for finding in report] == [2, 2, 3, 4], "in the notebook's order"
    assert {finding["detector"] for finding in report} == {"github-token"}, "settings name it so"
