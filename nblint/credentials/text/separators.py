"""What stands between a name and its value: a sign, a verb, in prose also words, or nothing."""

from __future__ import annotations

import re

from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import CredentialName, Level

# Between name and value: what closes the name (quotes, brackets, markup), in prose up to three words
# or a parenthesis, and the separator.
_CLOSE = r"""\\{0,2}["'`*\])}]{0,4}(?:</\w{1,8}>){0,2}(?:\.value(?=[ ]?=)|[ ]\{[ ]?get;[^{}\n]{0,30}\}(?=[ ]?=)|[ ](?:AS[ ])?N?(?:VAR)?CHAR2?(?:\(\w{1,5}\))?(?=[ ]?:?=))?"""
_SEPARATOR = lazy_pattern(
    _CLOSE
    + r"""[ \t]{0,40}(?::=|:-(?=["']?[^\s}"'$]{4})|::?[ ]?&?[A-Za-z][\w.<>\[\]?]{0,30}[ ]?=(?=[ ]?["'])|<t[dh]>|(?<=</summary>)|(?<=</label>)|=>|->|<{1,2}-|==|!=|=|\?\?=?|\|\|=?|:[ ][|>][+-]?[ \t]{0,4}(?=\n[ \t])|:[ ]{1,2}chr[ ]{1,2}(?=")|\.{3,40}:?(?=[ ])|[ ](?:string|`string`)[ ]=|:(?![:?])|[：→]|\|{1,2}|,(?:[ \t]?(?:unset|default|value|fallback)[ ]?=)?(?=[ \t]?\\?["'])|\((?=["']))"""
    + r"""(?:\*\*|__|</\w{1,8}>)?\s{0,1}[ \t]{0,30}(?:&[\w-]{1,20}[ ]|!!str[ ])?"""
)
_PROSE_SEPARATOR = lazy_pattern(
    _CLOSE
    + r"""((?:[ \t]{1,2}(?:\(?[\w@.'’-]{1,40}(?<!\.)\)?|`[\w@.-]{1,40}`)){0,8}?)[ \t]{0,2}(?:\b(?:is|are|to[ ]be|to|be|was|now|reads|ist|war|lautet|es|era|je|este|jest|est|était|é|è|är|er)\b[ \t]?:?|[:：是为為]|は[、 ]?|[는은](?=[ ])|=(?=[ \t])|[ \t][–—-](?=[ \t]\S{4,80}[ \t]{0,8}(?:\n|$)))"""
    + r"""(?:\*\*|__|</\w{1,8}>)?[ \t]{0,4}"""
)
# Finnish and Polish verbs that are prepositions in English.
_VERBS = {"salasana": " on ", "hasło": " to "}
CODE_BEHIND = lazy_pattern(r"""[*_]{0,2}[`"'*«„“「『]""")
_IS_SET = lazy_pattern(r"(?i)\b(?:set|changed|updated) to[ ]\Z")
_FEW_WORDS = 3
# `password "…"`, `token `…``: the value follows the name immediately.
APPOSITION = lazy_pattern(
    r"""[*`]{0,2}[ \t]{1,2}\(?(?=\*{0,2}["'`][^"'`\s]{6,128}["'`]|\*\*[^*\s]{6,128}\*\*)"""
)
# `with password …`, `token …`: only a space between, so the value must look generated.
_BARE_PASSWORD = lazy_pattern(
    r"""[ \t]{1,2}(?=\w[^\s"'`=:()\[\]<>]{7,128}(?:\s|$))(?=\S{0,120}\d)(?=\S{0,120}[!@#$%^&?])"""
)
# `and password …`, `default password …`: the words before say that the value follows.
_GIVEN_PASSWORD = lazy_pattern(
    r"""[ \t]{1,2}(?=[\w!][^\s"'`:()\[\]<>]{5,128}(?:\s|$))(?=\S{0,120}\d)(?=\S{0,120}[A-Za-z])"""
)
_GIVEN = lazy_pattern(
    r"(?i)(?:,|\b(?:and|with|using|use|enter|type|default|initial|temporary|et|und|y|e|en|och|og|i|con|com|mit|met|med|avec|utilisez|verwende|usa|use)|(?:user|login|username|логин|用户名|アカウント)\b[^\n]{0,40})[ ](?:the[ ]|a[ ]|le[ ]|la[ ]|el[ ]|dem[ ]|das[ ]|het[ ]|o[ ])?\Z"
)
_BARE_KEY = lazy_pattern(
    r"""[ \t]{1,2}(?:(?:with|by|to)[ ])?(?=[\w-]{32,128}(?:\s|$))(?=\S{0,120}\d)(?=\S{0,120}[A-Za-z])"""
)
_BARE_TOKEN = lazy_pattern(
    r"""[ \t]{1,2}(?:(?:with|by|to)[ ])?(?=[\w-]{32,128}(?:\s|$))(?=\S{0,120}\d)(?=\S{0,120}[a-z])(?=\S{0,120}[A-Z])"""
)
# A heading or label, and the value alone in the row below, as code.
BELOW = lazy_pattern(
    r"""(?:(?:[ ][\w'-]{1,20}){0,8}[*_:. ]{0,4}\n{1,2}[ \t]{0,4}(?=`[^`\s]{6,128}`[ \t]{0,8}(?:\n|$))"""
    r"""|(?:[ \t]{1,2}[\w@.,'’()-]{1,20}){0,14}[*_]{0,2}:[*_]{0,2}[ \t]{0,4}\n{1,2}(?:```\w{0,12}\n|[ ]{4}|\t)(?![a-z]{2,8}://)(?=[^\s`]{8,512}[ \t]{0,8}(?:\n|$)))"""
)
# `password      …`: a row of a series or of a listing.
_ALIGNED = lazy_pattern(
    r"""[ \t]{2,40}(?:(?:str|bytes)[ \t]{2,20})?(?=[^\s|:=]{6,128}[ \t]{0,40}(?:\n|$))"""
)


