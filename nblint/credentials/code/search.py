"""Find credentials in code of any language: what a credential-like name is bound to, what calls take."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec.structs import replace

from nblint.credentials.code.calls import HEADERS, SCHEMES, CallSearch
from nblint.credentials.code.contents import find_in_literal, find_joined
from nblint.credentials.code.tokens import Group, Node, Token, read
from nblint.credentials.code.values import Literal, called, literals, names
from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.credentials.text.headers import authorization
from nblint.credentials.text.urls import QUERY_KEYS
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import SECRET, CredentialName, Level, judge
from nblint.secret_names.words import GIVERS, split_words

_ASSIGNS = frozenset("= := <- <<- += ??= ||= &&= => ->".split())
_ANNOTATES = frozenset({":", "::"})
_COMPARES = frozenset("== === != !== %in% ~=".split())
_EQUALS = frozenset("eq ne ceq ieq cne".split())  # PowerShell's, behind a hyphen
_QUERIES = ("query", "params", "querystring", "qs")
# A bare "key" whose value is decoded is a cipher's.
_KEYS = frozenset({"key", "keybytes", "_key", "secretbytes"})
_DECODERS = frozenset(
    "FromHexString FromBase64String GetBytes getBytes UNHEX unhex hex2bin hexToBytes atob b64decode fromhex".split()
)
_FAR = 12  # nodes before a bracket
_MOST_SIGNS = 40  # of an item
_NOTHING = judge("")
_INTERPOLATED = lazy_pattern(r"""\$\{([^{}"'\n]{0,200}["'][^{}\n]{4,400})\}""")
_KEY = CredentialName(Level.WEAK, "API key")
_SHORTEST_KEY = 20  # if only the query says what it is


def find_in_language(
    text: str, language: str = "", placeholders: Collection[str] = ()
) -> Iterator[Hit]:
    """Find credentials among the literals of code.

    Args:
        text: Code in any language with brackets and quotes.
        language: Its name in lower case, if known.
        placeholders: Values that are not secrets, from the settings.
    """
    search = _Search(text, language, placeholders)
    yield from search.find()
    yield from find_joined(text, search.root, placeholders)


class _Search:
    def __init__(self, text: str, language: str, placeholders: Collection[str]) -> None:
        self._language = language
        self._placeholders = placeholders
        self.root = read(text, language)
        self._known: dict[str, Token | None] = {}
        self._calls = CallSearch(
            self._known, self._bound, placeholders, spells="AppendChar" in text
        )

    def find(self) -> Iterator[Hit]:
        self._learn(self.root)
        yield from self._in_group(self.root)

    def _learn(self, group: Group) -> None:
        """Keep what `name = "…"` assigns, unless a name is assigned twice."""
        for item in group.items:
            for node in item:
                if isinstance(node, Group):
                    self._learn(node)
            match item[-3:]:
                case [
                    Token(kind="name", text=name),
                    Token(text=mark),
                    Token(kind="text") as text,
                ] if mark in _ASSIGNS:
                    self._known[name] = None if name in self._known else text

    def _in_group(self, group: Group) -> Iterator[Hit]:
        for statement in group.statements:
            several = [*self._several(statement)] if group.mark == "{" else []
            yield from several
            for item in statement:
                yield from self._in_item(item, is_bound=bool(several))

    def _in_item(self, item: Sequence[Node], *, is_bound: bool) -> Iterator[Hit]:
        for index, node in enumerate(item):
            if isinstance(node, Token):
                if node.kind == "text":
                    yield from find_in_literal(node, self._placeholders)
                    yield from self._interpolated(node)
                continue
            yield from self._in_group(node)
            if node.mark == "(":
                before = item[max(0, index - _FAR) : index]
                yield from self._calls.find(called(item, index), node, before)
            elif len(node.items) == 2:
                yield from self._calls.find("", node, ())
            if node.mark == "{":
                yield from self._returned(item[max(0, index - _FAR) : index], node)
        if not is_bound:
            yield from self._assigned(item)
        yield from self._compared(item)

    def _interpolated(self, token: Token) -> Iterator[Hit]:
        """Search the code in a template: `Basic ${btoa("…")}`."""
        for match in _INTERPOLATED.finditer(token.text) if "${" in token.text else ():
            by = token.start + match.start(1)
            inner = _Search(match[1], self._language, self._placeholders)
            for hit in inner.find():
                yield replace(hit, start=hit.start + by, end=hit.end + by)

    def _several(self, statement: Sequence[Sequence[Node]]) -> Iterator[Hit]:
        """Find `user, password = "ann", "…"` and `(user, password) = ("ann", "…")`."""
        at = next((i for i, item in enumerate(statement) if _sign(item) is not None), None)
        if at is None:
            return
        sign = _sign(statement[at]) or 0
        before, behind = statement[at][:sign], statement[at][sign + 1 :]
        targets, values = [*statement[:at], before], [behind, *statement[at + 1 :]]
        if len(statement) == 1 and before and behind:
            one, other = before[-1], behind[-1]
            if not (isinstance(one, Group) and isinstance(other, Group) and one.mark != "{"):
                return
            targets, values = one.items, other.items
        if len(targets) != len(values) or len(targets) < 2 or any(_sign(v) for v in values):
            return
        for target, value in zip(targets, values, strict=True):
            yield from self._bind(target, value)

    def _assigned(self, item: Sequence[Node]) -> Iterator[Hit]:
        """Find `password = "…"`, `api_key: "…"`, `"…" -> password`, in one item."""
        sign = _sign(item)
        if sign is None:
            return
        target, value = item[:sign], item[sign + 1 :]
        if _is_mark(item[sign], ("->",)) and self._language == "r":
            target, value = value, target
        targets = [target]
        for _ in range(_MOST_SIGNS):
            again = _sign(value)
            if again is None or not _is_mark(value[again], ("=", "<-", ":=")):
                break
            if not _is_name(value[:again]):  # SQL's options: `USER = '…' PASSWORD = '…'`
                for one in targets:
                    yield from self._bind(one, value[:again])
                targets = []
            targets.append(value[:again])
            value = value[again + 1 :]
        for one in targets:
            yield from self._bind(one, value)

    def _bind(self, target: Sequence[Node], value: Sequence[Node]) -> Iterator[Hit]:
        if next(names(target), "").lower().endswith(_QUERIES):
            yield from self._queried(value)
        for name, judged in self._judged(target):
            yield from self._bound(name, judged, value)
            return
        name = next(names(target), "")
        if any(_is_mark(node, ("=>",)) for node in value):  # `getToken = () => "…"`
            yield from self._bound(name, _judge_function(name), value, strictly=True)
        if name.lower() in _KEYS and any(_decodes(node) for node in value):
            yield from self._bound("key", SECRET, value)

    def _queried(self, value: Sequence[Node]) -> Iterator[Hit]:
        """Find `query = Dict("appid" => "…")`, what a URL's query would hold."""
        for item in [i for node in value if isinstance(node, Group) for i in node.items]:
            if sign := _sign(item):
                name = next(names(item[:sign]), "")
                if name.lower() in QUERY_KEYS:
                    for literal in literals(item[sign + 1 :], self._known):
                        if len(literal.text) >= _SHORTEST_KEY:
                            yield from self._hit(name, _KEY, literal, strictly=True)

    def _judged(self, target: Sequence[Node]) -> Iterator[tuple[str, CredentialName]]:
        """Yield what the target of an assignment is called, if that is a credential's name."""
        colon = next((i for i, n in enumerate(target) if _is_mark(n, _ANNOTATES) and i), None)
        before = names(target[:colon]) if colon is not None else ()
        for name in (*before, *names(target)):
            judged = judge(name) if " " not in name.strip() else _NOTHING
            if name.lower() in HEADERS or judged.level is not Level.NONE:
                yield name, judged

    def _bound(
        self, name: str, judged: CredentialName, value: Sequence[Node], *, strictly: bool = False
    ) -> Iterator[Hit]:
        """Find credentials among the literals that a value may evaluate to."""
        for literal in literals(value, self._known):
            scheme, _, token = literal.text.partition(" ")
            if name.lower() in HEADERS or (token and scheme.lower() in SCHEMES):
                at = literal.end - len(token or scheme)
                yield from authorization(
                    scheme if token else "", token or scheme, at, literal.end, self._placeholders
                )
            else:
                yield from self._hit(name, judged, literal, strictly=strictly)

    def _hit(
        self, name: str, judged: CredentialName, literal: Literal, *, strictly: bool
    ) -> Iterator[Hit]:
        if strictly or not literal.is_sure:
            judged = replace(judged, level=min(judged.level, Level.STRONG))
        yield from bind(name, literal.text, literal.start, literal.end, judged=judged,
                        placeholders=self._placeholders)  # fmt: skip

    def _compared(self, item: Sequence[Node]) -> Iterator[Hit]:
        """Find `password == "…"`, where a mere word is unlikely to be the password."""
        for index, node in enumerate(item):
            is_equal = isinstance(node, Token) and node.text.lower() in _EQUALS and index
            if _is_mark(node, _COMPARES) or (is_equal and _is_mark(item[index - 1], ("-",))):
                for name, judged in self._judged(item[max(0, index - 6) : index]):
                    yield from self._bound(name, judged, item[index + 1 : index + 2], strictly=True)
                    break

    def _returned(self, before: Sequence[Node], body: Group) -> Iterator[Hit]:
        """Find `getApiKey() { return "…" }`, and a property's `get { return "…" }`."""
        name = next((n for n in names(before[-4:]) if n not in ("get", "return")), "")
        judged = _judge_function(name)
        if judged.level is Level.NONE or (before and _is_mark(before[-1], _ASSIGNS)):
            return
        for statement in body.statements:
            match statement:
                case [[Token(text="get" | "init"), Group() as inner]]:
                    yield from self._returned(before, inner)
                case [[Token(text="return"), *value]]:
                    yield from self._bound(name, judged, value, strictly=True)
                case [[Token(kind="text")] as value] if GIVERS.intersection(split_words(name)[:1]):
                    yield from self._bound(name, judged, value, strictly=True)


def _judge_function(name: str) -> CredentialName:
    """Judge what a function gives back by its name: `getToken`, `apiKey`."""
    words = split_words(name)
    return judge("_".join(words[1:] if words[:1] == ["get"] else words))


def _decodes(node: Node) -> bool:
    """Tell whether a node is a call that makes bytes of a text, as a cipher needs them."""
    return isinstance(node, Token) and node.kind == "name" and node.text in _DECODERS


def _is_mark(node: Node, marks: Collection[str]) -> bool:
    return isinstance(node, Token) and node.kind == "mark" and node.text in marks


def _is_name(nodes: Sequence[Node]) -> bool:
    """Tell whether nodes are a name, as between the signs of `a = b = "…"`."""
    return all(isinstance(n, Token) and (n.kind == "name" or n.text == ".") for n in nodes)


def _sign(item: Sequence[Node]) -> int | None:
    """Return the index of the sign between a name and its value."""
    colon = None
    for index, node in enumerate(item):
        if not index:
            continue  # `:password => "…"`
        if _is_mark(node, _ASSIGNS):
            return index
        if _is_mark(node, ("?", "??", "||")) and colon is None:
            # `x ? "a" : "b"`, but `x?: string` and `string? x = …`
            match item[index + 1 : index + 3]:
                case [Token(text=":" | "="), *_] | [Token(kind="name"), Token(text="=")]:
                    continue
            return None
        if _is_mark(node, (":", "?:")) and colon is None:
            colon = index
    return colon
