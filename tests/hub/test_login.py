"""Who may enter, who stays, and who is put out: real JupyterHub, and a real provider with TOTP."""

from __future__ import annotations

import contextlib
import re
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.hub.logins import OTHER, check_logs, check_table, entered, people
from tests.hub.running import Hub, needs_hub, until, write_secret
from tests.interpreters import ROOT, make_environment
from tests.system import PATIENCE, needs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a hub's host is Linux"),
]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub that asks every second, at a provider whose tokens are good for an hour."""
    needs_hub()
    needs("node", "npm")
    made = Hub(tmp_path_factory.mktemp("hub"))
    catalogue = '[environment.DATADOG_API_KEY]\nfile = "key"\nrequired = false\n'
    leavers = {"sweep-seconds": 1, "grace-seconds": 3600}
    made.configure(catalogue, leavers=leavers, metrics={"token-file": "metrics-token"})
    write_secret(made.folder / "metrics-token", secrets.token_hex(32))
    people(made)
    with made.provider.running(), made.running():
        yield made


def test_the_table(hub: Hub) -> None:
    check_table(hub)
    check_logs(hub)


def test_admins_run_the_hub_and_are_nobody_else(hub: Hub) -> None:
    browser, _ = hub.sign_in("carol")
    found = set(hub.ask(browser, "GET", "/user").json()["scopes"])
    assert {"admin-ui", "list:users", "servers"} <= found
    own = {scope for scope in found if scope.endswith("=carol") or "!user=carol" in scope}
    powers = {
        "access:servers",
        "tokens",
        "admin:auth_state",
        "admin:users",
        "admin:servers",
        "users",
    }
    assert not powers & (found - own)
    assert browser.get(f"{hub.url}/hub/admin", timeout=60).status_code == 200
    alice, _ = hub.sign_in("alice")
    assert alice.get(f"{hub.url}/hub/admin", timeout=60).status_code == 403
    hub.start("alice")
    # Into a server of somebody else there is no way, and to a token of theirs.
    assert browser.get(f"{hub.url}/user/alice/api/contents", timeout=60).status_code == 403
    assert hub.ask(browser, "POST", "/users/alice/tokens").status_code == 403
    assert hub.ask(browser, "POST", "/users/carol/tokens").status_code == 201
    assert alice.get(f"{hub.url}/user/alice/lab", timeout=60).status_code == 200
    assert hub.ask(browser, "DELETE", "/users/alice/server").status_code in (202, 204)
    until(lambda: not hub.user("alice")["servers"], "an admin stops a server")


def leaver(hub: Hub, name: str) -> tuple[Any, str]:
    """Let somebody come, start a server and make a token; return browser and token."""
    hub.provider.add(name, "analysts")
    browser, answer = hub.sign_in(name)
    assert entered(answer)
    hub.start(name)
    return browser, hub.ask(browser, "POST", f"/users/{name}/tokens").json()["token"]


def is_let_in(hub: Hub, token: str) -> bool:
    headers = {"Authorization": f"token {token}"}
    return requests.get(f"{hub.url}/hub/api/user", headers=headers, timeout=60).status_code == 200


@pytest.mark.parametrize("how", ["group", "disabled", "deleted"])
def test_who_left_is_put_out(hub: Hub, how: str) -> None:
    """With the browser closed, and tokens that would be good for an hour."""
    browser, token = leaver(hub, f"leaver-{how}")
    name = f"leaver-{how}"
    assert is_let_in(hub, token)
    cookies = browser.cookies.copy()
    if how == "group":
        hub.provider.people[name]["claims"]["groups"] = ["marketing"]
    elif how == "disabled":
        hub.provider.people[name]["disabled"] = True
    else:
        del hub.provider.people[name]
    hub.provider.save()
    until(lambda: not hub.user(name)["servers"], f"{name} is put out")
    assert not is_let_in(hub, token)
    # The cookie itself is void: nobody has to be asked any more.
    browser.cookies = cookies
    refused = hub.log.read_text().count("Invalid cookie token")
    answer = browser.get(f"{hub.url}/hub/home", timeout=60, allow_redirects=False)
    assert answer.status_code == 302
    assert "/hub/login" in answer.headers["Location"]
    assert hub.log.read_text().count("Invalid cookie token") == refused + 1
    (line,) = re.findall(rf"{name} was put out: .*", hub.log.read_text())
    assert line.endswith("change the secrets that they could read: DATADOG_API_KEY")
    assert not processes_in(hub.folder / "home" / name)
    check_logs(hub)


def test_who_only_has_a_cookie_is_put_out(hub: Hub) -> None:
    """Whom the sweep does not ask about, the next request does."""
    hub.provider.add("visitor", "analysts")
    browser, answer = hub.sign_in("visitor")
    assert entered(answer)
    del hub.provider.people["visitor"]
    hub.provider.save()

    def is_out() -> bool:
        page = browser.get(f"{hub.url}/hub/home", timeout=60, allow_redirects=False)
        return bool(page.status_code == 302)

    until(is_out, "the visitor is out")
    assert "visitor was put out" in hub.log.read_text()
    assert "AttributeError" not in hub.log.read_text()  # as JupyterHub 6.1.1 by itself


def test_who_only_has_a_token_is_put_out(hub: Hub) -> None:
    """Without a request of theirs."""
    hub.provider.add("scripter", "analysts")
    browser, _ = hub.sign_in("scripter")
    token = hub.ask(browser, "POST", "/users/scripter/tokens").json()["token"]
    del hub.provider.people["scripter"]
    hub.provider.save()
    until(lambda: "scripter was put out" in hub.log.read_text(), "the sweep")
    assert not is_let_in(hub, token)


def processes_in(folder: Path) -> list[str]:
    """Return the processes that run in a folder: somebody's server and its kernels."""
    return [
        entry.name
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and str(working_folder(entry)).startswith(str(folder))
    ]


