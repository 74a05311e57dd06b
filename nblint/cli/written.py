"""Files that commands write for people: never over another one unless they name it."""

from pathlib import Path

import click

from nblint.cli.echo import say
from nblint.cli.status import complain
from nblint.credentials.masking.redaction import mask_path
from nblint.document.write import write_atomically, writing
from nblint.errors import unwritable
from nblint.reports.terminal import printable


def write_file(text: str, target: Path, *, overwrite: bool, otherwise: str = "") -> int:
    """Write a file, which must not exist unless `overwrite` is set; return the exit status.

    Args:
        text: The text.
        target: The file; `-` for stdout.
        overwrite: Whether an existing file is replaced.
        otherwise: What else can be done about an existing file, for the error.
    """
    if str(target) == "-":
        click.echo(text, nl=False)
        return 0
    try:
        if overwrite:
            with writing(target) as file:
                file.write(text)
        else:
            write_atomically(target, text.encode(), new=True)
    except FileExistsError:
        complain(
            f"{target}: already exists; {otherwise}name another file with --output-file, "
            "or print it with --output-file -"
        )
        return 2
    except OSError as error:
        complain(unwritable(target, error))
        return 2
    say(f"Wrote {printable(mask_path(str(target)))}")
    return 0
