"""How findings are printed: one module a format, each with a function `render`.

`render` takes the findings of a run, one notebook after the other, and yields pieces of text.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator

from nblint.linting.results import Result

Render = Callable[[Iterable[Result]], Iterator[str]]


_FORMATS = ("github", "gitlab", "html", "json", "jsonl", "junit", "sarif", "text")


def formats() -> tuple[str, ...]:
    """Return the names of all formats."""
    return _FORMATS


def renderer(name: str) -> Render:
    """Return the function that prints findings in a format.

    Args:
        name: One of `formats()`.
    """
    render: Render = importlib.import_module(f"nblint.reports.{name}").render
    return render
