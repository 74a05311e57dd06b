from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nblint.hub.login.claims import (
    Identity,
    RefusedError,
    account_name,
    groups,
    identity,
    second_factor,
)
from nblint.hub.settings import SECOND_FACTORS

VALUES = frozenset(SECOND_FACTORS)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("claims", "proven"),
    [
        ({}, None),
        ({"amr": None}, None),
        ({"amr": ["pwd"]}, False),
        ({"amr": []}, False),
        ({"amr": ["pwd", "otp"]}, True),
        ({"amr": ["hwk"]}, True),
        ({"amr": "mfa"}, True),
        ({"amr": "pwd"}, False),
        # Part of a word is no proof.
        ({"amr": "no mfa"}, False),
        ({"amr": [["mfa"], {"mfa": "mfa"}, 3, None]}, False),
        ({"amr": {"mfa": True}}, False),
        ({"acr": "https://refeds.org/profile/mfa"}, True),
        ({"acr": "0", "amr": ["pwd"]}, False),
        ({"acr": ["mfa"]}, False),
        ({"acr": 1}, False),
    ],
)
def test_second_factor(claims: dict[str, Any], proven: bool | None) -> None:
    assert second_factor(claims, VALUES) is proven


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        ({}, set()),
        ({"groups": None}, set()),
        ({"groups": "analysts"}, {"analysts"}),
        ({"groups": ["a", "b", "a", 3, None, ["c"]]}, {"a", "b"}),
        ({"groups": {"analysts": True}}, set()),
        ({"groups": [str(number) for number in range(10_000)]}, set(map(str, range(10_000)))),
    ],
)
def test_groups(claims: dict[str, Any], found: set[str]) -> None:
    assert groups(claims, "groups") == found


def test_groups_inside_of_claims() -> None:
    claims = {"realm_access": {"roles": ["a"]}, "https://acme.example/groups": ["b"]}
    assert groups(claims, "realm_access.roles") == {"a"}
    # Auth0 wants a claim of one's own to be an address, dots and all.
    assert groups(claims, "https://acme.example/groups") == {"b"}


@pytest.mark.parametrize("name", ["alice", "a", "alice-b_2", "a" * 31])
def test_names(name: str) -> None:
    assert account_name({"preferred_username": name}, "preferred_username") == name


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "a b", "a/b", "../x", "..", "a\n", "a\0", "-a", "_a", "1a", "a.b", "a@b", "Ä"),
        *("a" * 32, "a" * 200, "ａlice", "aliсe", "$(id)", "a;b", "a,b", "a:b", "*"),
        "\u212aate",  # the Kelvin sign, which becomes a "k"
        *(None, 3, ["alice"], {"alice": 1}),
    ],
)
def test_names_that_are_none(name: object) -> None:
    with pytest.raises(RefusedError) as caught:
        account_name({"preferred_username": name}, "preferred_username")
    assert not isinstance(name, str) or not name.strip() or name not in str(caught.value)


def test_capitals_are_the_same_name() -> None:
    assert account_name({"preferred_username": "Alice"}, "preferred_username") == "alice"


def test_mail_addresses() -> None:
    said = {"email": "alice.b@Acme.example", "email_verified": True}
    assert account_name(said, "email", "acme.example") == "alice-b"
    for address in (
        "alice@acme.example.org",
        "alice@evil.example@acme.org",
        "alice",
        "@acme.example",
    ):
        with pytest.raises(RefusedError):
            account_name({**said, "email": address}, "email", "acme.example")
    # Whoever can type in an address at the provider would get its name.
    for verified in (False, None, "false", "true", 1):
        with pytest.raises(RefusedError, match="not verified"):
            account_name({**said, "email_verified": verified}, "email", "acme.example")


def test_identity() -> None:
    assert identity({"sub": "1"}, "https://a") == Identity("https://a", "1")
    for subject in ("", None, 3, ["1"], "x" * 256):
        with pytest.raises(RefusedError):
            identity({"sub": subject}, "https://a")


@given(st.dictionaries(st.sampled_from(["amr", "acr", "groups", "sub", "name"]), ANYTHING))
def test_claims_of_any_type(claims: dict[str, Any]) -> None:
    assert second_factor(claims, VALUES) in (True, False, None)
    assert all(isinstance(group, str) for group in groups(claims, "groups.x"))
    for ask in (lambda: identity(claims, "i"), lambda: account_name(claims, "name", "x")):
        with suppress(RefusedError):
            ask()
