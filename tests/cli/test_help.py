"""Help worth reading: every command and option says what it does, and its examples work."""

import inspect
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from nblint.cli.main import main
from scripts.reference import commands as reference


def contexts(context: click.Context) -> Iterator[click.Context]:
    """Yield the context of a command, and those of the commands in it."""
    yield context
    command = context.command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner
            yield from contexts(click.Context(inner, info_name=name, parent=context))


ALL = {context.command_path: context for context in contexts(click.Context(main, None, "nblint"))}


@pytest.mark.parametrize("path", ALL)
def test_a_command_says_what_it_does(path: str) -> None:
    context = ALL[path]
    first, _, rest = inspect.cleandoc(context.command.help or "").partition("\n\n")
    assert re.fullmatch(r"[A-Z][^\n]*\.", first), "one sentence on one row"
    options = [o for o in context.command.get_params(context) if isinstance(o, click.Option)]
    for option in options:
        assert (option.help or "").rstrip()[-1:] == ".", option.name
    # What is asked for but not by an option is explained in the text.
    for argument in context.command.params:
        if isinstance(argument, click.Argument):
            assert argument.make_metavar(context).strip("[].") in first + rest


@pytest.mark.parametrize("path", ALL)
def test_help_is_printed(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = CliRunner().invoke(main, [*path.split()[1:], "--help"], prog_name="nblint")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    listed = result.stdout.partition("\nCommands:\n")[2]
    assert "..." not in listed, "what a command does fits its row in the list"


EXAMPLES = [
    line.strip()
    for context in ALL.values()
    for line in re.findall(
        r"^  (nblint .*)$", inspect.cleandoc(context.command.help or ""), re.MULTILINE
    )
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_can_be_typed(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(example.partition(" > ")[0])[1:]
    context: click.Context = click.Context(main, None, "nblint")
    command: click.Command = main
    while isinstance(command, click.Group):
        name, inner, words = command.resolve_command(context, words)
        assert name
        assert inner
        command, context = inner, click.Context(inner, info_name=name, parent=context)
    command.make_context(context.info_name, words, parent=context.parent)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 20


def test_the_page_of_commands_holds_every_option() -> None:
    page = reference.page()
    for path, context in ALL.items():
        section = page.partition(f"## `{path}`\n")[2].partition("\n## ")[0]
        assert section or path == "nblint", path
        for option in context.command.params if section else ():
            if isinstance(option, click.Option):
                assert option.opts[-1] in section, f"{path} {option.opts[-1]}"
    assert "\b" not in page


@pytest.mark.slow
def test_the_module_is_the_command() -> None:
    command = [sys.executable, "-m", "nblint", "--help"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert text.startswith("Usage: nblint [OPTIONS] COMMAND")


@pytest.mark.slow
@pytest.mark.parametrize("words", ["--version", "completion bash"])
def test_a_prompt_waits_for_no_engine(words: str) -> None:
    program = (
        "import sys, nblint.cli.main\n"
        f"try: nblint.cli.main.main({words.split()!r})\n"
        "except SystemExit: print(*sys.modules, sep='\\n')"
    )
    command = [sys.executable, "-c", program]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "nblint.cli.click_classes" in text
    assert "nblint.credentials.engine" not in text
