"""The landing page: what headers say, shown as text, whatever it is."""

import html
import json
import os
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from nblint.hub.notebooks.index import shown, welcome
from nblint.hub.notebooks.installed import examples, installed
from nblint.linting.checking import check_bytes
from nblint.project.project import Project
from tests.command import nblint
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import make

HEADER = """\
# {title}

## Purpose
{text}

## Audience
{text}

## Data Sources
* {text}
* Logs

## Description (How does it work?)
1. {text}

## Parameters

Parameter | Description
--- | ---
DAYS | How far to look back
SITE | Where

## References
* {text}
"""
HOSTILE = [
    "<script>document.title='pwned'</script>",
    "<img src=x onerror=\"document.title='pwned'\">",
    "<iframe srcdoc=\"<script>parent.document.title='pwned'</script>\"></iframe>",
    "a | b | c",
    "a \\| b",
    "[here](javascript:document.title='pwned')",
    "](javascript:document.title='pwned')",
    "<https://example.com>",
    "`code` | `a|b`",
    "```\n| x |",
    "$\\href{javascript:document.title='pwned'}{x}$",
    "\\(\\require{html}\\)",
    "&lt;script&gt;&#124;",
    "**bold** _it_ ~~no~~ #1 > quote",
    "</td></tr></table><h1>pwned</h1>",
    "{{7*7}} {% raw %}",
    "\u202egnp.exe",
    "- item\n- item",
    "see www.evil.example",
]


def install(root: Path, name: str, header: str, **files: str) -> Path:
    """Put a notebook where its package would."""
    folder = root / name
    (folder / "notebooks").mkdir(parents=True)
    (folder / "notebooks" / f"{name}.ipynb").write_bytes(notebook_bytes(("markdown", header)))
    for file, text in files.items():
        (folder / file.replace("_", ".")).write_text(text)
    return folder


def table(root: Path, text: str = "# Welcome") -> list[list[str]]:
    """Return the cells of the index, without its heading."""
    page = json.loads(welcome(text, installed(root), root))
    source = "".join(page["cells"][1]["source"])
    return [
        [cell.strip() for cell in row.strip("|").split("|")]
        for row in source.splitlines()
        if row.startswith("|")
    ][2:]


def test_a_row(tmp_path: Path) -> None:
    header = HEADER.format(title="Phishing triage", text="Rank *mails*.")
    folder = install(tmp_path, "triage", header, VERSION="1.2.0\n")
    (folder / "README.md").write_text("# Triage\n\nQuestions: SOC, <soc@example.com>\n")
    (row,) = table(tmp_path)
    assert row[0] == "[Phishing triage](Notebooks/triage/notebooks/triage.ipynb)"
    assert row[1:4] == ["1.2.0", "Rank mails.", "Rank mails."]
    assert row[4] == "Rank mails.&#59; Logs"
    assert row[5] == "DAYS, SITE"
    assert row[6] == "SOC, soc&#64;example.com"


def test_the_last_run_of_a_schedule(tmp_path: Path) -> None:
    """The page passes nblint: a word about logins beside an address is no password."""
    header = HEADER.format(title="Failed logins", text="Count failed logins.")
    folder = install(tmp_path, "failed-logins", header, VERSION="1.1.0\n")
    (folder / "README.md").write_text(
        "# Failed logins\n\nQuestions: Security operations, <security-operations@example.com>\n"
    )
    run = "Results/failed-logins%40yearly/2026-11-30T093847Z-1.1.0-5419.ipynb"
    runs = {folder / "notebooks/failed-logins.ipynb": f"[yearly]({run}): 2026-11-30 09&#58;39 UTC"}
    data = welcome("# W", installed(tmp_path), tmp_path, runs=runs)
    assert run in data.decode()
    assert check_bytes("Welcome.ipynb", data, Project()) == ()


def test_examples(tmp_path: Path) -> None:
    """Listed above what is installed, with the same care."""
    folder = tmp_path / "examples"
    folder.mkdir()
    text = "<script>alert(1)</script> | a"
    header = HEADER.format(title="Read a key", text=text)
    (folder / "read a key.ipynb").write_bytes(notebook_bytes(("markdown", header)))
    (folder / "broken.ipynb").write_text("{")
    data = welcome("# W", [], tmp_path, examples(folder))
    assert check_bytes("Welcome.ipynb", data, Project()) == ()
    _, listed, index, _ = (cell["source"] for cell in json.loads(data)["cells"])
    assert "None yet." in "".join(index)
    title, _, broken, row = "".join(listed).splitlines()
    assert title == "## Examples"
    assert broken.startswith("* [broken](Examples/broken.ipynb): ")
    assert row.startswith("* [Read a key](Examples/read%20a%20key.ipynb): ")
    assert not set("<>|") & set(row)
    assert text in html.unescape(row)


def test_sections_of_ones_own(tmp_path: Path) -> None:
    folder = install(tmp_path, "triage", "# T\n\n## Why\nTo rank.\n\n## Owner\nada\n")
    settings = '[tool.nblint.header]\nsections = [{ title = "Purpose", aliases = ["Why"] }]\n'
    (folder / "pyproject.toml").write_text(settings)
    (row,) = table(tmp_path)
    assert row[2] == "To rank."
    assert row[6] == "ada"


