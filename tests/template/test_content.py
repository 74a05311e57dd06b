"""What a generated repository holds, for every choice and for awkward answers."""

import ast
import configparser
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

from nblint.settings import HeaderSettings
from tests.template.conftest import ROOT, Generate, git

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LICENCES = json.loads((ROOT / "template/cookiecutter.json").read_text())["license"]
TITLES = {
    "double quotes": 'The "usual" suspects',
    "apostrophe": "Alice's logins",
    "backslash": r"DOMAIN\user logins",
    "backslash at the end": "Logins of DOMAIN\\",
    "percent": "100 % of logins",
    "escapes": r"\n is not a line, \u0041 is not A",
    "accents": "Échecs d'authentification à Zürich",
    "other script": "登录失败",
    "emoji": "Failed logins 🔐",
    "markup": "Logins & <b>users</b>",
    "braces": "Logins of {user} at $HOME",
    "triple quotes": "Logins ''' or \"\"\" here",
    "spaces around": "  Failed logins  ",
}


def files(repository: Path) -> list[Path]:
    return sorted(
        path for path in repository.rglob("*") if path.is_file() and ".git" not in path.parts
    )


def notebook_of(repository: Path) -> Path:
    (path,) = (repository / "notebooks").glob("*.ipynb")
    return path


def assert_sound(repository: Path) -> None:
    """Hold what is true of every generated repository."""
    for path in files(repository):
        text = path.read_bytes().decode()
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        assert "\r" not in text, path
        assert "\t" not in text or path.name == "Makefile", path
        assert not re.search(r"[ \t]$", text, re.MULTILINE), path
        # CircleCI and GitHub write what they fill in themselves as our template does.
        theirs = r'\{\{ checksum "[^"{}]+" \}\}|\$\{\{ (vars|secrets)\.[A-Z_]+ \}\}'
        text = re.sub(theirs, "", text)
        assert not re.search(r"\{\{|\}\}|\{%|%\}|\{#|#\}|@nblint@|cookiecutter\.", text), path
        parse(path, text)
    readme = (repository / "README.md").read_text("utf-8")
    table = readme[readme.index("## Every file and its reason") :]
    named = re.findall(r"^\| `([^`]+)` \| \S.+\|$", table, re.MULTILINE)
    assert sorted(named) == sorted(
        str(p.relative_to(repository).as_posix()) for p in files(repository)
    )

    notebook = notebook_of(repository)
    before = notebook.read_bytes()
    nbformat.validate(nbformat.reads(before.decode(), as_version=nbformat.NO_CONVERT))
    subprocess.run([sys.executable, "-m", "nbstripout", str(notebook)], check=True)
    assert notebook.read_bytes() == before


def parse(path: Path, text: str) -> object:
    """Return what a file says, as its format is read; of other formats the text."""
    match path.suffix:
        case ".toml":
            return tomllib.loads(text)
        case ".yaml" | ".yml":
            return yaml.safe_load(text)
        case ".ipynb" | ".baseline":
            return json.loads(text)
        case ".spec":
            return text.replace("%%", "%")
    if path.name == ".editorconfig":
        parser = configparser.ConfigParser()
        parser.read_string("[top]\n" + text)
    return text


@pytest.mark.parametrize("licence", LICENCES)
@pytest.mark.parametrize(
    ("git_init", "ci"), [(True, "circleci"), (False, "github"), (True, "gitlab")]
)
def test_every_choice(generate: Generate, licence: str, git_init: bool, ci: str) -> None:
    repository = generate(license=licence, git_init=git_init, ci=ci, author="Zoë & Co.")
    assert_sound(repository)
    assert (repository / ".git").is_dir() == git_init
    text = (repository / "LICENSE").read_text("utf-8")
    assert {
        "Proprietary": "Copyright (c) Zoë & Co.. All rights reserved.",
        "MIT": "Copyright (c) Zoë & Co.\n",
        "BSD-3-Clause": "Copyright (c) Zoë & Co.\n",
        "Apache-2.0": "Version 2.0, January 2004",
    }[licence] in text


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_nasty_answers(generate: Generate, title: str) -> None:
    repository = generate(title=title, purpose=title, audience=title, author=title)
    assert_sound(repository)
    source = nbformat.read(notebook_of(repository), as_version=4).cells[0].source
    title = title.strip()
    assert source.startswith(f"# {title}\n\n## Purpose\n{title}\n\n## Audience\n{title}\n\n## ")
    assert (repository / "README.md").read_text("utf-8").startswith(f"# {title}\n\n{title}\n")
    assert git("status", "--porcelain", cwd=repository) == ""


