"""What is looked for before an expression is tried loses nothing that the expression finds alone."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nblint.credentials import prefilter
from nblint.credentials.hits import Hit
from nblint.credentials.python import source
from nblint.credentials.text import headers, logins, shell, sql
from nblint.multisearch import _ALIKE, narrow, narrow_lower
from nblint.secret_names.stems import has_stem, stems

PIECES = [
    "://", "@", ":", "/", "ann", "x7Kq2m9TzW", "host", "conn ", "CONNECT ", "onn", " ", "\n", "\t",
    "set ", "SET\t", "dataset ", ":setvar ", "\\set ", "api_key", " = ", "=", "'x7Kq2m9TzW'", " to ",
    " where name = ", "; ", "auth=(", "auth = (", "BasicAuth(", "authenticate(", "NetworkCredential(",
    "PSCredential]::new(", '"ann"', ", ", '"x7Kq2m9TzW"', ")", "# ", "**", "## Login\n", "Access\n",
    "credentials", "Creds", "log in", "Sign in", "user/pass", "username", " / ", "`", "--token ",
    "-p", "-", "--", "%", "!", "= !", "token", "keys", "tokenizer", "pass", "é", "İ", "ı", "ſ", "ſign in: ", "K", "日",
    " login ", "vault", "huggingface-cli", "\tlogin ", "auth ", "config add-authtoken ", '"', "#",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=24).map("".join)
USERINFO = re.compile(r"""://[^\s/"'<>`@\\|]{0,128}(?::[^\s"<>`\\]{1,256})?@""")
EASY_CONNECT = re.compile(r"""(?:onn|ONN|nnect|NNECT) [\w$#]{1,60}/[^\s@/]{4,80}@""")
MAGIC = re.compile(r"(?:^|\n)[ \t]{0,40}[%!]|= ?[%!]")
OPTION = re.compile(r"(?<![\w-])--?([A-Za-z][\w.-]{2,40})[= ][ \t]{0,4}" + shell._WORD)


@example("a\n://u:p@ss@host\nconn scott/tigers@db")
@example(f"://{'u' * 128}:{'x' * 250}@")
@example(f"://{'u' * 128}:@x@")
@given(TEXTS)
def test_logins_in_urls_are_seen_in_their_rows(text: str) -> None:
    found = {text.count("\n", 0, at) for at in prefilter._addresses(text, ())}
    for pattern in (USERINFO, EASY_CONNECT):
        assert {text.count("\n", 0, match.start()) for match in pattern.finditer(text)} <= found


def _everywhere(_: Iterable[int], pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    return pattern.finditer(text)


@pytest.mark.parametrize(
    ("module", "find"),
    [(sql, sql.find_sql), (logins, logins.find_logins), (headers, headers.find_headers)],
)
@example("# Access\nbob / y7Kq2m9TzW!\n")
@example("\n## Login\nann / x7Kq2m9TzW!\n\n# Access\nbob / y7Kq2m9TzW!\n")
@example("set api_key = 'x7Kq2m9TzW'; dataset = 'a'; SET\tapi_key = x7Kq2m9TzW")
@example("Credentials: ann / x7Kq2m9TzW, user/pass: bob/y7Kq2m9TzW")
@example("Sign in: ann / x7Kq2m9TzW; log in: bob/y7Kq2m9TzW")
@example("\u017fET api_key = 'x7Kq2m9TzW'")
@example("\u017fign in: ann / x7Kq2m9TzW and /home")
@example("auth = ('ann', 'x7Kq2m9TzW'), PSCredential('bob', 'y7Kq2m9TzW')")
@example("auth: BasicAuth('ann', 'x7Kq2m9TzW'), NetworkCredential('bob', 'y7Kq2m9TzW')")
@given(TEXTS)
def test_the_same_matches_where_they_can_begin(
    module: ModuleType, find: Callable[[str], Iterator[Hit]], text: str
) -> None:
    found = list(find(text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "matches_at", _everywhere)
        assert found == list(find(text))


@given(TEXTS)
def test_commands_hold_a_mark(text: str) -> None:
    for words, pattern, _ in shell._COMMANDS:
        assert pattern.search(text) is None or any(word in text for word in words)
    assert logins._TO_LOG_IN.search(text) is None or " to log" in text or " to sign" in text


@given(TEXTS)
def test_expressions_that_begin_with_a_character_match_the_same(text: str) -> None:
    assert [m.span() for m in shell._OPTION.finditer(text)] == [
        m.span() for m in OPTION.finditer(text)
    ]
    is_magic = source._MAGIC.search(f"\n{text}") or source._ASSIGNED_MAGIC.search(text)
    assert bool(is_magic) == bool(MAGIC.search(text))


@given(TEXTS)
def test_a_row_has_the_stems_of_its_text(text: str) -> None:
    named, start = [start for start, _ in stems(text)], 0
    for row in text.split("\n"):
        assert source._holds(named, start, len(row)) == has_stem(row)
        start += len(row) + 1


@given(TEXTS | st.text())
def test_a_table_lowers_as_python_does(text: str) -> None:
    plain = "".join(_ALIKE.get(character, character) for character in text)
    assert narrow_lower(text) == narrow(plain).lower()


def test_what_expressions_take_for_a_letter_becomes_one() -> None:
    letters = re.findall("[a-z]", "".join(map(chr, range(sys.maxunicode + 1))), re.IGNORECASE)
    assert len(letters) > 52
    assert all(re.fullmatch(narrow_lower(one), one, re.IGNORECASE) for one in letters)
