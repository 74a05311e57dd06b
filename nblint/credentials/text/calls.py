"""Find what clients take by position, in languages other than Python and in Python with mistakes."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.credentials.python.clients import taken_from
from nblint.patterns import lazy_pattern

_CALL = lazy_pattern(r"""([A-Za-z_][\w.:]{2,60})\(""")
# One argument: a literal, or anything short without one; then a comma or the end.
_ARGUMENT = lazy_pattern(
    r"""\s{0,40}(?!\s)(?:[\w.]{1,40}[ ]?=[ ]?)?"""
    r"""(?:[@$rbfuRBFU]?(?:"([^"\\\n]{0,512})"|'([^'\\\n]{0,512})')|[^\s,;()"'=]{0,60}(?:[ ][^\s,;()"']{1,60}){0,3}(?:\([^()\n]{0,200}\))?)\s{0,40}([,;)])"""
)
_MOST_ARGUMENTS = 6


def find_calls(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find credentials among the literals that well-known clients take by position.

    Args:
        text: Code in any language.
        placeholders: Values that are not secrets, from the settings.
    """
    for call in _CALL.finditer(text):
        taken = taken_from(call[1])
        at = call.end()
        for index in range(_MOST_ARGUMENTS if taken else 0):
            argument = _ARGUMENT.match(text, at)
            if argument is None:
                break
            group = 1 if argument[1] is not None else 2
            if index in taken and argument[group] is not None:
                yield from bind("", argument[group], *argument.span(group), judged=taken[index],
                                placeholders=placeholders)  # fmt: skip
            if argument[3] == ")":
                break
            at = argument.end()
