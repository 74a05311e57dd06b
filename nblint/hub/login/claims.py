"""What a provider claims about a person, and what follows from it.

Claims are input from elsewhere: any of them can be missing, or of another type than it should be.
"""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

Claims = Mapping[str, Any]

# As useradd takes them, without those that other tools stumble over.
_ACCOUNT = re.compile(r"[a-z][a-z0-9_-]{0,30}")
_BEFORE_LOWER_CASE = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class RefusedError(Exception):
    """Somebody may not enter; the text is what they are told, and holds nothing they sent."""


class Identity(Struct, frozen=True):
    """Who somebody is to a provider: what stays when a name changes hands.

    https://openid.net/specs/openid-connect-core-1_0.html#ClaimStability

    Attributes:
        issuer: The provider.
        subject: The provider's own identifier of the person.
    """

    issuer: str
    subject: str


def identity(claims: Claims, issuer: str) -> Identity:
    """Return who somebody is.

    Args:
        claims: The claims.
        issuer: The provider that was asked.

    Raises:
        RefusedError: The provider does not say.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise RefusedError("The provider does not say who you are: its claim 'sub' is missing.")
    return Identity(issuer, subject)


def second_factor(claims: Claims, values: frozenset[str]) -> bool | None:
    """Tell whether somebody signed in with a second factor.

    Args:
        claims: The claims.
        values: What counts as one.

    Returns:
        None where the provider says nothing: the claims `amr` and `acr` are both missing.
    """
    methods, context = claims.get("amr"), claims.get("acr")
    if methods is None and context is None:
        return None
    # A list, by the standard; some providers send a string where there is one.
    said = [*(methods if isinstance(methods, list) else [methods]), context]
    return any(isinstance(value, str) and value in values for value in said)


def groups(claims: Claims, path: str) -> frozenset[str]:
    """Return the groups that somebody is in.

    Args:
        claims: The claims.
        path: The claim; `a.b` is `b` inside of `a`, unless there is a claim of that name.
    """
    found: object = claims.get(path)
    if found is None:
        found = claims
        for key in path.split("."):
            found = found.get(key) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        found = [found]
    if not isinstance(found, list):
        return frozenset()
    return frozenset(group for group in found if isinstance(group, str))


def account_name(claims: Claims, claim: str, domain: str | None = None) -> str:
    """Return the name of somebody's account.

    Args:
        claims: The claims.
        claim: The one that names it.
        domain: Where it is a mail address: the domain that it must be of, and that is cut off.

    Raises:
        RefusedError: There is none, or it cannot be the name of an account.
    """
    said = claims.get(claim)
    if not isinstance(said, str):
        raise RefusedError("The provider does not say your name; tell the hub's owners.")
    if claim == "email" and claims.get("email_verified") is not True:
        # Otherwise whoever types in somebody's address gets their name (CVE-2026-33175).
        raise RefusedError("The provider has not verified your mail address.")
    if domain is not None:
        said, _, found = said.rpartition("@")
        if found.lower() != domain.lower():
            raise RefusedError("Your mail address is not one of this organisation.")
        said = said.replace(".", "-")
    # Before anything is made lower-case: some letters become ASCII by it.
    name = said.lower() if _BEFORE_LOWER_CASE.fullmatch(said) else ""
    if not _ACCOUNT.fullmatch(name):
        raise RefusedError("Your name cannot be the name of an account here.")
    return name
