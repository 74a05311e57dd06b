"""What a stranger wrote drives no terminal and no pipeline, and no file's content gets out."""

import html
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import Result

from nblint.reports import formats
from nblint.reports.terminal import printable
from tests.command import nblint
from tests.conftest import notebook_bytes
from tests.credentials.tokens import make

# Terminal escapes, text that runs backwards, and what hides it.
ESCAPES = "\x1b[31m\x1b]0;x\x07\x9b2J\u202e\u2066\u200b\r\x08"
# What pipelines take for commands:
# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
COMMANDS = ("::error file=x::owned", " ::stop-commands::x", "##[group]x", "##vso[task.x]", "::x")
IS_COMMAND = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)
# For programs: such a file is printed to no log. Nor do its lines begin with anybody's words.
DATA = {"gitlab", "json", "jsonl", "junit", "sarif"}
# The format that is GitHub's commands; what it makes of texts is held in its own tests.
OF_COMMANDS = {"github"}
MARKUP = "</script><script>alert(1)</script><img src=x onerror=alert(1)> ![x](http://x) ]]>"
PLANTED = make("github-token")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()


def odd_notebook(text: str) -> bytes:
    """Return a notebook that rules quote a text from in all ways that they have."""
    row = text.replace("\r", "")
    notebook = json.loads(
        notebook_bytes(
            ("markdown", f"##{row}\n\n**{row}**\n\n# {row}\n# {row}\n\n| {row} |\n|---|---|\n"),
            ("markdown", f"  {row}\n## Purpose\n {row}\n##Audience\n{row}\n## Parameters\n{row}"),
            ("code", f"{row}\n# {row}\n!pip install {row}"),
            ("code", f"import os\nos.environ[{text!r}]; open('/home/{row}/x')"),
            ("code", f"{row} = 1  # nblint: ignore[{row}]"),
        )
    )
    notebook["cells"][4]["metadata"]["tags"] = ["parameters", f"nblint-ignore-{text}"]
    notebook["cells"][2]["id"] = text
    notebook["cells"][2][text] = text
    notebook["metadata"] |= {"kernelspec": {"name": text, "display_name": text}, text: text}
    notebook["metadata"]["language_info"] = {"name": "python", text: text}
    return json.dumps(notebook).encode()


def outputs() -> list[tuple[str, Result]]:
    """Return what all commands print about this folder."""
    checks = [("check", "--select", "ALL", "--output-format", form) for form in formats()]
    others = [
        ("check", "--select", "ALL", "--diff", "--unsafe-fixes"),
        *(("env", "--output-format", form) for form in ("text", "json", "csv", "markdown")),
        ("env", "--example", "--output-file", "-"),
        ("baseline", "create"),
        ("baseline", "update"),
        ("check", "--no-baseline", "--verbose", "--statistics"),
        ("config", "show"),
        ("header",),
    ]
    return [(" ".join(line), nblint(*line)) for line in (*checks, *others)]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="its names hold none of these")
def test_nothing_drives_a_terminal() -> None:
    Path(f"a{ESCAPES}\n.ipynb").write_bytes(odd_notebook(ESCAPES))
    Path("nblint.toml").write_text(
        f"[header]\nplaceholders = [{json.dumps(ESCAPES)}]\n"
        f"[[header.sections]]\ntitle = {json.dumps(ESCAPES)}\n"
    )
    unsafe = {character for character in ESCAPES if not character.isprintable()}
    for line, result in outputs():
        if line != "header":  # prints the settings' own words, to be written to a file
            assert not unsafe & set(result.output), line
            assert not unsafe & set(html.unescape(result.output)), line


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_drives_a_pipeline(command: str) -> None:
    Path("a.ipynb").write_bytes(odd_notebook(command))
    if sys.platform != "win32":
        Path(f"{command}.ipynb").write_bytes(odd_notebook(command))
        Path(f"b\n{command}.ipynb").write_bytes(odd_notebook(command))
        Path(f"c\n{command}").mkdir()
    for line, result in outputs():
        form = line.rpartition(" ")[2]
        if form in OF_COMMANDS:
            continue
        found = [match[0] for match in IS_COMMAND.finditer(result.output)]
        assert not [words for words in found if "::" in words or form not in DATA], line


