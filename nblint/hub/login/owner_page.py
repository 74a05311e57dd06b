"""The hub's page that lets the owner's browser through to their server; see `owners`."""

from __future__ import annotations

from jupyterhub.handlers.base import BaseHandler
from tornado import web

from nblint.hub.login.owners import COOKIE, DAYS, UnclearError, cookie_key, owner


class OwnServerPage(BaseHandler):  # type: ignore[misc]  # jupyterhub has no types
    """Where a browser is sent that asks for a server and has not said whose it is."""

    @web.authenticated
    async def get(self) -> None:
        """Tell the browser what the web server asks for; refuse a colleague's server."""
        address = self.get_argument("next", "")
        try:
            name = owner(address)
        except UnclearError:
            name = ""
        if not name or not address.startswith("/user/"):
            raise web.HTTPError(404)
        if name != self.current_user.name:
            raise web.HTTPError(
                403,
                f"This server is {name}'s, and only they can open it. What lies in their home, "
                f"you find on your own server, in Colleagues/{name}.",
            )
        signed = web.create_signed_value(cookie_key(), COOKIE, name)
        self.set_cookie(
            COOKIE, signed, path="/", secure=True, httponly=True, samesite="Lax", expires_days=DAYS
        )
        self.redirect(address)
