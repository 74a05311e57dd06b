"""The environment in code that is searched, not parsed: other languages, and broken Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from nblint.patterns import lazy_pattern


class TextUse(Struct, frozen=True):
    """A use in a text of another language.

    Attributes:
        kind: What is done; "ask" is a question whether the variable is set.
        name: The variable.
        start: The offset of its first character.
        end: The offset after its last character.
        fallback: The literal that stands in for a missing variable.
        required: Without the variable, this fails.
    """

    kind: Literal["read", "write", "ask"]
    name: str
    start: int
    end: int
    fallback: str | None = None
    required: bool = False


_R_COMMENT = r"#[^\n]*"
_C_COMMENT = r"//[^\n]*|/\*(?s:.{0,5000}?)\*/"
_STRING = r'"(?:[^"\\\n]|\\.)*"'
_EITHER = rf"{_STRING}|'(?:[^'\\\n]|\\.)*'"
_N = r"[\"'](?P<name{0}>[A-Za-z_]\w*)[\"']"


def _name(number: int) -> str:
    return _N.replace("{0}", str(number))


# A pattern for each language: its uses, then what must be skipped. The groups of a use are its
# kind, `name` and perhaps `default`, each with a number, as the names of groups are unique.
_PATTERNS = {
    # For cells that cannot be parsed. Strings are not skipped: any quote could be the broken one.
    "python": lazy_pattern(
        rf"(?P<write1>\benviron\[\s*{_name(1)}\s*\]\s*=(?!=))"
        rf"|(?P<required1>\benviron\[\s*{_name(2)}\s*\])"
        rf"|(?P<read1>\b(?:getenv|environ\.get)\(\s*{_name(3)}"
        rf"(?:\s*,\s*(?P<default1>{_EITHER}))?)"
        rf"|(?P<ask1>{_name(4)}\s+(?:not\s+)?in\s+(?:os\.)?environ\b)"
        rf"|{_R_COMMENT}"
    ),
    "r": lazy_pattern(
        rf"(?P<read1>\bSys\.getenv\(\s*{_name(1)}"
        rf"(?:\s*,\s*(?:unset\s*=\s*)?(?P<default1>{_EITHER}))?)"
        rf"|(?P<read2>\bSys\.getenv\(\s*c\((?P<names>(?:[^()\n]){{0,500}}))"
        rf"|(?P<write1>\bSys\.setenv\(\s*[\"']?(?P<name2>[A-Za-z_]\w*)[\"']?\s*=)"
        rf"|(?P<write2>\bSys\.unsetenv\(\s*{_name(3)})"
        rf"|{_EITHER}|{_R_COMMENT}"
    ),
    "julia": lazy_pattern(
        rf"(?P<write1>\bENV\[\s*{_name(1)}\s*\]\s*=(?!=))"
        rf"|(?P<required1>\bENV\[\s*{_name(2)}\s*\])"
        rf"|(?P<read1>\bget\(\s*ENV\s*,\s*{_name(3)}(?:\s*,\s*(?P<default1>{_STRING}))?)"
        rf"|(?P<ask1>\bhaskey\(\s*ENV\s*,\s*{_name(4)})"
        rf"|{_STRING}|{_R_COMMENT}"
    ),
    "c#": lazy_pattern(
        rf"(?P<read1>\b(?:Environment\.)?GetEnvironmentVariable\(\s*{_name(1)}[^()\n]{{0,80}}\)"
        rf"(?:\s*\?\?\s*(?P<default1>{_STRING}))?)"
        rf"|(?P<write1>\bEnvironment\.SetEnvironmentVariable\(\s*{_name(2)})"
        rf"|{_STRING}|{_C_COMMENT}"
    ),
    "powershell": lazy_pattern(
        r"(?P<write1>(?i:\$env:)(?P<name1>[A-Za-z_]\w*)\s*=)"
        r"|(?P<read1>(?i:\$env:)(?P<name2>[A-Za-z_]\w*))"
        r"|(?P<read2>(?i:\$\{env:)(?P<name3>[A-Za-z_]\w*)\})"
        rf"|(?P<read3>(?i:Environment\]::GetEnvironmentVariable)\(\s*{_name(4)})"
        rf"|(?P<write2>(?i:Environment\]::SetEnvironmentVariable)\(\s*{_name(5)})"
        r"|'[^'\n]*'|#[^\n]*"
    ),
}
_JVM = (
    rf"(?P<required1>\bsys\.env\(\s*{_name(1)}\s*\))"
    rf"|(?P<read1>\bsys\.env\.getOrElse\(\s*{_name(2)}\s*,\s*(?P<default1>{_STRING}))"
    rf"|(?P<read2>\b(?:sys\.env\.get|System\.getenv(?:\(\)\.get)?)\(\s*{_name(3)})"
    rf"|(?P<ask1>\bsys\.env\.contains\(\s*{_name(4)})"
    rf"|{_STRING}|{_C_COMMENT}"
)
_PATTERNS |= dict.fromkeys(("scala", "java", "kotlin", "groovy"), lazy_pattern(_JVM))
_NODE = lazy_pattern(
    r"(?P<write1>\bprocess\.env\.(?P<name1>[A-Za-z_]\w*)\s*=(?!=))"
    rf"|(?P<write2>\bprocess\.env\[\s*{_name(2)}\s*\]\s*=(?!=))"
    r"|(?P<read1>\bprocess\.env\??\.(?P<name3>[A-Za-z_]\w*)\b"
    rf"(?:\s*(?:\?\?|\|\|)\s*(?P<default1>{_EITHER}))?)"
    rf"|(?P<read2>\bprocess\.env\[\s*{_name(4)}\s*\]"
    rf"(?:\s*(?:\?\?|\|\|)\s*(?P<default2>{_EITHER}))?)"
    rf"|(?P<read3>\bDeno\.env\.get\(\s*{_name(5)})"
    rf"|{_EITHER}|{_C_COMMENT}"
)
_PATTERNS |= dict.fromkeys(("javascript", "typescript"), _NODE)
_PATTERNS["pwsh"] = _PATTERNS["powershell"]
_PATTERNS["f#"] = _PATTERNS["c#"]
_KINDS: dict[str, Literal["read", "write", "ask"]] = {
    "read": "read",
    "required": "read",
    "ask": "ask",
    "write": "write",
}
SEARCHED_LANGUAGES = frozenset(_PATTERNS) - {"python"}


def uses_in(text: str, language: str) -> Iterator[TextUse]:
    """Yield the uses in a text.

    Args:
        text: The source.
        language: One of `SEARCHED_LANGUAGES`, or "python".
    """
    for found in _PATTERNS[language].finditer(text):
        if found.lastgroup is None:  # a string or a comment
            continue
        groups = {
            group.rstrip("0123456789"): value
            for group, value in found.groupdict().items()
            if value is not None
        }
        if "names" in groups:
            yield from _listed(found)
            continue
        kind = next(kind for kind in _KINDS if kind in groups)
        default = groups.get("default")
        yield TextUse(
            _KINDS[kind],
            groups["name"],
            found.start(),
            found.end(),
            default[1:-1] if default else None,
            kind == "required",
        )


def _listed(found: re.Match[str]) -> Iterator[TextUse]:
    """Yield the reads of `Sys.getenv(c("X", "Y"))`."""
    for name in re.finditer(_name(1), found["names"]):
        start = found.start("names") + name.start()
        yield TextUse("read", name[1], start, start + len(name[0]))
