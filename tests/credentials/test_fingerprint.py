"""Fingerprints: stable, salted, and no way back."""

from nblint.credentials.fingerprint import fingerprint, new_salt
from nblint.credentials.secret import Secret


def test_fingerprint() -> None:
    secret, salt = Secret("hunter2x9"), new_salt()
    first = fingerprint(secret, salt, documented=False)
    assert len(first) == 32
    assert int(first, 16)
    assert first == fingerprint(Secret("hunter2x9"), salt, documented=False)
    others = {
        fingerprint(secret, salt, documented=True),
        fingerprint(secret, new_salt(), documented=False),
        fingerprint(Secret("hunter2x8"), salt, documented=False),
    }
    assert len(others) == 3
    assert first not in others


def test_odd_values() -> None:
    assert fingerprint(Secret("\ud800é"), "", documented=False)
    assert new_salt() != new_salt()
