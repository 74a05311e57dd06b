"""`%nblint` in a notebook, after `%load_ext nblint`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from nblint.errors import SettingsError
from nblint.linting.run import Run
from nblint.reports import text
from nblint.reports.terminal import printable
from nblint.settings_files import SettingsFinder

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def register_magic(shell: InteractiveShell) -> None:
    """Register the magic `%nblint` with a shell."""

    def nblint(line: str) -> None:
        """Check a notebook as last saved: `%nblint` checks this one, `%nblint PATH` another."""
        given = line.strip().strip("\"'")
        path = Path(given) if given else _own_path(shell)
        if path is None:
            print("nblint: cannot tell which notebook this is: use %nblint PATH")  # noqa: T201
            return
        for piece in report(path):
            print(piece, end="")  # noqa: T201

    shell.register_magic_function(nblint, "line")


def report(path: Path) -> list[str]:
    """Return the text report on a notebook, or on the notebooks in a folder."""
    faults: list[str] = []
    try:
        results = list(Run(SettingsFinder(), faults.append).check([path]))
    except SettingsError as error:
        return [f"nblint: {printable(str(error))}\n"]
    pieces = list(text.render(results)) if results or not faults else []
    return [*pieces, *(f"nblint: {printable(fault)}\n" for fault in faults)]


def _own_path(shell: InteractiveShell) -> Path | None:
    """Return the notebook that a shell runs in; None where that is not known.

    VS Code sets a variable, Jupyter Server names the session after the notebook. Other servers
    name sessions otherwise, so only the path of a notebook counts:
    https://github.com/jupyter-server/jupyter_server/pull/679
    """
    for name in (shell.user_ns.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")):
        if isinstance(name, str) and name.endswith(".ipynb") and Path(name).is_file():
            return Path(name)
    return None