def test_what_is_no_notebook_has_a_row(tmp_path: Path) -> None:
    folder = install(tmp_path, "broken", "# T")
    (folder / "notebooks" / "broken.ipynb").write_text("{")
    (folder / "pyproject.toml").write_text("[tool.nblint\n")
    install(tmp_path, "untitled", "Just text.")
    rows = table(tmp_path)
    assert rows[0][0].startswith("[broken]")
    assert "cannot be read" in rows[0][2]
    assert rows[1][0].startswith("[untitled]")
    (tmp_path / "not a package").mkdir()
    assert len(table(tmp_path)) == 2
    assert table(tmp_path / "nothing") == []


def test_a_credential_is_not_shown(tmp_path: Path) -> None:
    token = make("github-token")
    install(tmp_path, "triage", HEADER.format(title=token, text=f"with {token}"))
    assert token not in html.unescape(json.dumps(table(tmp_path)))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_text(tmp_path: Path, text: str) -> None:
    """Whatever renders Markdown is left nothing to read as markup."""
    from markdown_it import MarkdownIt

    install(tmp_path, "hostile", HEADER.format(title=text.replace("\n", " "), text=text))
    install(tmp_path, "plain", complete_header())
    page = json.loads(welcome("# Welcome", installed(tmp_path), tmp_path))
    source = "".join(page["cells"][1]["source"])
    rendered = MarkdownIt("gfm-like", {"linkify": False}).render(source)
    tags: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attributes: object) -> None:
            tags.append(tag)
            for name, value in attributes:  # type: ignore[attr-defined]
                assert name in ("href", "style")
                assert name != "href" or value.startswith("Notebooks/")

    Tags().feed(rendered)
    assert tags.count("tr") == 3
    assert tags.count("td") == 14
    assert tags.count("a") == 2
    assert set(tags) <= {"h2", "table", "thead", "tbody", "tr", "th", "td", "a", "code"}
    assert (
        check_bytes("Welcome.ipynb", welcome("# W", installed(tmp_path), tmp_path), Project()) == ()
    )


def test_long_texts_are_cut() -> None:
    assert len(shown("word " * 1000)) == 200
    assert "www." not in shown("WWW.example.com").lower()  # JupyterLab would make it a link
    assert shown("a\tb\u202ec\u2066d\x1be") == "a b c d e"


def test_command(tmp_path: Path) -> None:
    install(tmp_path / "notebooks", "triage", complete_header("Triage"))
    (tmp_path / "welcome.md").write_text("# Our notebooks\n\nBe kind.\n")
    (tmp_path / "hub.toml").write_text(
        'address = "https://h.example"\n'
        'provider = { issuer = "https://l.example", client-id = "hub" }\n'
        'groups = { users = ["a"] }\n'
        'landing = { notebooks = "notebooks", page = "share/Welcome.ipynb" }\n'
    )
    result = nblint("hub", "index", "--config", str(tmp_path / "hub.toml"))
    assert result.exit_code == 0, result.output
    page = tmp_path / "share" / "Welcome.ipynb"
    assert f"Wrote {page} (1 notebook)" in result.stderr
    if os.name == "posix":
        assert page.stat().st_mode & 0o777 == 0o644
    first = page.read_text()
    assert "Triage" in first
    # It passes what all notebooks pass.
    checked = nblint("check", "--no-cache", "--select", "ALL", "--ignore", "NBL5", str(page))
    assert checked.exit_code == 0, checked.output
    # It says what is recorded about people, where something is.
    assert "What this hub records" in first
    with (tmp_path / "hub.toml").open("a") as settings:
        settings.write("unix-accounts = false\n")
    nblint("hub", "index", "--config", str(tmp_path / "hub.toml"))
    assert "What this hub records" not in page.read_text()
    install(tmp_path / "notebooks", "late", complete_header("Late logins"))
    nblint("hub", "index", "--config", str(tmp_path / "hub.toml"))
    assert "Late logins" in page.read_text()
    shutil.rmtree(tmp_path / "notebooks" / "triage")
    nblint("hub", "index", "--config", str(tmp_path / "hub.toml"))
    assert "Late logins" in page.read_text()
    assert "Triage" not in page.read_text()
    (tmp_path / "welcome.md").unlink()
    result = nblint("hub", "index", "--config", str(tmp_path / "hub.toml"))
    assert result.exit_code == 2
    assert "welcome.md: cannot be read" in result.stderr
    assert "Late logins" in page.read_text()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such files")
@pytest.mark.parametrize("name", ["VERSION", "README.md"])
def test_what_a_package_has_besides_notebooks(tmp_path: Path, name: str) -> None:
    """A pipe does not make it wait, and a link shows nothing that only its writer can read."""
    folder = install(tmp_path / "notebooks", "a", HEADER.format(title="A", text="x"))
    os.mkfifo(folder / name)
    assert len(table(tmp_path / "notebooks")) == 1
    (folder / name).unlink()
    canary = "c4n4ry"
    (tmp_path / "client-secret").write_text(f"Questions: {canary}\n")
    (folder / name).symlink_to(tmp_path / "client-secret")
    (row,) = table(tmp_path / "notebooks")
    assert canary not in "".join(row)


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems refuse such names")
def test_a_folder_whose_name_is_not_utf_8(tmp_path: Path) -> None:
    install(tmp_path, "a\udcff", HEADER.format(title="A", text="x"))
    (row,) = table(tmp_path)
    assert row[0] == "[A](Notebooks/a%FF/notebooks/a%FF.ipynb)"
