"""Split names into words; the words that make a name a credential's, and those that do not."""

from __future__ import annotations

from nblint.patterns import lazy_pattern

# A person chooses the value.
PASSWORDS = frozenset(
    """
    adgangskode contrasena contraseña hasło heslo jelszava jelszó kennwort motdepasse parola passcode passphrase passw passwd password
    passwort passord passordet adgangskoden passwrd pgpassword psw pswd pwd pword salasana salasanan senha sshpass lösenord lösenordet şifre şifreniz şifresi wachtwoord пароль пароля паролем парола лозинка lozinka geslo パスワード 密码 密碼 口令 비밀번호 암호 κωδικός סיסמה المرور السر รหัสผ่าน
    """.split()
)
PASSWORD_ENDINGS = ("password", "passwords", "passwd", "passwort", "passphrase", "pwd")
# A machine makes the value.
SECRETS = frozenset({"secret", "psk"})
CREDENTIALS = frozenset(
    "secrets credential credentials cred creds credenciales credenciais credenziali".split()
)
KEYS = frozenset("clave clé chave chiave schlüssel schluessel".split())
# Before such a key, they make it a keyword.
WORDS = frozenset("parola palabra palavra mot mots stich schlag".split())
# The same, but only as the last word.
LAST_WORDS = frozenset({"pat", "jwt", "bearer", "dsn"})
# Before "key" or "token", they make it a credential.
QUALIFIERS = frozenset(
    """
    access account admin api app application auth authorization bearer bot client consumer deploy
    developer encryption functions host id identity ingest integration jwt license master oauth pat
    personal private push refresh registry sas secret security server service shared signing ssh
    storage subscription upload user webhook write
    """.split()
)
# Before "key", they make it the password of a network.
NETWORKS = frozenset("wifi wi wlan wep wpa wpa2".split())
# Before "key", they make it one that opens nothing: of a table, of a store, a public one.
OTHER_KEYS = frozenset(
    """
    bucket cache column foreign group join object partition primary pub public row sort sorting
    """.split()
)
# Before "key" or "token" in code, they make it something else: a column, a path, a piece of text, a
# cursor (`next_page_token`).
PARTS_OF_DATA = frozenset(
    """
    action authenticity lock verification xsrf
    attr attribute answer batch begin bib blob block bos candidate category cell checksum chunk citation class cls
    col compound config context continuation continue correlation count csrf csv current data date
    day dedup dedupe delim delimiter dict distinct document dummy element end entity entry eos error
    etag experiment event example extra false feature field file filter first frame generated get gpg hash
    header hot http idempotency image index input instrumentation item json kernel keyword label
    lang language last left legend lemma level line lookup map mask max mean merge metadata metric
    min missing model month natural negative next nlp no node num obj of output pad padding page
    parent path pgp pos positive pred prev previous prompt query range raw record redis registration
    resource resume right root sample search sentence sep series single site slice some sorted source span
    special start state stop string sub subject surrogate sync tag target task text theme time topic
    tracking train translation true type unique unk unknown value vin vocab warehouse widget word
    year zero
    """.split()
)
# Before "pass", they make it something that passes: `low_pass`, `second_pass`.
FILTERS = frozenset(
    """
    backward band decoder encoder filter final first forward high last low multi qc render second
    single third train training two validation
    """.split()
)
# They end like a password or a key, but are not one. `GIT_ASKPASS` is a program that asks for one.
OTHER_WORDS = frozenset(
    """
    allpass askpass csrfmiddlewaretoken csrftoken requestverificationtoken xsrftoken bandpass bibkey bypass compass donkey encompass highpass hockey hotkey jockey
    lowpass malarkey monkey resourcekey multipass onepass overpass singlepass surpass trespass turkey twopass
    underpass whiskey whisky
    """.split()
)
# Behind a credential's word, they make the name describe the secret: `token_url`, `password_hash`.
DESCRIPTIONS = frozenset(
    """
    accessor address addresses algo algorithm alias arg args argument arn attack attacks attempt attempts backend bucket button
    callback category chain change changed check checker chiave class classes client cls code col
    cols column columns complexity config configuration confirm context contract count counter counts
    cracking created credit data dataset date days decoder dependency decimals desc description detection
    detector dict dir directory disabled dist doc docs emb embedding embeddings enabled encoder
    encryption hashing history lockout protection authentication encoding end endpoint engine entropy entry env error errors example exception exists expiration
    expire expires expiry field fields file filename filepath files filter finder fingerprint fn
    folder form format fp func function generator getter group groups guessing handler hash hashed
    hashes header headers help hint host id identifier ids in index indices info input inputs
    instructions issuer iterator json keyring kind kwargs label labels last layer len length lengths
    level lifetime limit limits lineno link list loader location logits loss manager managers map
    mapping mask match max md message mint minter method min mode model msg multiplier name named names node num
    number object offset ok option options output page param parameter parameters parser path paths
    pattern per placeholder policy pos position positions probs processor prompt provider query rate
    ratio re ref reference regex region registry repo required reset resource response result
    rotation rule rules scanning scheme scope scopes scorer screen server service sha size source
    span spec splitter spray spraying start state stats stdin status store strength supply symbol stuffing sub svc table
    tag template test tests threshold time timeout title total ttl type types updated uri url urls
    usage validator var variable vault vector version widget width window xpath
    """.split()
)
# Anywhere in a name, they say that its value is not secret.
NO_SECRETS = frozenset({"public", "tokenizer", "hash", "hashed", "encrypted"})
# They start a name that is a question or a switch: `has_password`, `use_token`.
QUESTIONS = frozenset({"no", "is", "has", "use"})
# They start the name of a function that returns or checks a credential: `get_password`.
GIVERS = frozenset(
    """
    askpass check create decode delete describe encode fetch find generate get getpass has hash is
    list load lookup make mask new prompt read retrieve revoke rotate show test validate verify
    """.split()
)
# At the end of a variable's name, they say which of several it is: `DB_PASSWORD_PROD`.
WHICH_OF_SEVERAL = frozenset(
    """
    dev development live local new old prod production qa ro rw sandbox staging test value
    """.split()
)
# How variables end that hold a credential among other things.
SECRET_ENDINGS = (
    ["connection", "string"],
    ["conn", "str"],
    ["auth", "header"],
    ["auth", "user", "info"],
    ["authorization"],
    ["credential"],
)
# In a shell, these are the current and the previous folder, and a pass of something.
# https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html
NO_SECRET_VARIABLES = frozenset({"PWD", "OLDPWD", "PASS"})
# Several words, as people write them in one.
COMPOUNDS = {
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
    "pubkey": ("public", "key"),
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
_SMALL = "a-zß-ÿ\u0100-\u017f"
_THAI_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"  # for Python, no letters
_WORDS = lazy_pattern(
    rf"[A-Z]+(?![{_SMALL}])|[A-Z]?[{_SMALL}]+|[0-9]+|(?:[^\W\d_A-Z{_SMALL}]|[{_THAI_MARKS}])+"
)
# The same where a name is ASCII, as most are: compiled in a tenth of the time.
_ASCII_WORDS = lazy_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def split_words(name: str) -> list[str]:
    """Return the words of a name in lower case.

    Args:
        name: A name in any case and with any separators: `dbPassword`, `X-Api-Key`, `APIKEY_2`.
    """
    words: list[str] = []
    for word in (_ASCII_WORDS if name.isascii() else _WORDS).findall(name):
        lowered = word.lower()
        words.extend(COMPOUNDS.get(lowered, (lowered,)))
    return words
