"""Say which literals an expression may evaluate to, and what a target of an assignment is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeGuard

from nblint.credentials.code.tokens import Group, Node, Token
from nblint.secret_names.words import GIVERS, split_words

# What an expression may evaluate to stands on each side of these.
_ALTERNATIVES = frozenset("?? || ?: %||% or | // else".split())
JOINS = frozenset("+ * . .. <> & ++ ~".split())
# They start an expression without changing what it evaluates to.
_LEADS = frozenset("new await return const let var val static final yield lazy async".split())
# Calls that give back their text in another form, and those that fall back to it.
_PASSING = frozenset(
    """
    String str Some Option Just Box SecureString SecretBuffer SecretStr Secret raw trim strip chomp
    charToRaw ifelse if_else coalesce something getOrElse orElse orElseGet or_else unwrap_or GetValueOrDefault
    valueOr default toString as.character I invisible function identity quote shQuote enc2utf8 Try lazy
    encodeURIComponent encodeURI URLencode utf8ToBytes GetBytes getBytes Buffer.from from AsMemory toCharArray
    ToCharArray Symbol TextEncoder encode freeze strdup to_string to_owned into concat nvl NVL isnull
    UNHEX unhex FromHexString FromBase64String hex2bin atob hexToBytes ISNULL IIF iif fetch Ref ref useState signal observable of pure Encrypted Sensitive rlang::expr
    """.split()
)
_COLLECTIONS = frozenset(
    "c Array List Seq Vector Set Map list dict Dict Dictionary HashMap listOf arrayOf mapOf setOf of "
    "asList LinkedHashMap NamedTuple Object.freeze freeze tuple Tuple".split()
)
# A digest of the value that stands there.
_DIGESTS = frozenset("MD5 md5 SHA SHA1 SHA2 sha1 sha256 sha512 HASHBYTES PASSWORD crypt".split())
# Between a name and the sign, in SQL: `v_key CONSTANT VARCHAR2(64) := '…'`.
_TYPES = frozenset("CONSTANT VARCHAR VARCHAR2 NVARCHAR NVARCHAR2 CHAR NCHAR TEXT STRING".split())
_AROUND = _COLLECTIONS | _DIGESTS
# `password_input.value = "…"`: what is before says what it is.
_HOLDERS = frozenset("value Value text Text val current content Content data".split())
_LONG = 12
_LONGEST_PATH = 8
_MOST_NAMES = 4
_MOST_ITEMS = 60
_DEEPEST = 12


class Literal(NamedTuple):
    """A text that an expression may evaluate to.

    Attributes:
        text: The text.
        start: Where it starts in the code.
        end: Where it ends.
        is_sure: Whether it is the value itself, not an element or an argument of it.
    """

    text: str
    start: int
    end: int
    is_sure: bool = True


def called(nodes: Sequence[Node], at: int) -> str:
    """Return the dotted name of what is called by the group at an index, if anything is."""
    index = _before_types(nodes, at - 1)
    parts: list[str] = []
    while index >= 0:
        match nodes[max(0, index - 1) : index + 1]:
            case [Token(kind="name", text="require"), Group(mark="(") as required]:
                return " ".join(_texts(required))  # `require("stripe")("…")`
            case [*_, Token(kind="name", text=name)]:
                parts.append(name.lstrip("$@"))
            case [*_, Group(mark="[") as type_] if parts == ["new"]:
                # PowerShell's `[Net.NetworkCredential]::new(…)`
                inner = (n.text for item in type_.items for n in item if isinstance(n, Token))
                return "".join(inner)
            case _:
                break
        if (
            index == 0
            or len(parts) > _LONGEST_PATH
            or not _is(nodes[index - 1], ".", "::", "?.", "$", "->")
        ):
            break
        index -= 2
    return ".".join(reversed(parts))


def _before_types(nodes: Sequence[Node], index: int) -> int:
    """Return the index before `[Byte]`, `<String, String>` and Julia's `!`, where a name ends."""
    if index < 1:
        return index
    node = nodes[index]
    if _is(node, "!"):
        return index - 1
    if isinstance(node, Group) and node.mark == "[":
        return index - 1
    if _is(node, ">"):
        while index >= 0 and not _is(nodes[index], "<"):
            index -= 1
        return index - 1
    return index


def names(target: Sequence[Node]) -> Iterator[str]:
    """Yield what the target of an assignment may be called, the likeliest first.

    Args:
        target: What stands before the sign, such as the nodes of `config["db"].password`.
    """
    last = ""
    for node in reversed(target):
        if last and last not in _HOLDERS and not _is_part(node):
            return
        match node:
            case Token(kind="text", text=text):
                yield text
                return
            case Token(kind="name", text=name) if name.upper() not in _TYPES:
                yield name
                if last:  # `api.key`
                    yield f"{name}.{last}"
                    return
                last = name
            case Group():
                found = list(_names_in(node, is_last=not last))
                yield from found
                if found and node.mark == "[" and _texts(node):
                    return


def _names_in(group: Group, *, is_last: bool) -> Iterator[str]:
    """Yield the names in brackets: `cfg["a"]`, `cfg[:a]`, `$ENV{A}`, `attr(x, "a")`."""
    match group:
        case Group(mark="("):
            yield from _texts(group)
        case Group(items=[[*_, Token(kind="text" | "name", text=text)]]) if is_last:
            yield text


def _texts(group: Group) -> list[str]:
    return [n.text for item in group.items[:_MOST_NAMES] for n in item if _is_text(n)]


def _is_part(node: Node) -> bool:
    """Tell whether a node can stand before a name as a part of it."""
    return isinstance(node, Token) and (node.kind == "name" or node.text in (".", "$", "::", "?."))


