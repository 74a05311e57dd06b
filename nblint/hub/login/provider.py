"""The provider's answers: what it says, that it refuses, and that it cannot be asked."""

import json
from collections.abc import Mapping
from typing import Any

import jwt
from msgspec import Struct

# Seconds by which the provider's clock may differ from this one.
_LEEWAY = 60
# Errors that mean this person, and not the hub or the provider: RFC 6749, section 5.2, and OpenID
# Connect Core, section 3.1.2.6.
_ABOUT_THE_PERSON = frozenset(
    ["invalid_grant", "access_denied", "login_required", "interaction_required", "consent_required"]
)


class GoneError(Exception):
    """The provider does not let this person in any more; the text says why, and holds no token."""


class UnavailableError(Exception):
    """The provider cannot be asked now, or says something that makes no sense."""


class Answer(Struct, frozen=True):
    """An answer of the provider.

    Attributes:
        status: Its HTTP status.
        body: What it holds, where that is a JSON object.
    """

    status: int
    body: Mapping[str, Any]

    @classmethod
    def read(cls, status: int, data: bytes | None) -> "Answer":
        """Read an answer; anything but a JSON object counts as an empty one."""
        try:
            body = json.loads(data or b"{}")
        except (ValueError, RecursionError):
            body = {}
        return cls(status, body if isinstance(body, dict) else {})

    @property
    def is_good(self) -> bool:
        """Whether it answers what was asked; some providers send errors with status 200."""
        return self.status == 200 and "error" not in self.body

    @property
    def error(self) -> str:
        """The error that it names; empty where it names none."""
        found = self.body.get("error")
        return found if isinstance(found, str) else ""


def tokens(answer: Answer) -> dict[str, Any]:
    """Return the tokens in an answer of the token endpoint.

    Raises:
        GoneError: It refuses this person.
        UnavailableError: It does not answer, or refuses the hub itself.
    """
    if answer.is_good and isinstance(answer.body.get("access_token"), str):
        return dict(answer.body)
    if answer.status < 500 and answer.error in _ABOUT_THE_PERSON:
        raise GoneError("the provider has ended the session")
    raise _unavailable("token", answer)


def person(answer: Answer) -> dict[str, Any]:
    """Return the claims in an answer of the userinfo endpoint.

    Raises:
        GoneError: The token that was sent is not valid any more.
        UnavailableError: It does not answer.
    """
    if answer.is_good and answer.body:
        return dict(answer.body)
    if answer.status in (401, 403):
        raise GoneError("the provider does not accept the session any more")
    raise _unavailable("userinfo", answer)


def id_claims(token: object, issuer: str, client_id: str) -> dict[str, Any]:
    """Return the claims of an id_token that the provider has sent.

    Args:
        token: The token.
        issuer: The provider, as its tokens name it.
        client_id: The hub, as the provider calls it.

    Raises:
        GoneError: It is not valid, or for somebody else.
    """
    try:
        # The signature is not what vouches for it: it came from the provider by TLS.
        # https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation, 6.
        claims: dict[str, Any] = jwt.decode(
            str(token),
            audience=client_id,
            issuer=issuer,
            leeway=_LEEWAY,
            options={
                "require": ["exp", "aud", "iss", "sub"],
                "verify_aud": True,
                "verify_exp": True,
                "verify_iss": True,
                "verify_nbf": True,
                "verify_signature": False,
            },
        )
    except jwt.InvalidTokenError as error:
        # Its text can quote the token.
        raise GoneError(f"the id_token is not valid ({type(error).__name__})") from None
    # Who is meant by a token for several says azp.
    audience = claims["aud"]
    is_for_us = isinstance(audience, str) or len(audience) == 1
    if claims.get("azp", client_id if is_for_us else None) != client_id:
        raise GoneError("the id_token is for another client")
    return claims


def _unavailable(endpoint: str, answer: Answer) -> UnavailableError:
    # The error's name only where it is one: what follows it can quote what was sent.
    said = answer.error
    name = f" ({said})" if said.isidentifier() and len(said) < 50 else ""
    return UnavailableError(f"the {endpoint} endpoint answered with status {answer.status}{name}")
