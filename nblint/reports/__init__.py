"""How findings are printed: one module a format, each with a function `render`.

`render` takes the findings of a run, one notebook after the other, and yields pieces of text.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator

from nblint.errors import SettingsError
from nblint.linting.results import Result
from nblint.settings_files import SettingsFile
from nblint.suggestions import nearest

Render = Callable[[Iterable[Result]], Iterator[str]]


_FORMATS = ("github", "gitlab", "html", "json", "jsonl", "junit", "sarif", "text")


def formats() -> tuple[str, ...]:
    """Return the names of all formats."""
    return _FORMATS


def format_of(found: SettingsFile) -> str:
    """Return the output format that settings name.

    Raises:
        SettingsError: There is none of that name.
    """
    chosen = found.settings.output_format
    if chosen not in _FORMATS:
        meant = nearest(chosen, _FORMATS) or f"; there are {', '.join(_FORMATS)}"
        raise SettingsError(
            f"{found.path}: output-format: there is no output format {chosen!r}{meant}"
        )
    return chosen


def renderer(name: str) -> Render:
    """Return the function that prints findings in a format.

    Args:
        name: One of `formats()`.
    """
    render: Render = importlib.import_module(f"nblint.reports.{name}").render
    return render
