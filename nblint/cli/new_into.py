"""Adds generated files to a folder that somebody works in: shows them first, asks once."""

import difflib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
from msgspec import Struct

from nblint.cli.new_checks import reduce_to_checks
from nblint.cli.new_paste import additions, missing_rows
from nblint.credentials.masking.redaction import mask
from nblint.discovery import Discovery
from nblint.document.write import write_atomically
from nblint.reports.terminal import printable
from nblint.reports.text import count
from nblint.settings_files import SettingsFinder

# Nobody but the owner can say what others may do with the files, and who is asked about them; and
# the answer to the question that says so.
_TO_DECIDE = {"LICENSE": "license", "CODEOWNERS": "email"}
_NEEDED = {"LICENSE": "; the package needs one"}
# Where `git add` would take what `make setup` installs.
_EXTENDED = (".gitignore",)


def number_of_notebooks(folder: Path) -> int:
    """Return how many notebooks a folder has."""
    finder = SettingsFinder()
    return sum(1 for _ in Discovery(finder, lambda _: None).notebooks([folder]))


class Adoption(Struct, frozen=True):
    """How generated files are added to a folder.

    Attributes:
        folder: The folder.
        notebooks: How many notebooks it has. If it has any, only the checks are added.
        whole: Whether everything is added all the same.
        ask: Whether to ask before anything is written; otherwise existing files are kept.
        dry_run: Whether to only show what would be added.
        answered: The template's questions that the person has answered.
    """

    folder: Path
    notebooks: int
    whole: bool
    ask: bool
    dry_run: bool
    answered: frozenset[str] = frozenset()

    @property
    def is_reduced(self) -> bool:
        """Whether only the checks are added."""
        return self.notebooks > 0 and not self.whole

    @property
    def has_questions(self) -> bool:
        """Whether the template's questions are asked: the checks need no answers."""
        return self.ask and not self.is_reduced and not self.dry_run

    def add(self, generated: Path) -> None:
        """Show what would be done, ask, and do it.

        Nothing is written before the last question is answered, and nothing outside the folder:
        links are not followed.

        Args:
            generated: The generated repository; files that are not to be added are removed from it.

        Raises:
            click.Abort: The person said no, or aborted the questions; nothing was written.
            OSError: A file could not be written.
        """
        if self.is_reduced:
            reduce_to_checks(generated, self.folder)
        plan = _plan(generated, self)
        _show(plan, self)
        if self.dry_run:
            click.echo("\nNothing was written.")
            return
        replaced: Sequence[str] = ()
        if self.ask and (plan.added or plan.extended or plan.differing):
            replaced = _asked(plan, generated, self.folder)
        for name in plan.added:
            _copy(generated / name, self.folder / name, new=True)
        for name in replaced:
            _copy(generated / name, self.folder / name, new=False)
            click.echo(f"Replaced {name}")
        for name, rows in plan.extended.items():
            _extend(self.folder / name, rows)
        kept = [name for name in plan.differing if name not in replaced]
        for where, text in additions(generated, self.folder, kept):
            click.echo(f"\nAdd {where}:\n\n{text}", nl=False)
        _show_next_steps(plan, replaced, self)

    @property
    def undecided(self) -> list[str]:
        """The files that are left out until somebody decides about them."""
        if self.whole:
            return []
        answered = _TO_DECIDE.values() if self.has_questions else self.answered
        return [name for name, question in _TO_DECIDE.items() if question not in answered]


class _Plan(Struct, frozen=True):
    """What is to be done with each generated file, by their names.

    Attributes:
        added: New files.
        same: Files that are there, as generated.
        extended: Files that are there and get more rows, and these rows.
        differing: Files that are there, with something else in them.
        obstructed: Files that cannot be written, and why.
        undecided: Files that are left out until somebody decides about them.
    """

    added: list[str]
    same: list[str]
    extended: dict[str, list[str]]
    differing: list[str]
    obstructed: dict[str, str]
    undecided: list[str]


