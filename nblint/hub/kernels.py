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
from pathlib import Path

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
    configuration = folder / "ipython_config.py"
    spec = {
        "argv": [
            # For which Jupyter takes the Python that it runs in itself: the environment that a
            # server has started with, though the one for new servers is another by now.
            *("python", "-P", "-m", "ipykernel_launcher"),
            *("-f", "{connection_file}", f"--config={configuration}"),
        ],
        "display_name": "Python 3",
        "language": "python",
        "metadata": {"debugger": True},
    }
    kernel = folder / "kernels" / "python3" / "kernel.json"
    lab = folder / "labconfig" / "page_config.json"
    try:
        for parent in (kernel.parent, lab.parent):
            parent.mkdir(parents=True, exist_ok=True)
        for path in (folder, kernel.parent.parent, kernel.parent, lab.parent):
            path.chmod(0o755)
        files = {
            configuration: _CONFIGURATION,
            kernel: json.dumps(spec, indent=1),
            lab: json.dumps(_LAB, indent=1),
        }
        for path, text in files.items():
            write_atomically(path, text.encode())
            path.chmod(0o644)
    except OSError as error:
        raise SettingsError(unwritable(folder, error)) from None
    place = os.fspath(folder)
    return {"JUPYTER_PATH": place, "JUPYTER_CONFIG_PATH": place, "PYTHONSAFEPATH": "1"}
