"""Find names with their values in any text: `password: …`, `API_KEY=…`, `"token": "…"`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import Enum

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import PASSWORD, bind
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import CredentialName, Level, judge, taken_by
from nblint.secret_names.stems import after_stem, before_stem, judge_in_section, stems


class Unquoted(Enum):
    """What a value without quotes is in a text."""

    CODE = "code"  # an expression, not a literal
    PROSE = "prose"  # a word or a secret, so it must look like one
    LITERAL = "literal"  # the value itself: shell, dotenv, YAML


# Between name and value: what closes the name (quotes, brackets, markup), in prose up to three words
# or a parenthesis, and the separator.
_CLOSE = r"""\\{0,2}["'`*\])}]{0,4}(?:</\w{1,8}>){0,2}(?:\.value(?=[ ]?=)|[ ]\{[ ]?get;[^{}\n]{0,30}\}(?=[ ]?=)|[ ](?:AS[ ])?N?(?:VAR)?CHAR2?(?:\(\w{1,5}\))?(?=[ ]?:?=))?"""
_SEPARATOR = lazy_pattern(
    _CLOSE
    + r"""[ \t]{0,40}(?::=|:-(?=["']?[^\s}"'$]{4})|::?[ ]?&?[A-Za-z][\w.<>\[\]?]{0,30}[ ]?=(?=[ ]?["'])|<t[dh]>|(?<=</summary>)|(?<=</label>)|=>|->|<{1,2}-|==|!=|=|\?\?=?|\|\|=?|:[ ]{1,2}chr[ ]{1,2}(?=")|\.{3,40}:?(?=[ ])|[ ](?:string|`string`)[ ]=|:(?![:?])|[：→]|\|{1,2}|,(?:[ \t]?(?:unset|default|value|fallback)[ ]?=)?(?=[ \t]?\\?["'])|\((?=["']))"""
    + r"""(?:\*\*|__|</\w{1,8}>)?\s{0,1}[ \t]{0,30}"""
)
_PROSE_SEPARATOR = lazy_pattern(
    _CLOSE
    + r"""((?:[ \t]{1,2}(?:\(?[\w@.'’-]{1,40}(?<!\.)\)?|`[\w@.-]{1,40}`)){0,8}?)[ \t]{0,2}(?:\b(?:is|are|to[ ]be|to|be|was|now|reads|ist|war|lautet|es|era|je|este|jest|est|était|é|è|är|er)\b[ \t]?:?|[:：是为為]|は[、 ]?|[는은](?=[ ])|=(?=[ \t])|[ \t][–—-](?=[ \t]\S{4,80}[ \t]{0,8}(?:\n|$)))"""
    + r"""(?:\*\*|__|</\w{1,8}>)?[ \t]{0,4}"""
)
# Finnish and Polish verbs that are prepositions in English.
_VERBS = {"salasana": " on ", "hasło": " to "}
_CODE_BEHIND = lazy_pattern(r"""[*_]{0,2}[`"'*«„“「『]""")
_OTHER = lazy_pattern(
    r"[ \t]{1,2}(?!(?:for|of|in|on|to|at|from|is|was|und|f|d|p|v)[\wü]{0,3}\b|value\b|created\b|generated\b)[a-z]"
)
# What stands before the name in "the key `…`".
_THE = lazy_pattern(r"(?i)\b(?:the|this|my|our|your)[ ]\Z")
_SHOWN_KEY = CredentialName(Level.WEAK, "key")
_NOTHING = judge("")
_IS_SET = lazy_pattern(r"(?i)\b(?:set|changed|updated) to[ ]\Z")
# Words for keys, which in the language of a user are passwords.
_SHARED = frozenset({"clave", "chave", "chiave", "clé", "mdp"})
_ACCESS = lazy_pattern(r"(?i)\b(?:acceso|acesso|accesso|acc[eè]s)\b")
_USER = lazy_pattern(r"(?i)\b(?:usuario|usuário|utente|utilisateur|identifiant|user|login)\b")
_FAIL = lazy_pattern(r"(?i)\bfail")
_FAR = 120
_FEW_WORDS = 3
_DESCRIPTION = lazy_pattern(
    r"[ \t](?!is\b|are\b|to\b|created\b|generated\b)([A-Za-z]{2,20})(?:[ \t][A-Za-z]{2,20})?[ \t]?(?:[:=]|is\b)"
)
# `Secret 'db' created (version: …)`: an identifier follows, not the secret.
_IDENTIFIED = lazy_pattern(
    r"[\"'`]?(?:[ \t]{1,2}[\w@.'()-]{1,20}){0,2}[ \t]\(?(?:id|version|hash|digest|fingerprint|checksum|etag)(?:[ \t]?[:=]|[ \t]is\b)",
    re.IGNORECASE,
)
# `password "…"`, `token `…``: the value follows the name immediately.
_APPOSITION = lazy_pattern(
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
_BELOW = lazy_pattern(
    r"""(?:(?:[ ][\w'-]{1,20}){0,8}[*_:. ]{0,4}\n{1,2}[ \t]{0,4}(?=`[^`\s]{6,128}`[ \t]{0,8}(?:\n|$))"""
    r"""|(?:[ \t]{1,2}[\w@.,'’()-]{1,20}){0,14}[*_]{0,2}:[*_]{0,2}[ \t]{0,4}\n{1,2}(?:```\w{0,12}\n|[ ]{4}|\t)(?![a-z]{2,8}://)(?=[^\s`]{8,512}[ \t]{0,8}(?:\n|$)))"""
)
# `password      …`: a row of a series or of a listing.
_ALIGNED = lazy_pattern(
    r"""[ \t]{2,40}(?:(?:str|bytes)[ \t]{2,20})?(?=[^\s|:=]{6,128}[ \t]{0,40}(?:\n|$))"""
)
_QUOTED = lazy_pattern(
    r"""[*\[({_~ ]{0,4}(?:Secret(?:Str|Bytes)?\()?[rbsuRBU@$]{0,2}(\\{0,2}("{3}(?!")|["'`]))((?:(?!\2)[^\n\\]|\\(?!\2)[^\n]){0,400})\1"""
)
# Quotation marks whose closing one is another.
_QUOTATION = lazy_pattern(r"[*_ ]{0,2}[«„“”‘‚「『›»][ \u00a0\u202f]?([^\s«»„“”‘’「」『』‹›]{4,128})[ \u00a0\u202f]?[»“”’」』‹«]")
_WORD = lazy_pattern(r"""[*(<\[]{0,2}([^\s"'`<>|,;]{4,400})""")
_PHRASE = lazy_pattern(r"[a-z]{3,12}(?:[ ][a-z]{3,12}){3,6}(?=[ ]{0,4}(?:\n|$))")
_DEMANDS = lazy_pattern(r"(?i)[ ](?:is[ ])?(?:required|needed|expected|missing|invalid)\b")
_BINDS = lazy_pattern(r"(?:-[ ]|export[ ])?[\"']?[A-Za-z][\w.-]{0,60}[\"']?[ ]?(?:=|:(?=\s|$))")
_ARN = lazy_pattern(r"arn:aws[\w-]{0,10}:[^\s\"']{0,100}\Z")
_VECTOR = lazy_pattern(
    r"""(?:c|Array|List|Seq|listOf|arrayOf|@)?(?:\(|\[|new\[\][ ]?\{)[ ]?(?=["'])"""
)
_ELEMENT = lazy_pattern(r"""\s{0,8}(["'])((?:(?!\1)[^\n\\]){0,400})\1\s{0,4},?""")
_MOST_ELEMENTS = 50
_KEYED = lazy_pattern(r"[ ]?(?::|=>)")
_TRAILING = ".,;:)]}*\\"
_RIGHT_ASSIGNMENT = lazy_pattern(r"""["']([^"'\n]{4,400})["']\s{0,4}->\s{0,4}([\w.]{2,60})""")


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
        # "Pass the token: …" does not name a password.
        is_prose = unquoted is Unquoted.PROSE and text[start:end].lower() != "pass"
        separator = _separator(text, start, end, is_prose)
        if _separates_nothing(separator, _begin(text, start), unquoted) if separator else not is_prose:
            continue
        name = before_stem(text, start) + text[start:end]
        last = name.rpartition(" ")[2]
        judged = _judge(text, start, end, name, separator, unquoted)
        if judged.level is Level.NONE or _ARN.search(text, max(0, start - 120), start):
            continue
        if separator is None:
            separator = _loose_separator(text, end - len(last), end, judged)
            if separator is None or separator.re.pattern != _GIVEN_PASSWORD.pattern:
                judged = judged._replace(level=min(judged.level, Level.STRONG))
        if separator is None:
            continue
        seen = end
        hits = [*_value(text, separator, last, judged, unquoted, placeholders)]
        if not hits and is_prose:
            strict = judged._replace(level=min(judged.level, Level.STRONG))
            for further in (_APPOSITION, _BELOW):
                if not hits and (found := further.match(text, end)):
                    hits = [*_value(text, found, last, strict, unquoted, placeholders)]
        for hit in hits:
            seen = hit.end
            yield hit


def _begin(text: str, start: int) -> int:
    """Return where the name around a stem starts."""
    return start - len(before_stem(text, start).rpartition(" ")[2])


def _separates_nothing(separator: re.Match[str], start: int, unquoted: Unquoted) -> bool:
    """Tell whether what follows a name is a pipe, or the end of a list."""
    written = separator[0].rstrip()
    if unquoted is Unquoted.LITERAL and written.endswith("|"):
        return True  # `cat /etc/passwd | grep ann`
    if unquoted is Unquoted.CODE and written.endswith(","):
        # `c("user", "password", "created")` lists names.
        lead = separator.string[max(0, start - 4) : start].rstrip("\"'` \n")
        return lead.endswith(",") or "]" in written or "}" in written
    return written.endswith(",") and ("]" in written or "}" in written)


def _judge(
    text: str,
    start: int,
    end: int,
    name: str,
    separator: re.Match[str] | None,
    unquoted: Unquoted,
) -> CredentialName:
    """Judge a name together with what stands before and behind it."""
    # In code and files a name is one word; in prose it may be three: "Client Secret".
    last = name.rpartition(" ")[2]
    judged = judge(name) if unquoted is Unquoted.PROSE else judge(last)
    if judged.level is Level.NONE:
        judged, name = judge(last), last
    if last.lower() in _SHARED and separator and _opens_login(text, start, end, separator):
        judged = PASSWORD
    if judged.level is Level.NONE and last.lower() == "key":
        judged = _judge_bare_key(text, start, end, separator)
    if separator and separator[0].rstrip().endswith("("):  # `.password("…")` in any language
        judged = taken_by(last)
    elif (
        judged.level is Level.PASSWORD
        and last.lower() == "pass"
        and _FAIL.search(text, *_near(start, end))
    ):
        judged = judged._replace(level=Level.STRONG)  # `"Pass": …, "Fail": …`
    elif judged.kind == "credential" and separator and _has_words(separator):
        return _NOTHING  # "Found credentials from IAM Role: …"
    elif judged.level is Level.STRONG and separator and _is_other(separator):
        judged = judged._replace(level=Level.WEAK)
    return _NOTHING if judged.level is Level.NONE or _is_described(text, end, name) else judged


def _opens_login(text: str, start: int, end: int, separator: re.Match[str]) -> bool:
    """Tell whether a word for a key is one for a password: "Usuario: ann, clave: …"."""
    is_access = _ACCESS.search(separator[0]) is not None
    return is_access or text[start:end].lower() == "mdp" or bool(_USER.search(text, *_near(start, end)))


def _judge_bare_key(
    text: str, start: int, end: int, separator: re.Match[str] | None
) -> CredentialName:
    """Judge a "key" by its section, and by "the key `…`"."""
    is_shown = separator is None or _CODE_BEHIND.match(text, separator.end())
    if is_shown and _THE.search(text, max(0, start - 12), start):
        return _SHOWN_KEY
    return judge_in_section(text, start, end)


def _separator(text: str, start: int, end: int, is_prose: bool) -> re.Match[str] | None:
    """Return what separates a name from its value, in the row of the name."""
    found = _SEPARATOR.match(text, end)
    if found is None and is_prose:
        found = _PROSE_SEPARATOR.match(text, end)
        # Of a long sentence, only what it sets apart can be the value.
        if found and found[1].count(" ") > _FEW_WORDS:
            is_apart = _CODE_BEHIND.match(text, found.end()) or found[0].rstrip()[-2:] in ("**", "__")
            found = found if is_apart or _IS_SET.search(found[0]) else None
    if found is None and is_prose and (verb := _VERBS.get(text[start:end].lower())):
        found = re.compile(rf"[^\n`]{{0,80}}?{verb}(?=`)").match(text, end)
    if found and is_prose and text.startswith(("\n", "```"), found.end()):
        return None  # a block of code below
    return found


def _near(start: int, end: int) -> tuple[int, int]:
    return max(0, start - _FAR), end + _FAR


def _has_words(separator: re.Match[str]) -> bool:
    return separator.re.groups > 0 and bool(separator[1].strip())


def _is_other(separator: re.Match[str]) -> bool:
    """Tell whether the name continues: "secret sauce: …" does, "API key of the service: …" does not."""
    return separator.re.groups > 0 and _OTHER.match(separator[1]) is not None


def _is_described(text: str, end: int, name: str) -> bool:
    """Tell whether the next word makes the name something else: "password hash: …"."""
    if _IDENTIFIED.match(text, end):
        return True
    found = _DESCRIPTION.match(text, end)
    return found is not None and judge(f"{name} {found[1]}").level is Level.NONE


def _loose_separator(
    text: str, start: int, end: int, judged: CredentialName
) -> re.Match[str] | None:
    """Return what separates a name from a value that follows it without a sign between them."""
    if judged.level is Level.PASSWORD:
        given = _GIVEN.search(text, max(0, start - 64), start)
        bare = _GIVEN_PASSWORD if given else _BARE_PASSWORD
    else:
        bare = _BARE_KEY if judged.kind == "API key" else _BARE_TOKEN
    patterns = (_APPOSITION, _BELOW, bare)
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
    if unquoted is not Unquoted.PROSE and (opening := _VECTOR.match(text, start)):
        yield from _elements(text, opening.end(), name, judged, placeholders)
        return
    if quoted := _QUOTED.match(text, start):
        yield from _quoted_value(text, separator, quoted, name, judged, unquoted, placeholders)
        return
    if unquoted is Unquoted.PROSE and (quotation := _QUOTATION.match(text, start)):
        yield from bind(name, quotation[1], *quotation.span(1), judged=judged, quoted=False,
                        placeholders=placeholders)  # fmt: skip
        return
    if unquoted is Unquoted.CODE:
        yield from _in_literal(text, separator, name, judged, placeholders)
        return
    if separator[0].rstrip().endswith(","):
        return
    word = _WORD.match(text, start)
    if word is None or ("\n" in separator[0] and _is_empty(text, separator)):
        return
    value = word[1]
    if unquoted is Unquoted.PROSE:
        is_marked = "*" in text[separator.start() : word.start(1)]
        trailing = _TRAILING if is_marked or value.endswith("**") else _TRAILING.replace("*", "")
        bare = value.rstrip(_TRAILING + "!?")
        # "Summer2024!" is a password with its mark, "incorrect!" the end of a sentence.
        value = value.rstrip(trailing) if any(c.isdigit() for c in bare) else bare
        if _DEMANDS.match(text, word.end()):
            return  # "Password: 8 characters required"
    if separator[0].startswith((":-", ":=")):  # `${TOKEN:-…}`
        value = value.partition("}")[0]
    at_line_start = "\n" in separator[0]
    if unquoted is Unquoted.LITERAL and (phrase := _PHRASE.match(text, word.start(1))):
        value = phrase[0]  # of a file of settings, to the end of its row
    is_setting = name.isupper() and separator[0] == "="  # NAME=value, as `env` prints it
    literal = (unquoted is Unquoted.LITERAL or is_setting) and not at_line_start
    if literal and ":" in separator[0] and _SENTENCE.match(text, word.end()) and _is_quoted(text, separator.start()):
        literal = False  # `echo "Password: will be asked for"`
    if literal and (text[start : start + 1] in "$`(<{[" or name.startswith("$")):
        return  # an expression of a shell, or of a variable in PowerShell or Perl
    yield from bind(
        name, value, word.start(1), word.start(1) + len(value), judged=judged, quoted=literal,
        placeholders=placeholders,
    )  # fmt: skip


def _quoted_value(
    text: str,
    separator: re.Match[str],
    quoted: re.Match[str],
    name: str,
    judged: CredentialName,
    unquoted: Unquoted,
    placeholders: Collection[str],
) -> Iterator[Hit]:
    if text[separator.end() : quoted.start(2)].endswith("{") and _KEYED.match(text, quoted.end()):
        return  # `passwords = {"ann": …`
    if _is_closing(text, separator.start() - len(name), quoted, separator[0]):
        return
    # In Markdown, backticks mark any code, so the value must look like a secret by itself.
    is_literal = quoted[2] != "`" or unquoted is Unquoted.CODE
    value = quoted[3].strip()  # in HTML, an entity leaves spaces where it stood
    at = quoted.start(3) + quoted[3].find(value)
    yield from bind(name, value, at, at + len(value), judged=judged, quoted=is_literal,
                    placeholders=placeholders)  # fmt: skip


def _elements(
    text: str, at: int, name: str, judged: CredentialName, placeholders: Collection[str]
) -> Iterator[Hit]:
    """Find `password = c("…", "…")`, `PASSWORDS=("…" "…")`: each must look like a secret."""
    strict = judged._replace(level=min(judged.level, Level.STRONG))
    for _ in range(_MOST_ELEMENTS):
        element = _ELEMENT.match(text, at)
        if element is None:
            return
        yield from bind(name, element[2], *element.span(2), judged=strict,
                        placeholders=placeholders)  # fmt: skip
        at = element.end()


def _in_literal(
    text: str,
    separator: re.Match[str],
    name: str,
    judged: CredentialName,
    placeholders: Collection[str],
) -> Iterator[Hit]:
    """Find a row of a dotenv file in a literal: `writeLines("API_KEY=…", ".Renviron")`."""
    begin, start = separator.start() - len(name), separator.end()
    quote = text[begin - 1 : begin]
    if separator[0] == "=" and quote in ('"', "'") and name.isupper():
        end = text.find(quote, start, start + 512)
        value = text[start:end].removesuffix("\\n")
        if end > start and not any(c.isspace() for c in value):
            yield from bind(name, value, start, start + len(value), judged=judged,
                            placeholders=placeholders)  # fmt: skip


_SENTENCE = lazy_pattern(r"[ ][A-Za-z]")


def _is_quoted(text: str, at: int) -> bool:
    """Tell whether a place in a row is inside of a literal."""
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