def _plan(generated: Path, adoption: Adoption) -> _Plan:
    plan, folder, undecided = _Plan([], [], {}, [], {}, []), adoption.folder, adoption.undecided
    files = sorted(path.relative_to(generated) for path in generated.rglob("*") if path.is_file())
    for name in files:
        target, title = folder / name, name.as_posix()
        if obstacle := _obstacle(folder, name):
            plan.obstructed[title] = obstacle
        elif os.path.lexists(target):
            is_same = target.read_bytes() == (generated / name).read_bytes()
            if title in _EXTENDED and (rows := missing_rows(target, generated / name)):
                plan.extended[title] = rows
            else:
                (plan.same if is_same else plan.differing).append(title)
        elif title == ".gitattributes" and adoption.notebooks:
            plan.obstructed[title] = "git would show every notebook as changed"
        else:
            (plan.undecided if title in undecided else plan.added).append(title)
    return plan


def _extend(file: Path, rows: Iterable[str]) -> None:
    """Add rows to the end of a file."""
    before = file.read_bytes()
    end = b"\r\n" if b"\r\n" in before else b"\n"
    pieces = [before.rstrip(b"\r\n"), *(row.encode() for row in rows)]
    new = end.join(piece for piece in pieces if piece) + end
    write_atomically(file, new, instead_of=before)


def _show(plan: _Plan, adoption: Adoption) -> None:
    if adoption.is_reduced:
        click.echo(
            f"{count(adoption.notebooks, 'notebook')} here: this adds what checks them, and changes"
            " none. `--all` adds the rest of\nthe template: an example, a pipeline, a package."
        )
    groups = {
        "New files": plan.added,
        "Yours, which get more lines": [
            f"{name}: {' '.join(rows)}" for name, rows in plan.extended.items()
        ],
        "Yours, which stay as they are": sorted({*plan.differing, *_untouched(adoption)}),
        "Left out": [f"{name} ({why})" for name, why in plan.obstructed.items()],
        "Left out, because only you can decide about them": [
            f"{name} (to add it: {_TO_DECIDE[name]}=…{_NEEDED.get(name, '')})"
            for name in plan.undecided
        ],
    }
    for title, names in groups.items():
        if names:
            click.echo(f"\n{title}:")
            for name in names:
                click.echo(f"  {printable(name)}")
    if not any(groups.values()):
        click.echo("Nothing to do: everything is there already, as in the template.")


def _untouched(adoption: Adoption) -> Iterator[str]:
    """Yield the files that a person could expect to change, if the checks need no part of them."""
    if adoption.is_reduced:
        for name in ("Makefile", "pyproject.toml", "requirements.txt"):
            if (adoption.folder / name).exists():
                yield name


def _asked(plan: _Plan, generated: Path, folder: Path) -> list[str]:
    """Return the names of the files that are to be replaced.

    Raises:
        click.Abort: Nothing is to be done.
    """
    named = {"y": "[y]es", "n": "[n]o"}
    if plan.differing:
        named["r"] = "[r]eview yours that differ"
    question = f"\nAdd {count(len(plan.added), 'file')}? {', '.join(named.values())}"
    answer = click.prompt(question, type=click.Choice([*named]), default="y", show_choices=False)
    if answer == "n":
        raise click.Abort
    if answer == "y":
        return []
    return [
        name for name in plan.differing if _wants_it_replaced(folder / name, generated / name, name)
    ]


def _show_next_steps(plan: _Plan, replaced: Sequence[str], adoption: Adoption) -> None:
    has_setup = "Makefile" in (*plan.added, *plan.same, *replaced)
    steps = ["make setup" if has_setup else "pip install pre-commit && pre-commit install"]
    if adoption.notebooks:
        steps.append("nblint baseline create")
    click.echo("\nNext steps:\n")
    for step in steps:
        click.echo(f"    {step}")
    click.echo("\nThen review the new files and commit them.", nl=False)
    if adoption.notebooks:
        click.echo(
            " The baseline records today's findings: only new ones are\nrefused from now on.",
            nl=False,
        )
    click.echo()


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