NAMES = ("title", "purpose", "audience", "author")


def said(data: object, words: dict[str, str]) -> object:
    """Replace words in every text of some data."""
    match data:
        case dict():
            return {said(key, words): said(value, words) for key, value in data.items()}
        case list():
            return [said(value, words) for value in data]
        case str():
            return re.sub("|".join(words), lambda word: words[word[0]], data)
    return data


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_answers_survive_wherever_they_are_written(generate: Generate, title: str) -> None:
    """A file that is read back says with nasty answers what it says with plain ones."""
    words = {f"Plain {name} here": title.strip() for name in NAMES}
    plain, nasty = (dict(zip(NAMES, answers, strict=True)) for answers in (words, words.values()))
    expected = generate(slug="plain-slug", git_init=False, **plain)
    written = generate(slug="nasty-slug", git_init=False, **nasty)
    words["plain-slug"] = "nasty-slug"
    for path in files(expected):
        name = path.relative_to(expected).as_posix().replace("plain-slug", "nasty-slug")
        one, other = (each.read_text("utf-8") for each in (path, written / name))
        assert parse(written / name, other) == said(parse(path, one), words), name


def test_slug_follows_the_title(generate: Generate) -> None:
    assert generate(title="Échecs d'authentification").name == "echecs-d-authentification"
    assert generate(title="!!!").name == "notebook"
    assert len(generate(title="A very long title " * 9).name) <= 60


def test_parameters_and_environment_agree_with_the_notebook(generate: Generate) -> None:
    repository = generate()
    header, parameters, *code = nbformat.read(notebook_of(repository), as_version=4).cells
    assert parameters.metadata.tags == ["parameters"]
    table = re.findall(r"^(\w+) \| .+$", header.source.split("--- | ---\n")[1], re.MULTILINE)
    assigned = [
        node.targets[0].id
        for node in ast.parse(parameters.source).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    ]
    assert table == assigned != []
    read = re.findall(r'os\.environ\.get\("(\w+)"', "\n".join(cell.source for cell in code))
    catalogue = tomllib.loads((repository / "environment.toml").read_text())["environment"]
    assert read
    assert set(read) <= set(catalogue)


def test_sections_are_the_organisations(generate: Generate) -> None:
    header = nbformat.read(notebook_of(generate()), as_version=4).cells[0].source
    sections = re.findall(r"^## (.+)$", header, re.MULTILINE)
    assert sections == [section.title for section in HeaderSettings().sections]


def test_the_notebook_runs(generate: Generate) -> None:
    cells = nbformat.read(notebook_of(generate()), as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert re.search(
        r"^\d{4}-\d\d-\d\d +4 https://app\.datadoghq\.com/logs$", ran.stdout, re.MULTILINE
    )
    assert len(ran.stdout.splitlines()) == 4


@pytest.mark.parametrize(
    "target", ["setup", "lint", "fix", "test", "run", "lock", "rpm", "release"]
)
def test_make_says_what_there_is(generate: Generate, target: str) -> None:
    repository = generate()
    shown = subprocess.run(
        ["make"], cwd=repository, capture_output=True, encoding="utf-8", check=True
    )
    assert re.search(rf"^  make {target} - [A-Z]\w+ ", shown.stdout, re.MULTILINE)
    assert f"| `make {target}" in (repository / "README.md").read_text("utf-8")
