"""What no command of a page shows: the prose states no measurement, and the JSON has these keys."""

import json
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.command import nblint
from tests.conftest import notebook_bytes
from tests.docs.pages import ROOT, pages

NUMBER = r"(?:\d[\d.,]*|an?|two|three|four|five|six|seven|eight|nine|ten|some|dozens? of)"
SHARE = r"(?:an? (?:half|third|quarter)|\w+ in ten|\w+ times (?:as|faster|slower|more|less))"
UNIT = r"(?:ms|milliseconds?|seconds?|minutes?|hours?|[kKMG]i?B|per ?cent)"
# A figure that was measured once; what it is today only a command can say.
MEASUREMENT = re.compile(rf"\b{NUMBER} (?:or two )?{UNIT}\b|\d ?%|\b{SHARE}\b")
# What is installed is measured in tests/test_distribution.py, which reads this sentence. And a
# second factor is none.
MEASURED = re.compile(r"\d+ MB together, of which nblint is \d+ MB|\ba second factor\b")


def prose(page: Path) -> str:
    """Return the text of a page without its code."""
    tokens = MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))
    children = [child for token in tokens for child in token.children or ()]
    return "\n".join(child.content for child in children if child.type == "text")


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_states_a_measurement(page: Path) -> None:
    assert MEASUREMENT.findall(MEASURED.sub("", prose(page))) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "It takes 20 seconds.",
        "in a quarter of an hour",
        "takes a minute or two",
        "20 KB of prose",
        "Seven in ten have it",
        "12% of them",
        "three times as fast",
    ],
)
def test_a_measurement_is_recognised(sentence: str) -> None:
    assert MEASUREMENT.search(sentence)


def keys(heading: str) -> list[str]:
    """Return the keys that the page of the JSON lists under a heading, in order."""
    page = (ROOT / "docs/reference/json.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)
    return [key for cell in cells for key in re.findall(r"`(\w+)`", cell)]


@pytest.mark.parametrize(
    ("heading", "command"),
    [
        ("A finding", "check --output-format json"),
        ("A finding", "check --output-format jsonl"),
        ("A rule", "rules --output-format json"),
        ("A variable", "env --output-format json"),
    ],
)
def test_the_page_of_the_json_has_its_keys(
    heading: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.ipynb").write_bytes(notebook_bytes(("code", "import os\nos.environ['SITE']")))
    printed = nblint(*command.split()).stdout
    objects = json.loads(printed.splitlines()[0] if command.endswith("jsonl") else printed)
    first = objects if isinstance(objects, dict) else objects[0]
    assert list(first) == keys(heading)
