"""Adds generated files to a folder that somebody works in."""

import difflib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from nblint.credentials.masking.redaction import mask
from nblint.document.write import write_atomically
from nblint.reports.terminal import printable


def merge(generated: Path, folder: Path, *, ask: bool) -> Iterator[str]:
    """Copy files to a folder; replace existing ones only if the person says so.

    Nothing is written before the last question is answered, and nothing outside the folder: links
    are not followed.

    Args:
        generated: The folder with the files.
        folder: The folder to copy them to, under the same names.
        ask: Whether to ask for each existing file that differs; otherwise it is kept.

    Yields:
        A sentence each for what was added, replaced, and kept.

    Raises:
        click.Abort: The person aborted the questions; nothing was written.
        OSError: A file could not be written.
    """
    files = sorted(path.relative_to(generated) for path in generated.rglob("*") if path.is_file())
    added, replaced, kept = [], [], []
    for name in files:
        target, title = folder / name, name.as_posix()
        if obstacle := _obstacle(folder, name):
            kept.append(f"{title} ({obstacle})")
        elif not os.path.lexists(target):
            added.append(name)
        elif target.read_bytes() == (generated / name).read_bytes():
            continue
        elif ask and _wants_it_replaced(target, generated / name, title):
            replaced.append(name)
        else:
            kept.append(title)
    for name in added:
        _copy(generated / name, folder / name, new=True)
    for name in replaced:
        _copy(generated / name, folder / name, new=False)
    yield from _report(map(Path.as_posix, added), map(Path.as_posix, replaced), kept)


def _obstacle(folder: Path, name: Path) -> str:
    """Return why a file can be neither compared nor written; empty where it can."""
    for parent in list(name.parents)[:-1]:
        if (folder / parent).is_symlink():
            return f"{parent.as_posix()} is a link"
        if (folder / parent).exists() and not (folder / parent).is_dir():
            return f"{parent.as_posix()} is not a folder"
    if (folder / name).is_symlink():
        return "a link"
    if (folder / name).is_dir():
        return "a folder"
    # Nobody may ever write to a pipe, and reading a device has no end.
    is_other = os.path.lexists(folder / name) and not (folder / name).is_file()
    return "not a regular file" if is_other else ""


def _copy(source: Path, target: Path, *, new: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # If it is new, not even a file that somebody has created during the questions is replaced.
    write_atomically(target, source.read_bytes(), new=new)
    shutil.copymode(source, target)


def _report(added: Iterable[str], replaced: Iterable[str], kept: Iterable[str]) -> Iterator[str]:
    lines = {
        "Added": ", ".join(added),
        "Replaced": ", ".join(replaced),
        "Kept yours, which differ from the template's:": ", ".join(kept),
    }
    if not any(lines.values()):
        yield "Nothing to do: everything is there already, as in the template."
    yield from (f"{verb} {names}" for verb, names in lines.items() if names)


def _wants_it_replaced(theirs: Path, ours: Path, name: str) -> bool:
    question = f"{name} exists and differs: [k]eep it, [r]eplace it, show the [d]ifference"
    while True:
        answer = click.prompt(question, type=click.Choice(["k", "r", "d"]), default="k")
        if answer != "d":
            return bool(answer == "r")
        click.echo("".join(_difference(theirs, ours, name)), nl=False)


def _difference(theirs: Path, ours: Path, name: str) -> Iterator[str]:
    """Yield the lines of a unified diff, with credentials in the person's file masked."""
    before, after = (
        [printable(row) for row in mask(path.read_text("utf-8", "replace")).splitlines()]
        for path in (theirs, ours)
    )
    labels = (f"{name} (yours)", f"{name} (the template's)")
    for line in difflib.unified_diff(before, after, *labels, lineterm=""):
        yield f"{line}\n"