@pytest.mark.parametrize("text", [MARKUP, "a & b < c \" ' `", "|x|\n|-|"])
def test_reports_stay_what_they_are(text: str) -> None:
    Path("a.ipynb").write_bytes(odd_notebook(text))
    for form in formats():
        shown = nblint("check", "--select", "ALL", "--output-format", form).stdout
        if form == "jsonl":
            assert [json.loads(line) for line in shown.splitlines()]
        elif form in ("json", "gitlab", "sarif"):
            assert json.loads(shown)
        elif form == "junit":
            ElementTree.fromstring(shown)
        elif form == "html":
            assert "<script>alert" not in shown
            assert "<img src=x" not in shown


# Files that are none of the repository's business, in the shapes that credentials are kept in.
FOREIGN = {
    "a dotenv file": f"API_TOKEN={PLANTED}\n",
    "a key alone": f"{PLANTED}\n",
    "a JSON file": json.dumps({"auths": {"x": {"auth": PLANTED}}, PLANTED: 1}),
    "a YAML file": f"token: {PLANTED}\n{PLANTED}: 1\n",
    "broken YAML": f"a: &{PLANTED} [*{PLANTED}x, {PLANTED}\n",
    "a TOML file": f'[environment]\n{PLANTED} = "{PLANTED}"\n',
    "broken TOML": f"[environment]\nx = {PLANTED}\n",
    "other TOML": f'{PLANTED} = "{PLANTED}"\n[[{PLANTED}]]\n[{PLANTED}]\n',
    "a catalogue": f'[environment.X]\n{PLANTED} = "{PLANTED}"\nhelp = 1\n',
    "Python": f'token = "{PLANTED}"\n{PLANTED} = = 1\n',
    "an INI file": f"[default]\naws_secret_access_key = {PLANTED}\n",
    "a passwd file": f"root:{PLANTED}:0:0::/root:/bin/sh\n",
}
ROLES: dict[str, Callable[[str], str]] = {
    "catalogue.toml": lambda p: f"[environment]\ncatalogues = [{json.dumps(p)}]",
    "catalogue.py": lambda p: f"[environment]\ncatalogues = [{json.dumps(p)}]",
    "catalogue.env": lambda p: f"[environment]\ncatalogues = [{json.dumps(p)}]",
    "passwd": lambda p: f"[environment]\ncatalogues = [{json.dumps(p)}]",
    "parameters": lambda p: f"[parameters]\nfile = {json.dumps(p)}",
    "baseline": lambda p: f"baseline = {json.dumps(p)}",
    "requirements": lambda _: '[reproducibility]\nrequirements = ["../elsewhere/*"]',
    "environment.yml": lambda _: '[reproducibility]\nrequirements = ["../elsewhere/*"]',
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", FOREIGN)
def test_settings_print_no_foreign_file(
    kind: str, role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / role).write_text(FOREIGN[kind])
    repository = tmp_path / "repository"
    repository.mkdir()
    monkeypatch.chdir(repository)
    cells = (("markdown", "# x"), ("code", "import os, numpy\nos.environ['X']\nos.getenv('Y')"))
    Path("a.ipynb").write_bytes(notebook_bytes(*cells))
    Path("nblint.toml").write_text(ROLES[role](str(elsewhere / role)))
    for line in (("check", "--select", "ALL"), ("env",), ("baseline", "update")):
        assert PLANTED not in nblint(*line).output
    # Nor is it changed.
    assert (elsewhere / role).read_text() == FOREIGN[kind]


@pytest.mark.parametrize("kind", FOREIGN)
def test_settings_print_no_credential_of_their_own(kind: str) -> None:
    Path("a.ipynb").write_bytes(notebook_bytes(("code", "1")))
    Path("nblint.toml").write_text(FOREIGN[kind])
    for line in (("check",), ("env",), ("header",), ("config", "show"), ("baseline", "create")):
        assert PLANTED not in nblint(*line).output


def test_a_tab_stays_and_a_line_end_does_not() -> None:
    assert printable("a\tb\nc\x1b") == "a\tb\\nc\\x1b"
    assert printable("a::b # x #[y]") == "a::b # x #[y]"
