"""Which names say that their value is a credential, and how sure that is."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from nblint.patterns import lazy_pattern


class Level(IntEnum):
    """How much a name alone says; the weaker it is, the more the value must look like a secret."""

    NONE = 0
    WEAK = 1  # token, datadog_key, auth
    STRONG = 2  # api_key, access_token, client_secret
    PASSWORD = 3  # a person chose the value: any word may be one


class CredentialName(NamedTuple):
    """A name's judgement: its level and what it names, for people (`API key`)."""

    level: Level
    kind: str


_NOTHING = CredentialName(Level.NONE, "")
_PASSWORDS = frozenset(
    """
    contrasena contraseña heslo kennwort motdepasse parola passcode passphrase passw passwd password
    passwort passwrd pgpassword psw pswd pwd pword senha sshpass wachtwoord пароль 密码 密碼 パスワード 비밀번호
    """.split()
)
# What stands before "key" or "token" and makes it a credential.
_QUALIFIERS = frozenset(
    """
    access account admin api api2 app application auth authorization bearer bot client
    consumer deploy developer encryption functions host id identity ingest integration jwt
    license master oauth pat personal private push refresh registry sas secret security server
    service shared signing ssh storage subscription upload user webhook write
    """.split()
)
# What stands before "key" or "token" and makes it something else: a column, a path, a piece of
# text. `next_page_token` and its like are cursors.
_HARMLESS = frozenset(
    """
    attr attribute batch begin bib blob block bos bucket cache candidate category cell chunk citation class cls
    col column compound config context continuation continue correlation count csrf csv current data date
    day dedup dedupe delim delimiter dict distinct document dummy element end entity entry eos error etag event
    example extra false feature field file filter first foreign frame generated get gpg group hash
    header hot http idempotency image index input instrumentation item join json kernel keyword label lang language last
    left legend lemma level line lookup map mask max mean merge metadata metric min missing
    model month natural negative next nlp no node num obj object of output pad padding page
    parent partition path pgp pos positive pred prev previous primary prompt public query range
    raw record redis registration resume right root row s3 sample search sentence sep series
    single site slice some sort sorted source span special start state stop string sub subject surrogate sync
    tag target task text theme time topic tracking train translation true type unique unk
    unknown value vin vocab warehouse widget word year zero
    """.split()
)
_OTHER_PASSES = frozenset(
    """
    allpass bandpass bypass compass encompass highpass lowpass multipass onepass overpass singlepass
    surpass trespass twopass underpass
    """.split()
)
# What lets something pass, and no one.
_FILTERS = frozenset(
    """
    backward band decoder encoder filter final first forward high last low multi qc render second
    single third train training two validation
    """.split()
)
_OTHER_KEYS = frozenset(
    "bibkey monkey turkey donkey hockey jockey whiskey hotkey whisky malarkey".split()
)
# What follows the secret's word and makes the whole a description of it.
_DESCRIPTIONS = frozenset(
    """
    algo algorithm alias arg args argument arn attack attacks attempt attempts backend bucket button callback
    category chain change changed check checker chiave class classes client cls code col cols column columns
    complexity config configuration confirm context count counter counts cracking created credit data
    dataset date days decoder dependency desc description detector dict dir directory dist doc
    docs emb embedding embeddings encoder encoding end endpoint engine entropy entry env error
    errors example exception exists expiration expire expires expiry field fields file
    filename filepath files filter finder fingerprint fn folder form format fp func function generator
    getter group groups guessing handler hash hashed hashes header headers help hint host id identifier
    ids in index indices info input inputs instructions issuer iterator json keyring kind
    kwargs label labels last layer len length lengths level lifetime limit limits lineno link list
    loader location logits loss manager managers map mapping mask match max md md5 message method min mode
    model msg name named names node num number object offset ok option options output page
    param parameter parameters parser path paths pattern per placeholder policy pos position
    positions probs processor prompt provider query rate ratio re ref reference regex region
    registry repo required reset resource response result rotation rule rules scheme scope
    scopes scorer screen server service sha sha1 sha256 size source span spec splitter spray
    spraying start state stats status store strength stuffing sub svc table tag template test tests text_input
    threshold time timeout title total ttl type types updated uri url urls usage validator var
    variable vault vector version widget width window xpath
    """.split()
)
# Wherever in a name these stand, its value is for everybody.
_NO_SECRETS = frozenset({"public", "tokenizer", "hash", "hashed", "encrypted"})
# What a call does that has a credential's name and takes something else.
_GIVERS = frozenset(
    """
    askpass check create decode delete describe encode fetch find generate get getpass has hash is
    list load lookup make mask new prompt read retrieve revoke rotate show test validate verify
    """.split()
)
# One word that is several, as people write them.
_COMPOUNDS = {
    "apikey": ("api", "key"),
    "apitoken": ("api", "token"),
    "apisecret": ("api", "secret"),
    "appkey": ("app", "key"),
    "appsecret": ("app", "secret"),
    "accesskey": ("access", "key"),
    "accesstoken": ("access", "token"),
    "accountkey": ("account", "key"),
    "authkey": ("auth", "key"),
    "authtoken": ("auth", "token"),
    "bottoken": ("bot", "token"),
    "clientsecret": ("client", "secret"),
    "licensekey": ("license", "key"),
    "oauthtoken": ("oauth", "token"),
    "privatekey": ("private", "key"),
    "privkey": ("private", "key"),
    "refreshtoken": ("refresh", "token"),
    "secretkey": ("secret", "key"),
    "secretaccesskey": ("secret", "access", "key"),
    "awssecretaccesskey": ("secret", "access", "key"),
    "sessiontoken": ("session", "token"),
    "sharedaccesskey": ("shared", "access", "key"),
    "sharedsecret": ("shared", "secret"),
    "sastoken": ("sas", "token"),
    "storagekey": ("storage", "key"),
    "subscriptionkey": ("subscription", "key"),
    "userpass": ("user", "pass"),
    "dbpass": ("db", "pass"),
    "dbpw": ("db", "pw"),
}
_WORDS = lazy_pattern(r"[A-Z]+(?![a-zß-ÿ])|[A-Z]?[a-zß-ÿ]+|[0-9]+|[^\W\d_a-zA-Zß-ÿ]+")


