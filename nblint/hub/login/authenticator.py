"""The login: who may enter, by a second factor, a name that stays theirs, and a group.

The way to the provider and back, PKCE, cookies and the encryption of what is kept are JupyterHub's
and OAuthenticator's. Who enters and who stays is decided here, in one place for logins and
refreshes, because each hook of theirs leaves something out: `post_auth_hook` is not called for a
refresh, and `check_allowed` is skipped when everybody is allowed.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jupyterhub import roles
from oauthenticator.generic import GenericOAuthenticator
from oauthenticator.oauth2 import OAuthCallbackHandler
from sqlalchemy.exc import SQLAlchemyError
from tornado import web
from tornado.httpclient import HTTPClientError, HTTPRequest
from traitlets import Bool, Enum, Integer, List, Set, TraitError, Unicode, validate

from nblint.hub.login import claims as claimed
from nblint.hub.login.claims import Claims, RefusedError
from nblint.hub.login.identities import Identities, NameTakenError
from nblint.hub.login.kept import said, write_again
from nblint.hub.login.leaving import put_out
from nblint.hub.login.owner_page import OwnServerPage
from nblint.hub.login.owners import PAGE
from nblint.hub.login.provider import (
    Answer,
    GoneError,
    UnavailableError,
    id_claims,
    person,
    tokens,
)
from nblint.hub.login.sweep import sweep_for_ever
from nblint.hub.servers.accounts import is_of_the_machine
from nblint.hub.settings import SECOND_FACTORS

_TAKEN = "This name belongs to somebody else."
_LOGIN_FAILED = "The provider did not confirm the login. Try again."


class _CallbackHandler(OAuthCallbackHandler):  # type: ignore[misc]  # jupyterhub has no types
    """Where people come back from the provider, with a code in the address."""

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log why a login failed, without the address."""
        if isinstance(value, web.HTTPError):
            self.log.warning("%s: %s", self.request.path, value)
        else:
            self.log.error("Uncaught exception: %s", self.request.path, exc_info=(typ, value, tb))