def _is(node: Node, *marks: str) -> bool:
    return isinstance(node, Token) and node.kind in ("mark", "name") and node.text in marks


def _is_text(node: Node) -> TypeGuard[Token]:
    return isinstance(node, Token) and node.kind == "text"


def literals(
    nodes: Sequence[Node], known: Mapping[str, Token | None], depth: int = 0
) -> Iterator[Literal]:
    """Yield the literals that an expression may evaluate to; none for a look-up.

    Args:
        nodes: The expression.
        known: The literals that names are assigned elsewhere.
        depth: How deep it is nested.
    """
    if depth > _DEEPEST:
        return
    for piece in _alternatives(nodes):
        yield from _of_piece(piece, known, depth)


def _alternatives(nodes: Sequence[Node]) -> Iterator[Sequence[Node]]:
    """Split an expression into what it may evaluate to, without conditions."""
    start, is_ternary = 0, False
    for index, node in enumerate(nodes):
        if _is(node, "?"):
            is_ternary = True
            start = index + 1
        elif _is(node, *_ALTERNATIVES) or (is_ternary and _is(node, ":")):
            yield nodes[start:index]
            start = index + 1
    yield nodes[start:]


def _of_piece(
    nodes: Sequence[Node], known: Mapping[str, Token | None], depth: int
) -> Iterator[Literal]:
    nodes = _without_lead(nodes)
    if not nodes:
        return
    first = nodes[0]
    if isinstance(first, Token) and first.kind == "text":
        yield from _joined(nodes)
    elif isinstance(first, Token) and first.kind == "name":
        if len(nodes) == 1 and (token := known.get(first.text)) is not None:
            yield Literal(token.text, token.start, token.end, is_sure=False)
        yield from _of_calls(nodes, known, depth)
    elif isinstance(first, Group):
        if first.mark == "(" and len(first.items) == 2:
            yield from literals(first.items[1], known, depth + 1)
        else:
            yield from _of_items(first, known, depth, is_sure=len(first.items) == 1)
        yield from _of_calls(nodes, known, depth)


def _without_lead(nodes: Sequence[Node]) -> Sequence[Node]:
    """Leave out what stands before an expression: `new`, a condition, a cast, a lambda's arguments."""
    while len(nodes) > 1:
        first, second = nodes[0], nodes[1]
        if _is(first, *_LEADS) or _is(first, "&", "!", "@", "$"):
            nodes = nodes[1:]
        elif _is(
            first, "if", "elif", "elseif", "unless", "function", "fun", "\\"
        ) and not isinstance(second, Token):
            nodes = nodes[2:]
        elif isinstance(first, Group) and (
            _is(second, "=>", "->") or (first.mark in "([" and _is_text(second))
        ):
            nodes = nodes[1 + _is(second, "=>", "->") :]
        elif _is(first, "<") and len(nodes) > 3 and _is(nodes[2], ">"):
            nodes = nodes[3:]
        else:
            break
    return nodes


def _joined(nodes: Sequence[Node]) -> Iterator[Literal]:
    """Yield a literal, or the literals that are added to one."""
    parts: list[Token] = []
    for index, node in enumerate(nodes):
        if index % 2 == 0 and isinstance(node, Token) and node.kind == "text":
            parts.append(node)
        elif index % 2 and _is(node, *JOINS):
            continue
        else:
            break
    first, last = parts[0], parts[-1]
    rest = nodes[2 * len(parts) - 1 :]
    is_open = bool(rest) and _is(rest[0], *JOINS) and not _is(rest[0], ".")
    if is_open and len(parts) == 1 and len(first.text) <= _LONG:
        return
    text = "".join(part.text for part in parts)
    shown = text.strip()  # the rows of a here-string
    start = first.start + text.find(shown)
    yield Literal(shown, start, last.end - (len(text) - len(text.rstrip())))


def _of_calls(
    nodes: Sequence[Node], known: Mapping[str, Token | None], depth: int
) -> Iterator[Literal]:
    """Yield what the calls of a chain give back: `Option(x).getOrElse("…")`."""
    for index, node in enumerate(nodes):
        if not index or not isinstance(node, Group):
            continue
        if node.mark == "{":  # `lazy { "…" }`, `f(x) { "…" }`
            if index == len(nodes) - 1 and _gives_body(nodes[index - 1]):
                yield from _of_items(node, known, depth, is_sure=len(node.items) == 1)
            continue
        name = called(nodes, index)
        last = name.rpartition(".")[2]
        if last in _PASSING:
            yield from _of_items(node, known, depth, is_sure=True)
        elif last in _AROUND or name in _AROUND or _constructs(last, node):
            yield from _of_items(node, known, depth, is_sure=False)


def _gives_body(before: Node) -> bool:
    """Tell whether braces behind a node hold what it evaluates to."""
    return _is(before, *_PASSING) or (isinstance(before, Group) and before.mark == "(")


def _constructs(last: str, arguments: Group) -> bool:
    """Tell whether a call makes a value of one text: `new Token("…")`, not `GetSecret("…")`."""
    is_class = last[:1].isupper() and len(arguments.items) == 1
    return is_class and GIVERS.isdisjoint(split_words(last)[:1])


def _of_items(
    group: Group, known: Mapping[str, Token | None], depth: int, *, is_sure: bool
) -> Iterator[Literal]:
    """Yield the literals among a group's items; of a pair, its value."""
    for item in group.items[:_MOST_ITEMS]:
        start = next((i + 1 for i, n in enumerate(item) if _is(n, "=", "=>", "->", ":") and i), 0)
        for literal in literals(item[start:], known, depth + 1):
            yield literal._replace(is_sure=is_sure and literal.is_sure)