def _words(name: str) -> list[str]:
    words: list[str] = []
    for word in _WORDS.findall(name):
        lowered = word.lower()
        words.extend(_COMPOUNDS.get(lowered, (lowered,)))
    return words


@lru_cache(maxsize=8192)
def judge(name: str) -> CredentialName:
    """Say whether a value bound to this name would be a credential.

    Args:
        name: A variable, keyword, dictionary key, header or setting, in any case and with any
            separators (`dbPassword`, `X-Api-Key`, `spark.hadoop.fs.s3a.secret.key`).

    Returns:
        The level and kind; `Level.NONE` for `pad_token`, `max_tokens`, `primary_key`,
        `password_field`, `secret_name`, `tokenizer_file` and everything else.
    """
    if len(name) > 160 or "::" in name:  # "AWS::KMS::Key" is a type
        return _NOTHING
    words = _words(name)
    for position in range(len(words) - 1, -1, -1):
        found = _judge_word(words, position)
        if found is None:
            continue
        after = set(words[position + 1 :])
        if words[position] in ("auth", "authorization"):
            after.discard("header")  # "auth_header" holds what "Authorization" does
        if found.level is Level.NONE or not _DESCRIPTIONS.isdisjoint(after):
            return _NOTHING
        if not _NO_SECRETS.isdisjoint(words) or words[0] in ("no", "is", "has", "use"):
            return _NOTHING
        return found
    return _NOTHING


def taken_by(called: str) -> CredentialName:
    """Say which credential a call of this name takes, if any.

    Args:
        called: The name, without what stands before its dot: `census_api_key`, `setPassword`.

    Returns:
        What it takes, at most `Level.WEAK`: it may look something up all the same; of
        `get_password` and the like, nothing.
    """
    judged = judge(called)
    if judged.level < Level.STRONG or not _GIVERS.isdisjoint(_words(called)[:1]):
        return _NOTHING
    return judged._replace(level=Level.WEAK)


def _judge_word(words: list[str], position: int) -> CredentialName | None:
    word = words[position]
    before = words[position - 1] if position else ""
    is_last = position == len(words) - 1
    if word in _PASSWORDS or word.endswith(("password", "passwd", "passwort", "passphrase", "pwd")):
        return CredentialName(Level.PASSWORD, "password")
    if (word in ("pass", "pw") and is_last) or (word == "passe" and before == "de"):
        if len(words) > 4 or before in _FILTERS:
            return None
        return CredentialName(Level.PASSWORD, "password")
    if word.endswith("pass") and is_last and word not in _OTHER_PASSES:
        return CredentialName(Level.PASSWORD, "password")
    if word.endswith("passwords"):
        return CredentialName(Level.PASSWORD, "password")
    if word in ("secret", "psk") or word.endswith("secret"):
        return CredentialName(Level.STRONG, "secret")
    if word in ("secrets", "credential", "credentials", "cred", "creds"):
        return CredentialName(Level.WEAK, "credential")
    if word == "key":
        return _judge_key(words, before)
    if word == "keys":
        found = _judge_key(words, before)
        return found if found.level is Level.STRONG else _NOTHING
    if word == "token":
        return _judge_token(before)
    if word == "tokens":
        found = _judge_token(before)
        return found._replace(level=Level.WEAK) if found.level is Level.STRONG else _NOTHING
    if word.endswith("token") and len(word) > 5:
        return CredentialName(Level.WEAK, "token")
    if word.endswith("key") and len(word) > 4 and word not in _OTHER_KEYS:
        return CredentialName(Level.WEAK, "key")
    if word in ("pat", "jwt", "bearer", "dsn") and is_last:
        return CredentialName(Level.WEAK, "token")
    if word in ("auth", "authorization") and words[position + 1 :] in ([], ["header"]):
        return CredentialName(Level.WEAK, "credential")
    if word == "info" and before == "user" and "auth" in words:  # a schema registry's
        return CredentialName(Level.WEAK, "credential")
    if word in ("clave", "clé", "chave", "chiave", "schlüssel", "schluessel"):
        return CredentialName(Level.WEAK, "key")
    if word in ("signature", "sig") and before == "sas":
        return CredentialName(Level.WEAK, "signature")
    return None


def _judge_key(words: list[str], before: str) -> CredentialName:
    if before in ("access", "secret") and "secret" in words:
        return CredentialName(Level.STRONG, "secret key")
    if before == "api":
        return CredentialName(Level.STRONG, "API key")
    if before in _QUALIFIERS and before not in ("user", "host", "id", "identity"):
        return CredentialName(Level.STRONG, f"{before} key")
    if before in _HARMLESS or not before or len(before) == 1:
        return CredentialName(Level.NONE, "")
    return CredentialName(Level.WEAK, "key")


def _judge_token(before: str) -> CredentialName:
    if before in _HARMLESS:
        return CredentialName(Level.NONE, "")
    if before in _QUALIFIERS:
        return CredentialName(Level.STRONG, "token")
    return CredentialName(Level.WEAK, "token")