def working_folder(process: Path) -> Path | None:
    try:
        return (process / "cwd").readlink()
    except OSError:  # it has ended
        return None


def metrics(hub: Hub, path: str = "/hub/metrics") -> requests.Response:
    """Ask a hub as Prometheus does."""
    token = (hub.folder / "metrics-token").read_text().strip()
    headers = {"Authorization": f"token {token}"}
    return requests.get(f"{hub.url}{path}", headers=headers, timeout=60)


def test_only_a_token_for_metrics_reads_them(hub: Hub) -> None:
    found = metrics(hub)
    assert found.status_code == 200
    assert "jupyterhub_server_spawn_duration_seconds" in found.text
    assert "nblint_hub_provider_unanswered_people 0.0" in found.text
    # And it does nothing else, and no other token does it.
    assert metrics(hub, "/hub/api/users").status_code == 403
    others = {"Authorization": f"token {hub.token}"}
    for headers in ({}, others):
        answer = requests.get(f"{hub.url}/hub/metrics", headers=headers, timeout=60)
        assert answer.status_code == 403
    assert (hub.folder / "metrics-token").read_text().strip() not in hub.logs()


def test_an_outage_puts_nobody_out(hub: Hub) -> None:
    browser, token = leaver(hub, "stayer")
    hub.provider.save(broken=True)
    try:
        alarm = "The provider could not be asked about"
        before = hub.log.read_text().count(alarm)
        until(lambda: hub.log.read_text().count(alarm) >= before + 3, "the hub says so")
        assert hub.user("stayer")["servers"]
        assert is_let_in(hub, token)
        assert "nblint_hub_provider_unanswered_people 0.0" not in metrics(hub).text
        # And who comes now is told that it is not their fault.
        answer = requests.get(f"{hub.url}/hub/oauth_login", timeout=60)
        assert answer.status_code == 503
    finally:
        hub.provider.save()
    asked = len(hub.provider.issued.read_text().splitlines())
    until(lambda: len(hub.provider.issued.read_text().splitlines()) > asked + 5, "it asks again")
    assert hub.user("stayer")["servers"]
    assert entered(browser.get(f"{hub.url}/hub/home", timeout=60))


def test_a_name_stays_reserved(hub: Hub) -> None:
    """Also when the hub has forgotten the user, and the machine has no account of that name."""
    hub.provider.add("first", "analysts", preferred_username="shared")
    assert entered(hub.sign_in("first")[1])
    hub.call("DELETE", "/users/shared")
    hub.provider.add("second", "analysts", preferred_username="shared")
    _, answer = hub.sign_in("second")
    assert answer.status_code == 403
    assert OTHER in answer.text
    # Who has another name now keeps their account.
    hub.provider.people["first"]["claims"]["preferred_username"] = "renamed"
    hub.provider.save()
    assert entered(hub.sign_in("first")[1])
    assert hub.user("shared")["name"] == "shared"


def test_allowing_everybody_allows_nobody_more(tmp_path: Path) -> None:
    """The table again, with a line of one's own that skips what JupyterHub checks; and tokens of
    seconds, which are renewed as long as somebody is known."""
    needs_hub()
    needs("node", "npm")
    hub = Hub(tmp_path)
    lines = "c.Authenticator.allow_all = True\nc.ProviderAuthenticator.allow_all = True\n"
    hub.configure(lines=lines, leavers={"sweep-seconds": 1})
    people(hub)
    with hub.provider.running(token_seconds=2), hub.running():
        check_table(hub)
        browser, _ = hub.sign_in("alice")
        hub.start("alice")
        asked = len(hub.provider.issued.read_text().splitlines())
        # Four tokens for each time that it asks about somebody.
        until(lambda: len(hub.provider.issued.read_text().splitlines()) > asked + 12, "renewals")
        assert hub.user("alice")["servers"]
        assert entered(browser.get(f"{hub.url}/hub/home", timeout=60))
        assert "Traceback" not in hub.log.read_text()
        check_logs(hub)


