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
    of_kernel = of_server = ""
    if told is not None:
        values = {"usage": os.fspath(folder / _USAGE), "notebooks": os.fspath(told)}
        of_kernel = (_TELL + _TELL_OF_KERNEL).format(**values)
        of_server = (_TELL + _TELL_OF_SERVER).format(**values)
    kernel = folder / "kernels" / "python3" / "kernel.json"
    lab = folder / "labconfig" / "page_config.json"
    try:
        for parent in (kernel.parent, lab.parent):
            parent.mkdir(parents=True, exist_ok=True)
        for path in (folder, kernel.parent.parent, kernel.parent, lab.parent):
            path.chmod(0o755)
        files = {
            configuration: _WRITTEN + _CONFIGURATION + of_kernel,
            folder / "jupyter_server_config.py": _WRITTEN + of_server,
            kernel: json.dumps(spec, indent=1),
            lab: json.dumps(_LAB, indent=1),
            folder / _USAGE: Path(in_server.__file__).read_text(encoding="utf-8"),
        }
        for path, text in files.items():
            write_atomically(path, text.encode())
            path.chmod(0o644)
    except OSError as error:
        raise SettingsError(unwritable(folder, error)) from None
    place = os.fspath(folder)
    return {"JUPYTER_PATH": place, "JUPYTER_CONFIG_PATH": place, "PYTHONSAFEPATH": "1"}
