"""Whether a variable holds a secret, judged by its name alone.

Most names that look secret are not: ``MAX_TOKENS``, ``TOKENIZERS_PARALLELISM``, ``SECRET_NAME``,
``KEY_FILE``. What counts is the last word that says what the value is.
"""

from __future__ import annotations

import re

_SECRET_WORDS = frozenset({
    "APIKEY", "CREDENTIAL", "JWT", "PASS", "PASSPHRASE", "PASSWD", "PASSWORD", "PAT", "PSK", "PW",
    "PWD", "SECRET", "SECRETKEY", "TOKEN",
})  # fmt: skip
_SECRET_ENDINGS = ("APIKEY", "PASSWORD", "PASSWD", "SECRETKEY", "ACCESSKEY", "SECRET", "TOKEN")
_SECRET_PAIRS = frozenset([("CONNECTION", "STRING"), ("CONN", "STR"), ("AUTH", "HEADER")])
# Words before KEY that say it opens nothing.
_OTHER_KEYS = frozenset({
    "BUCKET", "CACHE", "COLUMN", "FOREIGN", "GROUP", "HOST", "JOIN", "OBJECT", "PARTITION",
    "PRIMARY", "PUB", "PUBLIC", "ROW", "S3", "SORT", "SORTING",
})  # fmt: skip
# Words at the end that say which of several, not what.
_QUALIFIERS = frozenset({
    "DEV", "DEVELOPMENT", "LIVE", "LOCAL", "NEW", "OLD", "PROD", "PRODUCTION", "QA", "RO", "RW",
    "SANDBOX", "STAGING", "TEST", "VALUE",
})  # fmt: skip
_NO_SECRETS = frozenset(["PWD", "OLDPWD", "PASS"])


def looks_secret(name: str) -> bool:
    """Judge by its name whether a variable holds a secret.

    Args:
        name: The variable's name.

    Returns:
        True for ``DATADOG_API_KEY``, ``GITHUB_TOKEN_2``, ``DB_PASSWORD_PROD``; False for
        ``MAX_TOKENS``, ``KEY_FILE``, ``PUBLIC_KEY``, ``TOKEN_URL``.
    """
    words = [word for word in re.split(r"[_\W]+", name.upper()) if word]
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in _QUALIFIERS):
        words.pop()
    if not words or name.upper() in _NO_SECRETS:
        return False
    last = words[-1].rstrip("0123456789") or words[-1]
    if last == "KEY":
        return len(words) > 1 and words[-2] not in _OTHER_KEYS
    return (
        last in _SECRET_WORDS
        or last.endswith(_SECRET_ENDINGS)
        or tuple(words[-2:]) in _SECRET_PAIRS
    )
