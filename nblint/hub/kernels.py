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

from nblint.document.write import write_atomically
from nblint.errors import SettingsError, unwritable

_CONFIGURATION = '''\
# Written by nblint when the hub starts; changes are overwritten.
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


_IPYTHON = "ipython_config.py"
# Asks whether people want news, in front of the landing page, even where there are none to be had;
# and looks for updates, which come with the environment.
_ANNOUNCEMENTS = "@jupyterlab/apputils-extension:announcements"
_LAB = {"disabledExtensions": {_ANNOUNCEMENTS: True}}


def write_kernels(folder: Path) -> dict[str, str]:
    """Write the kernel that everybody uses, and JupyterLab's settings.

    Args:
        folder: Where it is written to, so that all users can read it.

    Returns:
        The environment variables by which servers, and terminals in them, find it.

    Raises:
        SettingsError: It cannot be written.
    """
    try:
        for name, text in kernel_files(PurePath(folder)).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            for parent in (folder, *(folder / each for each in PurePath(name).parents)):
                parent.chmod(0o755)
            write_atomically(path, text.encode())
            path.chmod(0o644)
    except OSError as error:
        raise SettingsError(unwritable(folder, error)) from None
    return kernel_environment(PurePath(folder))


def kernel_files(place: PurePath) -> dict[str, str]:
    """Return the files of the kernel and of JupyterLab's settings.

    Args:
        place: The folder where they will lie.

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
    return {
        _IPYTHON: _CONFIGURATION,
        "kernels/python3/kernel.json": json.dumps(spec, indent=1),
        "labconfig/page_config.json": json.dumps(_LAB, indent=1),
    }


def kernel_environment(place: PurePath) -> dict[str, str]:
    """Return the variables by which servers find the kernel in a folder."""
    folder = os.fspath(place)
    return {"JUPYTER_PATH": folder, "JUPYTER_CONFIG_PATH": folder, "PYTHONSAFEPATH": "1"}
