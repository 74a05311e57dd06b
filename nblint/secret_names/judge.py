"""Judge by a name whether its value is a secret, and how sure that is.

Two questions share one judgement: `judge` is asked about names in a notebook, `looks_secret` about
environment variables. The first may be generous, because the value is looked at next; the value of
a variable is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from nblint.secret_names import words as w


class Level(IntEnum):
    """How much a name says; the weaker it is, the more the value must look like a secret."""

    NONE = 0
    WEAK = 1  # token, datadog_key, auth
    STRONG = 2  # api_key, access_token, client_secret
    PASSWORD = 3  # a person chose the value: any word may be one


class CredentialName(Struct, frozen=True):
    """What a name says of its value: how surely it is a credential, and its kind (`API key`)."""

    level: Level
    kind: str


_NOTHING = CredentialName(Level.NONE, "")
PASSWORD = CredentialName(Level.PASSWORD, "password")
SECRET = CredentialName(Level.STRONG, "secret")
TOKEN = CredentialName(Level.STRONG, "token")
API_KEY = CredentialName(Level.STRONG, "API key")
SIGNATURE = CredentialName(Level.STRONG, "signature")
_CREDENTIAL = CredentialName(Level.WEAK, "credential")
_TOKEN = CredentialName(Level.WEAK, "token")
_KEY = CredentialName(Level.WEAK, "key")
_SECRET_ID = CredentialName(Level.WEAK, "secret ID")
_LONGEST = 160
_LONGEST_PHRASE = 4  # words; a longer one that ends with "pass" is a sentence


@lru_cache(maxsize=8192)
def judge(name: str) -> CredentialName:
    """Judge whether a value bound to a name would be a credential.

    Args:
        name: A variable, keyword, dictionary key, header or setting, in any case and with any
            separators (`dbPassword`, `X-Api-Key`, `spark.hadoop.fs.s3a.secret.key`).

    Returns:
        The level and kind; `Level.NONE` for `pad_token`, `max_tokens`, `primary_key`,
        `password_field`, `secret_name`, `tokenizer_file` and everything else.
    """
    # "AWS::KMS::Key" is a type, "PASSWORD=…" a name with its value.
    if len(name) > _LONGEST or "::" in name or "=" in name:
        return _NOTHING
    words = w.split_words(name)
    position, judged = _decide(words)
    if judged.level is Level.NONE and " " not in name:
        # Of a setting such as `spark.es.net.http.auth.pass`, the first words say whose it is.
        words = words[-_LONGEST_PHRASE:]
        position, judged = _decide(words)
    if judged.level is Level.NONE or _is_described(words, position) or _is_for_everybody(words):
        return _NOTHING
    return judged


def judge_column(name: str) -> CredentialName:
    """Judge the heading of a table's column; one that merely ends with "key" joins tables."""
    judged = judge(name)
    return _NOTHING if judged == _KEY or judged.kind in ("user key", "account key") else judged


def taken_by(called: str) -> CredentialName:
    """Judge by its name which credential a call takes, if any.

    Args:
        called: The last part of the name: `census_api_key`, `setPassword`.

    Returns:
        What it takes, at most `Level.WEAK`, because the call may look the credential up by its
        argument; `Level.NONE` for `get_password` and the like.
    """
    judged = judge(called)
    if judged.level < Level.STRONG or not w.GIVERS.isdisjoint(w.split_words(called)[:1]):
        return _NOTHING
    return replace(judged, level=Level.WEAK)


def looks_secret(name: str) -> bool:
    """Tell whether an environment variable holds a secret, by its name alone.

    Args:
        name: The variable's name.

    Returns:
        True for `DATADOG_API_KEY`, `GITHUB_TOKEN_2`, `DB_PASSWORD_PROD`, `MONGO_CONNECTION_STRING`;
        False for `MAX_TOKENS`, `KEY_FILE`, `PUBLIC_KEY`, `TOKEN_URL`, `PWD`.
    """
    words = w.split_words(name)
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in w.WHICH_OF_SEVERAL):
        words.pop()
    if not words or name.upper() in w.NO_SECRET_VARIABLES or _is_for_everybody(words):
        return False
    if _opens_something(words) or any(words[-len(end) :] == end for end in w.SECRET_ENDINGS):
        return True
    words = words[-_LONGEST_PHRASE:]  # the words before say whose secret it is
    position, judged = _decide(words)
    if judged is _SECRET_ID:  # an AppRole's, or where a secret manager keeps a secret
        return False
    if judged.level is Level.WEAK:  # `CREDENTIALS` is often a file, `AUTH` a method
        return position == len(words) - 1 and judged.kind != "credential"
    return judged.level is not Level.NONE and not _is_described(words, position)


def _opens_something(words: list[str]) -> bool:
    """Tell whether a variable is a key or token: few are columns, and none are parts of a text."""
    match words:
        case [*_, "s", "3", "key"]:
            return False
        case [*_, before, "key"]:
            return before not in w.OTHER_KEYS
        case [*_, "token"]:
            return True
    return False


def _is_for_everybody(words: list[str]) -> bool:
    """Tell whether a name says that its value is not secret: `public_token`, `has_password`."""
    return words[0] in w.QUESTIONS or not w.NO_SECRETS.isdisjoint(words)


def _is_described(words: list[str], position: int) -> bool:
    """Tell whether the words behind one make the name describe the secret: `token_url`."""
    if words[position] in (
        "auth",
        "authorization",
    ):  # "auth_header" is as good as "authorization"
        return False
    return not w.DESCRIPTIONS.isdisjoint(words[position + 1 :])


