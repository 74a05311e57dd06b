"""The demonstration's provider: PyPI's oidc-provider-mock, for whoever has the key.

It asks for no password, and every account of a machine reaches what listens on loopback: without
the key, each of them could sign in, and run code as whoever shows the hub. The key stands in the
address that is printed, and in a cookie after that.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import flask

# What it is told: no argument, which every account of the machine could read.
VARIABLE = "NBLINT_DEMO_PROVIDER"
_COOKIE = "nblint-demo"
# Where a code or a token is needed, or nothing is to be had.
_OPEN = ("/.well-known/openid-configuration", "/jwks", "/oauth2/token", "/userinfo")


class Told(msgspec.Struct, frozen=True):
    """What the provider is told.

    Attributes:
        port: Where it listens, on loopback.
        key: What a browser must have to sign in.
        hub: Where it sends browsers that have the key.
        people: The claims about each person.
    """

    port: int
    key: str
    hub: str
    people: Sequence[Mapping[str, Any]]


def guarded(app: flask.Flask, told: Told) -> flask.Flask:
    """Let nobody sign in at a provider who has not come by the address with the key.

    Args:
        app: The provider.
        told: What it is told.
    """
    import flask

    def has_key(found: str | None) -> bool:
        return hmac.compare_digest((found or "").encode(), told.key.encode())

    def guard() -> flask.Response | None:
        request = flask.request
        if request.path == "/" and has_key(request.args.get("key")):
            answer = flask.make_response(flask.redirect(told.hub))
            answer.set_cookie(_COOKIE, told.key, httponly=True, samesite="Lax")
            return answer
        if request.path in _OPEN or has_key(request.cookies.get(_COOKIE)):
            return None
        said = "Open the whole address that `nblint hub demo` has printed, with its key.\n"
        return flask.Response(said, 403, mimetype="text/plain")

    # Before what the provider itself does first.
    app.before_request_funcs.setdefault(None, []).insert(0, guard)
    return app


def main() -> None:
    """Run the provider that the environment describes."""
    import uvicorn
    from oidc_provider_mock import User, app

    told = msgspec.convert(json.loads(os.environ.pop(VARIABLE)), Told)
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # loopback
    people = [User(sub=str(claims["sub"]), claims=dict(claims)) for claims in told.people]
    uvicorn.run(
        guarded(app(user_claims=people), told),
        interface="wsgi",
        host="127.0.0.1",
        port=told.port,
        # Addresses hold the key, and codes.
        access_log=False,
    )


if __name__ == "__main__":
    main()
