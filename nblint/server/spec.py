"""Registers the language server with jupyterlab-lsp, which finds it through an entry point.

https://jupyterlab-lsp.readthedocs.io/en/latest/Extending.html
"""

import sys
from importlib.util import find_spec

from nblint._version import __version__

# JupyterLab uses one server per language: the one that its settings rank highest, else the first by
# name. A linter must not replace a server that completes code.
# https://github.com/jupyter-lsp/jupyterlab-lsp/issues/437
_LAST_BY_NAME = "zz-nblint"


def jupyter_lsp_spec(_manager: object) -> dict[str, dict[str, object]]:
    """Return the specification of nblint's server, if the extra `server` is installed."""
    if find_spec("pygls") is None:
        return {}
    return {
        _LAST_BY_NAME: {
            "version": 2,
            "display_name": f"nblint {__version__}",
            "argv": [sys.executable, "-m", "nblint", "server"],
            "languages": ["python", "markdown"],
            "mime_types": ["text/x-python", "text/x-ipython", "text/x-ipythongfm"],
            "requires_documents_on_disk": False,
        }
    }