def _decide(words: list[str]) -> tuple[int, CredentialName]:
    """Return the index of the last word that says what the value is, and what it says."""
    for position in range(len(words) - 1, -1, -1):
        judged = _judge_word(words, position)
        if judged is not None:
            return position, judged
    return -1, _NOTHING


def _judge_word(words: list[str], position: int) -> CredentialName | None:
    """Judge one word of a name among the others; None where it says nothing."""
    word = words[position]
    if (judge_among := _AMONG_OTHERS.get(word)) is not None:
        return judge_among(words, position)
    return _BY_WORD.get(word) or _judge_ending(word, is_last=position == len(words) - 1)


def _judge_ending(word: str, *, is_last: bool) -> CredentialName | None:
    if word in w.OTHER_WORDS:
        return None
    if word.endswith(w.PASSWORD_ENDINGS) or (is_last and word.endswith("pass")):
        return PASSWORD
    if word.endswith("secret"):
        return SECRET
    if word.endswith("token"):
        return _TOKEN
    return _KEY if word.endswith("key") and len(word) > 4 else None


def _judge_pass(words: list[str], position: int) -> CredentialName | None:
    is_last = position == len(words) - 1
    if not is_last or len(words) > _LONGEST_PHRASE or words[position - 1] in w.FILTERS:
        return None
    return PASSWORD


def _judge_foreign_key(words: list[str], position: int) -> CredentialName:
    """Judge `clave` and the like; a "parola chiave" is a keyword, and "clave API" an API key."""
    if _before(words, position) in w.WORDS:
        return _NOTHING
    return CredentialName(Level.STRONG, "API key") if "api" in words else _KEY


def _judge_passe(words: list[str], position: int) -> CredentialName | None:
    is_short = len(words) <= _LONGEST_PHRASE
    return PASSWORD if is_short and _before(words, position) == "de" else None


def _judge_key(words: list[str], position: int) -> CredentialName:
    before = _before(words, position)
    if before in ("access", "secret") and "secret" in words:
        return CredentialName(Level.STRONG, "secret key")
    if before == "api":
        return CredentialName(Level.STRONG, "API key")
    if before in w.QUALIFIERS and before not in ("user", "host", "id", "identity"):
        return CredentialName(Level.STRONG, f"{before} key")
    if before in w.NETWORKS:
        return PASSWORD
    if len(before) < 2 or before in w.OTHER_KEYS or before in w.PARTS_OF_DATA:
        return _NOTHING
    return _KEY


def _judge_keys(words: list[str], position: int) -> CredentialName:
    judged = _judge_key(words, position)
    return judged if judged.level is Level.STRONG else _NOTHING


def _judge_token(words: list[str], position: int) -> CredentialName:
    before = _before(words, position)
    if before in w.OTHER_KEYS or before in w.PARTS_OF_DATA:
        return _NOTHING
    return replace(_TOKEN, level=Level.STRONG) if before in w.QUALIFIERS else _TOKEN


def _judge_tokens(words: list[str], position: int) -> CredentialName:
    return _TOKEN if _judge_token(words, position).level is Level.STRONG else _NOTHING


def _judge_last(words: list[str], position: int) -> CredentialName | None:
    return _TOKEN if position == len(words) - 1 else None


def _judge_auth(words: list[str], position: int) -> CredentialName | None:
    return _CREDENTIAL if words[position + 1 :] in ([], ["header"]) else None


def _judge_info(words: list[str], position: int) -> CredentialName | None:
    """Judge `basic_auth_user_info`, a schema registry's."""
    is_user = _before(words, position) == "user" and "auth" in words
    return _CREDENTIAL if is_user else None


def _judge_id(words: list[str], position: int) -> CredentialName | None:
    """Judge `secret_id`, Vault's for an AppRole: https://developer.hashicorp.com/vault/docs/auth/approle."""
    is_last = position == len(words) - 1
    return _SECRET_ID if is_last and _before(words, position) == "secret" else None


def _judge_signature(words: list[str], position: int) -> CredentialName | None:
    is_signed = _before(words, position) == "sas"
    return CredentialName(Level.WEAK, "signature") if is_signed else None


def _before(words: list[str], position: int) -> str:
    return words[position - 1] if position else ""


# Words that say the same wherever they stand.
_BY_WORD: dict[str, CredentialName] = {
    **dict.fromkeys(w.PASSWORDS, PASSWORD),
    **dict.fromkeys(w.SECRETS, SECRET),
    **dict.fromkeys(w.CREDENTIALS, _CREDENTIAL),
    "jeton": _TOKEN,
    "mdp": CredentialName(Level.WEAK, "password"),  # French, but also a Markov decision process
}
# Words that depend on those around them.
_AMONG_OTHERS: dict[str, Callable[[list[str], int], CredentialName | None]] = {
    **dict.fromkeys(w.KEYS, _judge_foreign_key),
    "pass": _judge_pass,
    "pw": _judge_pass,
    "passe": _judge_passe,
    "key": _judge_key,
    "keys": _judge_keys,
    "token": _judge_token,
    "tokens": _judge_tokens,
    **dict.fromkeys(w.LAST_WORDS, _judge_last),
    "auth": _judge_auth,
    "authorization": _judge_auth,
    "info": _judge_info,
    "id": _judge_id,
    "signature": _judge_signature,
    "sig": _judge_signature,
}
