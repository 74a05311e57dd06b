"""The authenticator, and a provider that answers what no real one can be brought to."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import sqlite3
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.hub.running import needs_hub

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a hub's host is Linux")
AMR = {"amr": ["pwd", "otp"]}


class Provider:
    """A provider whose answers a test chooses.

    Attributes:
        issuer: Its address.
        claims: What it says in an id_token.
        person: What it says at the userinfo endpoint; None: the same.
        token: What takes the place of its answer with tokens: a status and a body.
        userinfo: What takes the place of its answer about a person.
        asked: The parameters of what it was asked for tokens with.
    """

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.claims: dict[str, Any] = {
            "iss": issuer,
            "aud": "hub",
            "sub": "1",
            "exp": time.time() + 3600,
            "preferred_username": "alice",
            "groups": ["analysts"],
            **AMR,
        }
        self.person: dict[str, Any] | None = None
        self.token: tuple[int, bytes] | None = None
        self.userinfo: tuple[int, bytes] | None = None
        self.id_token = True
        self.asked: list[dict[str, list[str]]] = []
        self.given: list[str] = []

    def answer(self, path: str, body: str) -> tuple[int, bytes]:
        import jwt

        if path == "/me":
            return self.userinfo or (200, json.dumps(self.person or self.claims).encode())
        self.asked.append(parse_qs(body))
        if self.token:
            return self.token
        found = {"access_token": secrets.token_hex(16), "refresh_token": secrets.token_hex(16)}
        if self.id_token:
            found["id_token"] = jwt.encode(self.claims, secrets.token_hex(32), algorithm="HS256")
        self.given += found.values()
        return 200, json.dumps({**found, "token_type": "Bearer"}).encode()


@pytest.fixture
def provider() -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            status, data = made.answer(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST  # noqa: N815 - as http.server wants it

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Provider(f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield made
        server.shutdown()


class Database:
    """What of JupyterHub's database is used.

    Attributes:
        is_full: Whether nothing can be written.
        fills: Whether what is written next is the last for which there is room.
        is_usable: Whether no transaction has failed that was not rolled back.
    """

    is_full = fills = False
    is_usable = True

    def delete(self, token: object) -> None:
        pass

    def commit(self) -> None:
        if self.is_full:
            from sqlalchemy.exc import OperationalError

            self.is_usable = False
            raise OperationalError("UPDATE", {}, Exception("database or disk is full"))
        self.is_full, self.fills = self.fills, False

    def rollback(self) -> None:
        self.is_usable = True

    def query(self, _: object) -> Any:
        return SimpleNamespace(filter_by=lambda **_: [])


class User:
    """What of JupyterHub's users is used."""

    def __init__(self) -> None:
        self.name = "alice"
        self.db = Database()
        self.state: dict[str, Any] | None = None
        self.groups: list[str] = []
        self.admin = False
        self.spawners: dict[str, Any] = {}
        self.orm_user = SimpleNamespace(cookie_id="1", api_tokens=["token"], id=1)

    @property
    def encrypted_auth_state(self) -> bytes:
        return json.dumps(self.state).encode()

    @encrypted_auth_state.setter
    def encrypted_auth_state(self, value: bytes) -> None:
        assert value != self.encrypted_auth_state

    async def get_auth_state(self) -> dict[str, Any] | None:
        return self.state and dict(self.state)

    async def save_auth_state(self, state: dict[str, Any] | None) -> None:
        self.db.commit()
        self.state = state and dict(state)

    async def stop(self, name: str) -> None:
        del self.spawners[name]

    def sync_groups(self, groups: list[str]) -> None:
        self.groups = groups

    @property
    def is_out(self) -> bool:
        return self.state is None and self.orm_user.cookie_id != "1"


@pytest.fixture(autouse=True)
def crypt_key() -> None:
    needs_hub()
    from jupyterhub.crypto import CryptKeeper

    CryptKeeper.instance().keys = [secrets.token_bytes(32)]


