"""Prints the environment variables that notebooks need: as a list, or as a file to fill in.

Names only: values are never printed.
"""

import csv
import io
import json
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Set
from itertools import zip_longest

from nblint.project.inventory import NeededVariable
from nblint.reports.terminal import printable

# The column of notebooks is not made narrower than this, however narrow the terminal is.
_NARROWEST = 20
_COLUMNS = ("variable", "declared", "secret", "required", "set here", "read in")


def as_text(
    variables: Iterable[NeededVariable], present: Set[str], width: int | None = None
) -> str:
    """Return a table for people; an empty text where no variable is needed.

    Args:
        variables: The variables.
        present: The names of those that are set.
        width: The number of columns that the names of the notebooks are wrapped to; None for a
            program, which gets one line per variable.
    """
    rows = list(_rows(variables, present))
    if not rows:
        return ""
    table = [tuple(column.upper() for column in _COLUMNS), *rows]
    widths = [max(len(row[index]) for row in table) for index in range(len(_COLUMNS) - 1)]
    lines = []
    for *cells, notebooks in table:
        start = "".join(f"{cell.ljust(size)}  " for cell, size in zip(cells, widths, strict=True))
        wrapped = [notebooks]
        if width is not None:
            room = max(_NARROWEST, width - len(start))
            wrapped = textwrap.wrap(
                notebooks, room, break_long_words=False, break_on_hyphens=False
            ) or [""]
        indent = " " * len(start)
        lines += [
            f"{before}{part}".rstrip()
            for before, part in zip_longest((start,), wrapped, fillvalue=indent)
        ]
    return "\n".join(lines) + "\n"


def as_markdown(variables: Iterable[NeededVariable], present: Set[str]) -> str:
    """Return a Markdown table."""
    lines = [" | ".join(_COLUMNS), " | ".join("---" for _ in _COLUMNS)]
    for row in _rows(variables, present):
        cells = [re.sub(r"([\\|`*_<>\[\]])", r"\\\1", cell) for cell in row]
        lines.append(" | ".join(" ".join(cell.split()) for cell in cells))
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def as_csv(variables: Iterable[NeededVariable], present: Set[str]) -> str:
    """Return CSV; a cell that a spreadsheet would take for a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in _rows(variables, present):
        writer.writerow([re.sub(r"^(?=[=+\-@\t\r])", "'", cell) for cell in row])
    return text.getvalue()


def as_json(variables: Iterable[NeededVariable], present: Set[str]) -> str:
    """Return an array with an object for each variable."""
    objects = [
        {
            "name": variable.name,
            "declared": variable.declared,
            "secret": variable.secret,
            "required": variable.required,
            "set": variable.name in present,
            "help": variable.help,
            "notebooks": variable.notebooks,
        }
        for variable in variables
    ]
    return json.dumps(objects, indent=2) + "\n"


# By the names of `--output-format`; each takes the variables, and the names of those that are set.
FORMATS: dict[str, Callable[[Iterable[NeededVariable], Set[str]], str]] = {
    "text": as_text,
    "json": as_json,
    "csv": as_csv,
    "markdown": as_markdown,
}


def as_dotenv(variables: Iterable[NeededVariable]) -> str:
    """Return a `.env.example` with the variables that must be set."""
    lines = ["# Copy this to .env and fill it in; .env itself is never committed."]
    for variable in _to_declare(variables):
        lines += ["", *(f"# {comment}" for comment in _comments(variable)), f"{variable.name}="]
    return "\n".join(lines) + "\n"


def as_catalogue(variables: Iterable[NeededVariable]) -> str:
    """Return a first `environment.toml`, for the hub's owners to complete."""
    lines = ["# The environment variables that every notebook finds.", ""]
    for variable in _to_declare(variables):
        lines.append(f"[environment.{variable.name}]")
        lines.append(f'help = ""  # {_comments(variable)[-1]}')
        if variable.secret:
            lines.append("secret = true")
            lines.append(f'file = "{variable.name.lower().replace("_", "-")}"')
        if not variable.required:
            lines.append("required = false")
        lines.append("")
    return "\n".join(lines)


def _rows(variables: Iterable[NeededVariable], present: Set[str]) -> Iterator[tuple[str, ...]]:
    """Yield a row of printable text for each variable, in the order of `_COLUMNS`."""
    for variable in variables:
        cells = (
            variable.name,
            variable.declared,
            _yes_or_no(variable.secret),
            _yes_or_no(variable.required),
            _yes_or_no(variable.name in present),
            ", ".join(variable.notebooks),
        )
        yield tuple(map(printable, cells))


def _to_declare(variables: Iterable[NeededVariable]) -> Iterator[NeededVariable]:
    for variable in variables:
        is_declarable = re.fullmatch(r"[A-Za-z_]\w*", variable.name, re.ASCII)
        if variable.declared != "elsewhere" and is_declarable:
            yield variable


def _comments(variable: NeededVariable) -> list[str]:
    needed = "needed" if variable.required else "read"
    where = f"{needed} by {', '.join(variable.notebooks)}"
    return [
        " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())
        for text in (variable.help, where)
        if text
    ]


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"
