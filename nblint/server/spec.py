"""Tells jupyterlab-lsp how to start the language server; it needs no more than to be installed.

https://jupyterlab-lsp.readthedocs.io/en/latest/Extending.html
"""

import sys
from importlib.util import find_spec

from nblint._version import __version__

# Of several servers for a language, JupyterLab asks one only: the one that its settings rank
# highest, else the first by name. A server that completes code is not to be put out by a linter.
# https://github.com/jupyter-lsp/jupyterlab-lsp/issues/437
_LAST_BY_NAME = "zz-nblint"


def jupyter_lsp_spec(_manager: object) -> dict[str, dict[str, object]]:
    """Return the language servers that there are: nblint's, where the extra `server` is."""
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
