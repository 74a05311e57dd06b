"""GitHub's workflow commands, read as the runner reads them."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from nblint.cli.main import main
from nblint.reports.terminal import printable
from tests.conftest import complete_header, notebook_bytes

WITHOUT_AUDIENCE = complete_header().replace("## Audience\nSaid in a sentence.\n\n", "")
# Two of one kind where the system takes them; the others are the worst that a name can hold.
HOSTILE = "::error file=x,line=1::a%0A::add-mask::b,c: d ##[error]e.ipynb"


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    message: str


def commands(log: str) -> list[Command]:
    """Return the commands in a log.

    The grammar is that of `ActionCommand.TryParseV2` and `TryParse` in github.com/actions/runner:
    a line that begins with `::` behind blanks, or holds `##[` anywhere.
    """
    found = []
    for line in re.split(r"\r\n|\r|\n", log):
        if not line.lstrip().startswith("::"):
            assert "##[" not in line
            continue
        head, message = line.lstrip()[2:].split("::", 1)
        name, _, listed = head.partition(" ")
        pairs = (pair.split("=", 1) for pair in listed.split(",") if pair)
        properties = {key: _unescaped(value, ":,") for key, value in pairs}
        found.append(Command(name, properties, _unescaped(message, "")))
    return found


def _unescaped(text: str, marks: str) -> str:
    for mark in f"\r\n{marks}":
        text = text.replace(f"%{ord(mark):02X}", mark)
    return text.replace("%25", "%")


@pytest.fixture(autouse=True)
def summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    return tmp_path / "summary.md"


def log(*arguments: str, status: int = 1) -> str:
    ran = CliRunner().invoke(main, ["check", "--output-format", "github", *arguments])
    assert ran.exit_code == status, ran.output
    return ran.stdout


def test_an_annotation_stands_at_the_line_of_the_file(summary: Path) -> None:
    source = notebook_bytes(("markdown", complete_header()), ("code", "x = 1\n#comment\nx = ("))
    Path("a.ipynb").write_bytes(source)
    (command,) = commands(log("--select", "NBL503"))
    line = next(n for n, text in enumerate(source.decode().splitlines(), 1) if '"x = ("' in text)
    assert command.name == "error"
    assert command.properties == {
        "file": "a.ipynb",
        "line": str(line),
        "title": "NBL503 syntax-error",
    }
    assert command.message.startswith("cell 2, line 3: ")
    assert "a&#46;ipynb" in summary.read_text() or "a.ipynb" in summary.read_text()


def test_a_file_of_one_line_is_said_to_have_none() -> None:
    source = notebook_bytes(("markdown", complete_header()), ("code", "x = ("))
    Path("a.ipynb").write_text(" ".join(source.decode().split("\n")))
    (command,) = commands(log("--select", "NBL503"))
    assert command.properties["line"] == "1"
    assert command.message.startswith("cell 2, line 1 (the file is a single line): ")


def test_no_more_annotations_than_github_shows(summary: Path) -> None:
    for number in range(12):
        Path(f"{number}.ipynb").write_bytes(notebook_bytes(("markdown", WITHOUT_AUDIENCE)))
    machine_path = 'open("/home/ada/a.csv")'
    warned = notebook_bytes(("markdown", complete_header()), *[("code", machine_path)] * 11)
    Path("a.ipynb").write_bytes(warned)
    printed = log("--extend-select", "NBL506")
    kinds = [command.name for command in commands(printed)]
    assert kinds == ["error"] * 10 + ["warning"] * 10
    overflow = [command for command in commands(printed) if "file" not in command.properties]
    assert [command.message.partition(":")[0] for command in overflow] == [
        "3 more errors",
        "2 more warnings",
    ]
    # What GitHub would drop is in the log, and everything in the summary.
    assert printed.count("\nnblint: ") == 3 + 2 + 1
    assert summary.read_text().count("NBL102") == 12
    assert summary.read_text().count("NBL506") == 11


def test_hostile_names_and_texts_give_no_command_of_theirs(summary: Path) -> None:
    title = "# ::set-output name=a::b ##[error]c <script>alert(1)</script> | [x](http://evil) @ada"
    source = WITHOUT_AUDIENCE.replace("# Phishing triage", f"{title}\n\n##Audience\nAda")
    folder = Path("x\n::error::y" if Path("/").root == "/" else "x")
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}{HOSTILE}").write_bytes(notebook_bytes(("markdown", source)))
        Path(f"{number}{HOSTILE}").write_bytes(notebook_bytes(("markdown", source)))
    found = commands(log("--select", "ALL"))
    assert {command.name for command in found} == {"error", "warning"}
    for command in found:
        assert set(command.properties) <= {"file", "line", "title"}
        assert command.properties["title"] == "nblint" or command.properties["title"][:3] == "NBL"
    assert any(command.properties.get("file") == printable(f"0{HOSTILE}") for command in found)
    html = MarkdownIt("gfm-like", {"linkify": False}).render(summary.read_text())
    assert "<script" not in html
    assert "<a " not in html
    (body,) = re.findall(r"<tbody>(.*?)</tbody>", html, re.S)
    assert {row.count("<td>") for row in body.split("</tr>")[:-1]} == {4}


def test_a_summary_that_cannot_be_written_is_a_warning(
    summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.ipynb").write_bytes(notebook_bytes(("markdown", complete_header())))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary.parent))
    (command,) = commands(log(status=0))
    assert command.name == "warning"
    assert command.message.startswith("the step summary cannot be written: ")
