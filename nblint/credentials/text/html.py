"""Find credentials in HTML, and reduce it to what a reader sees without moving a character."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import PASSWORD, Level, judge, judge_column

_ROW = lazy_pattern(r"<tr\b", re.IGNORECASE)
_CELL = lazy_pattern(r"<t([hd])\b[^<>]{0,300}>", re.IGNORECASE)
_TAG = lazy_pattern(r"<[^<>]{0,2000}>")
_ENTITY = lazy_pattern(r"&(?:quot|apos|amp|lt|gt|nbsp|#39|#x27|#34|#x22);")
_ENTITIES = {
    "&quot;": '"', "&#34;": '"', "&#x22;": '"', "&apos;": "'", "&#39;": "'", "&#x27;": "'",
    "&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": " ",
}  # fmt: skip
# What a tag becomes: the end of a cell or term, the end of a row.
_MARKS = {"</td": "|", "</th": "|", "</dt": "|", "</tr": "\n"}
_DATA_URI = lazy_pattern(r"data:[\w/+.-]{1,80};base64,[A-Za-z0-9+/=]*")


def visible_text(html: str) -> str:
    """Blank out scripts, styles, data URIs and tags; offsets stay the same.

    Args:
        html: An output of type `text/html`, or SVG.

    Returns:
        A text of the same length: tags become spaces (the end of a table's cell a `|`), entities
        their character and spaces.
    """
    html = _TAG.sub(_blank, without_scripts(html))
    return _ENTITY.sub(lambda match: _ENTITIES[match[0]].ljust(len(match[0])), html)


def without_scripts(html: str) -> str:
    """Blank out scripts, styles and data URIs; offsets stay the same."""
    for name in ("script", "style"):
        html = _without_element(html, name)
    return _DATA_URI.sub(lambda match: " " * len(match[0]), html)


_LONGEST_COMMENT = 20_000
_SCRIPT = lazy_pattern(r"<script\b[^<>]{0,2000}>(.*?)(?:</script|\Z)", re.DOTALL | re.IGNORECASE)
_ATTRIBUTES = lazy_pattern(r"<[A-Za-z][\w:-]{0,40}\s([^<>]{4,4000})>?")
_ATTRIBUTE = lazy_pattern(
    r"""([A-Za-z_:][\w:.-]{1,60})\s{0,2}=\s{0,2}(?:"([^"]{4,512})"|'([^']{4,512})')"""
)


def comments(html: str) -> Iterator[tuple[int, str]]:
    """Yield the comments of HTML with their offsets."""
    at = html.find("<!--")
    while at >= 0:
        start = at + len("<!--")
        end = html.find("-->", start)
        end = len(html) if end < 0 else end
        yield start, html[start : min(end, start + _LONGEST_COMMENT)]
        at = html.find("<!--", end)


def scripts(html: str) -> Iterator[tuple[int, str]]:
    """Yield the inline scripts of HTML with their offsets."""
    for match in _SCRIPT.finditer(html) if "<script" in html.lower() else ():
        yield match.start(1), match[1]


def find_attributes(html: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find attributes with a credential-like name: `data-api-key="…"`."""
    for tag in _ATTRIBUTES.finditer(html):
        for match in _ATTRIBUTE.finditer(html, *tag.span(1)):
            name = match[1].removeprefix("data-")
            group = match.lastindex or 2
            if judge(name).level is not Level.NONE:
                yield from bind(name, match[group], *match.span(group), placeholders=placeholders)


def _blank(match: re.Match[str]) -> str:
    tag = match[0]
    return _MARKS.get(tag[:4].lower(), " ") + " " * (len(tag) - 1)


def _without_element(html: str, name: str) -> str:
    lowered = html.lower()
    if f"<{name}" not in lowered or len(lowered) != len(html):
        return html
    parts: list[str] = []
    position = 0
    while (start := lowered.find(f"<{name}", position)) >= 0:
        end = lowered.find(f"</{name}", start)
        end = len(html) if end < 0 else end
        parts.append(html[position:start] + " " * (end - start))
        position = end
    return "".join(parts) + html[position:]


_PASSWORD_INPUT = lazy_pattern(
    r"""<input\b(?=[^<>]{0,300}?type=["']?password)[^<>]{0,300}?\bvalue=["']([^"'<>]{4,200})["']""",
    re.IGNORECASE,
)


def find_inputs(html: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find the values of a form's password fields."""
    for match in _PASSWORD_INPUT.finditer(html):
        yield from bind("", match[1], *match.span(1), judged=PASSWORD, placeholders=placeholders)


def find_table_cells(html: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find credentials in a table's cells under a credential-like heading.

    Args:
        html: The markup, such as that of a frame of pandas.
        placeholders: Values that are not secrets, from the settings.
    """
    headings: list[str] = []
    rows = [match.start() for match in _ROW.finditer(html)]
    for start, stop in zip(rows, [*rows[1:], len(html)], strict=False):
        cells = [_cell(html, match, stop) for match in _CELL.finditer(html, start, stop)]
        if cells and all(kind == "h" for kind, _, _ in cells):
            headings = [text for _, text, _ in cells]
            continue
        for heading, (kind, text, offset) in zip(headings, cells, strict=False):
            judged = judge_column(heading) if kind == "d" else judge("")
            if judged.level is not Level.NONE:
                yield from bind(
                    heading, text, offset, offset + len(text), judged=judged,
                    placeholders=placeholders,
                )  # fmt: skip


def _cell(html: str, match: re.Match[str], stop: int) -> tuple[str, str, int]:
    start = match.end()
    end = html.find("</t", start, stop)
    inner = html[start : end if end >= 0 else stop]
    text = visible_text(inner[:2000]) if "<" in inner or "&" in inner else inner
    stripped = text.strip()
    return match[1].lower(), stripped, start + len(text) - len(text.lstrip())
