import pytest
from click.testing import CliRunner

from nblint.cli import main
from nblint.linting.registry import rules


def test_a_rule_is_explained_by_code_and_by_name() -> None:
    by_code = CliRunner().invoke(main, ["rule", "nbl102"])
    by_name = CliRunner().invoke(main, ["rule", "missing-section"])
    assert by_code.exit_code == by_name.exit_code == 0
    assert by_code.stdout == by_name.stdout
    assert by_code.stdout.startswith(
        "NBL102 missing-section\n\nThe header lacks a required section."
    )


def test_the_nearest_rule_is_suggested() -> None:
    result = CliRunner().invoke(main, ["rule", "missing-sektion"])
    assert result.exit_code == 2
    assert "did you mean 'missing-section'?" in result.stderr


def test_the_nearest_code_is_suggested() -> None:
    result = CliRunner().invoke(main, ["rule", "nbl909"])
    assert "there is no rule 'nbl909'; did you mean 'NBL" in result.stderr


def test_the_nearest_command_is_suggested() -> None:
    result = CliRunner().invoke(main, ["chekc"])
    assert result.exit_code == 2
    assert "there is no command 'chekc'; did you mean 'check'?" in result.stderr


def test_all_rules_are_listed() -> None:
    result = CliRunner().invoke(main, ["rules"])
    listed = [line.split()[0] for line in result.stdout.splitlines()]
    assert listed == list(rules())


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["--version"]])
def test_help(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    assert result.stdout
