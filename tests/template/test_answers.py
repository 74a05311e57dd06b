"""Answers with which the repository would fail its own checks are refused, all at once."""

from pathlib import Path

import pytest
from cookiecutter.exceptions import FailedHookException

from nblint.settings import HeaderSettings
from tests.template.conftest import ROOT, Generate, command

HEADER = HeaderSettings()
PROMPTS = [section.prompt for section in HEADER.sections if section.form == "text"]
REFUSED = {
    "slug": [
        "Failed-Logins", "failed_logins", "failed logins", "-failed", "failed-", "a--b", "a/b",
        "échecs", "con", "com1", "a" * 61, "a.b",
    ],
    "email": ["nobody", "a@b", "a b@example.com", "a@example.com>", "@example.com"],
    "title": [
        "", " ", "TODO", "Untitled", "untitled 2", "Notebook Name", "# Logins", "a\nb",
        "a\u2028b", "a\x1bb",
    ],
    "purpose": ["TBD.", "TODO: later", "<!-- hidden -->", *PROMPTS, *HEADER.placeholders],
    "audience": ["a\nb", *PROMPTS, *HEADER.placeholders],
    "author": ["", "Ada\tLovelace"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values]
)
def test_refused(
    generate: Generate, capfd: pytest.CaptureFixture[str], tmp_path: Path, name: str, value: str
) -> None:
    others = {"slug": "failed-logins"} if name == "title" else {}
    with pytest.raises(FailedHookException):
        generate(**{name: value}, **others)
    (line,) = [line for line in capfd.readouterr().err.splitlines() if line.startswith("  * ")]
    assert line.startswith(f"  * {name}: ")
    assert not any(path.is_file() for path in (tmp_path / "out").rglob("*"))


def test_a_title_that_is_the_files_name(
    generate: Generate, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FailedHookException):
        generate(title="logins")
    assert "  * title: 'logins' looks like a file name" in capfd.readouterr().err


@pytest.mark.parametrize("slug", ["a", "2024-report", "a" * 60, "console"])
def test_accepted_slug(generate: Generate, slug: str) -> None:
    assert generate(slug=slug, git_init=False).name == slug


def test_one_message_lists_everything(tmp_path: Path) -> None:
    refused = command(
        str(ROOT), "--no-input", "title=", "slug=../Evil", "email=me", "purpose=TODO", cwd=tmp_path
    )
    assert refused.returncode == 1
    message = refused.stdout[refused.stdout.index("Nothing was generated") :].split("\n\n")
    assert [line.split(":")[0] for line in message[1].splitlines()] == [
        "  * title",
        "  * slug",
        "  * email",
        "  * purpose",
    ]
    assert message[2].startswith("Run the same command again with corrected answers")
    assert refused.stdout.count("Nothing was generated") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