class ProviderAuthenticator(GenericOAuthenticator):  # type: ignore[misc]  # jupyterhub has no types
    """Signs people in at an OpenID provider, and puts them out when they have left."""

    callback_handler = _CallbackHandler

    issuer = Unicode(config=True, help="The provider, as its tokens name it.")
    name_domain = Unicode(None, allow_none=True, config=True, help="The mail domain of names.")
    groups_claim = Unicode("groups", config=True, help="The claim that lists groups.")
    user_groups = Set(Unicode(), config=True, help="Groups whose members may enter.")
    operator_groups = Set(Unicode(), config=True, help="Groups whose members also run the hub.")
    require_second_factor = Bool(True, config=True, help="Whether it is checked.")
    second_factors = Set(Unicode(), SECOND_FACTORS, config=True, help="What proves one.")
    refresh_proof = Enum(["prove", "keep"], "prove", config=True, help="When it is not repeated.")
    unix_accounts = Bool(True, config=True, help="Whether users get accounts of the machine.")
    machine_names = Bool(False, config=True, help="Whether the machine's own names are refused.")
    identities_file = Unicode(config=True, help="Who has which account: an SQLite database.")
    sweep_seconds = Integer(300, config=True, help="How often everybody is asked about.")
    grace_seconds = Integer(
        3600, config=True, help="How long an outage of the provider puts nobody out."
    )
    shared_secrets = List(Unicode(), config=True, help="Names of secrets that everybody can read.")
    # Since 6.1, JupyterHub by itself lets a request go on that comes with a token, or from somebody
    # else: who was just put out could make a new token with it, and have a server started.
    auth_refresh_strict = Bool(True, config=True, help="Whether who was put out is out at once.")

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        # Refresh tokens are used once: two that ask at a time would look like a theft.
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        # What came for a token that is used up, by that token, until it is kept.
        self._unkept: dict[str, dict[str, Any]] = {}
        self._sweeping: asyncio.Task[None] | None = None
        self._is_ending = False

    @validate("validate_server_cert", "tls_verify")
    def _certificates_are_checked(self, proposal: Any) -> bool:
        if not proposal.value:
            raise TraitError("the provider's certificate is always checked; name its ca-file")
        return True

    @property
    def identities(self) -> Identities:
        """Who has which account."""
        return Identities(Path(self.identities_file))

    def get_handlers(self, app: Any) -> Any:
        """Return the pages of the login; asked once, when the hub starts, it begins to sweep."""
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().create_task(sweep_for_ever(self, app))
            app.cleanup = partial(self._end, app.cleanup)
        return [*super().get_handlers(app), (PAGE, OwnServerPage)]

    async def _end(self, cleanup: Callable[[], Awaitable[None]]) -> None:
        """Keep what the provider answers just now, before JupyterHub ends and cancels all tasks."""
        self._is_ending = True
        for lock in list(self._locks.values()):
            async with lock:
                pass
        await cleanup()

    # --- logins: OAuthenticator calls these in this order ---

    async def get_token_info(self, handler: Any, params: dict[str, str]) -> dict[str, Any]:
        """Return the tokens for a code; what the provider says of a failure is not logged."""
        with self._said_to_the_browser():
            return tokens(await self._ask_for_tokens(params))

    async def token_to_user(self, token_info: dict[str, Any]) -> dict[str, Any]:
        """Return the claims about whom the tokens belong to."""
        with self._said_to_the_browser():
            claims = await self._claims(token_info)
        # Without an id_token, nothing says who signed in how.
        if "iss" not in claims:
            self.log.error(
                "A login failed: the provider sent no id_token; is 'openid' in the scopes?"
            )
            raise web.HTTPError(403, _LOGIN_FAILED)
        return claims

    @contextmanager
    def _said_to_the_browser(self) -> Iterator[None]:
        """Make errors of a login pages of the hub; what the provider says of them is not logged."""
        try:
            yield
        except (GoneError, RefusedError) as error:
            self.log.warning("A login failed: %s", error)
            raise web.HTTPError(403, _LOGIN_FAILED) from None
        except UnavailableError as error:
            self.log.error("A login failed: %s", error)
            raise web.HTTPError(503, "The provider does not answer. Try again later.") from None

    def user_info_to_username(self, user_info: Claims) -> str:
        """Return what the account of a new person would be called."""
        try:
            return claimed.account_name(user_info, self.username_claim, self.name_domain)
        except RefusedError as error:
            raise self._refusal(error, user_info) from None

    def build_auth_state_dict(self, token_info: Claims, user_info: Claims) -> dict[str, Any]:
        """Return what is kept, encrypted, to ask again: tokens, who it is, and nothing else."""
        return {
            "access_token": token_info["access_token"],
            "refresh_token": token_info.get("refresh_token"),
            "subject": user_info.get("sub"),
            "confirmed": time.time(),
            self.user_auth_state_key: user_info,
        }

    async def update_auth_model(self, auth_model: dict[str, Any]) -> dict[str, Any]:
        """Let somebody in who signs in, or refuse them."""
        state = auth_model["auth_state"]
        claims = state[self.user_auth_state_key]
        try:
            name = await self._admit(claims, is_login=True, name=auth_model["name"])
        except RefusedError as error:
            raise self._refusal(error, claims) from None
        if not state["refresh_token"]:
            self.log.warning(
                "%s: the provider gave no refresh token, so this login ends with its access token; "
                "is 'offline_access' in the scopes, and allowed for the hub?",
                name,
            )
        # Not what else the provider says: thousands of groups, addresses, telephone numbers.
        state[self.user_auth_state_key] = {"groups": sorted(self._hub_groups(claims))}
        return {**auth_model, "name": name}

    # --- later: a request when the login is old, a server's start, and the sweep ---

    async def refresh_user(self, user: Any, handler: Any = None, **_: Any) -> bool:
        """Ask the provider whether somebody may stay.

        Args:
            user: JupyterHub's user.
            handler: The request that this is for, if it is for one.

        Returns:
            Whether they may; whoever may not was put out.
        """
        # JupyterHub 6.1.1 asks for this after a False, and only requests with a token have it.
        if handler is not None and not hasattr(handler, "_token_authenticated"):
            handler._token_authenticated = False  # noqa: SLF001
        return await self.confirm(user) != "gone"

    async def confirm(self, user: Any) -> str:
        """Ask the provider about somebody, and put them out if they may not stay.

        Args:
            user: JupyterHub's user.

        Returns:
            "in"; "gone"; "unknown" where the provider could not be asked, and they stay for now; or
            "not asked", because the hub could not keep the answer, or ends.
        """
        began, name = time.time(), user.name
        async with self._locks[name]:
            if self._is_ending:
                return "not asked"
            try:
                return await self._confirm(user, began)
            except SQLAlchemyError as error:
                user.db.rollback()  # the session is the hub's, for everybody
                self.log.error(
                    "%s was not asked about, because the hub's database cannot be used: %s",
                    name,
                    said(error),
                )
                return "not asked"

    async def _confirm(self, user: Any, began: float) -> str:
        state = await user.get_auth_state() or {}
        before = state.get("confirmed")
        # While this one waited; a time to come was written before the clock was set back.
        if began < state.get("confirmed", 0) <= time.time():
            return "in"
        try:
            await self._renew(user, state)
        except (GoneError, RefusedError) as error:
            reason = str(error)
        except SQLAlchemyError:
            raise
        except Exception as error:  # an answer that nobody foresaw is none, and not a stay
            silent = time.time() - state.get("confirmed", 0)
            if silent <= self.grace_seconds:
                self.log.error(
                    "The provider has not confirmed %s, who stays in for now: %s",
                    user.name,
                    _answered(error),
                )
                return "unknown"
            reason = f"the provider has not confirmed the login for {silent / 60:.0f} minutes"
        else:
            return "in"
        now = await user.get_auth_state() or {}
        if now.get("confirmed", before) != before:  # they have signed in anew meanwhile
            return "in"
        await self._put_out(user, reason)
        return "gone"

    async def delete_user(self, user: Any) -> None:
        """Put somebody out whom an operator deletes; the account's name stays theirs."""
        await self._put_out(user, "an operator deleted them")
        super().delete_user(user)

    async def _put_out(self, user: Any, reason: str) -> None:
        accounts = self.unix_accounts
        await put_out(user, user.db, self.log, reason, self.shared_secrets, unix_accounts=accounts)

    async def _renew(self, user: Any, state: dict[str, Any]) -> None:
        """Ask for new tokens, check all that a login is checked for, and keep what has changed.

        The answer is kept here and not by who called: until it is, nobody else may ask.
        """
        # Also of somebody who is in; the provider need not be there for it.
        if not self.check_blocked_users(user.name):
            raise RefusedError("they are in blocked_users")
        if not state.get("subject"):
            raise GoneError("there is no login")
        new = {"access_token": state["access_token"]}
        if state.get("refresh_token"):
            kept = state["refresh_token"]
            state |= self._unkept.get(kept, {})
            # On a full disk, the next one could not be kept, and asking for it ends this one.
            await write_again(user)
            parameters = self.build_refresh_token_request_params(state["refresh_token"])
            new = tokens(await self._ask_for_tokens(parameters))
            self._unkept[kept] = {
                "access_token": new["access_token"],
                "refresh_token": new.get("refresh_token") or state["refresh_token"],
            }
            state |= self._unkept[kept]
            # Before anything else can fail: the old one is not valid any more.
            await user.save_auth_state(state)
            del self._unkept[kept]
        claims = await self._claims(new)
        if claims.get("sub") != state["subject"]:
            raise GoneError("the provider answered about somebody else")
        await self._admit(claims, is_login=False, name=user.name)
        groups = sorted(self._hub_groups(claims))
        state |= {"confirmed": time.time(), self.user_auth_state_key: {"groups": groups}}
        await user.save_auth_state(state)
        user.sync_groups(groups)
        if self.admin_groups:
            user.admin = bool(self.admin_groups.intersection(groups))
            roles.assign_default_roles(user.db, entity=user.orm_user)
        user.db.commit()

    # --- both ---

    async def _admit(self, claims: Claims, *, is_login: bool, name: str) -> str:
        """Decide whether somebody may enter or stay.

        Args:
            claims: What the provider says now.
            is_login: Whether they have just signed in.
            name: What they would be called, or are called if they are in.

        Returns:
            The name of their account.

        Raises:
            RefusedError: They may not.
        """
        if self.require_second_factor:
            proven = claimed.second_factor(claims, frozenset(self.second_factors))
            if proven is None and not is_login and self.refresh_proof == "keep":
                proven = True
            if not proven:
                raise RefusedError("Sign in with a second factor (MFA).")
        groups = claimed.groups(claims, self.groups_claim)
        who = claimed.identity(claims, self.issuer)
        # Off the event loop: the accounts may come from a directory that is slow today.
        account = await asyncio.to_thread(self._account, who, groups, name)
        if not is_login and account != name:
            raise RefusedError("This account belongs to somebody else.")
        return account

    def _account(self, who: claimed.Identity, groups: frozenset[str], name: str) -> str:
        identities = self.identities
        ours = groups & self._entering_groups
        identities.remember_groups(ours or groups)
        if not ours:
            raise RefusedError("You are in no group that may enter here.")
        known = identities.account(who)
        if known is None and identities.is_taken(name):  # and has an account of the machine
            raise RefusedError(_TAKEN)
        refuses = self.unix_accounts or self.machine_names
        if refuses and is_of_the_machine(known or name, is_ours=known is not None):
            raise RefusedError("This name cannot have an account here.")
        try:
            return identities.claim(who, name)
        except NameTakenError:
            raise RefusedError(_TAKEN) from None

    @property
    def _entering_groups(self) -> frozenset[str]:
        """The groups whose members may enter."""
        return frozenset(self.user_groups | self.operator_groups)

    def _hub_groups(self, claims: Claims) -> frozenset[str]:
        return claimed.groups(claims, self.groups_claim) & self._entering_groups

    async def _claims(self, token_info: dict[str, Any]) -> dict[str, Any]:
        """Return what the provider says in a fresh id_token, and beside it.

        Raises:
            GoneError: The tokens are not accepted.
            RefusedError: The answers contradict each other.
            UnavailableError: The provider does not answer.
        """
        token = token_info.get("id_token")
        claims = id_claims(token, self.issuer, self.client_id) if token else {}
        if not self.userdata_url:
            if not claims:
                raise UnavailableError(
                    "the answer has no id_token, and there is no userinfo endpoint"
                )
            return claims
        headers = self.build_userdata_request_headers(token_info["access_token"], "Bearer")
        said = person(await self._fetch(self.userdata_url, headers=headers))
        # https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse
        if claims and said.get("sub") != claims.get("sub"):
            raise RefusedError("the provider answered about two people")
        # How somebody signed in is said by the token, which was made when they did.
        return {name: value for name, value in said.items() if name not in _OF_THE_TOKEN} | claims

    async def _ask_for_tokens(self, parameters: dict[str, Any]) -> Answer:
        sent = {name: value for name, value in parameters.items() if value is not None}
        headers = self.build_token_info_request_headers()
        return await self._fetch(self.token_url, "POST", headers, urlencode(sent))

    async def _fetch(
        self, url: str, method: str = "GET", headers: Any = None, body: str | None = None
    ) -> Answer:
        """Ask the provider; neither the address nor the answer is logged."""
        certain = {"follow_redirects": False, "validate_cert": True}
        request = HTTPRequest(url, method, headers, body, **self.http_request_kwargs | certain)
        try:
            response = await self.http_client.fetch(request, raise_error=False)
        except (OSError, HTTPClientError) as error:
            raise UnavailableError(f"no connection ({type(error).__name__})") from None
        return Answer.read(response.code, response.body)

    def _refusal(self, error: RefusedError, claims: Claims) -> web.HTTPError:
        # A name can hold anything, and be as long as it likes.
        self.log.warning("Refused %r: %s", str(claims.get(self.username_claim))[:40], error)
        return web.HTTPError(403, str(error))


def _answered(error: Exception) -> str:
    """Return what a log says of an error; the text of one that nobody foresaw can quote a token."""
    return str(error) if isinstance(error, UnavailableError) else type(error).__name__


_OF_THE_TOKEN = frozenset(["acr", "amr", "aud", "azp", "exp", "iat", "iss", "nonce"])
