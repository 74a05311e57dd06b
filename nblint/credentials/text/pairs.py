"""Credentials in text: `password: …`, `API_KEY=…`, JSON pairs, headers, tables."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import Enum

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import PASSWORD, TOKEN, bind
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import CredentialName, Level, judge, taken_by
from nblint.secret_names.stems import after_stem, before_stem, judge_in_section, stems


class Unquoted(Enum):
    """What a value without quotes is, in the text at hand."""

    CODE = "code"  # an expression: no literal
    PROSE = "prose"  # a word, or a secret: it must look like one
    LITERAL = "literal"  # the value itself: shell, dotenv, YAML


# A pair's middle: what closes the name (quotes, brackets, markup), up to three words or a
# parenthesis in prose, and the separator.
_CLOSE = r"""\\{0,2}["'`*\])}]{0,4}(?:</\w{1,8}>){0,2}(?:\.value(?=[ ]?=))?"""
_SEPARATOR = lazy_pattern(
    _CLOSE
    + r"""[ \t]{0,40}(?::=|:[ ]?&?[A-Za-z][\w.<>\[\]?]{0,30}[ ]?=(?=[ ]?["'])|<t[dh]>|=>|->|<-|==|!=|=|:(?![:?])|[：→]|\|{1,2}|,(?=[ \t]?\\?["'])|\((?=["']))"""
    + r"""(?:\*\*|__|</\w{1,8}>)?\s{0,1}[ \t]{0,30}"""
)
_PROSE_SEPARATOR = lazy_pattern(
    _CLOSE
    + r"""((?:[ \t]{1,2}\(?[\w@.'-]{1,20}(?<!\.)\)?){1,3}[ ]`[\w@.-]{1,40}`|(?:[ \t]{1,2}\(?[\w@.'-]{1,20}(?<!\.)\)?){0,3})[ \t]{0,2}(?:\b(?:is|are|to|was|ist|war|lautet|es|era|est|était|é|è)\b[ \t]?:?|[:：]|=(?=[ \t])|[ \t][–—-](?=[ \t]\S{4,80}[ \t]{0,8}(?:\n|$)))"""
    + r"""(?:\*\*|__|</\w{1,8}>)?[ \t]{0,4}"""
)
_OTHER = lazy_pattern(
    r"[ \t]{1,2}(?!(?:for|of|in|on|to|at|from|is|was|und|f|d|p|v)[\wü]{0,3}\b|value\b|created\b|generated\b)[a-z]"
)
# "the key `…`": of the rest of the sentence.
_THE = lazy_pattern(r"(?i)\b(?:the|this|my|our|your)[ ]\Z")
_SHOWN_KEY = CredentialName(Level.WEAK, "key")
_DESCRIPTION = lazy_pattern(
    r"[ \t](?!is\b|are\b|to\b|created\b|generated\b)([A-Za-z]{2,20})[ \t]?[:=]"
)
# `Secret 'db' created (version: …)`: what follows identifies something.
_IDENTIFIED = lazy_pattern(
    r"[\"'`]?(?:[ \t]{1,2}[\w@.'()-]{1,20}){0,2}[ \t]\(?(?:id|version|hash|digest|fingerprint|checksum|etag)(?:[ \t]?[:=]|[ \t]is\b)",
    re.IGNORECASE,
)
# `password "…"`, `token `…``: nothing between the name and a value that looks like a secret.
_APPOSITION = lazy_pattern(
    r"""[*`]{0,2}[ \t]{1,2}(?=\*{0,2}["'`][^"'`\s]{6,128}["'`]|\*\*[^*\s]{6,128}\*\*)"""
)
# `with password …`, `token …`: nothing but a space, so that the value must look generated.
_BARE_PASSWORD = lazy_pattern(
    r"""[ \t]{1,2}(?=\w[^\s"'`=:]{7,128}(?:\s|$))(?=\S{0,120}\d)(?=\S{0,120}[!@#$%^&?])"""
)
_BARE_TOKEN = lazy_pattern(
    r"""[ \t]{1,2}(?=[\w-]{32,128}(?:\s|$))(?=\S{0,120}\d)(?=\S{0,120}[a-z])(?=\S{0,120}[A-Z])"""
)
# A heading or label, and the value alone in the row below: as code, or as a block of code.
_BELOW = lazy_pattern(
    r"""(?:[*_: ]{0,4}\n{1,2}[ \t]{0,4}(?=`[^`\s]{6,128}`[ \t]{0,8}(?:\n|$))"""
    r"""|(?:[ \t]{1,2}[\w@.'()-]{1,20}){0,4}[*_]{0,2}:[*_]{0,2}[ \t]{0,4}\n{1,2}(?:```\w{0,12}\n|[ ]{4}|\t)(?![a-z]{2,8}://)(?=[^\s`]{8,512}[ \t]{0,8}(?:\n|$)))"""
)
# `password      …`: a row of a series, or of a listing that says no more.
_ALIGNED = lazy_pattern(r"""[ \t]{2,40}(?=[^\s|:=]{6,128}[ \t]{0,40}(?:\n|$))""")
_QUOTED = lazy_pattern(
    r"""[*\[({_ ]{0,4}(?:Secret(?:Str|Bytes)?\()?[rbsuRBU]{0,2}(\\{0,2}(["'`]))((?:(?!\2)[^\n\\]|\\(?!\2)[^\n]){0,400})\1"""
)
_WORD = lazy_pattern(r"""[*(<\[]{0,2}([^\s"'`<>|,;]{4,400})""")
_TRAILING = ".,;:)]}*\\"
_ELEMENT = lazy_pattern(r"<([A-Za-z][\w.:-]{0,60})(?:\s[^<>\n]{0,200})?>([^<>\n]{4,512})</\1>")
# `<add key="ApiKey" value="…"/>`, `- name: DB_PASSWORD` above `value: …`, a form's hidden field.
_NAMED_VALUE = lazy_pattern(
    r"""\b(?:name|key|id)["']?\s{0,2}[:=]\s{0,2}["']?([\w.:-]{2,60})["']?[\s,#]{1,40}(?:type=["']\w{1,10}["']\s{1,4})?"""
    r"""["']?value["']?\s{0,2}[:=]\s{0,2}(?:["']([^"'\n<>]{4,512})["']|([^\s"'<>{}$]{4,512}))""",
    re.IGNORECASE,
)
# Terraform's `variable "db_password" { default = "…" }`.
_VARIABLE = lazy_pattern(
    r"""\bvariable\s{1,4}"([\w.-]{2,60})"\s{0,4}\{[^{}]{0,400}?\bdefault\s{1,20}=\s{0,20}"([^"\n]{4,512})\""""
)
# `Credentials: ann / …`, `user/pass: ann/…`: a user, and what goes with the name.
_LOGIN = lazy_pattern(
    r"""\b(?:credentials?|creds?|log ?ins?|user(?:name)?[ ]?/[ ]?pass(?:word)?)\b[*`]{0,2}(?:[ ](?:is|are|with|as|for|using|\w{1,12}:))?"""
    r"""[ \t:=-]{0,3}[*`"']{0,3}[ ]?([A-Za-z][\w.@\\-]{0,60})[*`"']{0,3}[ ]?[/:][ ]?[*`"']{0,3}([^\s"'`|,;:/]{6,80})""",
    re.IGNORECASE,
)
_RIGHT_ASSIGNMENT = lazy_pattern(r"""["']([^"'\n]{4,400})["']\s{0,4}->\s{0,4}([\w.]{2,60})""")
_ANSWER = lazy_pattern(
    r"""assword[^\n"']{0,20}["'][^\n]{0,30}[\n;]\s{0,40}(?:[\w.]{1,40}\.(?:send|sendline|write)\(|send\s{1,4}(?:--\s{1,4})?)b?["']([^"'\\\n]{4,100})(?:\\[rn]){0,2}["']"""
)
# A widget as it prints itself, in any order: `Text(value='…', description='API key')`.
_LABEL = r"""\b(?:description|placeholder)=["']([^"'\n]{2,60})["']"""
_TYPED = r"""\bvalue=["']([^"'\n]{4,512})["']"""
_WIDGETS = tuple(
    re.compile(rf"""{first}[^()\n]{{0,200}}?{second}""")
    for first, second in ((_LABEL, _TYPED), (_TYPED, _LABEL))
)
_AUTHORIZATION = lazy_pattern(
    r"""(?:authorization|x-auth-token|private-token)\\{0,2}["']{0,2}\s{0,3}[:=,]\s{0,3}[rbfRBF]{0,2}\\{0,2}["']{0,2}"""
    r"""(?:(bearer|basic|token|apikey|key|bot|genie-?key|ssws|splunk|digest|token token=)\s{1,3})?"""
    r"""([\w.~+/=-]{8,2048})""",
    re.IGNORECASE,
)
_BASIC = lazy_pattern(r"\bBasic\s([A-Za-z0-9+/]{12,2048}={0,2})")
_BEARER = lazy_pattern(r"\bbearer\s{1,3}([\w.~+/=-]{20,2048})", re.IGNORECASE)
_TWO_TEXTS = r"""["']([^"'\n]{0,80})["']\s{0,2},\s{0,2}["']([^"'\n]{4,80})["']"""
_AUTH_TUPLE = lazy_pattern(
    r"""(?:auth\s{0,2}=\s{0,2}|authenticate|BasicAuth|auth_basic|NetworkCredential)\((?:\w{1,20},\s{0,2})?\s{0,2}"""
    + _TWO_TEXTS
)
# What takes a driver, an address or a service before them.
_THIRD = lazy_pattern(
    r"""(?:key_set_with_value|getConnection|dbConnect|DBInterface\.connect)\((?:[\w.]{1,40},\s{0,2})?(?:["'][^"'\n]{1,200}["'],\s{0,2}(?=["'][^"'\n]{0,80}["']\s{0,2},))?"""
    + _TWO_TEXTS
)


def find_pairs(text: str, unquoted: Unquoted, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find names with their values: `password: …`, `API_KEY=…`, `"token": "…"`, `| key | … |`.

    Args:
        text: Decoded text.
        unquoted: What a value without quotes is in it.
        placeholders: Values that are no secrets.
    """
    seen = -1
    for start, stem_end in stems(text):
        if start < seen:
            continue
        end = stem_end + len(after_stem(text, stem_end))
        # "Pass the token: …" names no password.
        is_prose = unquoted is Unquoted.PROSE and text[start:end].lower() != "pass"
        separator = _separator(text, end, is_prose)
        if separator is None and not is_prose:
            continue
        if separator and unquoted is Unquoted.LITERAL and separator[0].rstrip().endswith("|"):
            continue  # a pipe: `cat /etc/passwd | grep ann`
        closed = separator and ("]" in separator[0] or "}" in separator[0])
        ending = separator[0].rstrip()[-1:] if separator else ""
        if closed and ending == ",":
            continue  # the last of a list
        name = before_stem(text, start) + text[start:end]
        # In code and files a name is one word; in prose it may be three: "Client Secret".
        last = name.rpartition(" ")[2]
        judged = judge(name if unquoted is Unquoted.PROSE else last)
        called = name
        if judged.level is Level.NONE:
            judged, called = judge(last), last
        if judged.level is Level.NONE and last.lower() == "key":
            judged = judge_in_section(text, start, end)
            if separator is None and _THE.search(text, max(0, start - 12), start):
                judged = _SHOWN_KEY
        if ending == "(":  # `.password("…")` of whatever language
            judged = taken_by(last)
        elif judged.level is Level.STRONG and separator and _is_other(separator):
            judged = judged._replace(level=Level.WEAK)
        if judged.level is Level.NONE or _is_described(text, end, called):
            continue
        if separator is None:
            separator = _loose_separator(text, end - len(last), end, judged)
            judged = judged._replace(level=min(judged.level, Level.STRONG))
        if separator is None:
            continue
        seen = end
        for hit in _value(text, separator, last, judged, unquoted, placeholders):
            seen = hit.end
            yield hit


def _separator(text: str, end: int, is_prose: bool) -> re.Match[str] | None:
    """Find what stands between a name and its value, in the row of the name."""
    found = _SEPARATOR.match(text, end)
    if found is None and is_prose:
        found = _PROSE_SEPARATOR.match(text, end)
    if found and is_prose and text.startswith(("\n", "```"), found.end()):
        return None  # a block of code below
    return found


def _is_other(separator: re.Match[str]) -> bool:
    """Tell whether a name goes on: "secret sauce: …" is none, "API key of the service: …" is."""
    return separator.re.groups > 0 and _OTHER.match(separator[1]) is not None


def _is_described(text: str, end: int, name: str) -> bool:
    """Tell whether the next word makes a name something else: "password hash: …"."""
    if _IDENTIFIED.match(text, end):
        return True
    found = _DESCRIPTION.match(text, end)
    return found is not None and judge(f"{name} {found[1]}").level is Level.NONE


def _loose_separator(
    text: str, start: int, end: int, judged: CredentialName
) -> re.Match[str] | None:
    """Find a value that stands beside its name with no sign between them."""
    is_password = judged.level is Level.PASSWORD
    patterns = (_APPOSITION, _BELOW, _BARE_PASSWORD if is_password else _BARE_TOKEN)
    found = (pattern.match(text, end) for pattern in patterns)
    separator = next((match for match in found if match is not None), None)
    if separator is None:
        _, newline, lead = text[max(0, start - 40) : start].rpartition("\n")
        if (newline or start <= 40) and not lead.strip("\"' "):
            separator = _ALIGNED.match(text, end)
    return separator


def _value(
    text: str,
    separator: re.Match[str],
    name: str,
    judged: CredentialName,
    unquoted: Unquoted,
    placeholders: Collection[str],
) -> Iterator[Hit]:
    start = separator.end()
    if quoted := _QUOTED.match(text, start):
        if _is_closing(text, separator.start() - len(name), quoted, separator[0]):
            return
        # In Markdown, backticks mark code of any kind: the text must look like a secret by itself.
        value = quoted[3].strip()  # in HTML, an entity leaves spaces where it stood
        at = quoted.start(3) + quoted[3].find(value)
        yield from bind(
            name, value, at, at + len(value), judged=judged, quoted=quoted[2] != "`",
            placeholders=placeholders,
        )  # fmt: skip
        return
    if unquoted is Unquoted.CODE or separator[0].rstrip().endswith(","):
        return
    word = _WORD.match(text, start)
    if word is None:
        return
    value = word[1]
    if unquoted is Unquoted.PROSE:
        bare = value.rstrip(_TRAILING + "!?")
        # "Summer2024!" is a password with its mark; "incorrect!" is the end of a sentence.
        value = value.rstrip(_TRAILING) if any(c.isdigit() for c in bare) else bare
    at_line_start = "\n" in separator[0]
    is_setting = name.isupper() and separator[0] == "="  # NAME=value, as `env` prints it
    literal = (unquoted is Unquoted.LITERAL or is_setting) and not at_line_start
    if literal and (text[start : start + 1] in "$`(<{[" or name.startswith("$")):
        return  # an expression: of a shell, or a variable's in PowerShell or Perl
    yield from bind(
        name, value, word.start(1), word.start(1) + len(value), judged=judged, quoted=literal,
        placeholders=placeholders,
    )  # fmt: skip


def _is_closing(text: str, start: int, quoted: re.Match[str], separator: str) -> bool:
    """Tell whether a quote ends what one before the name began: `grep "password=" *.py`.

    Not in a draft such as `print('key = '…'')`, where a value stands right behind it.
    """
    quote, value = quoted[2], quoted[3]
    before = text[max(0, start - 2) : start]
    is_pair = quote not in separator and before[-1:] == quote and before != 2 * quote
    return is_pair and not (value[:1].isalnum() or value.startswith(("+", "/")))


def find_right_assignments(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find R's `"…" -> password`."""
    for match in _RIGHT_ASSIGNMENT.finditer(text) if "->" in text else ():
        yield from bind(match[2], match[1], *match.span(1), placeholders=placeholders)


def find_answers(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find what a script types at a prompt: `expect("Password:")`, then `sendline("…")`."""
    for match in _ANSWER.finditer(text) if "assword" in text else ():
        yield from bind("", match[1], *match.span(1), judged=PASSWORD, placeholders=placeholders)


def find_elements(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find credential-like names in XML and the like: `<password>…</password>`."""
    for match in _ELEMENT.finditer(text) if "</" in text else ():
        yield from bind(match[1], match[2], *match.span(2), placeholders=placeholders)
    for pattern, label, value in zip(_WIDGETS, (1, 2), (2, 1), strict=True):
        for match in pattern.finditer(text) if "value=" in text else ():
            yield from bind(match[label].rstrip(" :"), match[value], *match.span(value),
                            placeholders=placeholders)  # fmt: skip
    for match in _VARIABLE.finditer(text) if "variable" in text else ():
        yield from bind(match[1], match[2], *match.span(2), placeholders=placeholders)
    for match in _NAMED_VALUE.finditer(text) if "value" in text else ():
        group = match.lastindex or 2
        yield from bind(match[1], match[group], *match.span(group), quoted=group == 2,
                        placeholders=placeholders)  # fmt: skip


def find_logins(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find `Credentials: ann / …`; what follows must look like a secret by itself."""
    lowered = text.lower()
    named = any(word in lowered for word in ("cred", "login", "log in", "user"))
    for match in _LOGIN.finditer(text) if named else ():
        value = match[2].rstrip("*)]}>.")
        if match[1].isupper() or value.endswith(("2FA", "MFA")):  # "Login: SSO / MFA2"
            continue
        yield from bind("", value, match.start(2), match.start(2) + len(value), judged=PASSWORD,
                        quoted=False, placeholders=placeholders)  # fmt: skip


def find_headers(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find `Authorization: Bearer …`, bearer tokens, and `auth=("user", "password")` in text."""
    lowered = text.lower()
    named = any(name in lowered for name in ("authorization", "auth-token", "private-token"))
    for match in _AUTHORIZATION.finditer(text) if named else ():
        yield from authorization(
            match[1] or "", match[2], *match.span(2), placeholders=placeholders
        )
    for match in _BEARER.finditer(text) if "bearer" in lowered else ():
        yield from bind("", match[1], *match.span(1), judged=TOKEN, placeholders=placeholders)
    for match in _BASIC.finditer(text) if "Basic" in text else ():
        yield from authorization("basic", match[1], *match.span(1), placeholders=placeholders)
    pairs = [*_AUTH_TUPLE.finditer(text)] if "auth" in lowered or "networkcred" in lowered else []
    if "key_set" in text or "getConn" in text or "dbConn" in text or "DBI" in text:
        pairs += _THIRD.finditer(text)
    for match in pairs:
        yield from bind("", match[2], *match.span(2), judged=PASSWORD, placeholders=placeholders)


def authorization(
    scheme: str, value: str, start: int, end: int, placeholders: Collection[str] = ()
) -> Iterator[Hit]:
    """Judge the value of an `Authorization` header (RFC 7235); `Basic` holds `user:password`."""
    if scheme.lower() == "basic":
        password = _basic_password(value)
        for hit in bind("", password, start, end, judged=PASSWORD, placeholders=placeholders):
            yield Hit("basic-auth", "basic authentication", start, end, hit.secret)
        return
    yield from bind("", value, start, end, judged=TOKEN, placeholders=placeholders)


def _basic_password(value: str) -> str:
    import base64

    try:
        text = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode()
    except ValueError:
        return ""
    user, colon, password = text.partition(":")
    return password if colon and password.isprintable() and password != user else ""
