"""Lets a browser reach a server only for whoever owns it.

All servers share the hub's origin, and what a server answers is its user's: a page of it could do
in the hub whatever somebody may who opens it, make a token for instance. JupyterHub leaves it to
each server to ask who is there. So before anything reaches a server, the web server asks here: the
browser must bring the cookie of the owner, which the hub sets (`owner_page`).
https://jupyterhub.readthedocs.io/en/stable/explanation/websecurity.html

Programs send a token in a header, which no link makes a browser do. It needs neither the hub nor
its database, so that people's servers stay within reach while the hub restarts.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from pathlib import Path
from urllib.parse import quote, unquote

from tornado import web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_unix_socket

# No other host, and no page without TLS, can set a cookie of this prefix.
COOKIE = "__Host-nblint-hub-user"
# As long as JupyterHub's own.
DAYS = 14
PAGE = "/nblint/own-server"
# The token by which the hub and its proxy know each other: both units read it.
_TOKEN = "CONFIGPROXY_AUTH_TOKEN"  # noqa: S105 - a name
# As the proxy's parser reads an address, \ is /.
_SLASHES = re.compile(r"[/\\]+")
# `Basic` stands in a link, before an @.
_OF_PROGRAMS = re.compile(r"(?:token|bearer)\s", re.IGNORECASE)


class UnclearError(Exception):
    """An address that programs read in different ways."""


def cookie_key() -> str:
    """Return the key that the cookie is signed with, which only the hub and its proxy can make."""
    return hashlib.sha256(f"{COOKIE}:{os.environ[_TOKEN]}".encode()).hexdigest()


def owner(address: str) -> str:
    """Return whose server an address leads to; empty if it leads to none.

    Args:
        address: Path and query, as they came.

    Raises:
        UnclearError: It goes up with `..`, and whose it is depends on who reads it.
    """
    path = unquote(re.split(r"[?#]", address, maxsplit=1)[0])
    parts = [part for part in _SLASHES.split(path) if part]
    if {".", ".."} & set(parts):
        raise UnclearError
    return parts[1] if len(parts) > 1 and parts[0] == "user" else ""


class _Asked(web.RequestHandler):
    """Answers the web server: 204 lets a request go on; anything else is the browser's answer."""

    def get(self) -> None:
        address = self.request.headers.get("X-Forwarded-Uri", "")
        try:
            name = owner(address)
        except UnclearError:
            self.set_status(400)
            return
        if not name or _OF_PROGRAMS.match(self.request.headers.get("Authorization", "")):
            self.set_status(204)
            return
        said = self.get_signed_cookie(COOKIE, max_age_days=DAYS)
        if said is not None and said.decode() == name:
            self.set_status(204)
        elif (
            self.request.headers.get("X-Forwarded-Method", "GET") in ("GET", "HEAD")
            and self.request.headers.get("Sec-Fetch-Dest", "document") == "document"
        ):
            self.redirect(f"/hub{PAGE}?next={quote(address, safe='')}")
        else:
            self.set_status(403)

    def log_exception(self, *_: object) -> None:
        """Log no address: it can hold a token."""


async def answer(socket: Path) -> None:
    """Answer the web server until the process ends.

    Args:
        socket: Where it asks; whoever may write to it can only ask.

    Raises:
        OSError: The socket cannot be made.
    """
    application = web.Application(
        [(r".*", _Asked)],
        cookie_secret=cookie_key(),
        log_function=lambda _: None,  # an address can hold a token
    )
    HTTPServer(application).add_socket(bind_unix_socket(str(socket), mode=0o660))
    await asyncio.Event().wait()
