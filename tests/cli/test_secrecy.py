"""No credential is ever shown: not by a rule about something else, not in a difference or a fault.

What `nblint baseline` records and shows is held in `test_baseline.py`.
"""

import html
import json
import os
import re
from pathlib import Path

import pytest

from nblint import check
from nblint.reading.header.header import Header
from nblint.reports import formats, renderer
from nblint.settings import Settings
from tests.command import nblint
from tests.conftest import notebook_bytes
from tests.credentials.tokens import GENERATORS, TEMPLATES, make

# A value that only its context makes a credential cannot be hidden where it has none.
KINDS = sorted({*TEMPLATES, *GENERATORS} - {"app-password", "uuid", "z5", "half"})
VALUES = {kind: make(kind) for kind in KINDS}


def planted(kind: str) -> bytes:
    """Return a notebook in which other rules quote the text around a credential."""
    value = VALUES[kind]
    line = value.splitlines()[0]
    printed = {"name": "stdout", "output_type": "stream", "text": f"api_key = {line}\n"}
    notebook = json.loads(
        notebook_bytes(
            # Found first, so that it is masked wherever it occurs without a name.
            ("code", f"api_token = {value!r}"),
            ("markdown", f"## {line}\n**Purpose**: {line}\n\n##Audience\n{line}\n\nTODO: {line}"),
            ("code", f"{line}\nprint('the first line of this cell')  # nblint: ignore[NBL101]"),
            ("code", f"import os\nos.environ['X'] = {line!r}\nprint(os.environ.get({line!r}))"),
            ("code", f"!pip install --index-url https://ann:{line}@example.org/ x"),
            ("code", f"%env API_TOKEN={line}"),
            ("code", f"open('/home/ann/{line}')"),
        )
    )
    notebook["cells"][0]["outputs"] = [printed]
    notebook["cells"][0]["metadata"]["tags"] = ["parameters"]
    notebook["metadata"]["api_key"] = line
    return json.dumps(notebook).encode()


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    Path("environment.toml").write_text("[environment.X]\n")
    for kind in KINDS:
        Path(f"{kind}.ipynb").write_bytes(planted(kind))


def shown(*arguments: str) -> str:
    result = nblint(*arguments)
    assert result.output
    return f"{result.stdout}\n{result.stderr}"


def leaks(text: str) -> list[str]:
    """Return the kinds whose value, or half of it, occurs in a text, as it is or as HTML."""
    found = []
    text += html.unescape(re.sub("<[^<>]*>", "", text))
    for kind, value in VALUES.items():
        for line in value.splitlines():
            half = line[-max(6, len(line) // 2) :]
            if "-----" not in line and half in text:
                found.append(kind)
                break
    return found


@pytest.mark.slow
@pytest.mark.parametrize("select", [("ALL",), ("NBL1", "NBL3", "NBL4", "NBL5")])
def test_reports(select: tuple[str, ...]) -> None:
    """Every format, whether or not credentials are looked for."""
    results = list(check(["."], settings=Settings(select=select)))
    texts = {form: "".join(renderer(form)(results)) for form in formats()}
    texts["what the command prints"] = shown("check", "--select", ",".join(select))
    for form, text in texts.items():
        assert text.count("NBL102") >= len(KINDS), form
        assert (text.count("NBL201") >= len(KINDS)) == (select == ("ALL",)), form
        assert leaks(text) == [], form


@pytest.mark.slow
def test_differences() -> None:
    text = shown("check", "--diff", "--unsafe-fixes", "--select", "ALL")
    assert text.count("\n+## Audience") >= len(KINDS)
    assert leaks(text) == []


@pytest.mark.slow
def test_what_fixing_says() -> None:
    assert leaks(shown("check", "--fix", "--unsafe-fixes", "--select", "ALL")) == []


def test_the_inventory_of_variables() -> None:
    for form in ("text", "json", "csv", "markdown"):
        assert leaks(shown("env", "--output-format", form)) == []


def test_a_fault_of_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    def title(header: Header) -> None:
        raise ValueError(header.cells[0].source)

    monkeypatch.setattr(Header, "title", property(title))
    text = shown("check", "--select", "NBL101")
    assert text.count("NBL101 missing-title failed (ValueError)") == len(KINDS)
    assert leaks(text) == []


def test_a_file_that_cannot_be_read() -> None:
    for path in Path().glob("*.ipynb"):
        path.write_bytes(path.read_bytes()[:-40])
    text = shown("check")
    assert text.count("NBL001") == len(KINDS)
    assert leaks(text) == []


def test_the_search_would_notice() -> None:
    assert set(leaks("\n".join(VALUES.values()))) >= {"github-token", "password", "private-key"}


@pytest.mark.slow
def test_the_cache() -> None:
    """It holds findings as reports print them, and excerpts for the report that quotes most."""
    folder = Path(os.environ["NBLINT_CACHE_DIR"], "findings")
    assert len(KINDS) >= 50
    for output_format in ("text", "html", "sarif"):
        options = ("--select", "ALL", "--output-format", output_format)
        shown("check", *options, "--ignore", "NBL308")
        shown("check", *options)
    kept = [file.read_bytes() for file in folder.iterdir()]
    assert len(kept) == 3
    assert all(b"NBL201" in data for data in kept)
    assert [leaks(data.decode("latin-1")) for data in kept] == [[]] * 3
