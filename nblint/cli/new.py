"""`nblint new`."""

import json
import sys
from pathlib import Path

import click

import nblint
from nblint.toml import nearest


@click.command()
@click.argument("answers", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--no-input", is_flag=True, help="Ask nothing: take the defaults, and ANSWERS.")
@click.option(
    "-o",
    "--output-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder that the repository's folder is made in.",
)
def new(answers: tuple[str, ...], no_input: bool, output_dir: Path) -> None:
    """Generate a notebook repository from the template that this package carries.

    Asks what cookiecutter would ask; `nblint new --no-input title="Phishing triage"` asks nothing.
    Needs no network.
    """
    try:
        from cookiecutter.exceptions import CookiecutterException
        from cookiecutter.main import cookiecutter
    except ImportError:
        raise click.ClickException(
            "generating needs cookiecutter: pip install 'nblint-suite[new]'"
        ) from None
    template = template_folder()
    known = _questions(template)
    given = dict(_pair(answer, known) for answer in answers)
    try:
        cookiecutter(
            str(template), no_input=no_input, extra_context=given, output_dir=str(output_dir)
        )
    except CookiecutterException as error:
        # A hook has said already what is wrong with which answer.
        click.echo(f"nblint: nothing was generated: {error}", err=True)
        sys.exit(2)


def template_folder() -> Path:
    """Return the template: inside an installed package, beside it in a checkout."""
    package = Path(nblint.__file__).parent
    checkout = package.parent / "template"
    return checkout if (checkout / "cookiecutter.json").is_file() else package / "template"


def _questions(template: Path) -> list[str]:
    asked = json.loads((template / "cookiecutter.json").read_text(encoding="utf-8"))
    return [key for key in asked if not key.startswith("_")]


def _pair(answer: str, known: list[str]) -> tuple[str, str]:
    key, separator, value = answer.partition("=")
    if not separator:
        raise click.UsageError(f"{answer!r} is no answer: write KEY=VALUE, such as title=Triage")
    if key not in known:
        raise click.UsageError(f"the template does not ask for {key!r}{nearest(key, known)}")
    return key, value
