"""Find credentials in SQL statements."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from msgspec.structs import replace

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.multisearch import matches_at, narrow_lower, places_of
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import PASSWORD, Level, judge
from nblint.secret_names.stems import after_stem, stems, word_at

_SQL = lazy_pattern(
    r"""\b(?:pragma\s{1,4}(?:re)?key\s{0,2}=|identified\s{1,8}(?:with\s{1,4}\w{1,40}\s{1,4})?by|password(?=[\s=(])(?:\s{0,2}=)?|secret(?=\s)|set\s{1,4}password(?:\s{1,4}for\s{1,4}[^=\n]{1,80}?)?\s{0,4}(?:=|\bto\b))\s{0,8}(?:password\s{0,2})?(?:\(\s{0,2})?N?'{1,2}([^'\n]{4,200})'"""
    r"""|\battach\s[^;]{1,200}?\bkey\s{1,4}'([^'\n]{4,200})'""",
    re.IGNORECASE,
)
# Without quotes: Oracle's `IDENTIFIED BY …`, Spark's `SET spark.x.api_key = …`.
_BARE = lazy_pattern(r"""\bidentified\s{1,8}by\s{1,8}"?([\w#$!.-]{4,128})""", re.IGNORECASE)
_SET = lazy_pattern(
    r"""\bset\s{1,4}([\w.]{3,100})\s{0,4}=\s{0,4}([^\s;'"]{6,512})""", re.IGNORECASE
)
# Behind an option's name, `BEARER_TOKEN '…'`; before one, `'…' AS api_key`.
_OPTION = lazy_pattern(r"""\s{1,8}N?'([^'\n]{4,512})'(?!\s{0,4}[:|]{2})""")
_ALIAS = lazy_pattern(r"""'([^'\n]{4,512})'\s{1,4}as\s{1,4}["`\[]?(\w{2,60})""", re.IGNORECASE)
_SETTING = lazy_pattern(
    r"""\bset\s{1,4}["`]?([\w.]{3,100})["`]?\s{0,4}(?:=|\bto\b)\s{0,4}'([^'\n]{6,512})'""",
    re.IGNORECASE,
)
# Variables of clients: sqlcmd's and psql's.
_VARIABLE = lazy_pattern(r"""(?::setvar|\\set)[ ]{1,4}(\w{2,60})[ ]{1,4}["']([^"'\n]{4,200})["']""")
# A setting's name apart from its value: `SET value = '…' WHERE name = 'api_key'`.
_WHERE = lazy_pattern(
    r"""\bset\s{1,4}\w{1,40}\s{0,4}=\s{0,4}'([^'\n]{4,512})'\s{1,8}where\s{1,4}\w{1,40}\s{0,4}=\s{0,4}'([\w.-]{2,60})'""",
    re.IGNORECASE,
)
# Procedures of SQL Server that take a password, after so many other arguments, and a provider's string.
# https://learn.microsoft.com/en-us/sql/relational-databases/system-stored-procedures/security-stored-procedures-transact-sql
_ARGUMENT = r"(?:@\w{1,20}\s{0,2}=\s{0,2})?(?:N?'[^'\n]{0,80}'|NULL)\s{0,4},\s{0,4}"
_PROCEDURE = lazy_pattern(
    rf"""\bsp_(?:(?:addlogin|setapprole|password)\s{{1,4}}(?:{_ARGUMENT})|addlinkedsrvlogin\s{{1,4}}(?:{_ARGUMENT}){{4}})(?:@\w{{1,20}}\s{{0,2}}=\s{{0,2}})?N?'([^'\n]{{4,200}})'"""
    r"""|\bopenrowset\s{0,4}\(\s{0,4}'[^'\n]{1,60}'\s{0,4},\s{0,4}'[^'\n]{0,100}'\s{0,4};\s{0,4}'[^'\n]{0,80}'\s{0,4};\s{0,4}'([^'\n]{4,200})'""",
    re.IGNORECASE,
)
_CONNECT = lazy_pattern(
    r"""(?:^|\n|;)\s{0,8}conn(?:ect)?\s{1,4}[\w$#]{1,60}/"?([^\s@/"]{4,80})"?@""", re.IGNORECASE
)
_INSERT = lazy_pattern(
    r"""\binto\s{1,8}[\w.`"\[\]]{1,100}\s{0,8}\(([^()]{1,1000})\)\s{0,8}values(?=\s{0,8}\()""",
    re.IGNORECASE,
)
_ROW = lazy_pattern(r"""[\s,]{0,8}\(((?:[^()']|'[^'\n]{0,512}'){1,2000})\)""")
_VALUE = lazy_pattern(r"""'([^'\n]{0,512})'|,""")
_MOST_ROWS = 100
# What a text must hold, and the pattern.
_UNQUOTED = (("identified", _BARE), ("conn", _CONNECT))
_STATEMENTS = (
    (("identified", "password", "secret", "pragma", "attach"), _SQL),
    (("sp_", "openrowset"), _PROCEDURE),
)


