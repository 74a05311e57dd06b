"""`nblint new`."""

import json
import logging
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from nblint._version import PACKAGE
from nblint.cli.click_classes import SectionedCommand
from nblint.suggestions import nearest


@click.command(cls=SectionedCommand)
@click.argument("answers", nargs=-1, metavar="[KEY=VALUE]...")
@click.option(
    "--no-input", is_flag=True, help="Do not ask: questions without a KEY=VALUE get the default."
)
@click.option(
    "-o",
    "--output-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Create the repository's folder in this folder (default: the current one).",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="FOLDER",
    help="Add what is missing to an existing repository: what checks its notebooks, if it has any, "
    "else all. Shows the files, and asks before it writes any.",
)
@click.option(
    "--all", "whole", is_flag=True, help="With --into: add all, whatever the repository has."
)
@click.option("--dry-run", is_flag=True, help="With --into: only show what would be added.")
def new(
    answers: tuple[str, ...],
    no_input: bool,
    output_dir: Path | None,
    into: Path | None,
    whole: bool,
    dry_run: bool,
) -> None:
    """Generate a notebook repository.

    Asks for a title, a purpose, an audience and more; KEY=VALUE answers a question in advance. The
    template is part of this package, so no network is needed.

    Examples:
      nblint new
      nblint new --no-input title="Phishing triage"
      nblint new --into . --dry-run
    """
    try:
        from cookiecutter.exceptions import CookiecutterException
        from cookiecutter.main import cookiecutter
    except ImportError:
        raise click.ClickException(
            "nblint new needs cookiecutter: pip install 'nblint-suite[new]'"
        ) from None
    # It would log a traceback after the template's hook has printed what is wrong with an answer.
    logging.getLogger("cookiecutter").addHandler(logging.NullHandler())
    template = template_folder()
    known = _questions(template)
    given = dict(_pair(answer, known) for answer in answers)

    def generate(folder: Path, *, ask: bool = not no_input, **defaults: Any) -> Path:
        return Path(
            cookiecutter(
                str(template),
                no_input=not ask,
                extra_context={**defaults, **given},
                output_dir=str(folder),
            )
        )

    for option, is_given in (("--all", whole), ("--dry-run", dry_run)):
        if is_given and into is None:
            raise click.UsageError(f"{option} requires --into")
    try:
        if into is None:
            generate(output_dir or Path())
        elif output_dir is not None:
            raise click.UsageError("--into cannot be combined with --output-dir")
        else:
            _adopt(generate, into.resolve(), given, ask=not no_input, whole=whole, dry_run=dry_run)
    except CookiecutterException as error:
        # A hook has already printed what is wrong with which answer.
        click.echo(f"nblint: nothing was generated: {error}", err=True)
        sys.exit(2)


def template_folder() -> Path:
    """Return the template: inside the package if that is installed, beside it in a checkout."""
    checkout = PACKAGE.parent / "template"
    return checkout if (checkout / "cookiecutter.json").is_file() else PACKAGE / "template"


def _questions(template: Path) -> dict[str, object]:
    """Return the default answer of each question; a list of answers for a choice."""
    asked = json.loads((template / "cookiecutter.json").read_text(encoding="utf-8"))
    return {key: default for key, default in asked.items() if not key.startswith("_")}


def _pair(answer: str, known: Mapping[str, object]) -> tuple[str, str]:
    key, separator, value = answer.partition("=")
    if not separator:
        raise click.UsageError(f"{answer!r} must have the form KEY=VALUE, e.g. title=Triage")
    if key not in known:
        raise click.UsageError(f"unknown key {key!r}{nearest(key, known)}")
    choices = known[key]
    if isinstance(choices, list) and value not in choices:
        hint = nearest(value, choices) or f"; choose from {', '.join(choices)}"
        raise click.UsageError(f"{key}: unknown value {value!r}{hint}")
    if isinstance(choices, bool):
        from cookiecutter.prompt import YesNoPrompt

        if value.strip().lower() not in (*YesNoPrompt.yes_choices, *YesNoPrompt.no_choices):
            raise click.UsageError(f"{key} must be yes or no, not {value!r}")
    return key, value


def _adopt(
    generate: Callable[..., Path],
    folder: Path,
    given: Mapping[str, str],
    *,
    ask: bool,
    whole: bool,
    dry_run: bool,
) -> None:
    """Generate into a temporary folder, then add what an existing folder lacks."""
    from nblint.cli.new_into import Adoption, number_of_notebooks

    title = " ".join(re.split(r"[-_.\s]+", folder.name)).strip()
    # As an expression: cookiecutter renders answers, and the folder's name must not be a template.
    defaults = {"title": f"{{{{ {json.dumps(title[0].upper() + title[1:])} }}}}"} if title else {}
    adoption = Adoption(folder, number_of_notebooks(folder), whole, ask, dry_run, frozenset(given))
    with tempfile.TemporaryDirectory() as temporary:
        # Keeps the template's last hook from creating a repository and a commit.
        os.environ["NBLINT_NEW_INTO"] = str(folder)
        try:
            generated = generate(Path(temporary), ask=adoption.has_questions, **defaults)
        finally:
            del os.environ["NBLINT_NEW_INTO"]
        adoption.add(generated)