def separator(text: str, start: int, end: int, *, is_prose: bool) -> re.Match[str] | None:
    """Return what separates a name from its value, in the row of the name."""
    found = _SEPARATOR.match(text, end)
    if found is None and is_prose:
        found = _PROSE_SEPARATOR.match(text, end)
        # Of a long sentence, only what it sets apart can be the value.
        if found and found[1].count(" ") > _FEW_WORDS and not _is_apart(text, found):
            found = None
    if found is None and is_prose and (verb := _VERBS.get(text[start:end].lower())):
        found = re.compile(rf"[^\n`]{{0,80}}?{verb}(?=`)").match(text, end)
    if found and is_prose and text.startswith(("\n", "```"), found.end()):
        return None  # a block of code below
    return found


def _is_apart(text: str, found: re.Match[str]) -> bool:
    """Tell whether a sentence sets its value apart: in code, bold, or by "set to"."""
    is_bold = found[0].rstrip().endswith(("**", "__"))
    return bool(is_bold or CODE_BEHIND.match(text, found.end()) or _IS_SET.search(found[0]))


def is_given(found: re.Match[str]) -> bool:
    """Tell whether the words before a name say that its value follows: "with password …"."""
    return found.re.pattern == _GIVEN_PASSWORD.pattern


def loose_separator(
    text: str, start: int, end: int, judged: CredentialName
) -> re.Match[str] | None:
    """Return what separates a name from a value that follows it without a sign between them."""
    if judged.level is Level.PASSWORD:
        given = _GIVEN.search(text, max(0, start - 64), start)
        bare = _GIVEN_PASSWORD if given else _BARE_PASSWORD
    else:
        bare = _BARE_KEY if judged.kind == "API key" else _BARE_TOKEN
    patterns = (APPOSITION, BELOW, bare)
    found = (pattern.match(text, end) for pattern in patterns)
    separator = next((match for match in found if match is not None), None)
    if separator is None:
        _, newline, lead = text[max(0, start - 40) : start].rpartition("\n")
        if (newline or start <= 40) and not lead.strip("\"' "):
            separator = _ALIGNED.match(text, end)
    return separator
