"""The environment as other languages use it, found in their text: R, Julia, C#, PowerShell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple


class TextUse(NamedTuple):
    """A use in a text of another language.

    Attributes:
        kind: What is done.
        name: The variable; None where its name is computed.
        start: The offset of its first character.
        end: The offset behind its last character.
        fallback: The literal that stands in for a missing variable.
        required: Without the variable, this fails.
    """

    kind: Literal["read", "write", "ask"]
    name: str | None
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


# Each language: its uses, then what has to be passed over, in one pattern. The groups are
# `read…`, `ask…` or `write…`, with the name in `name…` and a fallback in `default…`.
_LANGUAGES = {
    "r": re.compile(
        rf"(?P<read1>\bSys\.getenv\(\s*{_name(1)}"
        rf"(?:\s*,\s*(?:unset\s*=\s*)?(?P<default1>{_EITHER}))?)"
        rf"|(?P<read2>\bSys\.getenv\(\s*c\((?P<names>(?:[^()\n]){{0,500}}))"
        rf"|(?P<write1>\bSys\.setenv\(\s*[\"']?(?P<name2>[A-Za-z_]\w*)[\"']?\s*=)"
        rf"|(?P<write2>\bSys\.unsetenv\(\s*{_name(3)})"
        rf"|{_EITHER}|{_R_COMMENT}"
    ),
    "julia": re.compile(
        rf"(?P<write1>\bENV\[\s*{_name(1)}\s*\]\s*=(?!=))"
        rf"|(?P<required1>\bENV\[\s*{_name(2)}\s*\])"
        rf"|(?P<read1>\bget\(\s*ENV\s*,\s*{_name(3)}(?:\s*,\s*(?P<default1>{_STRING}))?)"
        rf"|(?P<ask1>\bhaskey\(\s*ENV\s*,\s*{_name(4)})"
        rf"|{_STRING}|{_R_COMMENT}"
    ),
    "c#": re.compile(
        rf"(?P<read1>\bEnvironment\.GetEnvironmentVariable\(\s*{_name(1)}[^()\n]{{0,80}}\)"
        rf"(?:\s*\?\?\s*(?P<default1>{_STRING}))?)"
        rf"|(?P<write1>\bEnvironment\.SetEnvironmentVariable\(\s*{_name(2)})"
        rf"|{_STRING}|{_C_COMMENT}"
    ),
    "powershell": re.compile(
        r"(?P<write1>(?i:\$env:)(?P<name1>[A-Za-z_]\w*)\s*=)"
        r"|(?P<read1>(?i:\$env:)(?P<name2>[A-Za-z_]\w*))"
        r"|'[^'\n]*'|#[^\n]*"
    ),
}
_LANGUAGES["pwsh"] = _LANGUAGES["powershell"]
_LANGUAGES["f#"] = _LANGUAGES["c#"]
LANGUAGES = frozenset(_LANGUAGES)


def read_text(text: str, language: str) -> Iterator[TextUse]:
    """Yield the uses in a text.

    Args:
        text: The source.
        language: One of `LANGUAGES`.
    """
    for found in _LANGUAGES[language].finditer(text):
        if found.lastgroup is None:
            continue
        groups = {key: value for key, value in found.groupdict().items() if value is not None}
        kind = next(key for key in groups if key.startswith(("read", "required", "ask", "write")))
        if "names" in groups:
            for inner in re.finditer(_name(1), found["names"]):
                start = found.start("names") + inner.start()
                yield TextUse("read", inner[1], start, start + len(inner[0]))
            continue
        name = next(value for key, value in groups.items() if key.startswith("name"))
        default = next((v for key, v in groups.items() if key.startswith("default")), None)
        is_read = kind.startswith(("read", "required"))
        yield TextUse(
            "read" if is_read else "ask" if kind.startswith("ask") else "write",
            name,
            found.start(),
            found.end(),
            default[1:-1] if default else None,
            kind.startswith("required"),
        )
