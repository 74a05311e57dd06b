"""What an expression may evaluate to, and what the target of an assignment is called."""

import pytest

from nblint.credentials.code.tokens import read
from nblint.credentials.code.values import literals, names


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("'a'", "a"),
        ("x ? 'a' : 'b'", "a b"),
        ("x ?? 'a'", "a"),
        ("if (x) 'a' else 'b'", "a b"),
        ("'a' + 'b'", "ab"),
        ("'a'.trim()", "a"),
        ("Some('a')", "a"),
        ("Option(f('x')).getOrElse('a')", "a"),
        ("new Token('a')", "a"),
        ("GetSecret('a')", ""),
        ("f('a')", ""),
        ("env['a']", ""),
        ("<string>'a'", "a"),
        ("() => 'a'", "a"),
        ("async () => { return 'a' }", "a"),
        ("known", "k"),
    ],
)
def test_literals(code: str, found: str) -> None:
    known = {"known": next(n for n in read("'k'").items[0])}
    values = literals(read(code).items[0], known)  # type: ignore[arg-type]
    assert " ".join(value.text for value in values) == found


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("private readonly string _password", "_password"),
        ("config['db']['password']", "password"),
        ("config.password", "password"),
        ("settings[:api_key]", "api_key"),
        ("df$password[1]", "df$password"),
        ("$ENV{API_TOKEN}", "API_TOKEN"),
        ("public string Password { get; set; }", "Password"),
        ('"x-api-key"', "x-api-key"),
    ],
)
def test_names(target: str, name: str) -> None:
    found = list(names(read(target).items[0]))
    assert found[0] == name
