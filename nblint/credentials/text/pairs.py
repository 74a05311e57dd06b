"""Find names with their values in any text: `password: …`, `API_KEY=…`, `"token": "…"`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.credentials.text.separators import (
    APPOSITION,
    BELOW,
    is_given,
    loose_separator,
    separator,
)
from nblint.credentials.text.surroundings import judge_in_text
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import CredentialName, Level
from nblint.secret_names.stems import after_stem, before_stem, stems


class Unquoted(Enum):
    """What a value without quotes is in a text."""

    CODE = "code"  # an expression, not a literal
    PROSE = "prose"  # a word or a secret, so it must look like one
    LITERAL = "literal"  # the value itself: shell, dotenv, YAML


_QUOTED = lazy_pattern(
    r"""[*\[({_~ ]{0,4}(?:Secret(?:Str|Bytes)?\()?[rbsuRBU@$]{0,2}(\\{0,2}("{3}(?!")|["'`]))((?:(?!\2)[^\n\\]|\\(?!\2)[^\n]){0,400})\1"""
)
# Quotation marks whose closing one is another.
_QUOTATION = lazy_pattern(
    r"[*_ ]{0,2}[«„“”‘‚「『›»][ \u00a0\u202f]?([^\s«»„“”‘’「」『』‹›]{4,128})[ \u00a0\u202f]?[»“”’」』‹«]"
)
_WORD = lazy_pattern(r"""[*(<\[]{0,2}([^\s"'`<>|,;]{4,400})""")
_PHRASE = lazy_pattern(r"[a-z]{3,12}(?:[ ][a-z]{3,12}){3,6}(?=[ ]{0,4}(?:\n|$))")
_DEMANDS = lazy_pattern(r"(?i)[ ](?:is[ ])?(?:required|needed|expected|missing|invalid)\b")
_BINDS = lazy_pattern(r"(?:-[ ]|export[ ])?[\"']?[A-Za-z][\w.-]{0,60}[\"']?[ ]?(?:=|:(?=\s|$))")
_VECTOR = lazy_pattern(
    r"""(?:c|Array|List|Seq|listOf|arrayOf|@)?(?:\(|\[|new\[\][ ]?\{)[ ]?(?=["'])"""
)
_ELEMENT = lazy_pattern(r"""\s{0,8}(["'])((?:(?!\1)[^\n\\]){0,400})\1\s{0,4},?""")
_MOST_ELEMENTS = 50
_KEYED = lazy_pattern(r"[ ]?(?::|=>)")
_TRAILING = ".,;:)]}*\\"
_RIGHT_ASSIGNMENT = lazy_pattern(r"""["']([^"'\n]{4,400})["']\s{0,4}->\s{0,4}([\w.]{2,60})""")


class _Pair(Struct, frozen=True):
    """A name that has been judged, and what separates it from its value."""

    text: str
    separator: re.Match[str]
    name: str
    judged: CredentialName
    unquoted: Unquoted
    placeholders: Collection[str]

    def bind(self, value: str, start: int, *, quoted: bool = True) -> Iterator[Hit]:
        """Yield a hit if a value at an offset looks like a credential."""
        yield from bind(self.name, value, start, start + len(value), judged=self.judged,
                        quoted=quoted, placeholders=self.placeholders)  # fmt: skip

    def strictly(self, separator: re.Match[str] | None = None) -> _Pair:
        """Return the pair with a stricter judgement: even a password must look like a secret."""
        judged = replace(self.judged, level=min(self.judged.level, Level.STRONG))
        return replace(self, separator=separator or self.separator, judged=judged)


def find_pairs(text: str, unquoted: Unquoted, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find names with their values: `password: …`, `API_KEY=…`, `"token": "…"`, `| key | … |`.

    Args:
        text: Decoded text.
        unquoted: What a value without quotes is in this text.
        placeholders: Values that are not secrets, from the settings.
    """
    seen = -1
    for start, stem_end in stems(text):
        if start < seen:
            continue
        end = stem_end + len(after_stem(text, stem_end))
        pair = _pair(text, start, end, unquoted, placeholders)
        if pair is None:
            continue
        seen = end
        for hit in _hits(pair, end):
            seen = hit.end
            yield hit


def _pair(
    text: str, start: int, end: int, unquoted: Unquoted, placeholders: Collection[str]
) -> _Pair | None:
    """Return the name around a stem with what separates it from a value, if it has one."""
    # "Pass the token: …" does not name a password.
    is_prose = unquoted is Unquoted.PROSE and text[start:end].lower() != "pass"
    found = separator(text, start, end, is_prose=is_prose)
    if _separates_nothing(found, _begin(text, start), unquoted) if found else not is_prose:
        return None
    name = before_stem(text, start) + text[start:end]
    last = name.rpartition(" ")[2]
    judged = judge_in_text(text, start, end, name, found, is_prose=unquoted is Unquoted.PROSE)
    if judged.level is Level.NONE:
        return None
    if found is not None:
        return _Pair(text, found, last, judged, unquoted, placeholders)
    loose = loose_separator(text, end - len(last), end, judged)
    if loose is None:
        return None
    pair = _Pair(text, loose, last, judged, unquoted, placeholders)
    return pair if is_given(loose) else pair.strictly()


def _hits(pair: _Pair, end: int) -> list[Hit]:
    hits = [*_value(pair)]
    if not hits and pair.unquoted is Unquoted.PROSE and pair.name.lower() != "pass":
        for further in (APPOSITION, BELOW):
            if not hits and (found := further.match(pair.text, end)):
                hits = [*_value(pair.strictly(found))]
    return hits


def _begin(text: str, start: int) -> int:
    """Return where the name around a stem starts."""
    return start - len(before_stem(text, start).rpartition(" ")[2])


def _separates_nothing(separator: re.Match[str], start: int, unquoted: Unquoted) -> bool:
    """Tell whether what follows a name is a pipe, or the end of a list."""
    written = separator[0].rstrip()
    if unquoted is Unquoted.LITERAL and written.endswith("|") and ":" not in written:
        return True  # `cat /etc/passwd | grep ann`
    if unquoted is Unquoted.CODE and written.endswith(","):
        # `c("user", "password", "created")` lists names.
        lead = separator.string[max(0, start - 4) : start].rstrip("\"'` \n")
        return lead.endswith(",") or "]" in written or "}" in written
    return written.endswith(",") and ("]" in written or "}" in written)


def _value(pair: _Pair) -> Iterator[Hit]:
    """Find the value behind a separator: a list, a literal, a quotation, or a word."""
    text, start, unquoted = pair.text, pair.separator.end(), pair.unquoted
    if unquoted is not Unquoted.PROSE and (opening := _VECTOR.match(text, start)):
        yield from _elements(pair.strictly(), opening.end())
    elif quoted := _QUOTED.match(text, start):
        yield from _quoted_value(pair, quoted)
    elif unquoted is Unquoted.PROSE and (quotation := _QUOTATION.match(text, start)):
        yield from pair.bind(quotation[1], quotation.start(1), quoted=False)
    elif unquoted is Unquoted.CODE:
        yield from _in_literal(pair)
    elif not pair.separator[0].rstrip().endswith(",") and (word := _WORD.match(text, start)):
        yield from _word(pair, word)


def _word(pair: _Pair, word: re.Match[str]) -> Iterator[Hit]:
    """Find a value without quotes."""
    text, written, name = pair.text, pair.separator[0], pair.name
    at_line_start = "\n" in written
    if at_line_start and _is_empty(text, pair.separator):
        return
    value = word[1]
    if pair.unquoted is Unquoted.PROSE:
        value = _without_mark(value, is_bold="*" in text[pair.separator.start() : word.start(1)])
        if _DEMANDS.match(text, word.end()):
            return  # "Password: 8 characters required"
    elif pair.unquoted is Unquoted.LITERAL and (phrase := _PHRASE.match(text, word.start(1))):
        value = phrase[0]  # of a file of settings, to the end of its row
    if written.startswith((":-", ":=")):  # `${TOKEN:-…}`
        value = value.partition("}")[0]
    is_setting = name.isupper() and written == "="  # NAME=value, as `env` prints it
    literal = (pair.unquoted is Unquoted.LITERAL or is_setting) and not at_line_start
    if literal and ":" in written and _is_in_sentence(text, pair.separator.start(), word.end()):
        literal = False  # `echo "Password: will be asked for"`
    start = pair.separator.end()
    if literal and (text[start : start + 1] in "$`(<{[" or name.startswith("$")):
        return  # an expression of a shell, or of a variable in PowerShell or Perl
    yield from pair.bind(value, word.start(1), quoted=literal)


def _without_mark(value: str, *, is_bold: bool) -> str:
    """Return a word without the marks of its sentence."""
    trailing = _TRAILING if is_bold or value.endswith("**") else _TRAILING.replace("*", "")
    bare = value.rstrip(_TRAILING + "!?")
    # "Summer2024!" is a password with its mark, "incorrect!" the end of a sentence.
    return value.rstrip(trailing) if any(c.isdigit() for c in bare) else bare


def _quoted_value(pair: _Pair, quoted: re.Match[str]) -> Iterator[Hit]:
    text, written = pair.text, pair.separator
    if text[written.end() : quoted.start(2)].endswith("{") and _KEYED.match(text, quoted.end()):
        return  # `passwords = {"ann": …`
    if _is_closing(text, written.start() - len(pair.name), quoted, written[0]):
        return
    # In Markdown, backticks mark any code, so the value must look like a secret by itself.
    is_literal = quoted[2] != "`" or pair.unquoted is Unquoted.CODE
    value = quoted[3].strip()  # in HTML, an entity leaves spaces where it stood
    yield from pair.bind(value, quoted.start(3) + quoted[3].find(value), quoted=is_literal)


def _elements(pair: _Pair, at: int) -> Iterator[Hit]:
    """Find `password = c("…", "…")`, `PASSWORDS=("…" "…")`: each must look like a secret."""
    for _ in range(_MOST_ELEMENTS):
        element = _ELEMENT.match(pair.text, at)
        if element is None:
            return
        yield from pair.bind(element[2], element.start(2))
        at = element.end()


def _in_literal(pair: _Pair) -> Iterator[Hit]:
    """Find a row of a dotenv file in a literal: `writeLines("API_KEY=…", ".Renviron")`."""
    text = pair.text
    begin, start = pair.separator.start() - len(pair.name), pair.separator.end()
    quote = text[begin - 1 : begin]
    if pair.separator[0] == "=" and quote in ('"', "'") and pair.name.isupper():
        end = text.find(quote, start, start + 512)
        value = text[start:end].removesuffix("\\n")
        if end > start and not any(c.isspace() for c in value):
            yield from pair.bind(value, start)


_SENTENCE = lazy_pattern(r"[ ][A-Za-z]")


def _is_in_sentence(text: str, at: int, end: int) -> bool:
    """Tell whether a name is inside of a literal, and its value followed by another word."""
    if not _SENTENCE.match(text, end):
        return False
    row = text[max(0, at - 200) : at].rpartition("\n")[2]
    return row.count('"') % 2 == 1 or row.count("'") % 2 == 1


def _is_empty(text: str, separator: re.Match[str]) -> bool:
    """Tell whether a name's row ends without a value, and the next row is about something else."""
    row = text[separator.end() : text.find("\n", separator.end()) + 1 or None]
    return "=" in separator[0] or row.startswith("#") or bool(_BINDS.match(row))


def _is_closing(text: str, start: int, quoted: re.Match[str], separator: str) -> bool:
    """Tell whether a quote closes one before the name: `grep "password=" *.py`.

    It does not in a draft such as `print('key = '…'')`, where a value follows it immediately.
    """
    quote, value = quoted[2], quoted[3]
    before = text[max(0, start - 2) : start]
    is_pair = quote not in separator and before[-1:] == quote and before != 2 * quote
    return is_pair and not (value[:1].isalnum() or value.startswith(("+", "/")))


def find_right_assignments(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find R's `"…" -> password`."""
    for match in _RIGHT_ASSIGNMENT.finditer(text) if "->" in text else ():
        yield from bind(match[2], match[1], *match.span(1), placeholders=placeholders)
