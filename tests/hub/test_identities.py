from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nblint.hub.login.claims import Identity
from nblint.hub.login.identities import Identities, NameTakenError


@pytest.fixture
def identities(tmp_path: Path) -> Identities:
    return Identities(tmp_path / "identities.sqlite")


ALICE, OTHER = Identity("https://idp", "1"), Identity("https://idp", "2")


def test_a_name_stays_with_whom_it_was_given_to(identities: Identities, tmp_path: Path) -> None:
    assert identities.account(ALICE) is None
    assert identities.claim(ALICE, "alice") == "alice"
    with pytest.raises(NameTakenError):
        identities.claim(OTHER, "alice")
    # The same subject of another provider is somebody else.
    with pytest.raises(NameTakenError):
        identities.claim(Identity("https://other", "1"), "alice")
    # Who is called otherwise now keeps their account.
    assert identities.claim(ALICE, "alice-b") == "alice"
    assert identities.claim(OTHER, "alice-b") == "alice-b"
    # Also when the hub starts anew.
    assert Identities(tmp_path / "identities.sqlite").account(ALICE) == "alice"


def test_two_at_a_time(identities: Identities) -> None:
    def claim(number: int) -> str | None:
        try:
            return identities.claim(Identity("https://idp", str(number)), "alice")
        except NameTakenError:
            return None

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(claim, range(16)))
    assert found.count("alice") == 1
    ada = Identity("https://other", "1")
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: identities.claim(ada, "ada"), range(16))) == {"ada"}


def test_groups(identities: Identities) -> None:
    assert identities.groups() == frozenset()
    identities.remember_groups(f"group-{number:05}" for number in range(10_000))
    assert len(identities.groups()) == 200
