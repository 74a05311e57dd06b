"""Find credentials in SQL statements."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import PASSWORD, bind
from nblint.patterns import lazy_pattern

_SQL = lazy_pattern(
    r"""\b(?:pragma\s{1,4}key\s{0,2}=|identified\s{1,8}(?:with\s{1,4}\w{1,40}\s{1,4})?by|password(?=[\s=])(?:\s{0,2}=)?|secret(?=\s)|set\s{1,4}password(?:\s{1,4}for\s{1,4}[^=\n]{1,80})?\s{0,4}=)\s{0,8}(?:password\s{0,2}\(\s{0,2})?N?'([^'\n]{4,200})'""",
    re.IGNORECASE,
)
# Without quotes: Oracle's `IDENTIFIED BY …`, Spark's `SET spark.x.api_key = …`.
_UNQUOTED = lazy_pattern(r"""\bidentified\s{1,8}by\s{1,8}"?([\w#$!.-]{4,128})""", re.IGNORECASE)
_SET = lazy_pattern(
    r"""\bset\s{1,4}([\w.]{3,100})\s{0,4}=\s{0,4}([^\s;'"]{6,512})""", re.IGNORECASE
)
_INSERT = lazy_pattern(
    r"""\binto\s{1,8}[\w.`"\[\]]{1,100}\s{0,8}\(([^()]{1,1000})\)\s{0,8}values\s{0,8}\(([^()]{1,2000})\)""",
    re.IGNORECASE,
)
_VALUE = lazy_pattern(r"""'([^'\n]{0,512})'|,""")


def find_sql(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find `IDENTIFIED BY '…'`, `PASSWORD '…'`, and values inserted into credential-like columns."""
    lowered = text.lower()
    if "identified" in lowered:
        for match in _UNQUOTED.finditer(text):
            yield from bind("", match[1], *match.span(1), judged=PASSWORD, quoted=False,
                            placeholders=placeholders)  # fmt: skip
    for match in _SET.finditer(text) if "set " in lowered else ():
        yield from bind(match[1], match[2], *match.span(2), quoted=False,
                        placeholders=placeholders)  # fmt: skip
    if "'" not in text or not any(
        word in lowered for word in ("identified", "password", "secret", "pragma")
    ):
        return
    for match in _SQL.finditer(text):
        yield from bind("", match[1], *match.span(1), judged=PASSWORD, placeholders=placeholders)
    for match in _INSERT.finditer(text) if "values" in lowered else ():
        columns = [column.strip(' \t\n`"[]') for column in match[1].split(",")]
        index = 0
        for value in _VALUE.finditer(text, *match.span(2)):
            if value[1] is None:
                index += 1
            elif index < len(columns):
                yield from bind(columns[index], value[1], *value.span(1),
                                placeholders=placeholders)  # fmt: skip