class Login:
    """Somebody who has signed in, and what asks about them.

    Args:
        provider: The provider.
        folder: An empty folder.
        traits: Of the authenticator.
    """

    def __init__(self, provider: Provider, folder: Path, **traits: Any) -> None:
        needs_hub()
        from nblint.hub.login.authenticator import ProviderAuthenticator

        self.authenticator = ProviderAuthenticator(
            issuer=provider.issuer,
            client_id="hub",
            client_secret=secrets.token_hex(16),
            oauth_callback_url="http://127.0.0.1/hub/oauth_callback",
            enable_pkce=False,
            token_url=f"{provider.issuer}/token",
            userdata_url=f"{provider.issuer}/me",
            username_claim="preferred_username",
            user_groups={"analysts"},
            manage_groups=True,
            auth_state_groups_key="oauth_user.groups",
            enable_auth_state=True,
            identities_file=str(folder / "identities.sqlite"),
            unix_accounts=False,
            **traits,
        )
        self.user = User()
        self.outcome = ""

    async def sign_in(self) -> dict[str, Any]:
        handler = SimpleNamespace(get_argument=lambda *_: "code")
        model: dict[str, Any] = await self.authenticator.authenticate(handler)
        self.user.state = model["auth_state"]
        await asyncio.sleep(0.01)  # a login of this very moment is not asked about
        return model

    async def confirm(self) -> str:
        return str(await self.authenticator.confirm(self.user))


