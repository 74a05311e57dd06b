"""Find credential-like names in a text by their stems, and the words around those."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec.structs import replace

from nblint.multisearch import Literals, narrow_lower, places_of
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import CredentialName, Level, judge

# Each name that `judge` accepts holds one of these in lower case, except rare ones (`dsn`). A
# machine makes the values of the first, a person chooses those of the others.
GENERATED_STEMS = frozenset(
    {"token", "key", "auth", "pat", "secret", "cred", "authoriz", "jwt", "psk", "bearer", "jeton"}
)
_CHOSEN_STEMS = """
    pass pw psw contrase senha kennwort heslo parola wachtwoord clave chave chiave salasana jelszó
    jelszava lösenord adgangskode lozink geslo mdp
""".split()
# These must end a word: `token_2` and `keys`, not `tokenizer`. The others may be followed by more.
_WHOLE_STEMS = frozenset({"token", "key", "auth", "pat"})
# Beyond ASCII or even Latin-1: searched for in the text itself, because `narrow` blanks them out.
_FOREIGN_STEMS = (
    "clé",
    "Clé",
    "hasło",
    "Hasło",
    "şifre",
    "Şifre",
    "schlüssel",
    "Schlüssel",
    "парол",
    "Парол",
    "ПАРОЛ",
    "лозинк",
    "Лозинк",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
    "암호",
    "口令",
    "ωδικ",
    "סיסמ",
    "المرور",
    "السر",
    "รหัสผ่าน",
)
_BY_RAREST: dict[str, list[str]] = {}
for _stem in _FOREIGN_STEMS:
    _BY_RAREST.setdefault(max(_stem), []).append(_stem)
_STEMS = Literals(sorted({*GENERATED_STEMS, *_CHOSEN_STEMS}))
# The part of a name before its stem, read backwards: up to three more words.
_NAME_BEFORE = lazy_pattern(r"[\w$-]{0,40}(?:[ .][\w$-]{1,40}){0,3}")
_SECTION = lazy_pattern(
    r"(?<![^\n])[ \t]{0,20}(?:\[([\w.-]{1,40})\]|([\w.-]{1,40}):)[ \t]{0,4}\n(?:[ \t]{0,40}[\w.-]{1,40}[ ]?[:=][^\n]{1,100}\n){0,4}\Z"
)
_NAME_AFTER = lazy_pattern(r"[\w.-]{0,60}")
# They follow a noun without a space, in Japanese, Chinese and Korean.
_PARTICLES = frozenset("はがの是为為는은가이를")
_ROW_END = lazy_pattern(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")


def has_stem(text: str) -> bool:
    """Tell whether a text can hold a credential-like name."""
    return bool(stems(text))


@lru_cache(maxsize=8)  # several searches of one text ask for them
def stems(text: str) -> tuple[tuple[int, int], ...]:
    """Return where stems of credential-like names start and end, in order."""
    lowered = narrow_lower(text)
    found: list[tuple[int, int]] = []
    for stem, starts in _STEMS.places(lowered).items():
        whole = stem in _WHOLE_STEMS
        for start in starts:
            end = start + len(stem)
            if not (whole and _goes_on(text, end)):
                found.append((start, end))
    for rarest, foreign in () if text.isascii() else _BY_RAREST.items():
        if rarest in text:  # ten times as fast as a search for the whole stem
            for stem in foreign:
                found.extend((start, start + len(stem)) for start in places_of(stem, text))
    return tuple(sorted(found))


def _goes_on(text: str, end: int) -> bool:
    """Tell whether a word continues: in `tokenizer`, not in `tokenValue`, `KEYS` or `key_2`."""
    following = text[end : end + 1]
    if following in ("s", "S") and not text[end + 1 : end + 2].isalpha():
        return False
    return following.isalpha() and following.islower() == text[end - 1].islower()


def word_at(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the word around a stem, and the phrase of up to four words that it ends."""
    phrase = before_stem(text, start) + text[start:end] + after_stem(text, end)
    return phrase.rpartition(" ")[2], phrase


def judge_in_section(text: str, start: int, end: int) -> CredentialName:
    """Judge a `key` by its section: `[api]` or `api:` in one of the few rows above it.

    Args:
        text: YAML, TOML or INI.
        start: Where the word starts.
        end: Where it ends.

    Returns:
        At most `Level.WEAK`; `Level.NONE` if the word is not the first of its row.
    """
    row = text.rfind("\n", max(0, start - 40), start)
    is_first = row >= 0 and text[end : end + 2].strip()[:1] in (":", "=")
    if is_first and not text[row:start].strip():
        section = _SECTION.search(text, max(0, start - 400), row + 1)
        judged = judge(f"{section[1] or section[2]}_key") if section else judge("")
        if judged.level is Level.STRONG:
            return replace(judged, level=Level.WEAK)
    return judge("")


def names_in(code: str) -> Iterator[str]:
    """Yield the words of a cell that hold a stem, as candidates for `judge`."""
    for start, end in stems(code):
        name = word_at(code, start, end)[0]
        if name != "pass" or not ends_its_row(code, end):
            yield name


def ends_its_row(code: str, end: int) -> bool:
    """Tell whether a word is the last of its row, as the statement `pass` is."""
    return bool(_ROW_END.match(code, end))


def before_stem(text: str, start: int) -> str:
    """Return the part of a name, or of a phrase, before its stem."""
    found = _NAME_BEFORE.match(text[max(0, start - 90) : start][::-1])
    return found[0][::-1] if found else ""


def after_stem(text: str, end: int) -> str:
    """Return the part of a name behind its stem."""
    found = _NAME_AFTER.match(text, end)
    if found is None or found[0][:1] in _PARTICLES:
        return ""
    return found[0].rstrip(".-")
