"""Place generated files in a folder that somebody works in."""

import difflib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import click

from nblint.credentials.masking.redaction import mask
from nblint.document.write import write_atomically
from nblint.reports.terminal import printable


def place(generated: Path, folder: Path, *, ask: bool) -> Iterator[str]:
    """Copy files to a folder; none that is there is replaced unless the person says so.

    Nothing is written before the last question is answered, and nothing outside the folder: links
    are not followed.

    Args:
        generated: the folder whose files are placed.
        folder: where they go, under the same names.
        ask: whether to ask for each file that is there with another content; else it is kept.

    Yields:
        A sentence for what was added, replaced, and kept.

    Raises:
        click.Abort: the person ended the questions; nothing was written.
        OSError: a file could not be written.
    """
    files = sorted(path.relative_to(generated) for path in generated.rglob("*") if path.is_file())
    added, replaced, kept = [], [], []
    for name in files:
        if obstacle := _obstacle(folder, name):
            kept.append(f"{name.as_posix()} ({obstacle})")
        elif not os.path.lexists(folder / name):
            added.append(name)
        elif (folder / name).is_symlink():
            kept.append(f"{name.as_posix()} (a link)")
        elif (folder / name).is_dir():
            kept.append(f"{name.as_posix()} (a folder)")
        elif (folder / name).read_bytes() != (generated / name).read_bytes():
            if ask and _wants_it_replaced(folder / name, generated / name, name.as_posix()):
                replaced.append(name)
            else:
                kept.append(name.as_posix())
    for name in added:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        # new: not even if somebody has made it while the questions were asked.
        write_atomically(folder / name, (generated / name).read_bytes(), new=True)
        shutil.copymode(generated / name, folder / name)
    for name in replaced:
        write_atomically(folder / name, (generated / name).read_bytes())
        shutil.copymode(generated / name, folder / name)
    for verb, names in (
        ("Added", [name.as_posix() for name in added]),
        ("Replaced", [name.as_posix() for name in replaced]),
        ("Kept yours, which differ from the template's:", kept),
    ):
        if names:
            yield f"{verb} {', '.join(names)}"
    if not (added or replaced or kept):
        yield "Everything is there already, as the template has it."


def _obstacle(folder: Path, name: Path) -> str:
    """Say which part of the way to a file is no folder of its own, empty if all are."""
    for parent in list(name.parents)[:-1]:
        way = folder / parent
        if way.is_symlink():
            return f"{parent.as_posix()} is a link"
        if way.exists() and not way.is_dir():
            return f"{parent.as_posix()} is no folder"
    return ""


def _wants_it_replaced(theirs: Path, ours: Path, name: str) -> bool:
    question = f"{name} is there already and differs: [k]eep it, [r]eplace it, see the [d]ifference"
    while True:
        answer = click.prompt(question, type=click.Choice(["k", "r", "d"]), default="k")
        if answer != "d":
            return bool(answer == "r")
        click.echo("".join(_difference(theirs, ours, name)), nl=False)


def _difference(theirs: Path, ours: Path, name: str) -> Iterator[str]:
    """Yield the lines of a unified diff; a credential in the person's file stays unseen."""
    before, after = (
        [printable(row) for row in mask(path.read_text("utf-8", "replace")).splitlines()]
        for path in (theirs, ours)
    )
    labels = (f"{name} (yours)", f"{name} (the template's)")
    for line in difflib.unified_diff(before, after, *labels, lineterm=""):
        yield f"{line}\n"
