"""Fingerprints: how a baseline recognises a credential without holding it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import lru_cache

from nblint.credentials.secret import Secret

_BYTES = 16  # 128 bits, so that no two credentials of an organisation share a fingerprint
SALT_BYTES = 16


def new_salt() -> str:
    """Return a random salt for a baseline, as hexadecimal digits.

    The baseline holds it, so it stops precomputed tables and comparisons between repositories. It
    does not stop guesses at a weak password; scrypt does.
    """
    return secrets.token_hex(SALT_BYTES)


def fingerprint(secret: Secret, salt: str, *, documented: bool) -> str:
    """Return the fingerprint of a credential: HMAC-SHA256, cut to 128 bits.

    Args:
        secret: The credential.
        salt: The baseline's salt, or the one that an environment variable replaces it with.
        documented: Whether a vendor documents its format. Such tokens are long and random. Other
            values may be passwords that can be guessed, so they go through scrypt first (RFC
            7914): each guess costs 16 MB and about 50 ms.

    Returns:
        32 hexadecimal digits, always the same for one secret and salt.
    """
    return _fingerprint(secret, salt, documented)


@lru_cache(maxsize=1024)
def _fingerprint(secret: Secret, salt: str, documented: bool) -> str:
    key = salt.encode()
    value = secret.reveal().encode("utf-8", "surrogatepass")
    if not documented:
        value = hashlib.scrypt(value, salt=key, n=2**14, r=8, p=1, maxmem=64 * 1024 * 1024)
    return hmac.new(key, value, hashlib.sha256).hexdigest()[: 2 * _BYTES]
