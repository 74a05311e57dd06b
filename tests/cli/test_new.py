"""`nblint new`: its answers. Where nblint comes from: `tests/template/test_installed_origin.py`."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nblint.cli.main import main


def test_generates_what_cookiecutter_would(tmp_path: Path) -> None:
    arguments = ["new", "--no-input", "-o", str(tmp_path), "title=Phishing triage", "git_init=no"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    generated = tmp_path / "phishing-triage"
    assert "# Phishing triage\\n" in (generated / "notebooks/phishing-triage.ipynb").read_text()
    again = CliRunner().invoke(main, arguments)
    assert again.exit_code == 2
    assert "nothing was generated" in again.stderr
    assert "already exists" in again.stderr


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("titel=x", "unknown key 'titel'; did you mean 'title'?"),
        ("title", "'title' must have the form KEY=VALUE"),
        ("ci=gitlabb", "ci: unknown value 'gitlabb'; did you mean 'gitlab'?"),
        ("ci=jenkins", "ci: unknown value 'jenkins'; choose from circleci, github, gitlab"),
        ("git_init=perhaps", "git_init must be yes or no, not 'perhaps'"),
    ],
)
def test_a_wrong_answer_is_one_sentence(answer: str, sentence: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["new", "--no-input", "-o", str(tmp_path), answer])
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_all_refused_answers_are_named_at_once(tmp_path: Path) -> None:
    """In a process of its own: what cookiecutter logs is not Click's to capture."""
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "nblint",
            "new",
            "--no-input",
            "title=",
            "slug=",
            "email=me",
            "purpose=TODO",
        ],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 2
    assert re.findall(r"^  \* (\w+): \S+", ran.stderr, re.MULTILINE) == [
        "title",
        "slug",
        "email",
        "purpose",
    ]
    assert "Traceback" not in ran.stderr
    assert "Hook script failed" not in ran.stdout + ran.stderr
    assert list(tmp_path.iterdir()) == []


def asked(folder: Path, *typed: str, arguments: tuple[str, ...] = ()) -> Result:
    """Run the command in a folder, and type answers to its questions."""
    call = ["new", "-o", str(folder), *arguments]
    return CliRunner().invoke(main, call, input="\n".join([*typed, ""]))


def questions(said: str) -> list[str]:
    """Return how the questions began, in the order in which they were asked."""
    begins = r"Title|Name of|Person|E-mail|What are|Who is|Licence|Which CI|Create a git"
    return re.findall(rf"^({begins})", said, re.MULTILINE)


def test_a_refused_answer_is_asked_again_at_once(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    typed = [
        "TODO",
        "Phishing reports",
        "reports",
        "Reports",
        "phishing",
        "The SOC",
        "soc",
        "s@c.de",
    ]
    typed += ["# Rank", "Rank reported mails.", "", "GPL", "MIT", "gitlab", "n"]
    result = asked(tmp_path, *typed)
    assert result.exit_code == 0, result.output
    assert questions(result.output) == [
        *("Title", "Title", "Name of", "Name of", "Name of", "Person", "E-mail", "E-mail"),
        *("What are", "What are", "Who is", "Licence", "Licence", "Which CI", "Create a git"),
    ]
    errors = re.findall(r"^Error: (.+)$", result.output, re.MULTILINE)
    for error, part in zip(
        errors,
        ("placeholder", "already exists", "lower-case", "e-mail", "start with '#'", "'GPL' is not"),
        strict=True,
    ):
        assert part in error
    made = tmp_path / "phishing"
    assert (
        (made / "README.md")
        .read_text("utf-8")
        .startswith("# Phishing reports\n\nRank reported mails.\n\nQuestions: The SOC, <s@c.de>\n")
    )
    assert (made / "LICENSE").read_text("utf-8").startswith("MIT")
    assert (made / ".gitlab-ci.yml").exists()


def test_a_key_with_a_refused_value_is_asked(tmp_path: Path) -> None:
    given: tuple[str, ...] = (
        "title=Phishing reports",
        "slug=a b",
        "author=SOC",
        "email=soc",
        "git_init=no",
    )
    given += ("git_init=no", "purpose=Rank mails.", "audience=", "license=MIT", "ci=github")
    result = asked(tmp_path, "phishing", "soc@example.com", arguments=given)
    assert result.exit_code == 0, result.output
    assert questions(result.output) == ["Name of", "E-mail"]
    assert (tmp_path / "phishing/.github/workflows").is_dir()


def test_nothing_is_generated_if_nobody_answers(tmp_path: Path) -> None:
    result = asked(tmp_path, "Phishing reports")
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("interactive", [False, True])
def test_an_answer_is_no_program(tmp_path: Path, interactive: bool) -> None:
    braces = [
        "{{ x }}",
        "{{ 6 * 7 }} {% raw %}",
        "{# none #}",
        'a "b" \\n {{ cookiecutter.title }}',
    ]
    names = ("title", "author", "purpose", "audience")
    given = [f"{name}={text}" for name, text in zip(names, braces, strict=True)]
    given += ["slug=braces", "git_init=no", "email=a@example.com", "license=MIT", "ci=gitlab"]
    if interactive:
        typed = [braces[0], "braces", braces[1], "a@example.com", *braces[2:], "MIT", "gitlab", "n"]
        result = asked(tmp_path, *typed)
    else:
        result = CliRunner().invoke(main, ["new", "--no-input", "-o", str(tmp_path), *given])
    assert result.exit_code == 0, result.output
    readme = (tmp_path / "braces/README.md").read_text("utf-8")
    assert readme.startswith(
        f"# {braces[0]}\n\n{braces[2]}\n\nFor: {braces[3]}\n\nQuestions: {braces[1]}, <"
    )
    (notebook,) = (tmp_path / "braces/notebooks").iterdir()
    source = json.loads(notebook.read_text("utf-8"))["cells"][0]["source"]
    assert [source[0], source[3], source[6]] == [
        f"# {braces[0]}\n",
        *(f"{b}\n" for b in braces[2:]),
    ]


def test_git_knows_who_answers_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    settings = tmp_path / "gitconfig"
    settings.write_text('[user]\nname = "Ada {{ x }}"\nemail = ada@localhost\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.chdir(tmp_path)  # away from the settings of this checkout
    arguments = ["new", "--no-input", "git_init=no"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    readme = (tmp_path / "failed-logins/README.md").read_text("utf-8")
    # The template's own address stays where git has none that works elsewhere.
    assert "Questions: Ada {{ x }}, <security-operations@example.com>\n" in readme
