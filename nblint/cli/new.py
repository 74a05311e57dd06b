"""`nblint new`."""

import json
import logging
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from nblint._version import PACKAGE
from nblint.cli.commands import Command
from nblint.suggestions import nearest


@click.command(cls=Command)
@click.argument("answers", nargs=-1, metavar="[KEY=VALUE]...")
@click.option(
    "--no-input", is_flag=True, help="Ask nothing: what KEY=VALUE does not answer gets its default."
)
@click.option(
    "-o",
    "--output-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="The folder that the repository's folder is made in; the current one if not given.",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="FOLDER",
    help="A repository that is there already: add what it lacks. A file that differs is kept, "
    "unless you say that it be replaced.",
)
def new(
    answers: tuple[str, ...], no_input: bool, output_dir: Path | None, into: Path | None
) -> None:
    """Generate a notebook repository.

    It asks for a title, what the notebook is for and whom; KEY=VALUE answers a question before it
    is asked. The template comes with this package, so that no network is needed.

    Examples:
      nblint new
      nblint new --no-input title="Phishing triage"
      nblint new --into .
    """
    try:
        from cookiecutter.exceptions import CookiecutterException
        from cookiecutter.main import cookiecutter
    except ImportError:
        raise click.ClickException(
            "generating needs cookiecutter: pip install 'nblint-suite[new]'"
        ) from None
    # It would print a traceback where the template's hook has said what is wrong with an answer.
    logging.getLogger("cookiecutter").addHandler(logging.NullHandler())
    template = template_folder()
    known = _questions(template)
    given = dict(_pair(answer, known) for answer in answers)

    def generate(folder: Path, **defaults: str) -> Path:
        return Path(
            cookiecutter(
                str(template),
                no_input=no_input,
                extra_context={**defaults, **given},
                output_dir=str(folder),
            )
        )

    try:
        if into is None:
            generate(output_dir or Path())
        elif output_dir is not None:
            raise click.UsageError("--into and --output-dir exclude each other")
        else:
            _adopt(generate, into.resolve(), ask=not no_input)
    except CookiecutterException as error:
        # A hook has said already what is wrong with which answer.
        click.echo(f"nblint: nothing was generated: {error}", err=True)
        sys.exit(2)


def template_folder() -> Path:
    """Return the template: inside an installed package, beside it in a checkout."""
    checkout = PACKAGE.parent / "template"
    return checkout if (checkout / "cookiecutter.json").is_file() else PACKAGE / "template"


def _questions(template: Path) -> dict[str, object]:
    """Return the default of each answer; a list where there is a choice."""
    asked = json.loads((template / "cookiecutter.json").read_text(encoding="utf-8"))
    return {key: default for key, default in asked.items() if not key.startswith("_")}


def _pair(answer: str, known: Mapping[str, object]) -> tuple[str, str]:
    key, separator, value = answer.partition("=")
    if not separator:
        raise click.UsageError(f"{answer!r} is no answer: write KEY=VALUE, such as title=Triage")
    if key not in known:
        raise click.UsageError(f"the template does not ask for {key!r}{nearest(key, known)}")
    choices = known[key]
    if isinstance(choices, list) and value not in choices:
        meant = nearest(value, choices) or f"; there are {', '.join(choices)}"
        raise click.UsageError(f"{key}: there is no {value!r}{meant}")
    if isinstance(choices, bool):
        from cookiecutter.prompt import YesNoPrompt

        if value.strip().lower() not in (*YesNoPrompt.yes_choices, *YesNoPrompt.no_choices):
            raise click.UsageError(f"{key}: {value!r} is neither yes nor no")
    return key, value


def _adopt(generate: Callable[..., Path], folder: Path, *, ask: bool) -> None:
    """Generate aside, then place in an existing folder what it lacks, and what the person picks."""
    from nblint.cli.placing import place

    title = " ".join(re.split(r"[-_.\s]+", folder.name)).strip()
    # An expression: cookiecutter renders answers, and a folder's name is not ours.
    defaults = {"title": f"{{{{ {json.dumps(title[0].upper() + title[1:])} }}}}"} if title else {}
    with tempfile.TemporaryDirectory() as aside:
        # The template's last hook then makes no repository and no commit.
        os.environ["NBLINT_NEW_INTO"] = str(folder)
        try:
            generated = generate(Path(aside), **defaults)
        finally:
            del os.environ["NBLINT_NEW_INTO"]
        for line in place(generated, folder, ask=ask):
            click.echo(line)
    click.echo(
        "\nWhat to do next: `git status` and `git diff` show what is new; `make setup` switches "
        "the checks on;\n`nblint baseline create` records what is wrong in older notebooks today, "
        "so that only new findings are refused."
    )
