"""Which positional arguments of a Python call are credentials."""

from __future__ import annotations

import ast

from nblint.credentials.judging.values import is_hash_like
from nblint.credentials.python.clients import ENDINGS, LOGINS, TABLE, WEAK
from nblint.secret_names.judge import PASSWORD, SECRET, CredentialName


def positional(full: str, arguments: list[ast.expr]) -> dict[int, CredentialName]:
    """Return which arguments of a call hold a credential, and of what kind.

    Args:
        full: The dotted name of what is called (`ldap3.Connection`).
        arguments: Its positional arguments.
    """
    called = full.rpartition(".")[2]
    known = TABLE.get(".".join(full.split(".")[-2:])) or TABLE.get(called)
    if called == "connect" and len(arguments) >= 2:
        return _taken_by_connect(known, arguments)
    if known is None:
        known = _taken_by_its_like(called, arguments)
    return {
        index: judged
        for index, judged in known.items()
        if index < len(arguments) and not (judged is WEAK and _is_identifier(arguments[index]))
    }


def _taken_by_connect(
    known: dict[int, CredentialName] | None, arguments: list[ast.expr]
) -> dict[int, CredentialName]:
    """Return what `connect` takes, of a known client or of any."""
    if len(arguments) >= 4 and _is_literal(int, arguments[1]):
        return {3: PASSWORD}  # paramiko: host, port, user, password
    if known is not None:
        return known
    if len(arguments) == 2:
        return {1: WEAK}  # `wlan.connect("ssid", "…")`
    return {2: PASSWORD if _is_literal(type(None), arguments[0]) else SECRET}


def _taken_by_its_like(called: str, arguments: list[ast.expr]) -> dict[int, CredentialName]:
    """Return what a call takes if its name ends as those of many clients do."""
    is_login = called in LOGINS or called.startswith(("login_", "authenticate_"))
    if is_login and len(arguments) >= 2:
        return {1: SECRET}
    if not called[:1].isupper():
        return {}
    if called.endswith("Auth"):
        return {1: PASSWORD if arguments and _is_literal(str, arguments[0]) else SECRET}
    return {0: WEAK, 1: WEAK, 2: WEAK} if called.endswith(ENDINGS) else {}


def _is_literal(kind: type, node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, kind)


def _is_identifier(node: ast.expr) -> bool:
    """Tell whether an argument identifies an account or a project."""
    return (
        isinstance(node, ast.Constant) and is_hash_like(str(node.value)) and "-" in str(node.value)
    )