def test_a_login(provider: Provider, tmp_path: Path) -> None:
    provider.claims["groups"] = ["analysts", *map(str, range(10_000))]
    login = Login(provider, tmp_path)

    async def play() -> None:
        model = await login.sign_in()
        assert model["name"] == "alice"
        assert model["groups"] == ["analysts"]
        # Not what the hub does not need, however much the provider says.
        assert len(json.dumps(model)) < 1000
        assert await login.confirm() == "in"
        assert login.user.groups == ["analysts"]
        assert provider.asked[-1]["refresh_token"] == [model["auth_state"]["refresh_token"]]

    asyncio.run(play())


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://other.example"},
        {"aud": "another-client"},
        {"aud": ["hub", "other"], "azp": "other"},
        {"aud": ["hub", "other"]},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"nbf": time.time() + 3600},
        {"amr": None},
        {"amr": ["pwd"]},
        {"groups": None},
        {"groups": {"analysts": True}},
        {"preferred_username": None},
        {"preferred_username": ["alice"]},
    ],
)
def test_who_is_refused(
    provider: Provider, tmp_path: Path, change: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    from tornado import web

    provider.claims = {k: v for k, v in {**provider.claims, **change}.items() if v is not None}
    with caplog.at_level(logging.DEBUG), pytest.raises(web.HTTPError) as caught:
        asyncio.run(Login(provider, tmp_path).sign_in())
    assert caught.value.status_code == 403
    said = caplog.text + str(caught.value) + repr(caught.value.__cause__)
    assert not [token[:4] for token in provider.given if token in said]


@pytest.mark.parametrize("is_required", [True, False])
def test_no_id_token_is_no_login(provider: Provider, tmp_path: Path, *, is_required: bool) -> None:
    """What only stands at the userinfo endpoint says nothing of who signed in where, and how."""
    from tornado import web

    provider.id_token = False
    with pytest.raises(web.HTTPError) as caught:
        asyncio.run(Login(provider, tmp_path, require_second_factor=is_required).sign_in())
    assert caught.value.status_code == 403


def test_a_second_factor_is_not_proven_by_the_userinfo(provider: Provider, tmp_path: Path) -> None:
    from tornado import web

    provider.person = dict(provider.claims)
    del provider.claims["amr"]
    with pytest.raises(web.HTTPError) as caught:
        asyncio.run(Login(provider, tmp_path).sign_in())
    assert caught.value.status_code == 403


def test_a_proof_is_kept_only_where_there_was_one(provider: Provider, tmp_path: Path) -> None:
    from tornado import web

    del provider.claims["amr"]
    with pytest.raises(web.HTTPError) as caught:
        asyncio.run(Login(provider, tmp_path, refresh_proof="keep").sign_in())
    assert caught.value.status_code == 403


def test_answers_about_two_people_are_no_login(provider: Provider, tmp_path: Path) -> None:
    from tornado import web

    provider.person = {**provider.claims, "sub": "2"}
    with pytest.raises(web.HTTPError) as caught:
        asyncio.run(Login(provider, tmp_path).sign_in())
    assert caught.value.status_code == 403


def test_a_login_is_one_persons(provider: Provider, tmp_path: Path) -> None:
    """Also where it was lost who has which account."""
    login = Login(provider, tmp_path)

    async def play() -> None:
        await login.sign_in()
        (tmp_path / "identities.sqlite").unlink()
        provider.claims = {**provider.claims, "sub": "2"}
        assert await login.confirm() == "gone"

    asyncio.run(play())


def test_an_account_that_is_another_persons_now(provider: Provider, tmp_path: Path) -> None:
    """As when owners have changed by hand who has which account."""
    login = Login(provider, tmp_path)

    async def play() -> None:
        await login.sign_in()
        with sqlite3.connect(tmp_path / "identities.sqlite") as database:
            database.execute("UPDATE identities SET name = 'bob'")
        assert await login.confirm() == "gone"

    asyncio.run(play())
    assert login.user.is_out


GONE = [
    {"token": (400, b'{"error": "invalid_grant"}')},
    {"token": (200, b'{"error": "invalid_grant"}')},
    {"token": (200, b'{"error": "invalid_grant", "access_token": "t"}')},
    {"token": (401, b'{"error": "interaction_required"}')},
    {"userinfo": (401, b"{}")},
    {"userinfo": (403, b"no")},
]
UNKNOWN = [
    {"token": (500, b'{"error": "invalid_grant"}')},
    {"token": (503, b"<html>")},
    {"token": (429, b"{}")},
    {"token": (401, b'{"error": "invalid_client"}')},
    {"token": (400, b'{"error": ["invalid_grant"]}')},
    {"token": (400, b'{"error": {"invalid_grant": 1}}')},
    {"token": (400, b'{"error": "unauthorized_client"}')},
    {"token": (200, b"")},
    {"token": (200, b"[]")},
    {"token": (200, b'{"access_token": 3}')},
    {"token": (200, b"[" * 100_000)},
    {"token": (302, b"")},
    {"userinfo": (502, b"")},
    {"userinfo": (200, b"<html>")},
    {"userinfo": (404, b"")},
    {"userinfo": (200, b'{"error": "server_error", "sub": "1", "groups": ["analysts"]}')},
]


def answered(provider: Provider, folder: Path, change: dict[str, Any], **traits: Any) -> Login:
    """Sign somebody in, let the provider answer otherwise, and ask about them."""
    login = Login(provider, folder, **traits)

    async def play() -> None:
        await login.sign_in()
        for name, value in change.items():
            setattr(provider, name, value)
        login.outcome = await login.confirm()

    asyncio.run(play())
    return login


@pytest.mark.parametrize("change", GONE)
def test_answers_that_put_somebody_out(
    provider: Provider, tmp_path: Path, change: dict[str, Any]
) -> None:
    login = answered(provider, tmp_path, change)
    assert login.outcome == "gone"
    assert login.user.is_out


@pytest.mark.parametrize("change", UNKNOWN)
def test_answers_that_put_nobody_out(
    provider: Provider, tmp_path: Path, change: dict[str, Any]
) -> None:
    login = answered(provider, tmp_path, change)
    assert login.outcome == "unknown"
    assert not login.user.is_out


def test_an_error_that_quotes_what_was_sent(
    provider: Provider, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    canary = secrets.token_hex(8)
    error = json.dumps({"error": f"bad token {canary}", "error_description": canary}).encode()
    assert answered(provider, tmp_path, {"token": (400, error)}).outcome == "unknown"
    assert "The provider has not confirmed alice, who stays in for now: " in caplog.text
    assert canary not in caplog.text


@pytest.mark.parametrize("body", [b"[" * 100_000, b"<html>", b"\xff"])
def test_a_login_at_a_provider_that_talks_nonsense(
    provider: Provider, tmp_path: Path, body: bytes
) -> None:
    from tornado import web

    provider.token = (200, body)
    with pytest.raises(web.HTTPError) as caught:
        asyncio.run(Login(provider, tmp_path).sign_in())
    assert caught.value.status_code == 503


def test_a_refusal_logs_little(
    provider: Provider, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from tornado import web

    provider.claims["preferred_username"] = "a" * 100_000
    with pytest.raises(web.HTTPError):
        asyncio.run(Login(provider, tmp_path).sign_in())
    assert "Refused 'aaa" in caplog.text
    assert len(caplog.text) < 1000


def test_an_outage_that_goes_on(provider: Provider, tmp_path: Path) -> None:
    login = answered(provider, tmp_path, {"token": (503, b"")}, grace_seconds=0)
    assert login.outcome == "gone"
    assert login.user.is_out


def test_who_is_blocked_is_put_out_though_the_provider_is_down(
    provider: Provider, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    login = answered(provider, tmp_path, {"token": (503, b"")}, blocked_users={"alice"})
    assert login.outcome == "gone"
    assert login.user.is_out
    assert "alice was put out: they are in blocked_users" in caplog.text


@pytest.mark.parametrize(("grace", "outcome"), [(3600, "unknown"), (0, "gone")])
def test_an_answer_that_nobody_foresaw(
    provider: Provider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    grace: int,
    outcome: str,
) -> None:
    """It is no reason to stay for ever, and its text is not logged."""
    from nblint.hub.login import authenticator

    canary = secrets.token_hex(8)

    def fail(_: object) -> None:
        raise KeyError(canary)

    async def play() -> None:
        login = Login(provider, tmp_path, grace_seconds=grace)
        await login.sign_in()
        monkeypatch.setattr(authenticator, "tokens", fail)
        assert await login.confirm() == outcome

    asyncio.run(play())
    assert canary not in caplog.text


def test_a_clock_that_was_set_back(provider: Provider, tmp_path: Path) -> None:
    """Whoever signed in before is asked about, and not only when the clock is there again."""
    login = Login(provider, tmp_path)

    async def play() -> None:
        await login.sign_in()
        assert login.user.state
        login.user.state["confirmed"] += 36_000
        provider.token = (400, b'{"error": "invalid_grant"}')
        assert await login.confirm() == "gone"

    asyncio.run(play())
    assert login.user.is_out


@pytest.mark.parametrize("change", [{"sub": "2"}, {"groups": []}, {"amr": ["pwd"]}])
def test_claims_that_put_somebody_out(
    provider: Provider, tmp_path: Path, change: dict[str, Any]
) -> None:
    login = answered(provider, tmp_path, {"claims": {**provider.claims, **change}})
    assert login.outcome == "gone"
    assert login.user.is_out


@pytest.mark.parametrize(("proof", "outcome"), [("prove", "gone"), ("keep", "in")])
@pytest.mark.parametrize("id_token", [True, False])
def test_a_refresh_that_does_not_repeat_the_proof(
    provider: Provider, tmp_path: Path, proof: str, outcome: str, *, id_token: bool
) -> None:
    claims = {name: value for name, value in provider.claims.items() if name != "amr"}
    change = {"claims": claims, "id_token": id_token}
    assert answered(provider, tmp_path, change, refresh_proof=proof).outcome == outcome


def test_a_new_refresh_token_is_kept_whatever_follows(provider: Provider, tmp_path: Path) -> None:
    login = answered(provider, tmp_path, {"userinfo": (503, b"")})
    provider.userinfo = None
    assert login.user.state
    newest = provider.given[-2]
    assert login.user.state["refresh_token"] == newest
    assert asyncio.run(login.confirm()) == "in"
    assert provider.asked[-1]["refresh_token"] == [newest]


@pytest.mark.parametrize("fills", [False, True], ids=["full", "full before the answer"])
def test_nobody_is_out_because_the_disk_was_full(
    provider: Provider, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, fills: bool
) -> None:
    """However long: no token is used up for one that could not be kept, or it is remembered."""
    login = Login(provider, tmp_path)
    user = login.user

    async def play() -> None:
        await login.sign_in()
        assert user.state
        user.state["confirmed"] -= 100_000
        asked = len(provider.asked)
        user.db.fills, user.db.is_full = fills, not fills
        assert await login.confirm() == "not asked"
        assert await login.confirm() == "not asked"
        assert len(provider.asked) == asked + fills
        assert user.db.is_usable
        user.db.is_full = False
        assert await login.confirm() == "in"
        assert len({asked["refresh_token"][0] for asked in provider.asked[asked:]}) == 1 + fills

    asyncio.run(play())
    said = "alice was not asked about, because the hub's database cannot be used: database or disk"
    assert said in caplog.text


def test_who_is_put_out_while_the_disk_is_full(
    provider: Provider, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Their server ends at once, and the next sweep ends the rest."""
    login = Login(provider, tmp_path, blocked_users={"alice"})
    user = login.user
    user.spawners[""] = SimpleNamespace(active=True, pending=None)

    async def play() -> None:
        await login.sign_in()
        user.db.is_full = True
        assert await login.confirm() == "gone"
        assert not user.spawners
        assert not user.is_out
        assert user.db.is_usable
        user.db.is_full = False
        assert await login.confirm() == "gone"
        assert user.is_out

    asyncio.run(play())
    assert "Cookie and tokens of alice hold until the next sweep: database or disk" in caplog.text


def test_a_hub_that_ends_keeps_what_the_provider_answers(
    provider: Provider, tmp_path: Path
) -> None:
    """JupyterHub cancels all tasks then; the token that was asked with is used up."""
    login = Login(provider, tmp_path)
    kept: list[object] = []

    async def cleanup() -> None:
        assert login.user.state
        kept.append(login.user.state["refresh_token"])

    async def play() -> None:
        model = await login.sign_in()
        hub: Any = SimpleNamespace(cleanup=cleanup)
        login.authenticator.get_handlers(hub)
        asking = asyncio.create_task(login.confirm())
        await asyncio.sleep(0)
        await hub.cleanup()
        assert asking.done()
        assert kept != [model["auth_state"]["refresh_token"]]
        asked = len(provider.asked)
        assert await login.confirm() == "not asked"
        assert len(provider.asked) == asked

    asyncio.run(play())


def test_the_first_sweep_comes_soon(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A hub that often restarts would never sweep; and whatever one sweep meets, others come."""
    needs_hub()
    from nblint.hub.login import sweep

    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "sleep", sleep)
    hub = SimpleNamespace(sweep_seconds=300, log=logging.getLogger())
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(sweep.sweep_for_ever(hub, None))
    assert waited == [60, 300, 300]
    assert caplog.text.count("The sweep failed") == 2


def test_a_refresh_token_is_used_once(provider: Provider, tmp_path: Path) -> None:
    """By a request and the sweep at a time: a second use would look like a theft."""
    login = Login(provider, tmp_path)

    async def play() -> None:
        await login.sign_in()
        assert await asyncio.gather(*(login.confirm() for _ in range(10))) == ["in"] * 10

    asyncio.run(play())
    used = [asked["refresh_token"][0] for asked in provider.asked if "refresh_token" in asked]
    assert len(used) == len(set(used)) == 1


def test_who_signs_in_meanwhile_stays(provider: Provider, tmp_path: Path) -> None:
    login = Login(provider, tmp_path)

    async def play() -> None:
        await login.sign_in()
        state = dict(login.user.state or {})
        provider.token = (400, b'{"error": "invalid_grant"}')
        asking = asyncio.create_task(login.confirm())
        await asyncio.sleep(0)
        login.user.state = {**state, "confirmed": time.time() + 1}
        assert await asking == "in"
        assert not login.user.is_out

    asyncio.run(play())


def test_certificates_are_always_checked(provider: Provider, tmp_path: Path) -> None:
    from traitlets import TraitError

    with pytest.raises(TraitError, match="always checked"):
        Login(provider, tmp_path, validate_server_cert=False)


def test_what_every_request_has(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a line below `configure` says of requests in general."""
    kwargs = {"validate_cert": False, "follow_redirects": True, "request_timeout": 7}
    login = Login(provider, tmp_path, http_request_kwargs=kwargs)
    seen: list[Any] = []
    fetch = login.authenticator.http_client.fetch

    def look(request: Any, **keywords: Any) -> Any:
        seen.append(request)
        return fetch(request, **keywords)

    monkeypatch.setattr(login.authenticator.http_client, "fetch", look)
    asyncio.run(login.sign_in())
    assert [request.validate_cert for request in seen] == [True, True]
    assert [request.follow_redirects for request in seen] == [False, False]
    assert seen[0].request_timeout == 7
