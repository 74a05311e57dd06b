"""nblint keeps notebooks explainable, free of credentials, and runnable by somebody else.

    import nblint

    for result in nblint.check(["notebooks"]):
        for reported in result.findings:
            print(result.path, reported.finding.code, reported.finding.message)

All but the version is imported when it is used.
"""

from __future__ import annotations

from nblint._version import __version__

TYPE_CHECKING = False  # `typing` is not imported before `nblint.cli.run` has set up the collector
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from IPython.core.interactiveshell import InteractiveShell

    from nblint.document.edit import replace
    from nblint.document.model import Cell, Notebook, Place
    from nblint.errors import SettingsError
    from nblint.findings import Finding, Fix, Rule
    from nblint.linting.checking import check_bytes
    from nblint.linting.results import Result
    from nblint.project.project import Project
    from nblint.reading.header.header import Header
    from nblint.reading.python.cells import PythonCell, PythonCells
    from nblint.settings import Settings

__all__ = [
    "Cell",
    "Finding",
    "Fix",
    "Header",
    "Notebook",
    "Place",
    "Project",
    "PythonCell",
    "PythonCells",
    "Result",
    "Rule",
    "Settings",
    "SettingsError",
    "__version__",
    "check",
    "check_bytes",
    "replace",
]

_HOMES = {
    "Cell": "nblint.document.model",
    "Finding": "nblint.findings",
    "Fix": "nblint.findings",
    "Header": "nblint.reading.header.header",
    "Notebook": "nblint.document.model",
    "Place": "nblint.document.model",
    "Project": "nblint.project.project",
    "PythonCell": "nblint.reading.python.cells",
    "PythonCells": "nblint.reading.python.cells",
    "Result": "nblint.linting.results",
    "Rule": "nblint.findings",
    "Settings": "nblint.settings",
    "SettingsError": "nblint.errors",
    "check_bytes": "nblint.linting.checking",
    "replace": "nblint.document.edit",
}


def check(
    paths: Iterable[str | os.PathLike[str]],
    *,
    settings: Settings | None = None,
    on_error: Callable[[str], None] | None = None,
    jobs: int | None = 1,
) -> Iterator[Result]:
    """Check notebooks, and the notebooks in folders.

    Args:
        paths: Files and folders.
        settings: What holds for all of them; None: for each the nearest settings file upwards.
        on_error: Called with a sentence for each thing that could not be checked, such as a path
            that is missing; None: the first one is raised.
        jobs: How many processes check the notebooks; None: as many as there are processors, if
            there are notebooks enough. Where Python starts processes anew (Windows, macOS), a
            script that asks for several needs `if __name__ == "__main__":`.

    Yields:
        For each notebook, one after the other, its path and its findings but those that the
        baseline of its settings records.

    Raises:
        SettingsError: Something could not be checked, and there is no `on_error`.
    """
    from pathlib import Path

    from nblint.errors import SettingsError
    from nblint.linting.run import Run
    from nblint.settings_files import SettingsFinder

    def fail(sentence: str) -> None:
        raise SettingsError(sentence)

    run = Run(SettingsFinder(settings=settings), on_error or fail, jobs=jobs)
    return run.check([Path(path) for path in paths])


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Give a shell the magic `%nblint`; called by `%load_ext nblint`."""
    from nblint.jupyter.magic import register_magic

    register_magic(shell)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
