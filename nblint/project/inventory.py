"""Which environment variables the notebooks of a repository need."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from nblint.project.catalogue.model import Catalogue
from nblint.reading.environment.environment import Environment
from nblint.reading.environment.uses import Read

COLUMNS = ("variable", "declared", "secret", "required", "set here", "read in")


class Entry(Struct):
    """A variable that notebooks read.

    Attributes:
        name: Its name.
        declared: "yes", "no", or "elsewhere" for names that the system sets or `known` covers.
        secret: Whether its value is a secret.
        required: Whether a notebook fails, or does other than it says, without it.
        help: What the catalogue says of it.
        notebooks: The notebooks that read it, in order.
    """

    name: str
    declared: str
    secret: bool
    required: bool = False
    help: str = ""
    notebooks: list[str] = []


class Inventory:
    """The variables that notebooks read and do not set themselves, by name."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    @property
    def entries(self) -> list[Entry]:
        """The variables, sorted by name."""
        return [self._entries[name] for name in sorted(self._entries)]

    def add(
        self,
        notebook: str,
        environment: Environment,
        catalogue: Catalogue,
        shown: Callable[[str], str],
    ) -> None:
        """Add what a notebook reads.

        Args:
            notebook: What the notebook is called.
            environment: What it does with the environment.
            catalogue: What is declared for it.
            shown: Hides credentials: people ask the environment for the key instead of its name.
        """
        for read in environment.reads:
            if read.name is None or environment.sets_before(read):
                continue
            name = shown(read.name)
            entry = self._entries.get(name)
            if entry is None:
                entry = self._entries[name] = _entry(name, catalogue)
            entry.required = entry.required or _needs(read, catalogue)
            if notebook not in entry.notebooks:
                entry.notebooks.append(notebook)

    def missing(self, present: Iterable[str]) -> list[Entry]:
        """Return the required variables that are not among those present."""
        there = frozenset(present)
        return [entry for entry in self.entries if entry.required and entry.name not in there]


def _entry(name: str, catalogue: Catalogue) -> Entry:
    variable = catalogue.variables.get(name)
    elsewhere = "elsewhere" if catalogue.knows(name) else "no"
    declared = "yes" if variable else elsewhere
    text = variable.declaration.help if variable else ""
    return Entry(name, declared, catalogue.is_secret(name), help=text)


def _needs(read: Read, catalogue: Catalogue) -> bool:
    """Tell whether a notebook cannot do without what it reads."""
    if read.name is None or catalogue.is_optional(read.name):
        return False
    if read.guarded or read.asks or read.fallback is not None:
        return False
    return read.required or read.name in catalogue.variables


def as_rows(entries: Iterable[Entry], present: Iterable[str]) -> list[tuple[str, ...]]:
    """Return a row of text for each variable, in the order of `COLUMNS`; values never show."""
    there = frozenset(present)
    return [
        (
            entry.name,
            entry.declared,
            _yes(entry.secret),
            _yes(entry.required),
            _yes(entry.name in there),
            ", ".join(entry.notebooks),
        )
        for entry in entries
    ]


def as_text(rows: list[tuple[str, ...]]) -> str:
    """Return rows as a table for a terminal."""
    table = [tuple(column.upper() for column in COLUMNS), *rows]
    widths = [max(len(row[index]) for row in table) for index in range(len(COLUMNS))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in table]
    return "\n".join(lines) + "\n"


def as_markdown(rows: list[tuple[str, ...]]) -> str:
    """Return rows as a Markdown table."""
    lines = [" | ".join(COLUMNS), " | ".join("---" for _ in COLUMNS)]
    for row in rows:
        cells = [re.sub(r"([\\|`*_<>\[\]])", r"\\\1", cell) for cell in row]
        lines.append(" | ".join(" ".join(cell.split()) for cell in cells))
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def as_csv(rows: list[tuple[str, ...]]) -> str:
    """Return rows as CSV; what a spreadsheet would take for a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([re.sub(r"^(?=[=+\-@\t\r])", "'", cell) for cell in row] for row in rows)
    return text.getvalue()


def as_json(entries: Iterable[Entry], present: Iterable[str]) -> str:
    """Return an array with an object for each variable."""
    there = frozenset(present)
    objects = [
        {
            "name": entry.name,
            "declared": entry.declared,
            "secret": entry.secret,
            "required": entry.required,
            "set": entry.name in there,
            "help": entry.help,
            "notebooks": entry.notebooks,
        }
        for entry in entries
    ]
    return json.dumps(objects, indent=2) + "\n"


def as_dotenv(entries: Iterable[Entry]) -> str:
    """Return a `.env.example` with the variables that somebody has to set."""
    lines = ["# Copy this to .env and fill it in; .env itself is never committed."]
    for entry in _to_declare(entries):
        lines += ["", *(f"# {comment}" for comment in _comments(entry)), f"{entry.name}="]
    return "\n".join(lines) + "\n"


def as_catalogue(entries: Iterable[Entry]) -> str:
    """Return a first `environment.toml`, for the hub's owners to complete."""
    lines = ["# The environment variables that every notebook finds.", ""]
    for entry in _to_declare(entries):
        lines.append(f"[environment.{entry.name}]")
        lines.append(f'help = ""  # {_comments(entry)[-1]}')
        if entry.secret:
            lines.append("secret = true")
            lines.append(f'file = "{entry.name.lower().replace("_", "-")}"')
        if not entry.required:
            lines.append("required = false")
        lines.append("")
    return "\n".join(lines)


def _to_declare(entries: Iterable[Entry]) -> Iterator[Entry]:
    for entry in entries:
        if entry.declared != "elsewhere" and re.fullmatch(r"[A-Za-z_]\w*", entry.name, re.ASCII):
            yield entry


def _comments(entry: Entry) -> list[str]:
    needed = "needed" if entry.required else "read"
    where = f"{needed} by {', '.join(entry.notebooks)}"
    return [
        " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())
        for text in (entry.help, where)
        if text
    ]


def _yes(value: bool) -> str:
    return "yes" if value else "no"
