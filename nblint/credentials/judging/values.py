"""Decide which values look like a credential, given how much their name says."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise

from nblint.credentials.judging.placeholders import is_generic_word, is_placeholder
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import Level, judge

_REFERENCE = lazy_pattern(
    r"""
    [a-z][a-z0-9+.-]{1,20}://[^@]*          # a URL; one with a password is another layer's
    | (?:\.{0,2}|~|[A-Za-z]:)[/\\].*\.[a-z0-9]{1,6}   # a path to a file
    | (?:\.{0,2}|~)/[a-z0-9_./ -]*          # a path in lower case
    | [A-Za-z]:\\.*
    | arn:aws[a-z-]*:.*
    | projects/.*
    | (?:secretref|vault|ssm|kv|op|env|file|keyvault|keyring|gopass)[:/].*
    | [A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+         # SLACK_BOT_TOKEN
    | [A-Za-z_][\w.-]*\.(?:json|pem|txt|ya?ml|env|key|crt|cer|csv|toml|ini|cfg|p12|pfx|py|ipynb|html|md|jwt|pkl)
    | [\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})*\.[a-z]{2,12}   # an address
    | (?:text|application|image|audio|video)/[\w.+-]+
    | T[AS]?\d{4}(?:\.\d{3})?                # MITRE ATT&CK: "password_spraying": "T1110.003"
    | SCRAM-SHA-\d{1,3}\$.* | md5[0-9a-f]{32} | \*[0-9A-F]{40}  # a hash, by PostgreSQL's and MySQL's form
    | \$(?:2[abxy]?|argon2\w{1,2}|[156y]|apr1|scrypt|pbkdf2[\w-]*)\$.*  # a hash, by crypt's form
    | (?i:argon2|bcrypt|pbkdf2|scrypt|sha\d{1,3}|md5)[:-][\w$:+/=,.-]+  # Jupyter's and Werkzeug's
    | ENC\[.* | \$ANSIBLE_VAULT;.* | !vault\b.* | \{cipher\}.* | vault:v\d:.*   # ciphertext
    | \{(?:S?SHA\d{0,3}|S?MD5|CRYPT|bcrypt|argon2|PBKDF2)[\w-]{0,10}\}.*   # a hash, by LDAP's and Spring's form
    | (?:U2FsdGVkX1|gAAAAAB|AQ[IE]CAH)[\w+/=-]{20,}   # what openssl, Fernet and KMS encrypted
    | Ag[A-D][\w+/=]{120,}                 # a SealedSecret
    | (?:data|var|local|module|aws|(?:aws|azurerm|google|random|vault|kubernetes)_\w{2,60})(?:\.[\w\[\]"*]{1,80}){1,6}  # Terraform's
    | @Microsoft\.KeyVault\(.*
    | 0x[0-9a-fA-F]{40}                     # an address on a chain is public
    """,
    re.VERBOSE | re.DOTALL,
)
# Unquoted text only: `password = getpass()`, `token: os.environ["X"]`, `key=self.key`.
_CODE = lazy_pattern(
    r"""
    [A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\(.*|\[.*)
    | (?:os|sys|self|config|cfg|settings|env|args|params|secrets|st|conf|cls|process|var|local|data)
      \.\w[\w.]*
    """,
    re.VERBOSE | re.DOTALL,
)
# Unquoted as well: `data/raw/`, `sagemaker/DEMO/reports/2020`.
_PATH = lazy_pattern(
    r"(?:[A-Za-z]{2,20}|[\w.-]{1,40}-[\w.-]{1,40})(?:/[A-Za-z0-9_.-]{1,40}){0,12}/|[A-Za-z]{2,20}(?:/(?:[A-Za-z._-]{2,30}\d{0,4}|\d{1,4})){2,12}"
)
_REGEX = lazy_pattern(r"\\[wWsSdDbB]|\[\^|\(\?|\.\*|\[A-Z|\[a-z|\[0-9|\.\{\d")
_SLUG = lazy_pattern(
    r"(?:[a-z]{2,}|[0-9]{1,4}|v[0-9]{1,3})(?:[-_./ :](?:[a-z]{1,20}|[0-9]{1,4}|v[0-9]{1,3}))*"
)
_WORD = lazy_pattern(r"[A-Za-z]?[a-z]+|[A-Z]+")
_CAMEL_CASE = lazy_pattern(r"[A-Za-z]?[a-z]{2,}(?:[ _-]?[A-Z][a-z]{2,})*[0-9]{0,2}|[A-Z][A-Z_-]*")
_HEX = lazy_pattern(r"[0-9a-fA-F]+")
_UUID = lazy_pattern(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_OPAQUE = lazy_pattern(r"[A-Za-z0-9_\-.+/=~:|$!@#%^&*]+")
# A password by the usual rules: even a weak name is enough for it.
_CHOSEN = lazy_pattern(
    r"(?=[^\n]{0,60}[a-z])(?=[^\n]{0,60}[A-Z])(?=[^\n]{0,60}\d)(?=[^\n]{0,60}[!@#$%^&*])"
    r"[\w!@#$%^&*.+=-]{8,64}|(?=[^\n]{8,})[A-Za-z]\w{3,30}\d{2}[!@#$%^&*?]{1,2}"
)
# Google's: https://support.google.com/accounts/answer/185833
_APP_PASSWORD = lazy_pattern(r"[a-z]{4}(?: [a-z]{4}){3}")
_DATE_OR_VERSION = lazy_pattern(r"v?\d{1,4}(?:[-./:T ]\d{1,4}){1,6}(?:Z|\.\d+)?")
_PART = lazy_pattern(r"[A-Za-z0-9]+")
_PLAIN_PART = lazy_pattern(
    r"[A-Z]?[a-z]+[0-9]{0,4}|[A-Za-z]?[a-z]{2,}(?:[A-Z][a-z]{2,}){1,6}[0-9]{0,4}|[A-Z]?[a-z]{3,}[0-9]{4}[a-z]{3,}|[A-Z]+[0-9]{0,4}|[A-Z]{1,8}[0-9]{5,12}|[0-9]+|[0-9]{1,8}T[0-9]{1,8}Z?"
)
_IDENTIFIER = lazy_pattern(r"[a-z]+(?:_[a-z]+)+[0-9]{0,2}")
_TYPE = lazy_pattern(
    r"(?:str|bytes|bool|any|object|string|optional|list|dict|none|category"
    r"|(?:u?int|float|complex|datetime|timedelta)(?:\d{1,3})?)\b.*",
    re.IGNORECASE,
)
# The type of a column, as schemas state it: "password": "VARCHAR(255)".
_COLUMN_TYPE = lazy_pattern(
    r"(?:n?(?:var)?char(?:acter)?2?|binary|varbinary|text|category|categorical|object|string|bytes)"
    r"(?:\s?\(\s?\w{1,6}\s?\))?(?: not null)?",
    re.IGNORECASE,
)


_SHORTEST, _LONGEST = 4, 8192
_FEWEST_DIGITS = 4  # of a word of prose that machines made
# A generated value must be longer, all the more if its name says little.
_SHORTEST_GENERATED = {Level.STRONG: 8, Level.WEAK: 16}
_SHORTEST_UNQUOTED = 6
_OPENINGS = ("(", "[", "{", "<", "@", "http")
_PUNCTUATION = "._-:,()[]/"  # of words
_FEWEST_CHARACTERS = 5  # different ones


def is_credential(
    value: str, level: Level, *, quoted: bool = True, placeholders: Collection[str] = ()
) -> bool:
    """Tell whether a value bound to a credential-like name is a credential.

    Args:
        value: The literal text, without quotes.
        level: What the name says (see `nblint.secret_names.judge.judge`).
        quoted: Whether it was a string literal. Unquoted text (`password: the user's`) is prose
            more often than not, so it must look like a secret by itself.
        placeholders: Values that are not secrets, from the settings.

    Returns:
        False for placeholders, references (paths, URLs, names of variables, code), values shorter
        than four characters, and words, unless the name is a password's.
    """
    if level is Level.NONE or not _SHORTEST <= len(value) <= _LONGEST:
        return False
    if is_placeholder(value, placeholders) or _refers(value, quoted):
        return False
    if level is not Level.PASSWORD:
        return _is_generated(value, level, quoted)
    return _is_password(value) if quoted else _is_unquoted_password(value)


def _refers(value: str, quoted: bool) -> bool:
    """Tell whether a value says where a credential is, or what it looks like."""
    if _REFERENCE.fullmatch(value) or _REGEX.search(value):
        return True
    return not quoted and (_CODE.fullmatch(value) is not None or _PATH.fullmatch(value) is not None)


def _is_generated(value: str, level: Level, quoted: bool) -> bool:
    """Tell whether a value looks generated."""
    if any(c.isspace() for c in value) or not value.isprintable():
        return False
    is_weak = level is Level.WEAK
    if is_weak and quoted and _CHOSEN.fullmatch(value):
        return True
    if len(value) < _SHORTEST_GENERATED[level] or len(set(value)) < _FEWEST_CHARACTERS:
        return False
    if _SLUG.fullmatch(value) or _CAMEL_CASE.fullmatch(value) or _DATE_OR_VERSION.fullmatch(value):
        return False
    if is_weak and not (_OPAQUE.fullmatch(value) and _has_opaque_part(value)):
        return False
    return _is_opaque(value)


def is_word(value: str) -> bool:
    """Tell whether a value may be a word of prose: `lib44b-seed` is one, what machines make is not."""
    return not _has_opaque_part(value) and sum(c.isdigit() for c in value) < _FEWEST_DIGITS


def _has_opaque_part(value: str) -> bool:
    """Tell whether a value is more than words and numbers, as `chr17:43044295` and `gpt-4o-2024`."""
    return bool(_UUID.fullmatch(value)) or any(
        len(part) >= 10 and not _PLAIN_PART.fullmatch(part) for part in _PART.findall(value)
    )


def _is_password(value: str) -> bool:
    """Tell whether a literal with a password's name is a password."""
    if _COLUMN_TYPE.fullmatch(value):
        return False
    if any(c.isspace() for c in value):
        return _is_passphrase(value)
    if _IDENTIFIER.fullmatch(value) and _names_password(value):
        return False  # `rename(columns={"password": "pwd_column"})`
    # What a field is called, not what is in it: "Password:", "Forgotten?", "user_password".
    is_label = value.endswith((":", "?")) or "password" in value.lower()
    return not is_label or any(c.isdigit() for c in value)


def _is_unquoted_password(value: str) -> bool:
    """Tell whether a word behind a password's name is a password rather than part of a sentence."""
    if _COLUMN_TYPE.fullmatch(value) or _TYPE.fullmatch(value) or _SLUG.fullmatch(value):
        return False
    if len(value) < _SHORTEST_UNQUOTED or value.startswith(_OPENINGS):
        return False
    if any(c.isspace() for c in value) or not any(c.isalpha() for c in value):
        return False
    if any(c.isdigit() or not (c.isalnum() or c in _PUNCTUATION) for c in value):
        return True
    return value.isalpha() and _is_opaque(value)


def is_diced(value: str) -> bool:
    """Tell whether a value is odd words, as dice and password managers choose them.

    A number tells them from a name; without one, they are more, and no words for what has names.
    """
    if not _DICED_WORDS.fullmatch(value):
        return False
    words = _WORD.findall(value.lower())
    has_number = any(c.isdigit() for c in value)
    fewest = _FEWEST_DICED if has_number and " " not in value else _FEWEST_WORDS
    return len(words) >= fewest and all(
        len(word) >= _SHORTEST_DICED
        and not is_generic_word(word)
        and (has_number or (word not in _NAMING and word not in _PROSE))
        for word in words
    )


# `marlin-teal-harbor-41`
_DICED_WORDS = lazy_pattern(
    r"(?:\d{1,4}[-_.]?)?[A-Za-z]{3,12}(?:[-_. ][A-Za-z]{3,12}){1,6}(?:[-_. ]?\d{1,4})?[!?.]?"
)
_FEWEST_DICED, _SHORTEST_DICED = 3, 4
# Words of the names of machines, jobs and files, and of what one is told to do.
_NAMING = frozenset(
    "analytics archive backend backup batch branch bucket build central cloud cluster core dashboard daily data "
    "deploy deployment east edge engine europe event export feature file frontend gateway image import ingest job "
    "lake loader machine metrics model monitor monthly node north pipeline platform pool primary proxy queue "
    "reader region release report reporting reset runner sandbox scheduler schema script secondary south "
    "sender sink source stack step stream sync table task teams topic train version view volume warehouse weekly "
    "west worker writer zone ask contact every never rotate stored store saved kept check with from without "
    "manager vault online offline page wiki link below above sent mail phone chat days week month year".split()
)


def _names_password(value: str) -> bool:
    return any(judge(word).level is Level.PASSWORD for word in value.split("_"))


def _is_passphrase(value: str) -> bool:
    """Tell whether a text is a passphrase: few words with a digit or symbol, and no sentence."""
    words = value.split()
    if _APP_PASSWORD.fullmatch(value):
        return True
    if len(words) > 5 or len(value) > 60 or value.endswith((":", "?", ".", "!", "…")):
        return False
    if any(word.lower().strip(".,()") in _PROSE for word in words):
        return False
    if any(c.isdigit() or c in "@#$%^&*+=" for c in value):
        return True
    return len(words) >= _FEWEST_WORDS and all(_DICED.fullmatch(word) for word in words)


_FEWEST_WORDS = 4
_DICED = lazy_pattern(r"[a-z]{3,12}")  # by rolling dice for each word
_PROSE = frozenset(
    "this that these here there be been have has had you we it they as by do does can cannot will would "
    "should when where what which how why use used uses using via only also other new old wrong set get "
    "give given need needed field value name account login log sign change reset forgot valid invalid "
    "the a an is are your my enter input please must at least for of to and or in with not no "
    "password passwords username secret token key characters chars min max "
    "symbols digits letters zeichen caracteres caractères caratteri".split()
)


def _is_opaque(value: str) -> bool:
    """Tell whether a value has digits among its letters, or a case that changes within words."""
    letters = sum(c.isalpha() for c in value)
    digits = sum(c.isdigit() for c in value)
    if not letters:
        return False
    if digits:
        return digits >= 2 or letters >= 12 or not value.isalnum()
    if any(c in "!@#$%^&*+=~" for c in value):
        return True
    if len(value) < 16:
        return False
    changes = sum(a.islower() != b.islower() for a, b in pairwise(value))
    return changes >= len(value) // 4


def is_uuid(value: str) -> bool:
    """Tell whether a value is a UUID."""
    return len(value) == 36 and _UUID.fullmatch(value) is not None


def is_hash_like(value: str) -> bool:
    """Tell whether a value has the form of a digest or a UUID, which is rarely a secret."""
    return bool(_UUID.fullmatch(value)) or (
        len(value) in (32, 40, 56, 64, 96, 128) and bool(_HEX.fullmatch(value))
    )
