"""Calls that show their arguments, and calls that fetch values from elsewhere."""

from __future__ import annotations

import ast
import re

from nblint.patterns import lazy_pattern
from nblint.reading.environment.scope import Scope
from nblint.reading.environment.uses import SourceKind

_PRINTERS = frozenset({
    "IPython.display.display", "display", "pprint", "pprint.pp", "pprint.pprint", "print",
    "rich.print", "sys.stderr.write", "sys.stdout.write", "warnings.warn",
})  # fmt: skip
_LOG_METHODS = frozenset(
    ["critical", "debug", "error", "exception", "info", "log", "warn", "warning"]
)
_LOGGER = lazy_pattern(r"(?:^|_)log(?:ger|ging)?$", re.IGNORECASE)
_LOGGER_MAKERS = frozenset(["logging.getLogger", "structlog.get_logger"])
_DOTENV = lazy_pattern(r"(?:^|\.)(?:load_dotenv|dotenv_values)$")
PROMPTS = frozenset(["getpass.getpass", "getpass", "maskpass.askpass", "pwinput.pwinput"])
_SECRET_PROMPT = lazy_pattern(
    r"token|passw|secret|credential|api.?key|passphrase|access.?key", re.I
)
# https://colab.research.google.com/notebooks/snippets/ and the platforms' own documentation.
STORES = frozenset({
    "dbutils.secrets.get", "dbutils.secrets.getBytes", "google.colab.userdata.get",
    "kaggle_secrets.UserSecretsClient", "keyring.get_password",
    "mssparkutils.credentials.getSecret", "mssparkutils.credentials.getSecretWithLS",
    "notebookutils.credentials.getSecret", "notebookutils.mssparkutils.credentials.getSecret",
})  # fmt: skip


def shown_by(call: ast.Call, scope: Scope) -> str | None:
    """Return what puts a call's arguments into the outputs: "print()", "logging"; else None."""
    for keyword in call.keywords:
        if keyword.arg == "file" and not (scope.path(keyword.value) or "").startswith("sys."):
            return None
    path = scope.path(call.func) or ""
    if path in _PRINTERS:
        return f"{path.rpartition('.')[2]}()"
    if isinstance(call.func, ast.Attribute) and call.func.attr in _LOG_METHODS:
        return "logging" if _is_logger(call.func.value, scope) else None
    return None


def _is_logger(node: ast.expr, scope: Scope) -> bool:
    match node:
        case ast.Call(func=function):
            return scope.path(function) in _LOGGER_MAKERS
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return bool(_LOGGER.search(name))
    return False


def source_of(call: ast.Call, scope: Scope) -> tuple[SourceKind, str] | None:
    """Return the kind and name of a call that fetches values from elsewhere; None for others."""
    path = scope.path(call.func) or ""
    name = path.rpartition(".")[2]
    if _DOTENV.search(path):
        return "dotenv", f"{name}()"
    if path in PROMPTS:
        return "prompt", f"{name}()"
    if path in ("input", "raw_input") and call.args:
        prompts = scope.strings(call.args[0]) or ()
        if any(_SECRET_PROMPT.search(prompt) for prompt in prompts):
            return "prompt", "input()"
    return ("store", path) if path in STORES else None
