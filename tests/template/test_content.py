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
from cookiecutter.generate import generate_context
from cookiecutter.prompt import prompt_for_config

from nblint.reading.header.skeleton import skeletons
from nblint.settings import HeaderSettings
from tests.template.conftest import ROOT, Generate, choices, git

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NAMES = ("title", "purpose", "audience", "author")
AWKWARD = (
    '"usual" suspects',
    "Alice's logins",
    "logins of DOMAIN\\",
    r"\n is not a line, \u0041 is not A",
    "Échecs d'authentification à Zürich",
    "100 %",
    "% of logins & <b>users</b>",
    r"DOMAIN\user 登录失败",
    "failed logins 🔐",
    "{user} at $HOME",
    "logins ''' or \"\"\" here",
    "logins that are 'failed'",
)
# All of them in each answer; which one an answer begins and ends with differs.
NASTY = {
    name: f"  {' '.join((*AWKWARD[number * 3 :], *AWKWARD[: number * 3]))}  "
    for number, name in enumerate(NAMES)
}


def files(repository: Path) -> list[Path]:
    return sorted(
        path for path in repository.rglob("*") if path.is_file() and ".git" not in path.parts
    )


def notebook_of(repository: Path) -> Path:
    (path,) = (repository / "notebooks").glob("*.ipynb")
    return path


def assert_sound(repository: Path) -> None:
    """Hold what is true of every generated notebook repository."""
    assert_sound_files(repository)
    notebook = notebook_of(repository)
    before = notebook.read_bytes()
    nbformat.validate(nbformat.reads(before.decode(), as_version=nbformat.NO_CONVERT))
    subprocess.run([sys.executable, "-m", "nbstripout", str(notebook)], check=True)
    assert notebook.read_bytes() == before


def assert_sound_files(repository: Path) -> None:
    """Hold what is true of the files of every generated repository."""
    for path in files(repository):
        text = path.read_bytes().decode()
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        assert "\r" not in text, path
        assert "\t" not in text or path.name == "Makefile", path
        assert not re.search(r"[ \t]$", text, re.MULTILINE), path
        # CircleCI, GitHub and Ansible write what they fill in themselves as our template does.
        theirs = (
            r'\{\{ checksum "[^"{}]+" \}\}|\$\{\{ (vars|secrets|github)\.[\w.]+'
            r"( (==|&&) (\'[\w]+\'|github\.[\w.]+))* \}\}"
        )
        text = re.sub(theirs, "theirs", text)
        if "ansible" not in path.parts:
            assert not re.search(r"\{\{|\}\}|\{%|%\}|\{#|#\}", text), path
        assert not re.search(r"@nblint@|cookiecutter\.", text), path
        parse(path, text)
    readme = (repository / "README.md").read_text("utf-8")
    table = readme[readme.index("## Every file and its reason") :]
    named = re.findall(r"^\| `([^`]+)` \| \S.+\|$", table, re.MULTILINE)
    assert sorted(named) == sorted(
        str(p.relative_to(repository).as_posix()) for p in files(repository)
    )


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


@pytest.mark.slow
@pytest.mark.parametrize("answers", choices(), ids=lambda answers: " ".join(answers.values()))
def test_every_choice(generate: Generate, answers: dict[str, str]) -> None:
    repository = generate(**answers, author="Zoë & Co.")
    assert_sound(repository)
    text = (repository / "LICENSE").read_text("utf-8")
    assert {
        "Proprietary": "Copyright (c) Zoë & Co.. All rights reserved.",
        "MIT": "Copyright (c) Zoë & Co.\n",
        "BSD-3-Clause": "Copyright (c) Zoë & Co.\n",
        "Apache-2.0": "Version 2.0, January 2004",
    }[answers["license"]] in text


@pytest.mark.slow
def test_nasty_answers(generated: Generate) -> None:
    repository = generated(slug="nasty-slug", **NASTY)
    assert_sound(repository)
    header = nbformat.read(notebook_of(repository), as_version=4).cells[0].source
    title, purpose, audience, author = (answer.strip() for answer in NASTY.values())
    assert header.startswith(
        f"# {title}\n\n## Purpose\n{purpose}\n\n## Audience\n{audience}\n\n## "
    )
    readme = (repository / "README.md").read_text("utf-8")
    assert readme.startswith(f"# {title}\n\n{purpose}\n")
    assert f"\nQuestions: {author}, <" in readme
    assert git("status", "--porcelain", cwd=repository) == ""


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


