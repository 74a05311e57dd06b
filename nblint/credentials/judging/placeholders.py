"""Recognise what is never a secret: placeholders, templates, examples of vendors."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from itertools import pairwise

from nblint.patterns import lazy_pattern

# One of these words makes the whole value a placeholder.
_MARKERS = frozenset(
    """
    your yours insert enter replace replaceme changeme change placeholder example examples sample
    dummy fake mock redacted removed hidden masked censored todo tbd fixme here fill paste foobar
    lorem ipsum xxx xxxx xxxxx xxxxxx notreal invalid expired obfuscated sanitized scrubbed
    """.split()
)
# A value of these words only says what belongs there, not what it is.
_GENERIC = frozenset(
    """
    a an and the my our this that is in of on for from to with some any no not
    access account admin administrator alias anonymous api app apikey application auth authorization
    aws azure bar base basic baz bearer blank bool boolean bot bytes cert certificate client code
    config consumer content cred credential credentials customer data database db default demo
    dev development device dict docker email empty encoded encrypted encryption env environment
    false field file float foo func function gcp generic github gitlab global google group guest
    guess header hello hex hf hidden hub huggingface id identity input int integer internal jwt
    kaggle key keyring keys kind kv label length letmein list live local localhost login long main
    manager managed master max min minio minioadmin mysql na name new nil none null number
    oauth object ok openai optional org organization owner param parameter pass passcode passphrase
    passwd password passwords path personal plain plaintext postgres private prod production
    profile project prompt provider public pw pwd random redis ref refresh remote repo required
    role root sas scope secret secrets secure security server service session shared short sign
    signature signing site slack some staging static storage store str string strong subscription
    super supersecret system tbd team temp tenant test tester testing text tmp token tokens
    true type undefined unknown unset url user username users usr value values var variable vault
    webhook word workspace world write
    aqui aquí ask authkey chave chaves chiave cle clef clé clave claves cuenta coller coloque colle compte
    contraseña de dein deine din eigene einfügen el entrez escribe este hasło geheim hier hola ici ihr ihre il incolla ingresa insira inserisci introduzca jouw
    kennwort klucz la le ma mein meine mi minha mon mot mot_de_passe motdepasse mio nyckel parola
    meu minha mettez mio moj nuestra nuestro passe passwort passwörter pega pon poner qui remplacer
    remplacez sa schluessel schlüssel senha seu sleutel sua substitua sustituye suo ta ton tu tua tuo twój
    valeur valor votre vos vostra wachtwoord wert zde
    """.split()
)
_WORDS = lazy_pattern(r"[A-ZÀ-Þ]+(?![a-zß-ÿ])|[A-ZÀ-Þ]?[a-zß-ÿ]+|[0-9]+")
_SEPARATORS = lazy_pattern(r"[^a-z0-9]+")
# They say what belongs there, whatever is around them.
_SAYING = frozenset(
    "credential credentials key pass passcode passphrase passwd password pw pwd secret token user".split()
)
# A word, a sign and a number, in any order: what rules for passwords ask for.
_CHOSEN = lazy_pattern(
    r"(?=[^\n]{0,40}\d{2})(?=[^\n]{0,40}[@!#$%&*])[A-Za-z]{3,20}[\w@!#$%&*]{3,20}"
)
_LEET = str.maketrans("@$013457", "asoleast")
_NUMBERS = frozenset({"0", "1", "2", "3", "01", "02", "00", "12", "123", "1234", "12345", "123456"})
_SAID_OFTEN = _GENERIC | _MARKERS | _NUMBERS
_LONG = 16
_TEMPLATE = lazy_pattern(
    r"""
    <[^<>]{0,80}>?                  # <TOKEN>, <your key
    | \$\{[^{}]{0,80}\}?            # ${TOKEN}
    | \$\([^()]{0,80}\)?            # $(pass show token)
    | \$\$?(?:[A-Z_][A-Z0-9_]*|[a-z_]+)   # $TOKEN
    | \{\{.{0,80}                   # {{ token }}
    | \{[A-Za-z_0-9.\[\]"'!:(), ]{0,80}\}   # {token}, {quote(token)}
    | %\(?[A-Za-z_]*\)?[sdr]        # %s, %(token)s
    | %[A-Za-z_][A-Za-z0-9_]*%      # %TOKEN%
    | \[[A-Za-z _-]{0,60}\]?        # [TOKEN], [redacted]
    | __[A-Za-z_]+__ | @[A-Za-z_]+@ # __TOKEN__
    | \([A-Za-z _-]{1,60}\)         # (hidden)
    """,
    re.VERBOSE,
)
# What a vendor puts before a key, and words behind it: `sk-ant-api03-tu-clave-aqui`.
_VENDORS = lazy_pattern(
    r"(?:[srp]k[-_](?:ant-(?:api\d\d-)?|or-(?:v\d-)?|proj-|svcacct-|lf-|live_)?|hf_|gh[pousr]_|github_pat_|glpat-"
    r"|xox[a-z]-|xapp-|gsk_|AIza(?:Sy)?|r8_|nvapi-|pplx-|tvly-|lsv2_(?:[ps][tk]_)?|pcsk_|dapi|npm_|pypi-|ntn_|SG\.)"
)
_SPOKEN = lazy_pattern(
    r"(?:[A-ZÀ-Þ]{2,15}|[a-zß-ÿ]{2,15})(?:[-_ ](?:[A-ZÀ-Þ]{1,15}|[a-zß-ÿ]{1,15}|(?:19|20)\d\d|\d{1,3})){1,8}"
)
# Keys that are made to be published, or that only reach a sandbox.
_PUBLIC = ("pk_live_", "pk_test_", "sk_test_", "rk_test_", "pk.eyJ", "pub-")
_ENTITY = {
    "&lt;": "<",
    "&gt;": ">",
    "&amp;": "&",
    "%3C": "<",
    "%3E": ">",
    "\\u003c": "<",
    "\\u003e": ">",
}
_TEMPLATE_INSIDE = lazy_pattern(r"<[A-Za-z][A-Za-z _-]{1,40}>|\$\{|\{\{|\$\(|\.\.\.|…")
# Passwords that everybody knows as examples.
_PROVERBIAL = frozenset(
    {
        "hunter2",
        "tr0ub4dor&3",
        "correct horse battery staple",
        "correcthorsebatterystaple",
        "correct-horse-battery-staple",
    }
)
_SUBSTRINGS = ("example", "placeholder", "changeme", "redacted", "deadbeef", "your-", "your_")
# The first 32 bits of the SHA-256 of values that vendors print in their documentation: the keys of
# the storage and Cosmos DB emulators, jwt.io's payloads, Stripe's test key, and Telegram's. AWS's hold the word
# EXAMPLE. As digests, so that no scanner stumbles over this file.
_DOCUMENTED = frozenset(
    """
    0011cc25 aa654743 2cafc097 3373cfa8 25be1edd 9cad2144 0b5dd075 731fa294 97663138
    511c2249 3939afa2
    """.split()
)


def is_placeholder(value: str, extra: Collection[str] = ()) -> bool:
    """Tell whether a value is a placeholder for a credential.

    Args:
        value: The text in a credential's place.
        extra: Values that are not secrets, from the settings, in any case.

    Returns:
        True for `your-api-key`, `<TOKEN>`, `xxxx`, `changeme`, `${TOKEN}`, `{{ token }}`, `...`,
        for runs such as `abcdef0123456`, and for the keys that vendors print as examples.
    """
    if len(value) > 8192:
        return False
    return _is_placeholder(value) or (bool(extra) and value.lower() in {e.lower() for e in extra})


@lru_cache(maxsize=4096)
def _is_placeholder(value: str) -> bool:
    if value.lower() in _PROVERBIAL:
        return True
    text = _decoded(value).strip().strip("\"'`")
    if _is_template(text) or text.startswith(_PUBLIC):
        return True
    lowered = text.lower()
    words = [word.lower() for word in _WORDS.findall(text)]
    return (
        _says_so(lowered, words)
        or _is_said_behind_prefix(text)
        or _is_masked(text)
        or _is_generic(text, lowered, words)
        or _is_sequence(text)
        or is_documented_example(text)
    )


def is_generic_word(word: str) -> bool:
    """Tell whether a word in lower case says what belongs in a credential's place, or whose it is."""
    return word in _SAID_OFTEN


def _decoded(value: str) -> str:
    """Return a value as it is meant: `&lt;key&gt;` is `<key>`."""
    if "&" in value or "%3" in value or "\\u003" in value:
        for entity, character in _ENTITY.items():
            value = value.replace(entity, character)
    return value


def _is_template(text: str) -> bool:
    """Tell whether a text is a template, or consists of marks only."""
    has_two = len(text.strip("*.…·•-_=#?~ /\\|")) > 1
    return not has_two or bool(_TEMPLATE.fullmatch(text) or _TEMPLATE_INSIDE.search(text))


def _says_so(lowered: str, words: list[str]) -> bool:
    """Tell whether a word says that a text is a placeholder: `insert-your-key`."""
    if any(part in lowered for part in _SUBSTRINGS):
        return True
    # In a long value, "tbd" between two digits is chance; "-tbd-" is not.
    whole = words if len(lowered) < _LONG else _SEPARATORS.split(lowered)
    return not _MARKERS.isdisjoint(whole)


def _is_said_behind_prefix(text: str) -> bool:
    """Tell whether words follow what a vendor puts before its keys: `sk-ant-api03-tu-clave-aqui`."""
    vendor = _VENDORS.match(text)
    return vendor is not None and _SPOKEN.fullmatch(text, vendor.end()) is not None


def _is_generic(text: str, lowered: str, words: list[str]) -> bool:
    """Tell whether a text only says what belongs there: `my-secret-token`, `p@ssw0rd`."""
    if not words or lowered.translate(_LEET) in _GENERIC:
        return True
    are_known = all(word in _SAID_OFTEN or len(word) == 1 for word in words)
    return are_known and _speaks(text, words)


def _speaks(text: str, words: list[str]) -> bool:
    """Tell whether generic words make up most of a text, and nobody made a password of one.

    "a1b2c3" only has words of one letter, "z#0!T1Sa+-Q6d" has one by chance, and "Admin@123" is
    weak but in use.
    """
    spoken = [word for word in words if len(word) > 1 and word.isalpha()]
    if 2 * sum(map(len, spoken)) < sum(character.isalnum() for character in text):
        return False
    is_chosen = bool(_CHOSEN.fullmatch(text)) and _SAYING.isdisjoint(words)
    return bool(spoken) and not is_chosen


def is_documented_example(value: str) -> bool:
    """Tell whether a vendor prints this very value in its documentation."""
    import hashlib

    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return digest[:8] in _DOCUMENTED


def _is_masked(text: str) -> bool:
    """Tell whether most of a text is one character that masks: `sk-xxxxxxxx`, `ghp_********`."""
    masks = max(text.count(mark) for mark in "xX*.…•#0?_")
    return (
        (masks >= 3 and 2 * masks >= len(text))
        or "****" in text
        or "xxxxx" in text
        or "XXXXX" in text
    )


def _is_sequence(text: str) -> bool:
    """Tell whether most characters follow the one before: `abcdefgh12345678`, `aaaa`."""
    if len(text) < 5:
        return len(set(text)) == 1
    steps = [ord(b) - ord(a) for a, b in pairwise(text)]
    follow = sum(step in (0, 1, -1) for step in steps)
    return follow >= 0.7 * len(steps) or "qwerty" in text.lower() or "asdfgh" in text.lower()