def find_sql(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find `IDENTIFIED BY '…'`, `PASSWORD '…'`, and values inserted into credential-like columns."""
    lowered = narrow_lower(text)
    for mark, pattern in _UNQUOTED:
        for match in pattern.finditer(text) if mark in lowered else ():
            yield from bind("", match[1], *match.span(1), judged=PASSWORD,
                            quoted=pattern is _CONNECT, placeholders=placeholders)  # fmt: skip
    if "set" in lowered:
        for match in matches_at(places_of("set", lowered), _SET, text):
            yield from bind(match[1], match[2], *match.span(2), quoted=False,
                            placeholders=placeholders)  # fmt: skip
        if ":setvar" in text or "\\set" in text:
            yield from _judged(_VARIABLE.finditer(text), 1, 2, placeholders)
    if "'" in text:
        yield from _quoted(text, lowered, placeholders)


def _quoted(text: str, lowered: str, placeholders: Collection[str]) -> Iterator[Hit]:
    """Find what statements give as literals."""
    for marks, pattern in _STATEMENTS:
        if any(mark in lowered for mark in marks):
            for match in pattern.finditer(text):
                group = match.lastindex or 1
                yield from bind("", match[group], *match.span(group), judged=PASSWORD,
                                placeholders=placeholders)  # fmt: skip
    yield from _named(text, lowered, placeholders)
    if "into" in lowered and "values" in lowered:
        for match in _INSERT.finditer(text):
            yield from _inserted(text, match, placeholders)


def parameter_names(statement: str) -> list[str]:
    """Return what the parameters of a statement are for: `["name", "password"]`, in order.

    Args:
        statement: SQL with `?` or `%s`, such as `INSERT INTO users (name, password) VALUES (?, ?)`.
    """
    insert = _INSERT.search(statement)
    if insert is not None:
        return [column.strip(' \t\n`"[]') for column in insert[1].split(",")]
    return [match[1] for match in _PARAMETER.finditer(statement)]


def _named(text: str, lowered: str, placeholders: Collection[str]) -> Iterator[Hit]:
    """Find `BEARER_TOKEN '…'`, `'…' AS api_key`; the value must look like a secret."""
    if "' as " in lowered:
        yield from _judged(_ALIAS.finditer(text), 2, 1, placeholders)
    if "set " in lowered:
        sets = [*places_of("set", lowered)]
        yield from _judged(matches_at(sets, _WHERE, text), 2, 1, placeholders)
        yield from _judged(matches_at(sets, _SETTING, text), 1, 2, placeholders)
    for start, end in stems(text):
        if option := _OPTION.match(text, end + len(after_stem(text, end))):
            name = word_at(text, start, end)[0]
            judged = judge(name)
            judged = replace(judged, level=min(judged.level, Level.STRONG))
            yield from bind(name, option[1], *option.span(1), judged=judged,
                            placeholders=placeholders)  # fmt: skip


def _judged(
    matches: Iterable[re.Match[str]], name: int, value: int, placeholders: Collection[str]
) -> Iterator[Hit]:
    for match in matches:
        judged = judge(match[name])
        judged = replace(judged, level=min(judged.level, Level.STRONG))
        yield from bind(match[name], match[value], *match.span(value), judged=judged,
                        placeholders=placeholders)  # fmt: skip


def _inserted(text: str, insert: re.Match[str], placeholders: Collection[str]) -> Iterator[Hit]:
    columns = [column.strip(' \t\n`"[]') for column in insert[1].split(",")]
    if not any(judge(column).level for column in columns) and len(columns) > _FEW_COLUMNS:
        return
    at = insert.end()
    for _ in range(_MOST_ROWS):
        row = _ROW.match(text, at)
        if row is None:
            return
        at, index, name = row.end(), 0, ""
        for value in _VALUE.finditer(text, *row.span(1)):
            if value[1] is None:
                index += 1
            elif index < len(columns):
                # `INSERT INTO settings (name, value)`: the name stands before the value.
                name, before = value[1], name
                for one in (columns[index], before):
                    if " " not in one and judge(one).level is not Level.NONE:
                        yield from bind(one, value[1], *value.span(1), placeholders=placeholders)
                        break


_PARAMETER = lazy_pattern(r"""([\w.]{1,60})["`]?\s{0,4}=?\s{0,4}(?:%s|\?)""")
_FEW_COLUMNS = 3
