"""How code of any language is read: as literals, names, and marks in nested brackets."""

import pytest

from nblint.credentials.code.tokens import Group, Node, read, tokens


def texts(code: str, language: str = "") -> list[str]:
    return [token.text for token in tokens(code, language) if token.kind == "text"]


@pytest.mark.parametrize(
    ("language", "code", "found"),
    [
        ("javascript", """a = 'b' + "c" // don't""", "b c"),
        ("javascript", "a = `b ${c}\nd`", "b ${c}\nd"),
        ("csharp", '@"a""b" + $"c" + """d"e"""', 'a""b c d"e'),
        ("scala", 's"a" + raw"b"', "a b"),
        ("r", "'a' # it's\nb <- \"c\nd\"", "a c\nd"),
        ("r", 'r"(a"b)"', '(a"b)'),
        ("julia", "A' * B' * \"c\" #= 'd' =#", "c"),
        ("powershell", '@"\na "b"\n"@ + `"c"', 'a "b" c'),
        ("go", "x := `a` /* 'b' */", "a"),
        ("sql", "N'a'", "a"),
    ],
)
def test_literals(language: str, code: str, found: str) -> None:
    assert " ".join(texts(code, language)) == found


def shown(node: Node) -> str:
    if isinstance(node, Group):
        statements = (", ".join(map(row, items)) for items in node.statements if items != [[]])
        return node.mark + "; ".join(statements)
    return node.text


def row(item: object) -> str:
    return " ".join(map(shown, item))  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("code", "tree"),
    [
        ("a = f(b, c)\nd = [e]", "{a = f (b, c; d = [e"),
        ("a = b ??\n  c", "{a = b ?? c"),
        ("a\n  .b()\nc", "{a . b (; c"),
        ("class A\n{\n  b: c,\n  d: e\n}", "{class A {b : c, d : e"),
        ("f(a\n  b]; (c", "{f (a b; (c"),
    ],
)
def test_brackets_and_statements(code: str, tree: str) -> None:
    assert shown(read(code)) == tree