@pytest.mark.slow
def test_answers_survive_wherever_they_are_written(generated: Generate) -> None:
    """A file that is read back says with nasty answers what it says with plain ones."""
    words = {f"Plain {name} here": NASTY[name].strip() for name in NAMES}
    expected = generated(slug="plain-slug", **dict(zip(NAMES, words, strict=True)))
    written = generated(slug="nasty-slug", **NASTY)
    words["plain-slug"] = "nasty-slug"
    for path in files(expected):
        name = path.relative_to(expected).as_posix().replace("plain-slug", "nasty-slug")
        one, other = (each.read_text("utf-8") for each in (path, written / name))
        assert parse(written / name, other) == said(parse(path, one), words), name


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Échecs d'authentification", "echecs-d-authentification"),
        ("!!!", "notebook"),
        ("A very long title " * 9, "a-very-long-title-a-very-long-title-a-very-long-title-a-very"),
    ],
)
def test_slug_follows_the_title(title: str, slug: str) -> None:
    questions = generate_context(
        str(ROOT / "template/cookiecutter.json"), extra_context={"title": title}
    )
    assert prompt_for_config(questions, no_input=True)["slug"] == slug


def test_parameters_and_environment_agree_with_the_notebook(generated: Generate) -> None:
    repository = generated()
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


def test_sections_are_the_organisations(generated: Generate) -> None:
    header = nbformat.read(notebook_of(generated()), as_version=4).cells[0].source
    sections = re.findall(r"^## (.+)$", header, re.MULTILINE)
    assert sections == [section.title for section in HeaderSettings().sections]


EXAMPLE = re.compile("failed.?logins?|THRESHOLD|security operations centre", re.I)


def test_with_another_title_the_header_asks_and_nothing_is_made_up(generated: Generate) -> None:
    """What the example says is true of the example; `nblint header` prints the same questions."""
    repository = generated(title="Phishing triage")
    header, code = nbformat.read(notebook_of(repository), as_version=4).cells
    asked = skeletons(HeaderSettings()).split("\n\n## ")
    said = header.source.split("\n\n## ")
    assert said[0] == "# Phishing triage"
    assert said[1:5] == asked[1:5]
    assert [section.split("\n")[0] for section in said] == [
        "# Phishing triage", *(section.split("\n")[0] for section in asked[1:])
    ]  # fmt: skip
    assert said[5] == "Parameters\nNone"
    assert code.source.startswith("# ")
    assert len(code.source.splitlines()) == 1
    for path in files(repository):
        if path.name not in {"requirements.lock", "take-parameters.ipynb"}:
            assert not EXAMPLE.search(path.read_text("utf-8")), path
    assert "stands at the top of [the notebook](notebooks/phishing-triage.ipynb)" in (
        repository / "README.md"
    ).read_text("utf-8")
    assert yaml.safe_load((repository / "packaging/parameters.yaml").read_text("utf-8")) is None


@pytest.mark.parametrize("name", ["purpose", "audience"])
def test_an_answer_to_one_question_leaves_the_other(generated: Generate, name: str) -> None:
    repository = generated(title="Phishing triage", **{name: "Rank reported mails."})
    header = nbformat.read(notebook_of(repository), as_version=4).cells[0].source
    prompts = {"purpose": "What are you trying", "audience": "Who is this notebook"}
    assert "\nRank reported mails.\n" in header
    assert [prompt in header for prompt in prompts.values()] == [n != name for n in prompts]
    readme = (repository / "README.md").read_text("utf-8")
    assert readme.startswith(
        "# Phishing triage\n\nRank reported mails.\n\nQuestions: "
        if name == "purpose"
        else "# Phishing triage\n\nWhat it is for stands at the top of [the notebook]"
    )
    assert ("For: Rank reported mails." in readme) == (name == "audience")


def test_the_notebook_runs(generated: Generate) -> None:
    cells = nbformat.read(notebook_of(generated()), as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert re.search(
        r"^\d{4}-\d\d-\d\d +4 https://app\.datadoghq\.com/logs$", ran.stdout, re.MULTILINE
    )
    assert len(ran.stdout.splitlines()) == 4


def test_make_says_what_there_is(generated: Generate) -> None:
    repository = generated()
    shown = subprocess.run(
        ["make"], cwd=repository, capture_output=True, encoding="utf-8", check=True
    )
    readme = (repository / "README.md").read_text("utf-8")
    for target in ("setup", "lint", "fix", "test", "run", "lock", "rpm", "release"):
        assert re.search(rf"^  make {target} - [A-Z]\w+ ", shown.stdout, re.MULTILINE), target
        assert f"| `make {target}" in readme
