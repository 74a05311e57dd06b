"""Find what calls take in code of any language: a name and its value, a client's key, a login."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec.structs import replace

from nblint.credentials.code.tokens import Group, Node, Token
from nblint.credentials.code.values import literals, names
from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.credentials.python.clients import taken_from, taken_like
from nblint.credentials.text.headers import authorization
from nblint.credentials.text.shell import find_shell
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import PASSWORD, SECRET, CredentialName, Level, judge, taken_by
from nblint.secret_names.words import split_words

HEADERS = frozenset({"authorization", "proxy-authorization"})
SCHEMES = frozenset("bearer token basic apikey bot".split())
# Calls whose first texts are not a name and its value, but a text and its replacement or so.
_NO_SETTERS = frozenset(
    """
    replace replaceAll sub gsub str_replace rename join split startsWith endsWith print println cat printf
    format contains includes match matches search test indexOf grepl grep getSecret GetSecret getpass
    select drop subset groupBy orderBy partitionBy withColumnRenamed StructField cols all_of any_of pull
    array list List Array Seq vec listOf arrayOf readline input log info debug warn error message warning stop c Set HashSet
    """.split()
)
_COMPARERS = frozenset(
    "equals Equals identical AreEqual assertEquals isEqual strictEqual equal toBe compare equalsIgnoreCase eq".split()
)
_ENCODERS = frozenset(
    "btoa base64encode ToBase64String GetBytes getBytes from base64_enc base64Encode b64encode encodeToString "
    "encode64 strict_encode64 base64_encode encodeBase64 encodeBase64String charToRaw EncodeToString".split()
)
_RUNNERS = frozenset(
    "exec execSync execFile spawn spawnSync system system2 shell run Start Process Seq Command popen cmd".split()
)
_TYPING = frozenset(
    "fill type sendKeys send_keys SendKeys val setValue pressSequentially FillAsync TypeAsync".split()
)
_PASSWORD_FIELD = lazy_pattern(r"(?i)passw|pwd|(?<![a-z])pass(?![a-z])")
_LOGIN = lazy_pattern(r"""[\w.@\\+-]{1,60}:([^\s:]{4,100})""")
_OPTION = lazy_pattern(r"(?:^|[ ,])--([A-Za-z][\w-]{2,40})")
# A call with such a first word sets what its name says.
_SETTING = frozenset("set with use add using put".split())
_KEY = CredentialName(Level.WEAK, "key")  # of a client
_TITLES = frozenset({"name", "key", "x", "variable"})
_LONGEST_NAME = 160
_MOST_ARGUMENTS = 12

Bind = Callable[..., Iterator[Hit]]


class CallSearch:
    """Finds credentials among the arguments of calls.

    Args:
        known: The literals that names are assigned elsewhere.
        bound: Judges the literals of an argument under a name.
        placeholders: Values that are not secrets, from the settings.
        spells: Whether the code builds a `SecureString` letter by letter.
    """

    def __init__(
        self,
        known: Mapping[str, Token | None],
        bound: Bind,
        placeholders: Collection[str],
        *,
        spells: bool,
    ) -> None:
        self._spells = spells
        self._known = known
        self._bound = bound
        self._placeholders = placeholders

    def find(self, full: str, group: Group, before: Sequence[Node]) -> Iterator[Hit]:
        """Find credentials among the arguments of a call.

        Args:
            full: The dotted name of what is called; empty for mere brackets.
            group: The arguments.
            before: What stands before them in the same item.
        """
        items = group.items[:_MOST_ARGUMENTS]
        last = full.rpartition(".")[2]
        yield from self._named(items)
        yield from self._option(items)
        if last not in _NO_SETTERS:
            yield from self._settings(items, is_setter=last.startswith("set"))
        if not full:
            return
        yield from self._positional(full, last, items)
        if last in _COMPARERS or last.startswith("assert"):
            yield from self._compared(before, items)
        if last in _ENCODERS:
            yield from self._encoded(full, items)
        if last in _RUNNERS:
            yield from self._command(group)
        if last in ("foreach", "for") and self._spells:
            yield from self._spelled(items)
        if last in _TYPING:
            yield from self._typed(before, items)

    def _settings(self, items: Sequence[Sequence[Node]], *, is_setter: bool) -> Iterator[Hit]:
        """Find `.option("password", "…")`: a name, then its value."""
        for index, (name, value) in enumerate(pairwise(items)):
            if index % 2 and not is_setter and all(_is_text(item) for item in items[:index]):
                continue  # `select("user", "password", "created")` lists names
            match name:
                case [Token(kind="text", text=text)] if (
                    len(text) <= _LONGEST_NAME and " " not in text
                ):
                    judged = judge(text)
                    if text.lower() == "pass":  # `where(ok, "Pass", "Fail")`
                        judged = replace(judged, level=Level.STRONG)
                    if text.lower() in SCHEMES:
                        yield from self._under_scheme(text, value)
                    elif judged.level is not Level.NONE or text.lower() in HEADERS:
                        yield from self._bound(text, judged, value)

    def _option(self, items: Sequence[Sequence[Node]]) -> Iterator[Hit]:
        """Find `option("-p, --password <pw>", "the password", "…")`, whose last argument is a default."""
        match items:
            case [[Token(kind="text", text=text)], *_, value]:
                for name in _OPTION.findall(text)[:1]:
                    yield from self._bound(name, judge(name), value, strictly=True)

    def _named(self, items: Sequence[Sequence[Node]]) -> Iterator[Hit]:
        """Find `assign(x = "api_key", value = "…")`."""
        fields: dict[str, Sequence[Node]] = {}
        for item in items:
            match item:
                case [Token(kind="name", text=name), Token(text="=" | ":" | "=>"), *value]:
                    fields[name.lower()] = value
        for title in _TITLES & fields.keys() if "value" in fields else ():
            match fields[title]:
                case [Token(kind="text", text=text)] if " " not in text:
                    yield from self._bound(text, judge(text), fields["value"])

    def _under_scheme(self, scheme: str, value: Sequence[Node]) -> Iterator[Hit]:
        """Find `new AuthenticationHeaderValue("Basic", "…")`."""
        for literal in literals(value, self._known):
            yield from authorization(scheme, *literal[:3], self._placeholders)

    def _positional(self, full: str, last: str, items: Sequence[Sequence[Node]]) -> Iterator[Hit]:
        """Find what a client takes by position, and `withPassword("…")`."""
        taken = taken_from(full) or taken_like(full, len(items))
        for item in items if taken or last in ("login", "auth") else ():
            match item:
                case [
                    Token(kind="name", text="key" | "Key" | "secret"),
                    Token(text="=" | ":"),
                    *value,
                ]:
                    yield from self._given(value, _KEY)
        for index, judged in taken.items():
            if index < len(items):
                yield from self._given(items[index], judged)
        if len(items) <= 2 and items and (judged := taken_by(last)).level is not Level.NONE:
            if split_words(last)[0] in _SETTING:
                judged = replace(judged, level=Level.STRONG)
            yield from self._given(items[-1 if len(items) == 1 else 0], judged)

    def _given(self, item: Sequence[Node], judged: CredentialName) -> Iterator[Hit]:
        for literal in literals(item, self._known):
            yield from bind("", literal.text, literal.start, literal.end, judged=judged,
                            placeholders=self._placeholders)  # fmt: skip

    def _compared(self, before: Sequence[Node], items: Sequence[Sequence[Node]]) -> Iterator[Hit]:
        """Find `password.equals("…")`, `Assert.AreEqual("…", user.password)`."""
        inner = (
            n for node in before if isinstance(node, Group) for i in node.items for n in names(i)
        )
        candidates = [*names(before[:-2]), *inner, *(n for item in items for n in names(item))]
        for name in candidates:
            judged = judge(name) if " " not in name else judge("")
            if judged.level is not Level.NONE:
                for item in items:
                    yield from self._bound(name, judged, item, strictly=True)
                return

    def _encoded(self, full: str, items: Sequence[Sequence[Node]]) -> Iterator[Hit]:
        """Find `btoa("user:password")`, from which a `Basic` header is made."""
        judged = PASSWORD if "64" in full or full == "btoa" else SECRET
        if full.endswith("from") and full != "Buffer.from":
            return
        for literal in literals(items[0], self._known) if items else ():
            if found := _LOGIN.fullmatch(literal.text):
                at = literal.start + found.start(1)
                yield from bind("", found[1], at, at + len(found[1]), judged=judged,
                                placeholders=self._placeholders)  # fmt: skip

    def _command(self, group: Group) -> Iterator[Hit]:
        """Find credentials in `exec("mysql -p…")`, `spawn("curl", ["-u", "…"])`."""
        texts = [*_texts(group)]
        if not texts:
            return
        line, end = "", group.start
        for token in texts:  # what stands between the literals becomes spaces
            line += " " * (token.start - end) + token.text
            end = token.end
        for hit in find_shell(line, self._placeholders):
            yield replace(hit, start=hit.start + group.start, end=hit.end + group.start)

    def _spelled(self, items: Sequence[Sequence[Node]]) -> Iterator[Hit]:
        """Find `foreach (var c in "…") password.AppendChar(c)`."""
        for item in items:
            for index, node in enumerate(item):
                if isinstance(node, Token) and node.text == "in" and node.kind == "name":
                    yield from self._given(item[index + 1 :], PASSWORD)

    def _typed(self, before: Sequence[Node], items: Sequence[Sequence[Node]]) -> Iterator[Hit]:
        """Find `fill("#password", "…")`, `get("#password").type("…")`."""
        fields = [n.text for node in before if isinstance(node, Group) for n in _texts(node)]
        fields += [n.text for item in items[:-1] for n in item if isinstance(n, Token)]
        fields += [n.text for n in before if isinstance(n, Token) and n.kind == "name"]
        if items and any(_PASSWORD_FIELD.search(field) for field in fields):
            yield from self._given(items[-1], PASSWORD)


def _is_text(item: Sequence[Node]) -> bool:
    return len(item) == 1 and isinstance(item[0], Token) and item[0].kind == "text"


def _texts(group: Group) -> Iterator[Token]:
    for item in group.items:
        for node in item:
            if isinstance(node, Group):
                yield from _texts(node)
            elif node.kind == "text":
                yield node
