"""`nblint requirements`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from nblint.cli import options
from nblint.cli.click_classes import SectionedCommand
from nblint.cli.echo import say
from nblint.cli.parameter_types import NonEmptyPath
from nblint.cli.status import Status, complain, report_empty
from nblint.cli.written import write_file
from nblint.credentials.masking.redaction import mask, mask_path
from nblint.document.write import write_atomically
from nblint.errors import SettingsError, unwritable
from nblint.files import read_bounded
from nblint.linting.run import Run
from nblint.paths import display_path
from nblint.project.needed_packages import NeededPackage, NeededPackages
from nblint.project.project import Project
from nblint.project.requirements import commented_out, declared_by, decoded
from nblint.reading.python.imports import Imports
from nblint.reports.requirements import as_list, as_requirements
from nblint.reports.terminal import printable
from nblint.settings_files import SettingsFinder


@click.command(cls=SectionedCommand)
@click.argument("paths", nargs=-1, type=NonEmptyPath())
@click.option("--add", is_flag=True, help="Add to an existing file; keep what it holds.")
@click.option(
    "--missing",
    is_flag=True,
    help="Print only packages that are not declared in the requirements, and write nothing; exit "
    "with 1 if there are any.",
)
@click.option(
    "--output-file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="The file to write, or `-` for stdout (default: requirements.txt, beside the settings or "
    "at the top of the repository).",
)
@options.config()
def requirements(
    paths: tuple[Path, ...],
    add: bool,
    missing: bool,
    output_file: Path | None,
    config: Path | None,
) -> None:
    """Write a requirements.txt from what notebooks import.

    PATHS are notebooks, and folders to search for notebooks (default: the current folder). Packages
    that another requirements file declares are left out, and so are Python's own modules and those
    of the repository. A package that is installed beside nblint gets its version as a lower bound.
    An existing file is replaced only if --output-file names it.

    Exit status: 0 on success, 1 with --missing if packages are missing, 2 if something could not be
    read or written, 3 if a folder contains no notebooks.

    Examples:
      nblint requirements
      nblint requirements --add
      nblint requirements --missing notebooks/triage.ipynb
    """
    _refuse_contradictions(add, missing, output_file)
    status = Status()
    try:
        finder = SettingsFinder(config)
        # Where the setting `reproducibility.requirements` looks for it.
        top = finder.of(Path.cwd()).root
        default = Path(display_path(top / "requirements.txt"))
        target = output_file or default
        run = Run(finder, status.fault, with_files=False)
        # What the file declares is kept if packages are added, and written anew otherwise.
        file = default if str(target) == "-" else target
        needed = _needed(run, paths or (Path(),), file, counts=add or missing)
    except SettingsError as error:
        status.fail(str(error))
    report_empty(run.empty)
    failed = status.code(is_empty=bool(run.empty))
    if missing:
        required = [one for one in needed.packages if not one.is_optional]
        click.echo(as_list(required), nl=False)
        sys.exit(failed or bool(required))
    written = _write(needed.packages, target, add=add, overwrite=output_file is not None)
    sys.exit(failed or written)


def _refuse_contradictions(add: bool, missing: bool, output_file: Path | None) -> None:
    if add and missing:
        raise click.UsageError("--add cannot be combined with --missing")
    if missing and output_file is not None:
        raise click.UsageError("--missing cannot be combined with --output-file")
    if add and str(output_file) == "-":
        raise click.UsageError("--add requires a file, and not '-'")


def _needed(run: Run, paths: Sequence[Path], target: Path, *, counts: bool) -> NeededPackages:
    """Return what notebooks import and no requirements file declares.

    Args:
        run: Reads the notebooks.
        paths: The notebooks, and folders with notebooks.
        target: The file that is written.
        counts: Whether what that file declares counts as well.
    """
    needed = NeededPackages()
    declared: dict[Path, frozenset[str]] = {}  # by the folders of settings
    for notebook, reading in run.readings(paths, with_requirements=True):
        project = reading.get(Project)
        assert project.requirements is not None
        if project.root not in declared:
            files = project.requirements.files
            own = [target] if counts and target.is_file() else []
            left_out = None if counts else target
            declared[project.root] = declared_by([*files, *own], project.root, apart_from=left_out)
        found = reading.get(Imports)
        # What looks like a credential is no module, and is not shown.
        modules = tuple(one for one in found.found if mask(one.module) == one.module)
        imports = Imports(modules, found.written)
        name = mask_path(notebook.path)
        needed.add(name, imports, project.requirements, declared[project.root])
    return needed


def _write(packages: Sequence[NeededPackage], target: Path, *, add: bool, overwrite: bool) -> int:
    """Write packages to a file; return the exit status."""
    if add:
        noted = commented_out(target)
        packages = [one for one in packages if not (one.is_optional and one.name in noted)]
    if not packages:
        click.echo("Nothing to write: all packages that are imported are declared.", err=True)
        return 0
    if add and os.path.lexists(target):
        failed = _append(as_requirements(packages, with_heading=False), target)
    else:
        text = as_requirements(packages)
        failed = write_file(text, target, overwrite=overwrite, otherwise="add to it with --add, ")
    unknown = [one.name for one in packages if one.needs_a_look]
    if unknown and not failed:
        click.echo(f"Not installed here; check the names: {', '.join(unknown)}", err=True)
    return failed


def _append(text: str, target: Path) -> int:
    """Add lines to a file, in its encoding and with its line ends; return the exit status."""
    try:
        before = read_bounded(target)
    except SettingsError as error:
        complain(str(error))
        return 2
    held, encoding = decoded(before)
    added = text if not held.strip() else f"\n{text}"
    if held and not held.endswith("\n"):
        added = f"\n{added}"
    if "\r\n" in held:
        added = added.replace("\n", "\r\n")
    try:
        write_atomically(target, before + added.encode(encoding), instead_of=before)
    except OSError as error:
        complain(unwritable(target, error))
        return 2
    say(f"Added to {printable(mask_path(str(target)))}")
    return 0
