"""Where values of variables go to, and where else than the environment they come from."""

from __future__ import annotations

import ast
import re

from nblint.document.model import Place
from nblint.patterns import lazy_pattern
from nblint.reading.environment.scope import Scope
from nblint.reading.environment.uses import ValueSource

_PRINTERS = frozenset({
    "IPython.display.display", "display", "pprint", "pprint.pp", "pprint.pprint", "print",
    "rich.print", "sys.stderr.write", "sys.stdout.write", "warnings.warn",
})  # fmt: skip
_LOG_METHODS = frozenset(
    ["critical", "debug", "error", "exception", "info", "log", "warn", "warning"]
)
_LOGGER = lazy_pattern(r"(?:^|_)log(?:ger|ging)?$", re.IGNORECASE)
_DOTENV = lazy_pattern(r"(?:^|\.)(?:load_dotenv|dotenv_values)$")
_PROMPTS = frozenset(["getpass.getpass", "getpass", "maskpass.askpass", "pwinput.pwinput"])
_SECRET_PROMPT = lazy_pattern(
    r"token|passw|secret|credential|api.?key|passphrase|access.?key", re.I
)
# https://colab.research.google.com/notebooks/snippets/ and the platforms' own documentation.
_STORES = frozenset({
    "dbutils.secrets.get", "dbutils.secrets.getBytes", "google.colab.userdata.get",
    "kaggle_secrets.UserSecretsClient", "keyring.get_password",
    "mssparkutils.credentials.getSecret", "mssparkutils.credentials.getSecretWithLS",
    "notebookutils.credentials.getSecret", "notebookutils.mssparkutils.credentials.getSecret",
})  # fmt: skip


def shown_by(call: ast.Call, scope: Scope) -> str | None:
    """Return what a call is that puts its arguments into the outputs: "print()", "logging"."""
    path = scope.path(call.func) or ""
    for keyword in call.keywords:
        if keyword.arg == "file" and not (scope.path(keyword.value) or "").startswith("sys."):
            return None
    if path in _PRINTERS:
        return f"{path.rpartition('.')[2]}()"
    if isinstance(call.func, ast.Attribute) and call.func.attr in _LOG_METHODS:
        of = call.func.value
        name = of.id if isinstance(of, ast.Name) else getattr(of, "attr", "")
        is_logger = isinstance(of, ast.Call) and scope.path(of.func) in (
            "logging.getLogger",
            "structlog.get_logger",
        )
        if is_logger or _LOGGER.search(name):
            return "logging"
    return None


def source_of(call: ast.Call, scope: Scope, place: Place) -> ValueSource | None:
    """Return the source of values that a call asks, if it does: a file, a person, a store."""
    path = scope.path(call.func) or ""
    name = path.rpartition(".")[2]
    if _DOTENV.search(path):
        return ValueSource("dotenv", f"{name}()", place)
    if path in _PROMPTS:
        return ValueSource("prompt", f"{name}()", place)
    if path in ("input", "raw_input") and call.args:
        prompts = scope.strings(call.args[0]) or ()
        if any(_SECRET_PROMPT.search(prompt) for prompt in prompts):
            return ValueSource("prompt", "input()", place)
    return ValueSource("store", path, place) if path in _STORES else None
