"""Keeps notebooks explainable, free of credentials, and runnable by somebody else.

    import nblint

    for result in nblint.check(["notebooks"]):
        for reported in result.findings:
            print(result.path, reported.finding.code, reported.finding.message)

Everything but the version is imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nblint._version import __version__

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

    from IPython.core.interactiveshell import InteractiveShell

    from nblint.document.model import Notebook
    from nblint.errors import SettingsError
    from nblint.findings import Finding
    from nblint.linting.checking import check_bytes
    from nblint.linting.results import Result
    from nblint.project.project import Project
    from nblint.settings import Settings

__all__ = [
    "Finding",
    "Notebook",
    "Project",
    "Result",
    "Settings",
    "SettingsError",
    "__version__",
    "check",
    "check_bytes",
]

_HOMES = {
    "Finding": "nblint.findings",
    "Notebook": "nblint.document.model",
    "Project": "nblint.project.project",
    "Result": "nblint.linting.results",
    "Settings": "nblint.settings",
    "SettingsError": "nblint.errors",
    "check_bytes": "nblint.linting.checking",
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
        settings: Settings for all notebooks; None to use each notebook's nearest settings file
            upwards.
        on_error: Called with a message for each thing that could not be checked, such as a missing
            path; None to raise the first one.
        jobs: The number of processes that check the notebooks; None for one per processor, if there
            are enough notebooks. On systems where Python does not fork (Windows, macOS), a script
            that asks for several needs `if __name__ == "__main__":`.

    Yields:
        For each notebook, its path and its findings without those that its baseline records.

    Raises:
        SettingsError: Something could not be checked, and there is no `on_error`.
    """
    from pathlib import Path

    import msgspec

    from nblint.errors import SettingsError
    from nblint.linting.run import Run
    from nblint.settings_files import SettingsFinder

    def fail(message: str) -> None:
        raise SettingsError(message)

    overrides = msgspec.structs.asdict(settings) if settings is not None else None
    run = Run(SettingsFinder(overrides=overrides), on_error or fail, jobs=jobs)
    return run.check([Path(path) for path in paths])


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magic `%nblint` with a shell; called by `%load_ext nblint`."""
    from nblint.jupyter import register_magic

    register_magic(shell)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
