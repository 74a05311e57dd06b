"""What expressions of literals stand for: exactly what Python makes of them, or nothing."""

import ast

import pytest

from nblint.reading.python.constants import Constants
from nblint.reading.python.syntax import parse_expression

EXACT = [
    "'a'", "b'a'", "'a' 'b'", "'a' + 'b' + 'c'", "'a' + ('b' + 'c')", "f''", "f'a{\"b\"}c'",
    "'-'.join(['a', 'b'])", "''.join(())", "'a%s' % 'b'", "'%s_%s' % ('a', 'b')",
    "'a{}'.format('b')", "'a'.format()", "'{}{}'.format('a' + 'b', f'c')", "'x'" + " + 'x'" * 400,
]  # fmt: skip
UNKNOWN = [
    "a", "1", "None", "a + 'b'", "'a' * 2", "f'{1}'", "f'{\"a\"!r}'", "f'{\"a\":>4}'", "'%d' % 'a'",
    "'%s%s' % 'a'", "'%s%d' % ('a',)", "'{}{x}'.format('a')", "'{}'.format('a', 'b')",
    "'{x}'.format(x='a')", "'a'.replace('a', 'b')", "'-'.join(names)", "'x'" + " + 'x'" * 600,
    f"'{'x' * 900}' + '{'x' * 200}'",
]  # fmt: skip


@pytest.mark.parametrize("source", EXACT)
def test_it_is_what_python_computes(source: str) -> None:
    value = eval(source)
    text = value.decode() if isinstance(value, bytes) else value
    assert Constants().strings(parse_expression(source)) == (text,)


@pytest.mark.parametrize("source", UNKNOWN)
def test_nothing_is_guessed(source: str) -> None:
    assert Constants().strings(parse_expression(source)) is None


def test_no_node_is_no_string() -> None:
    assert Constants().strings(None) is None


def test_a_deep_nest_is_given_up() -> None:
    node: ast.expr = ast.Constant("a")
    for _ in range(100):
        node = ast.JoinedStr([node])
    assert Constants().strings(node) is None
