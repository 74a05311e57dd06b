"""Kernels that execute nothing of a notebook's folder before its first cell.

A kernel starts as `python -m ipykernel_launcher` in the notebook's folder, which Python puts first
on `sys.path`: a colleague's `json.py` there would run as whoever opens the notebook. Python's safe
path leaves the folder out. So that imports of a module beside the notebook work all the same, it is
added when the first cell runs, and last: running a colleague's notebook is running their code, and
opening it is not.
"""

from __future__ import annotations

import json
import os
from pathlib import Path, PurePath

from nblint.document.write import write_changed
from nblint.errors import SettingsError, unwritable
from nblint.hub.usage import in_server

_CONFIGURATION = '''\
c = get_config()
# Older IPython adds the folder before site-packages, whatever Python's safe path says.
c.InteractiveShellApp.ignore_cwd = True
c.InteractiveShellApp.exec_lines = ["""\
def _add_folder(_cell):
    import sys
    if "" not in sys.path:
        sys.path.append("")
get_ipython().events.register("pre_run_cell", _add_folder)
del _add_folder"""]
'''


# On a disk that is full, notebooks can still be opened: Jupyter notes at each look that outputs are
# trusted, and fails where it cannot. https://github.com/jupyter/nbformat/blob/main/nbformat/sign.py
_SIGNATURES = """\
import contextlib
with contextlib.suppress(Exception):
    import sqlite3
    from nbformat.sign import SQLiteSignatureStore as _store

    def _or_nothing(method):
        def tried(self, *arguments):
            try:
                return method(self, *arguments)
            except sqlite3.Error:
                with contextlib.suppress(sqlite3.Error):
                    self.db.rollback()
                return None
        return tried

    for _name in ("check_signature", "store_signature", "remove_signature"):
        setattr(_store, _name, _or_nothing(getattr(_store, _name)))
"""
# A kernel or a server starts, whatever becomes of this.
_TELL = """\
import contextlib
with contextlib.suppress(Exception):
    import importlib.util
    import sys
    _spec = importlib.util.spec_from_file_location("nblint_usage", {usage!r})
    sys.modules["nblint_usage"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["nblint_usage"])
"""
_TELL_OF_SERVER = """\
    sys.modules["nblint_usage"].tell_of_server({notebooks!r})
"""
_TELL_OF_KERNEL = """\
    _line = '__import__("nblint_usage").tell_of_kernel(get_ipython(), %r)' % {notebooks!r}
    # Not a line of its own: that would be a cell, before which the folder is added.
    c.InteractiveShellApp.exec_lines[-1] += "\\n" + _line
"""
# A copy for people, who have no nblint.
_IPYTHON = "ipython_config.py"
_SERVER = "jupyter_server_config.py"
_USAGE = "usage.py"
_WRITTEN = "# Written by nblint when the hub starts; changes are overwritten.\n"

# Asks whether people want news, in front of the landing page, even where there are none to be had;
# and looks for updates, which come with the environment.
_ANNOUNCEMENTS = "@jupyterlab/apputils-extension:announcements"
_LAB = {"disabledExtensions": {_ANNOUNCEMENTS: True}}


def write_kernels(folder: Path, told: Path | None = None) -> dict[str, str]:
    """Write the kernel that everybody uses, and the settings of servers.

    Args:
        folder: Where it is written to, so that all users can read it.
        told: The folder of installed notebooks, if servers and kernels tell the journal which of
            them are opened and run.

    Returns:
        The environment variables by which servers, and terminals in them, find it.

    Raises:
        SettingsError: It cannot be written.
    """
    try:
        for name, text in kernel_files(PurePath(folder), told).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            for parent in (folder, *(folder / each for each in PurePath(name).parents)):
                parent.chmod(0o755)
            # Only what has changed: the hub also starts on a disk that is full.
            write_changed(path, text.encode())
            path.chmod(0o644)
    except OSError as error:
        raise SettingsError(unwritable(folder, error)) from None
    return kernel_environment(PurePath(folder))


def kernel_files(place: PurePath, told: Path | None = None) -> dict[str, str]:
    """Return the files of the kernel and of servers' settings.

    Args:
        place: The folder where they will lie.
        told: As for `write_kernels`.

    Returns:
        Their texts, by their paths in that folder.
    """
    spec = {
        "argv": [
            # For which Jupyter takes the Python that it runs in itself: the environment that a
            # server has started with, though the one for new servers is another by now.
            *("python", "-P", "-m", "ipykernel_launcher"),
            *("-f", "{connection_file}", f"--config={place / _IPYTHON}"),
        ],
        "display_name": "Python 3",
        "language": "python",
        "metadata": {"debugger": True},
    }
    files = {
        _IPYTHON: _WRITTEN + _CONFIGURATION,
        "kernels/python3/kernel.json": json.dumps(spec, indent=1),
        "labconfig/page_config.json": json.dumps(_LAB, indent=1),
        _SERVER: _WRITTEN + _SIGNATURES,
    }
    if told is None:
        return files
    values = {"usage": os.fspath(place / _USAGE), "notebooks": os.fspath(told)}
    files[_IPYTHON] += (_TELL + _TELL_OF_KERNEL).format(**values)
    files[_SERVER] += (_TELL + _TELL_OF_SERVER).format(**values)
    files[_USAGE] = Path(in_server.__file__).read_text(encoding="utf-8")
    return files


def kernel_environment(place: PurePath) -> dict[str, str]:
    """Return the variables by which servers find the kernel in a folder."""
    folder = os.fspath(place)
    return {"JUPYTER_PATH": folder, "JUPYTER_CONFIG_PATH": folder, "PYTHONSAFEPATH": "1"}
