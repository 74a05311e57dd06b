"""Reports: one module per output format, each with a function `render`.

`render` takes the results of a run, one notebook after the other, and yields pieces of text.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator

from nblint.errors import SettingsError
from nblint.linting.results import EVERYTHING, Details, Result
from nblint.reports.terminal import Style
from nblint.settings_files import SettingsFile

Render = Callable[[Iterable[Result]], Iterator[str]]

NO_DETAILS = Details(rows=None, file_lines=False, fingerprints=False)
_ROW = Details(rows=0, file_lines=False, fingerprints=False)
_LINE = Details(rows=None)
# What each format says of the surroundings of a finding.
_FORMATS = {
    "concise": NO_DETAILS,
    "github": _LINE,
    "gitlab": _LINE,
    "html": EVERYTHING,
    "json": _LINE,
    "jsonl": _LINE,
    "junit": _ROW,
    "sarif": _LINE,
    "text": _ROW,
}
# The formats for people, which look different on a terminal.
FOR_PEOPLE = frozenset({"concise", "text"})


def formats() -> tuple[str, ...]:
    """Return the names of all formats."""
    return tuple(_FORMATS)


def details_of(name: str) -> Details:
    """Return what a format says of the surroundings of findings."""
    return _FORMATS[name]


def format_of(found: SettingsFile) -> str:
    """Return the output format that settings name.

    Raises:
        SettingsError: The format is unknown.
    """
    chosen = found.settings.output_format
    if chosen not in _FORMATS:
        from nblint.suggestions import nearest

        hint = nearest(chosen, _FORMATS) or f"; choose from {', '.join(_FORMATS)}"
        raise SettingsError(f"{found.path}: output-format: unknown output format {chosen!r}{hint}")
    return chosen


def render_for_people(name: str, results: Iterable[Result], style: Style) -> Iterator[str]:
    """Return the report in a format for people; a quiet one is concise.

    Args:
        name: One of `FOR_PEOPLE`.
        results: The results of a run.
        style: How it looks.
    """
    module = importlib.import_module(f"nblint.reports.{'concise' if style.quiet else name}")
    pieces: Iterator[str] = module.render(results, style)
    return pieces


def renderer(name: str, *, with_notes: bool = False) -> Render:
    """Return the function `render` of a format.

    Args:
        name: One of `formats()`.
        with_notes: Whether the report holds notes, too; a format may need another form for them.
    """
    module = importlib.import_module(f"nblint.reports.{name}")
    render: Render = (
        getattr(module, "render_with_notes", module.render) if with_notes else module.render
    )
    return render
