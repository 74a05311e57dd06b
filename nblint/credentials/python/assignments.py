"""Find what Python gives a credential-like name: an assignment, a keyword, a dictionary's value."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from nblint.credentials.hits import Hit
from nblint.credentials.python.contents import Contents
from nblint.credentials.python.literals import LooseConstants, literals
from nblint.credentials.text.urls import QUERY_KEYS
from nblint.reading.python.names import called_name
from nblint.secret_names.judge import API_KEY, PASSWORD, SECRET, TOKEN, CredentialName, Level, judge

_AUTH_NAMES = frozenset(
    "auth http_auth basic_auth proxy_auth credentials creds login httpauth http_basic_auth".split()
)
_HEADERS = frozenset({"authorization", "proxy-authorization"})
_SCHEMES = frozenset({"bearer", "token", "basic", "apikey", "bot"})
_QUERIES = frozenset({"querystring", "query", "payload"})
_HEADER_KEYS = frozenset({"key", "sec"})  # QRadar's
_BARE_KEYS = frozenset({"key", "Key"})
# What holds a name, and what its value, in settings of containers and clouds.
_TITLED = (
    ("name", "value"), ("Name", "Value"), ("key", "value"), ("Key", "Value"), ("variable", "value"),
    ("ParameterKey", "ParameterValue"), ("Name", "SecretString"), ("name", "secret_value"),
)  # fmt: skip
_BESIDE_KEYS = frozenset({"accept", "content-type"})
# What is written as the password if a token is the user's name.
_NO_PASSWORDS = frozenset({"", "x-oauth-basic", "api_token", "X"})
_CIPHER_KEYS = frozenset({"key", "_key", "key_bytes", "aes_key"})
_DECODERS = frozenset({"b64decode", "urlsafe_b64decode", "fromhex", "unhexlify", "a2b_hex"})
WEAK_KEY = CredentialName(Level.WEAK, "API key")
_SHORTEST_KEY = 20  # if only "key" names it
_MOST_ELEMENTS = 200


def strictly(judged: CredentialName) -> CredentialName:
    """Return a stricter judgement: even a password must look like a secret."""
    return replace(judged, level=min(judged.level, Level.STRONG))


def last_of(key: ast.expr) -> ast.expr:
    """Return the last part of a key: of `("db", "password")`, `df.loc[0, "password"]`."""
    return key.elts[-1] if isinstance(key, ast.Tuple) and key.elts else key


class Assignments:
    """Finds credentials among values that have a name.

    Args:
        constants: Folds the values.
        contents: Turns them into hits.
    """

    def __init__(self, constants: LooseConstants, contents: Contents) -> None:
        self._constants = constants
        self._contents = contents

    def literals(self, name: str, value: ast.expr, judged: CredentialName) -> Iterator[Hit]:
        """Find credentials among the literals that a value may evaluate to."""
        for node, text in literals(value, self._constants):
            yield from self._contents.hit(node, name, text, judged)

    def assigned(self, target: ast.expr, value: ast.expr) -> Iterator[Hit]:
        """Find credentials in what is assigned to a target."""
        match target:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield from self.bound(name, value)
            case ast.Subscript(slice=key):
                text = self._constants.fold(last_of(key))
                if text is not None:
                    yield from self.bound(text, value)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                values = value.elts if isinstance(value, (ast.Tuple, ast.List)) else ()
                yield from self._split(targets, value)
                for one, its in zip(targets, values, strict=False):
                    yield from self.assigned(one, its)
            case ast.Starred(value=inner):
                yield from self.assigned(inner, value)

    def _split(self, targets: list[ast.expr], value: ast.expr) -> Iterator[Hit]:
        """Find `user, password = "ann:…".split(":")`."""
        match value:
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(value=str() as text) as node, attr="split"),
                args=arguments,
            ):
                mark = self._constants.fold(arguments[0]) if arguments else None
                for target, part in zip(targets, text.split(mark or None), strict=False):
                    if isinstance(target, ast.Name):
                        yield from self._contents.hit(node, target.id, part, judge(target.id))

    def bound(self, name: str, value: ast.expr) -> Iterator[Hit]:
        """Find credentials in what a name is bound to."""
        if isinstance(value, (ast.Dict, ast.Call)):
            yield from self._under(name, value)
        judged = judge(name)
        lowered = name.lower()
        is_pair = lowered in _AUTH_NAMES or judged.kind == "credential"
        if is_pair and isinstance(value, (ast.Tuple, ast.List)):
            yield from self.userinfo(value.elts)
            for element in value.elts[:_MOST_ELEMENTS]:  # `launch(auth=[("user", "…")])`
                if isinstance(element, (ast.Tuple, ast.List)):
                    yield from self.userinfo(element.elts)
            return
        if lowered.endswith("auth"):
            yield from self._user_and_password(value)
        if judged.level is Level.NONE:
            yield from self._cipher_key(lowered, value)
            return
        if isinstance(value, ast.Name) and (text := self._constants.fold(value, 1)):
            # `key = "…"`, then `Client(api_key=key)`: the hit is in the first line.
            yield from self._contents.hit(value, name, text, strictly(judged))
        for node, text in literals(value, self._constants):
            if lowered in _HEADERS or _has_scheme(text):
                yield from self._contents.authorization(node, text)
            else:
                yield from self._contents.hit(node, name, text, judged)
        yield from self.collection(name, value, judged)

    def _cipher_key(self, name: str, value: ast.expr) -> Iterator[Hit]:
        """Find `key = bytes.fromhex("…")`: a bare key whose value is decoded is a cipher's."""
        match value:
            case ast.Call(func=decoder, args=[text, *_]) if name in _CIPHER_KEYS:
                if called_name(decoder).rpartition(".")[2] in _DECODERS:
                    yield from self.literals("key", text, SECRET)

    def _user_and_password(self, value: ast.expr) -> Iterator[Hit]:
        """Find `http_auth="user:password"`."""
        for node, pair in literals(value, self._constants):
            user, _, password = pair.partition(":")
            if user and ":" not in password:
                yield from self._contents.hit(node, "", password, SECRET)

    def _under(self, outer: str, value: ast.Dict | ast.Call) -> Iterator[Hit]:
        """Find `params={"key": "…"}`, `headers = {"SEC": "…"}`, `"api": {"key": "…"}`."""
        lowered = outer.lower()
        if lowered.endswith("params") or lowered in _QUERIES:  # what a URL's query would hold
            keys, judged = QUERY_KEYS, API_KEY
        elif lowered.endswith("headers") or judge(f"{outer}_key").level is Level.STRONG:
            keys, judged = _HEADER_KEYS, WEAK_KEY
        else:
            return
        for name, inner in self._items(value):
            if name is not None and name.lower() in keys:
                yield from self._long_literals(name, inner, judged)

    def _items(self, value: ast.Dict | ast.Call) -> Iterable[tuple[str | None, ast.expr]]:
        """Return the names and values of `{"a": b}` or `dict(a=b)`."""
        match value:
            case ast.Dict(keys=names, values=values):
                return zip(map(self._constants.fold, names), values, strict=False)
            case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
                return [(keyword.arg, keyword.value) for keyword in keywords]
        return ()

    def beside(self, names: list[str | None], values: list[ast.expr]) -> Iterator[Hit]:
        """Find `key="…"` beside a secret or in a header, where it is not a column's name."""
        yield from self._named(names, values)
        if _BARE_KEYS.isdisjoint(names):
            return
        others = {name.lower() for name in names if name is not None}
        if _BESIDE_KEYS.isdisjoint(others) and all(judge(n).kind != "secret" for n in others):
            return
        for name, value in zip(names, values, strict=True):
            if name in _BARE_KEYS:
                yield from self._long_literals("key", value, WEAK_KEY)

    def _named(self, names: list[str | None], values: list[ast.expr]) -> Iterator[Hit]:
        """Find `{"name": "DB_PASSWORD", "value": "…"}`, `put_parameter(Name=…, Value=…)`."""
        fields = dict(zip(names, values, strict=True))
        for title, holder in _TITLED:
            if title in fields and holder in fields:
                name = self._constants.fold(fields[title])
                if name is not None and "://" not in name:
                    yield from self.setting(name.rpartition("/")[2], fields[holder])

    def _long_literals(self, name: str, value: ast.expr, judged: CredentialName) -> Iterator[Hit]:
        for node, text in literals(value, self._constants):
            if len(text) >= _SHORTEST_KEY:
                yield from self._contents.hit(node, name, text, judged)

    def collection(self, name: str, value: ast.expr, judged: CredentialName) -> Iterator[Hit]:
        """Find `api_keys = ["…", "…"]`, `secret = {"value": "…"}`; values must look like secrets."""
        elements: list[ast.expr] = []
        if isinstance(value, (ast.List, ast.Tuple, ast.Set)):
            elements = value.elts
            if isinstance(value, ast.Tuple) and len(elements) == 2 and name == "api_key":
                elements = elements[1:]  # Elasticsearch's: an id, and the key
        elif isinstance(value, ast.Dict):
            elements = value.values
        for element in elements[:_MOST_ELEMENTS]:
            if isinstance(element, ast.Tuple) and len(element.elts) == 2:
                element = element.elts[1]  # noqa: PLW2901 - of a name and its password
            yield from self.literals(name, element, strictly(judged))

    def unpacked(self, targets: list[ast.expr], values: ast.expr) -> Iterator[Hit]:
        """Find what a loop gives to `user, password`: in a list of tuples, or a dictionary's items."""
        match values:
            case ast.Call(func=ast.Attribute(value=inner, attr="items"), args=[]):
                values = inner
        rows = self._constants.assigned(values)
        if isinstance(rows, ast.Dict):
            for key, value in zip(rows.keys[:_MOST_ELEMENTS], rows.values, strict=False):
                if key is not None and len(targets) == 2:
                    yield from self.assigned(targets[1], value)
        elif isinstance(rows, (ast.List, ast.Tuple, ast.Set)):
            for row in rows.elts[:_MOST_ELEMENTS]:
                if isinstance(row, (ast.List, ast.Tuple)):
                    for target, value in zip(targets, row.elts, strict=False):
                        yield from self.assigned(target, value)

    def userinfo(self, elements: list[ast.expr]) -> Iterator[Hit]:
        """Find `auth=("user", "password")`."""
        if len(elements) != 2:
            return
        user = self._constants.fold(elements[0])
        for node, text in literals(elements[1], self._constants):
            if text != user:
                yield from self._contents.hit(node, "", text, PASSWORD)
            if user is not None and text in _NO_PASSWORDS:
                yield from self._contents.hit(elements[0], "", user, TOKEN)

    def setting(self, name: str, value: ast.expr) -> Iterator[Hit]:
        """Find `("spark.hadoop.fs.s3a.secret.key", "…")`, `os.getenv("API_KEY", "…")`."""
        judged = judge(name)
        if name.lower() == "pass":  # `["Pass", "Fail"]`
            judged = strictly(judged)
        if name.lower() in _HEADERS:
            yield from self.bound(name, value)
        elif judged.level is not Level.NONE:
            yield from self.literals(name, value, judged)
            yield from self.collection(name, value, judged)

    def compared(self, subject: ast.expr, value: ast.expr) -> Iterator[Hit]:
        """Find `password == "…"`, where a mere word is unlikely to be the password."""
        match subject:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                pass
            case ast.Subscript(slice=ast.Constant(value=str() as name)):
                pass
            case ast.Call(args=[ast.Constant(value=str() as name), *_]):
                pass
            case _:
                return
        if isinstance(value, (ast.Constant, ast.JoinedStr, ast.BinOp)):
            yield from self.literals(name, value, strictly(judge(name)))


def _has_scheme(text: str) -> bool:
    """Tell whether a text is the value of an `Authorization` header: `Bearer …`."""
    scheme, _, token = text.partition(" ")
    return bool(token) and scheme.lower() in _SCHEMES
