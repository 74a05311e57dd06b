"""What a baseline knows a credential by, without holding it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import lru_cache

from nblint.credentials.secret import Secret

_BYTES = 16  # 128 bits: no two credentials of an organisation share them
SALT_BYTES = 16


def new_salt() -> str:
    """Return a random salt, as hexadecimal digits: one for each baseline.

    It stands in the baseline, so it stops precomputed tables and comparisons between
    repositories, not the guessing of one weak password; that is what scrypt is for.
    """
    return secrets.token_hex(SALT_BYTES)


def fingerprint(secret: Secret, salt: str, *, documented: bool) -> str:
    """Return the fingerprint of a credential: HMAC-SHA256, cut to 128 bits.

    Args:
        secret: The credential.
        salt: The baseline's salt, or the one that an environment variable puts in its place.
        documented: Whether its format is a vendor's. Those are long and random. Other values may
            be passwords that can be guessed, and go through scrypt first (RFC 7914), which makes
            each guess cost 16 MB and some 50 ms.

    Returns:
        32 hexadecimal digits, the same for the same secret and salt wherever it stands.
    """
    return _fingerprint(secret, salt, documented)


@lru_cache(maxsize=1024)
def _fingerprint(secret: Secret, salt: str, documented: bool) -> str:
    key = salt.encode()
    value = secret.reveal().encode("utf-8", "surrogatepass")
    if not documented:
        value = hashlib.scrypt(value, salt=key, n=2**14, r=8, p=1, maxmem=64 * 1024 * 1024)
    return hmac.new(key, value, hashlib.sha256).hexdigest()[: 2 * _BYTES]
