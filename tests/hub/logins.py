"""Who may enter a hub, and who may not, wherever it runs: a table, played with a real provider."""

from __future__ import annotations

import re
from typing import Any

from tests.hub.running import Hub

MFA = "Sign in with a second factor (MFA)."
NAME = "Your name cannot be the name of an account here."
ACCOUNT = "This name cannot have an account here."
GROUP = "You are in no group that may enter here."
OTHER = "This name belongs to somebody else."


def people(hub: Hub) -> None:
    """Let the provider know everybody of the table below."""
    add = hub.provider.add
    add("alice", "analysts")
    add("carol", "hub-admins")
    add("mallory", "analysts", second_factor=False)
    add("admin", "hub-admins", second_factor=False)
    add("eve", "marketing")
    add("nobody-there")
    add("root", "analysts")
    add("daemon", "analysts")  # an account and a group of every Debian
    add("sudo", "analysts")  # a group only
    add("impostor", "analysts", preferred_username="alice")
    add("slash", "analysts", preferred_username="a/b")
    add("up", "analysts", preferred_username="../x")
    add("umlaut", "analysts", preferred_username="Ä")
    add("long", "analysts", preferred_username="a" * 200)
    add("lines", "analysts", preferred_username="x\n[I 2026-01-01] User logged in: alice")
    add("crowd", "analysts", *(f"group-{number}" for number in range(10_000)))


REFUSED = {
    "mallory": MFA,
    "admin": MFA,
    "eve": GROUP,
    "nobody-there": GROUP,
    "root": ACCOUNT,
    "daemon": ACCOUNT,
    "sudo": ACCOUNT,
    "impostor": OTHER,
    "slash": NAME,
    "up": NAME,
    "umlaut": NAME,
    "long": NAME,
    "lines": NAME,
}


def entered(answer: Any) -> bool:
    return bool(answer.status_code == 200 and answer.url.endswith("/hub/home"))


def check_table(hub: Hub) -> None:
    """Let everybody sign in: the right ones enter, and the others are told why not."""
    right = {"alice", "carol", "crowd"}
    before = {user["name"] for user in hub.call("GET", "/users")} - right
    for name in sorted(right):
        assert entered(hub.sign_in(name)[1]), name
    _, answer = hub.sign_in("alice", second_factor=False)
    assert answer.status_code == 403
    assert MFA in answer.text
    for name, reason in REFUSED.items():
        _, answer = hub.sign_in(name)
        assert answer.status_code == 403, name
        assert reason in answer.text, name
    users = {user["name"]: user for user in hub.call("GET", "/users")}
    assert set(users) - before == right
    assert users["crowd"]["groups"] == ["analysts"]
    # No admin is one where all servers share an origin.
    assert not any(user["admin"] for user in users.values())
    # A name with line breaks writes no line of its own.
    assert not re.search(r"^\[I 2026-01-01\] User", hub.log.read_text(), re.M)


def check_logs(hub: Hub) -> None:
    """No token, code or secret is in any log."""
    logs = hub.logs()
    issued = hub.secrets()
    assert len(issued) > 10
    assert not [secret[:4] for secret in issued if secret in logs]