def test_the_oldest_hub(tmp_path: Path) -> None:
    """JupyterHub 5.5, which Zero to JupyterHub has; and from there to the newest, and back."""
    needs_hub()
    needs("node", "npm")
    commands = make_environment(
        tmp_path / "venv",
        sys.executable,
        "jupyterhub==5.5.*",
        "configurable-http-proxy",
        f"{ROOT}[hub]",
    )
    hub = Hub(tmp_path / "hub", str(commands / "python"))
    hub.configure(leavers={"sweep-seconds": 1})
    people(hub)
    for name in ("adam", "zoe"):
        hub.provider.add(name, "analysts")
    with hub.provider.running():
        with hub.running():
            assert "Running JupyterHub version 5.5" in hub.log.read_text()
            check_table(hub)
            browser, _ = hub.sign_in("alice")
            token = hub.ask(browser, "POST", "/users/alice/tokens").json()["token"]
            assert is_let_in(hub, token)
            hub.provider.people["alice"]["claims"]["groups"] = []
            hub.provider.save()
            until(lambda: not is_let_in(hub, token), "alice is put out")
            check_logs(hub)
            browser, _ = hub.sign_in("zoe")
            token = hub.ask(browser, "POST", "/users/zoe/tokens").json()["token"]
        check_upgrade(hub, token)


def migrated(hub: Hub) -> subprocess.CompletedProcess[str]:
    """Bring the hub's database to its JupyterHub."""
    command = [hub.python, "-m", "nblint", "hub", "migrate", "--config", "hub.toml"]
    return subprocess.run(command, cwd=hub.folder, capture_output=True, text=True, check=False)


def rotate_keys(hub: Hub, token: str) -> None:
    """Change the key that people's tokens are encrypted with, and the cookies'; nobody is put out.

    Args:
        hub: A hub that does not run.
        token: Somebody's.
    """
    key, new = hub.folder / "crypt-key", secrets.token_hex(32)
    write_secret(key, f"{new}\n{key.read_text()}")
    (hub.folder / "state/cookie_secret").unlink()

    def renewals() -> int:
        return len(hub.provider.issued.read_text().splitlines())

    with hub.running():
        assert is_let_in(hub, token)
        # Each renewal encrypts somebody's with the new key.
        before = renewals()
        until(lambda: renewals() > before + 16, "renewals")
    write_secret(key, new)
    with hub.running():
        before = renewals()
        until(lambda: renewals() > before + 8, "renewals")
        assert is_let_in(hub, token)
    # And with none of the keys, they cannot be asked about, and sign in again.
    write_secret(key, secrets.token_hex(32))
    with hub.running():
        until(lambda: not is_let_in(hub, token), "zoe is put out")


def check_upgrade(hub: Hub, token: str) -> None:
    """Upgrade a hub, take it back, and kill what upgrades it at any time; who had a token has it.

    Args:
        hub: A hub of an older JupyterHub, which does not run.
        token: Somebody's.
    """
    database, older = hub.folder / "state/jupyterhub.sqlite", hub.python
    before = database.read_bytes()
    hub.python = sys.executable
    command = [hub.python, "-m", "jupyterhub", "-f", "jupyterhub_config.py"]
    ran = subprocess.run(
        command, cwd=hub.folder, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert ran.returncode != 0
    assert "upgrade-db" in ran.stderr
    for tenths in (6, 12, 16, 20):
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(
                [hub.python, "-m", "nblint", "hub", "migrate", "--config", "hub.toml"],
                cwd=hub.folder,
                timeout=tenths / 10,
                check=False,
            )
        # Whole, and the old one or the new one.
        with contextlib.closing(sqlite3.connect(database)) as asked:
            assert asked.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert asked.execute("SELECT COUNT(*) FROM users WHERE name = 'zoe'").fetchone()[0]
        database.write_bytes(before)
    ran = migrated(hub)
    assert ran.returncode == 0, ran
    assert "upgraded for JupyterHub 6" in ran.stderr
    assert migrated(hub).stderr == ""
    with hub.running():
        assert is_let_in(hub, token)
        assert hub.user("zoe")["groups"] == ["analysts"]
        hub.sign_in("adam")
    # Back; and forth once more, from what it was then.
    hub.python = older
    ran = migrated(hub)
    assert ran.returncode == 0, ran
    assert "is again one of the older JupyterHub, " in ran.stderr
    assert "without" not in ran.stderr
    assert not list(database.parent.glob("*ing"))
    assert {path.stat().st_mode & 0o077 for path in database.parent.glob("jupyterhub.sqlite*")} == {
        0
    }
    with hub.running():
        assert is_let_in(hub, token)
        assert hub.user("adam")  # who came since
        # Nobody is taken for a leaver, by tokens of before.
        renewed = len(hub.provider.issued.read_text().splitlines())
        until(lambda: len(hub.provider.issued.read_text().splitlines()) > renewed + 16, "renewals")
        assert is_let_in(hub, token)
    hub.python = sys.executable
    assert "upgraded" in migrated(hub).stderr
    with hub.running():
        assert is_let_in(hub, token)
        assert hub.user("adam")
    rotate_keys(hub, token)
    # Without the copy, an older one is refused, and changes nothing.
    hub.python, after = older, database.read_bytes()
    for copy in database.parent.glob("jupyterhub.sqlite.*"):
        copy.unlink()
    ran = migrated(hub)
    assert ran.returncode == 2
    assert "deploy the newer one again" in ran.stderr
    assert database.read_bytes() == after
