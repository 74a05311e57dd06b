"""What text is looked at for credentials: near enough to what Python makes of an expression."""

import ast

import pytest

from nblint.credentials.python.literals import LooseConstants, literals
from nblint.reading.python.syntax import parse_expression

TREE = ast.parse("user = 'ann'\nonce = 'a'\nonce = 'b'\nhost: str = 'h'\nif x:\n    port = '1'")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("f'{user!r}:{port:>5}'", "ann:1"),
        ("' a '.strip() + user", " a ann"),
        ("'https://%s:%s@h' % (user, getpass())", "https://ann:%s@h"),
        ("'{x}:{}'.format('b', x=user)", "ann:b"),
        ("'a' + quote('b/c d')", "ab/c%20d"),
        ("'%d/%s' % (1, 'a')", None),
        ("'a%s' % f()", None),
        ("user", None),
        ("'a' + once", None),
        ("'a' + host", None),
        ("name.format('a')", None),
    ],
)
def test_fold(source: str, text: str | None) -> None:
    assert LooseConstants(TREE).fold(parse_expression(source)) == text


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("x or 'a'", "a"),
        ("'a' if x else 'b'", "a b"),
        ("SecretStr('a')", "a"),
        ("Field(default='a')", "a"),
        ("x.encode() or (y := 'a')", "a"),
        ("lambda: 'a'", "a"),
        ("os.environ['a']", ""),
        ("f('a')", ""),
        ("'0123456789abc' + x", "0123456789abc"),
        ("'short' + x", ""),
    ],
)
def test_literals(source: str, texts: str) -> None:
    found = literals(parse_expression(source), LooseConstants(TREE))
    assert [text for _, text in found] == texts.split()
