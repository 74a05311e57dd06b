"""`nblint config`: the settings in force, and their schema."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import msgspec

from nblint.cli import options
from nblint.cli.arguments import selection_overrides
from nblint.cli.click_classes import OrderedGroup
from nblint.cli.status import complain
from nblint.credentials.masking.redaction import mask
from nblint.errors import SettingsError
from nblint.linting.selection import Selection
from nblint.paths import display_path
from nblint.reports import format_of
from nblint.reports.terminal import printable
from nblint.settings import Table
from nblint.settings_files import SettingsFile, SettingsFinder, settings_table
from nblint.toml import toml_text


@click.group(cls=OrderedGroup)
def config() -> None:
    """Show the settings in force, and their schema."""


@config.command()
@click.argument("path", default=".", type=click.Path(path_type=Path))
@options.selection()
@options.config(start="PATH")
def show(
    path: Path,
    select: tuple[str, ...] | None,
    extend_select: tuple[str, ...] | None,
    ignore: tuple[str, ...] | None,
    config: Path | None,
) -> None:
    """Print the settings in force, and where each comes from.

    PATH is a notebook or a folder (default: the current folder). The output is TOML, as in an
    nblint.toml; a comment tells where each value comes from: a file, the command line, or nblint's
    defaults.

    Examples:
      nblint config show
      nblint config show notebooks/triage.ipynb
      nblint config show --select NBL1
    """
    overrides = selection_overrides(select, extend_select, ignore)
    folder = Path(os.path.abspath(path))
    try:
        if not path.exists():
            raise SettingsError(f"{path}: no such file or folder")
        found = SettingsFinder(config, overrides).of(folder if path.is_dir() else folder.parent)
        faults = Selection(found).faults  # raises an error for unknown rules
        format_of(found)
        lines = list(_shown(found, overrides))
    except SettingsError as error:
        complain(str(error))
        sys.exit(2)
    click.echo("\n".join(lines))
    for sentence in faults:
        complain(sentence)
    sys.exit(2 if faults else 0)


@config.command()
def schema() -> None:
    """Print the JSON schema of the settings, for editors.

    The schema describes nblint.toml, and [tool.nblint] in pyproject.toml. With it, an editor
    completes keys, shows what they mean, and marks what nblint would reject.

    Example:
      nblint config schema > nblint.schema.json
    """
    from nblint.cli.schema import settings_schema

    click.echo(json.dumps(settings_schema(), indent=2))


Origin = Callable[[str], str]


def _shown(found: SettingsFile, overrides: dict[str, object]) -> Iterator[str]:
    """Yield the lines of an equivalent settings file, with the origin of each value."""
    name = printable(display_path(found.path)) if found.path else ""
    given = settings_table(found.path) if found.path else None
    table = given or {}

    def origin(key: str) -> str:
        """Return where the value of a key such as `header.sections` comes from."""
        if key.replace("-", "_") in overrides:
            return "command line"
        inner: object = table
        for step in key.split("."):
            if not isinstance(inner, dict) or step not in inner:
                return "default"
            inner = inner[step]
        return name

    yield f"# From {name} and nblint's defaults." if name else "# No settings file: defaults."
    yield f"# Paths are relative to {printable(display_path(found.root))}"
    yield from _values(found.settings, "", origin)


def _values(table: Table, prefix: str, origin: Origin) -> Iterator[str]:
    """Yield the lines of a table, then those of the tables in it."""
    inner: list[tuple[str, Table]] = []
    for field in msgspec.structs.fields(table):
        key, value = field.encode_name, getattr(table, field.name)
        if isinstance(value, Table):
            inner.append((key, value))
        elif value is None:
            yield f"# {key}: not set  # {origin(prefix + key)}"
        else:
            yield f"{key} = {_masked(value)}  # {origin(prefix + key)}"
    for key, value in inner:
        yield f"\n[{prefix}{key}]"
        yield from _values(value, f"{prefix}{key}.", origin)


def _masked(value: object) -> str:
    """Return a value as TOML, with credentials masked."""
    if isinstance(value, tuple) and any(isinstance(item, Table) for item in value):
        rows = "".join(f"  {_masked(item)},\n" for item in value)
        return f"[\n{rows}]"
    return mask(toml_text(value))
