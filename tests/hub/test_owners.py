"""Whose server an address leads to; `host/test_deploy.py` asks the whole way."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nblint.hub.login.owners import UnclearError, owner


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/", ""),
        ("/hub/home", ""),
        ("/hub/user/alice", ""),
        ("/user", ""),
        ("/user/", ""),
        ("/users/alice", ""),
        ("/user/alice", "alice"),
        ("/user/alice/lab/tree/a.ipynb?token=b#c", "alice"),
        ("//user///alice/", "alice"),
        ("/%75ser/al%69ce", "alice"),
        ("/user%2Falice", "alice"),
        ("\\user\\alice/x", "alice"),
        ("/user/alice?/../bob", "alice"),
        ("/user/a.b..c/x", "a.b..c"),
    ],
)
def test_whose_server(address: str, name: str) -> None:
    assert owner(address) == name


@pytest.mark.parametrize(
    "address",
    ["/user/bob/../alice", "/user/bob/..%2falice", "/hub/%2e%2e/user/alice", "/./user/a", "/a/.."],
)
def test_addresses_that_go_up_are_refused(address: str) -> None:
    with pytest.raises(UnclearError):
        owner(address)


PIECES = st.sampled_from(
    ["/", "\\", "%2f", "%5c", "user", "%75ser", "alice", "bob", "hub", "?", ";"]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_nothing_that_a_proxy_takes_for_alices_is_nobodys(address: str) -> None:
    """However slashes are read and escapes are taken back, once."""
    path = re.sub("%2f", "/", address.split("?", maxsplit=1)[0].replace("\\", "/"))
    path = path.replace("%75", "u").replace("%5c", "\\")
    if re.match("/+user/+alice(/|$)", path):
        assert owner(address) == "alice"
