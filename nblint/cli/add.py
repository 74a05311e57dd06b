"""`nblint add`."""

from pathlib import Path

import click

from nblint.cli.click_classes import SectionedCommand
from nblint.cli.status import complain
from nblint.errors import SettingsError
from nblint.paths import display_path

_NEXT = """\
Added {files}.
{notes}
Next steps:

  1. Open {notebook} in Jupyter and replace the prompts at its top with text
     about the notebook; `git commit` refuses it until then.
  2. git add {names}
     git commit -m "Add {slug}"
  3. Once a version with it is installed, the owner of the host schedules it:
     systemctl enable --now notebook-{package}@{slug}.timer
"""


@click.command(cls=SectionedCommand)
# The variable is how `make notebook` passes it on: through pre-commit, which runs this nblint.
@click.argument("title", envvar="NBLINT_ADD_TITLE")
def add(title: str) -> None:
    """Add a notebook to a repository that `nblint new` generated.

    TITLE is what the notebook is called; the name of its file follows from it. The notebook gets
    the configured header, for its author to fill in, a cell for its parameters, and a file for
    those of its scheduled runs. The repository's package contains all notebooks; each has a timer
    of its own. No network is needed.

    Examples:
      nblint add "Weekly report"
    """
    from nblint.adding.repository import add_notebook

    try:
        added = add_notebook(Path.cwd(), title)
    except SettingsError as error:
        complain(str(error))
        raise SystemExit(2) from error
    # From here, so that the commands work in any folder of the repository.
    names = [display_path(added.root / name) for name in added.files]
    click.echo(
        _NEXT.format(
            files=", ".join(names),
            names=" ".join(names),
            notes="".join(f"{note}\n" for note in added.notes),
            notebook=next(name for name in names if name.endswith(".ipynb")),
            package=added.package,
            slug=added.slug,
        ),
        nl=False,
    )
