"""`nblint new`."""

import json
import logging
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nblint.cli.click_classes import SectionedCommand
from nblint.cli.new_answers import NothingGenerated, Questions, author_by_git
from nblint.cli.template import template_folder, template_hook

if TYPE_CHECKING:
    from nblint.cli.new_into import Adoption


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
@click.option(
    "--hub", is_flag=True, help="Generate the repository of a JupyterHub for everybody's notebooks."
)
@click.option(
    "--local",
    is_flag=True,
    envvar="NBLINT_NEW_LOCAL",
    show_envvar=True,
    help="For a trial: go on if nobody else can get nblint from where this one comes from, such as "
    "a wheel or a clone on this machine.",
)
def new(
    answers: tuple[str, ...],
    no_input: bool,
    output_dir: Path | None,
    into: Path | None,
    hub: bool,
    whole: bool,
    dry_run: bool,
    local: bool,
) -> None:
    """Generate a notebook repository, or that of a hub.

    Asks for a title, a purpose, an audience and more; KEY=VALUE answers a question in advance. The
    template is part of this package. The checks of the new repository install nblint from where
    this one comes from: an address, or the package index, which is asked whether it has it.

    Examples:
      nblint new
      nblint new --no-input title="Phishing triage"
      nblint new --hub
      nblint new --into . --dry-run
    """
    try:
        import cookiecutter  # noqa: F401
    except ImportError:
        raise click.ClickException(
            "nblint new needs cookiecutter: pip install 'nblint-suite[new]'"
        ) from None
    if into is not None and output_dir is not None:
        raise click.UsageError("--into cannot be combined with --output-dir")
    if into is not None and hub:
        raise click.UsageError("--into cannot be combined with --hub")
    for option, is_given in (("--all", whole), ("--dry-run", dry_run)):
        if is_given and into is None:
            raise click.UsageError(f"{option} requires --into")
    origin = _origin(local=local)
    template = template_folder("template-hub" if hub else "template")
    defaults = author_by_git()
    if into is None:
        folder = output_dir or Path()
        questions = Questions(template, folder, defaults)
        given = dict(map(questions.given, answers))
        said = questions.verbatim(questions.answers(given, ask=not no_input))
        _generate(template, said, folder, origin)
    else:
        given = dict(map(Questions(template_folder(), None).given, answers))
        adoption = _adoption(into.resolve(), given, whole, ask=not no_input, dry_run=dry_run)
        if not adoption.is_reduced:
            defaults |= _title_of(adoption.folder)
        questions = Questions(template_folder(), None, defaults)
        # The repository is there already, so no question is about a new one.
        said = questions.answers(given, ask=adoption.has_questions, skip=("git_init",))
        _adopt(questions.verbatim(said), adoption, origin)


def _origin(*, local: bool) -> dict[str, str]:
    """Return where the generated checks get nblint, before anybody answers a question.

    Raises:
        NothingGenerated: Nobody else could get it from there, and `--local` was not given.
    """
    hook = template_hook("origin")
    origin = hook.origin_of(template_folder().parent)
    obstacle: str = origin.obstacle
    if origin.is_release:
        if local:
            click.echo(
                f"warning: the first commit installs {origin.requirement}; the package index was "
                "not asked whether it has it",
                err=True,
            )
        else:
            obstacle = hook.missing_release(origin.requirement)
    if obstacle and not (local and origin.exists):
        raise NothingGenerated(
            f"its checks could not install nblint for everybody: {obstacle}.\n\n"
            + ("Commit and push what this clone has, or install" if origin.repo else "Install")
            + " nblint from an address that your colleagues can reach, such as\n\n"
            "    pipx install 'nblint-suite[new] @ git+https://github.com/your-organisation/nblint'"
            + ("\n\nTo try it on this machine alone, add --local." if origin.exists else "")
        )
    decided: dict[str, str] = origin._asdict()
    return decided


def _generate(
    template: Path, answers: Mapping[str, Any], folder: Path, origin: Mapping[str, str]
) -> Path:
    """Generate a repository below a folder; return its own folder."""
    from cookiecutter.exceptions import CookiecutterException
    from cookiecutter.main import cookiecutter

    # It would log a traceback after the template's hook has printed what is wrong.
    logging.getLogger("cookiecutter").addHandler(logging.NullHandler())
    with _variables(NBLINT_NEW_ORIGIN=json.dumps(origin)):
        try:
            made = cookiecutter(
                str(template),
                no_input=True,
                extra_context=dict(answers),
                output_dir=str(folder),
            )
        except CookiecutterException as error:
            raise NothingGenerated(str(error)) from None
    return Path(made)


def _title_of(folder: Path) -> dict[str, str]:
    """Return the title that a folder's name suggests, by the question's name."""
    title = " ".join(re.split(r"[-_.\s]+", folder.name)).strip()
    return {"title": title[0].upper() + title[1:]} if title else {}


def _adoption(
    folder: Path, given: Mapping[str, Any], whole: bool, *, ask: bool, dry_run: bool
) -> "Adoption":
    from nblint.cli.new_into import Adoption, number_of_notebooks

    return Adoption(folder, number_of_notebooks(folder), whole, ask, dry_run, frozenset(given))


def _adopt(answers: Mapping[str, Any], adoption: "Adoption", origin: Mapping[str, str]) -> None:
    """Generate into a temporary folder, then add what an existing folder lacks."""
    # Keeps the template's last hook from creating a repository and a commit.
    into = str(adoption.folder)
    with tempfile.TemporaryDirectory() as temporary, _variables(NBLINT_NEW_INTO=into):
        adoption.add(_generate(template_folder(), answers, Path(temporary), origin))


@contextmanager
def _variables(**values: str) -> Iterator[None]:
    """Set environment variables for the template's hooks."""
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            del os.environ[name]
