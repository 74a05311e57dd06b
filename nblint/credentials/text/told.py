"""Find credentials in sentences that name one and show a value elsewhere: before it, or as an answer.

`pairs.py` reads what stands between a name and its value. This reads sentences in which that may be
anything ("Type `…` when asked for the password"), so the value alone must show that it is one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.credentials.judging.values import is_diced, is_hash_like
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import CredentialName, Level, judge
from nblint.secret_names.stems import after_stem, stems, word_at

_SHORTEST = 7  # of what only its marks set apart
_ENDS = (". ", "; ", "! ", "? ")
_SHORTEST_BARE = 8
_MANY_CHANGES = 5  # of case, which no name in camel case has
_NEAR = 160  # characters before and behind the name
# What sets a value apart in Markdown and prose.
_APART = lazy_pattern(
    r"""(?:(`)|(\*\*|__)|(?<!\w)(["'])|([«„“”「『‚‘]))[ \u00a0]?([^\s`"'«»„“”「」『』‚‘’]{6,128}?)[ \u00a0]?(?:\1(?<=`)|\2(?<=[*_])|\3(?<=["'])(?!\w)|[»“”」』’‘])"""
)
_BARE = lazy_pattern(r"""(?<![^\s("'\[:*>~])[^\s`"'()\[\]<>{}|,;]{8,64}(?=[\s"')\],;|*~.]|$)""")
# A sentence about what passwords are like, or may be.
_ABOUT = lazy_pattern(
    r"""(?i)\b(?:hash\w*|bcrypt|argon2|pbkdf2|scrypt|sha\d*|md5|algorithm\w*|regex\w*|polic\w*|must|at least|characters?|minimum|length|entropy|e\.g\.|for example|examples?|such as|z\. ?B\.|beispiel\w*|par exemple|por ejemplo|por exemplo|ad esempio|formats?|placeholder|column|spalte|field|function|strength|guess\w*|crack\w*|encrypt\w*|weak|leaked)\b"""
)
_STRUCTURED = lazy_pattern(r"""\w=["']|["']:|["'],[ ]?["']""")
# The row below a question or a command that shows a value, with it alone: after a speaker, a prompt.
_ANSWER = lazy_pattern(
    r"""[ \t]{0,8}(?:\n[ \t>]{0,8}){1,3}(?:(?:\*\*)?[\w .-]{1,30}(?:\[\d{1,5}\])?:(?:\*\*)?[ \t]{1,4}|[-*][ ]{1,3})?[*`"']{0,2}([^\s`"'*]{6,128})[*`"']{0,2}[ \t]{0,8}(?:\n|$)"""
)
_ASKED = lazy_pattern(r"""[^\n?`:]{0,60}\?|\)?(?=[ \t]{0,8}\n)""")
_SHOWS = lazy_pattern(
    r"""(?:\becho[ ]{1,2}["']?\$\{?|print\(|cat\(|>>>[ ]|In[ ]\[\d{1,5}\]:[ ]|\?)"""
)
_SIGNS = frozenset("!#$%^&*?@~+")
_CODE = lazy_pattern(
    r"""[a-z_]{1,30}[-_]?v?\d{1,3}|[A-Z][A-Z_]{1,30}[-_]?\d{1,4}(?:[-_][A-Z]{1,8})?|.{0,80}[(){}\[\]<>=/\\;,|].{0,80}|[\w.+-]{1,40}@[\w.-]{1,60}|[A-Za-z.]{1,20}[v=]?\d{1,3}(?:\.\d{1,4}){1,3}|[$#][\w.,]{1,60}"""
)
_HOST = lazy_pattern(r"[a-z\d-]{1,40}(?:\.[a-z\d-]{1,40}){1,6}(?::\d{1,5})?|[\w-]{1,40}:\d{2,5}")
_MIXED = lazy_pattern(
    r"""(?=[^\n]{0,60}[a-z])(?=[^\n]{0,60}[A-Z])(?=[^\n]{0,60}\d[^\n]{0,60}[A-Za-z])[A-Za-z\d_-]{2,64}(?:\.[A-Za-z\d_-]{1,64})?"""
)
_TOKEN = lazy_pattern(r"""(?=[^\n]{0,60}\d)(?=[^\n]{0,60}[A-Za-z])[\w+/=.~-]{24,512}""")


def find_told(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find values that a sentence about a credential sets apart, and answers to questions for one.

    Args:
        text: Prose, or a log.
        placeholders: Values that are not secrets, from the settings.
    """
    done = -1
    for start, end in stems(text):
        if start < done:
            continue
        word, phrase = word_at(text, start, end)
        judged = judge(word)
        if judged.level is not Level.PASSWORD:
            judged = judge(" ".join(phrase.split(" ")[-2:]))
        if judged.level < Level.STRONG or "." in word:
            continue
        first, last = _sentence(text, start, end)
        done = last
        apart = [*_set_apart(text, first, last, judged, placeholders)]
        if apart and not (
            _ABOUT.search(text, first, last) or _STRUCTURED.search(text, first, last)
        ):
            yield from apart
        behind = end + len(after_stem(text, end))
        yield from _answered(text, start, behind, judged, placeholders)


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the part of a sentence that is near a name, in its row."""
    first = max(text.rfind("\n", 0, start) + 1, start - _NEAR)
    for mark in _ENDS:
        first = max(first, text.rfind(mark, first, start) + 1)
    stops = (text.find(mark, end, end + _NEAR) for mark in ("\n", *_ENDS))
    return first, min([stop + 1 for stop in stops if stop >= 0], default=end + _NEAR)


def _set_apart(
    text: str, first: int, last: int, judged: CredentialName, placeholders: Collection[str]
) -> Iterator[Hit]:
    for match in _APART.finditer(text, first, last):
        yield from _bind(match, 5, judged, placeholders, is_apart=True)
    for match in _BARE.finditer(text, first, last):
        yield from _bind(match, 0, judged, placeholders, is_apart=False)


def _bind(
    match: re.Match[str],
    group: int,
    judged: CredentialName,
    placeholders: Collection[str],
    *,
    is_apart: bool,
) -> Iterator[Hit]:
    value = match[group].rstrip(".:,;") if not is_apart else match[group]
    start = match.start(group)
    is_likely = (
        looks_chosen(value, is_apart=is_apart)
        if judged.kind == "password"
        else is_apart and _TOKEN.fullmatch(value) is not None
    )
    if is_likely:
        yield from bind("", value, start, start + len(value), judged=judged, quoted=False,
                        placeholders=placeholders)  # fmt: skip


def looks_chosen(value: str, *, is_apart: bool) -> bool:
    """Tell whether a value is a password wherever it stands."""
    if is_diced(value):
        return True
    if len(value) < _SHORTEST_BARE and not is_apart:
        return False
    if is_hash_like(value) or _CODE.fullmatch(value) or _HOST.fullmatch(value):
        return False
    has_digit = any(c.isdigit() for c in value)
    has_letter = any(c.isalpha() for c in value)
    if not (has_digit and has_letter):
        return False
    has_sign = not _SIGNS.isdisjoint(value[1:]) or value[0] in "!?@"
    changes = sum(a.islower() != b.islower() for a, b in pairwise(value) if a.isalpha())
    if has_sign or _MIXED.fullmatch(value) or changes >= _MANY_CHANGES:
        return True
    return is_apart and len(value) >= _SHORTEST and sum(c.isdigit() for c in value) > 1


def _answered(
    text: str, start: int, end: int, judged: CredentialName, placeholders: Collection[str]
) -> Iterator[Hit]:
    """Find the answer to "What's the password?", and what `print(password)` shows."""
    asked = _ASKED.match(text, end)
    if asked is None or not (
        asked[0].endswith("?") or _SHOWS.search(text, max(0, start - 40), start)
    ):
        return
    answer = _ANSWER.match(text, asked.end())
    if answer and (judged.kind != "password" or looks_chosen(answer[1], is_apart=True)):
        yield from bind("", answer[1], *answer.span(1), judged=judged, quoted=False,
                        placeholders=placeholders)  # fmt: skip
