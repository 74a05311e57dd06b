"""No text makes the engine run away: each expression reads a megabyte of its worst input in bounded time.

`tests/linear.py` says how.
"""

import importlib
import pkgutil
import re

import pytest

import nblint.credentials
import nblint.secret_names
from nblint.credentials import engine
from nblint.credentials.documented import format_search
from nblint.credentials.documented.detect_secrets_plugins import plugins
from nblint.credentials.documented.formats import FORMATS
from tests.linear import MEGABYTE, Search, hold, patterns, worst_units


def test_patterns_are_found() -> None:
    assert sum(map(len, PATTERNS.values())) > 200


def _all_patterns() -> dict[str, list[re.Pattern[str]]]:
    """Return the expressions of each module, and of the formats by the alphabet."""
    found: dict[str, list[re.Pattern[str]]] = {}
    for package in (nblint.credentials, nblint.secret_names):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            loaded = importlib.import_module(module.name)
            found[module.name.removeprefix("nblint.")] = list(patterns([*vars(loaded).values()]))
    for row in FORMATS:
        of_letter = found.setdefault(f"formats-{row.name[0]}", [])
        of_letter.append(format_search._compile(row))
        if row.before:
            of_letter.append(format_search._compile_before(row))
    return {name: those for name, those in found.items() if those}


PATTERNS = _all_patterns()
# These see single values and names, as a whole: how long they can be at most.
VALUES = {
    "credentials.judging.values": 8192,
    "credentials.judging.placeholders": 8192,
    "secret_names.words": 160,
}


@pytest.mark.slow
@pytest.mark.parametrize("module", PATTERNS)
def test_expressions_are_linear(module: str) -> None:
    longest = VALUES.get(module)
    for pattern in PATTERNS[module]:

        def search(text: str, pattern: re.Pattern[str] = pattern) -> object:
            if longest is None:
                return sum(1 for _ in pattern.finditer(text))
            pieces = (text[at : at + longest] for at in range(0, len(text), longest))
            return sum(pattern.fullmatch(piece) is not None for piece in pieces)

        hold([search], worst_units(pattern), MEGABYTE)


# What the engine as a whole stumbled over, or might.
HOSTILE = [
    "password", "password ", "password=", "password:", "'password'", "api_key = '", "token: ",
    "a://b:", "://", "://:", "x://u:p@", "?key=", "&token=a", "PWD=;", "password=a;", "server=",
    "authorization:", "bearer ", "Bearer a", "auth=('a',", "<tr>", "<td>", "<th>password", "<script",
    "<", "&quot;", "data:a;base64,", "identified by ", "password '", "curl -u ", "-p ", "--password ",
    "mysql -p", "docker login ", "echo a | ", "%env A ", "!", "| password |", "password  ", "key" * 9,
    "eyJ", "-eyJ", "AKIA", "sk-", "-----BEGIN PRIVATE KEY-----", "MIIE" * 20 + "\n", "\\\n", "#", "'",
    '"', " ", "\n", "=", "a b ", "(", "wandb ", "machine a password ", "http -a ", "</password>",
    "<a>b", "cl key  ", "secret_key   ", "is ", "a" * 24 + " ", "key ", "key is ", "token | ",
    "cookie: session=", "cookies={", '"columns":["password"],', '"columns":["password"],"data":[[',
    "'-p', ", '["-p", ', "login -p", ".py a:b ", "value='abcd' ", "description='key' ", "<<< a ",
    "'abcd' -> key\n", "// key: ", "-- key: ", "Basic ", "variable \"key\" { ", "secret set a ",
    "SecureString ", "encrypt_string --a b ", "htpasswd -b ", "cookies=", "<td>key</td><td>", "key} = ",
    "://\" + ", "log in a/", "key id: ", "password a a a ", "assword\"\nsend ", "<password a", "\"Key\": ",
    "send \\\"", "sendline(\"a", "NTLM: ", "/rc4:", " -H ", "setup_twitter_oauth(\"a\", ", "API_KEY=\n", "the password a ",
    "set a = ", "?Signature=", "arn:aws:a:password:", "password = c(\"a\", ", "\"key\": {\"a\": 1, ", "password ..... ",
    "machine ", "remote modify a ", ")(", "password = a.b(\"c\")", "f(\"password\", ", "${\"a\"}", "'a' + ", "login a/b ",
    "# Login\na / b\n", "password: `a1` ", "username x password ", "<<A\n", "if (a) 'b' else ", "<!--a", "@\"", "sp_addlogin 'a', ", "key" + " " * 5000 + "=" + " " * 5000 + "a",
]  # fmt: skip
SEARCHES: list[Search] = [
    engine.find_in_text,
    engine.find_in_html,
    engine.find_in_code,
    lambda text: engine.find_in_code(text, "r"),
    lambda text: engine.find_in_code("%%bash\n" + text),
    lambda text: list(plugins()(text)),
]


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE)
def test_the_engine_is_linear(unit: str) -> None:
    hold(SEARCHES, [unit], 200_000)
