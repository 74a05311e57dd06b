"""Headings, and what only looks like one: labels in bold, HTML, or `##Title`."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from nblint.document.model import Cell, Place
from nblint.patterns import lazy_pattern
from nblint.reading.markdown.model import Block
from nblint.settings import HeaderSettings, SectionSettings

# "atx" and "setext" are markdown's own headings; the others only look like one.
HeadingForm = Literal["atx", "setext", "html", "bold", "unspaced"]
# The configured sections by their normalised titles and aliases.
Sections = Mapping[str, SectionSettings]

SECTION_LEVEL = 2

_HTML_HEADING = lazy_pattern(r"<h([1-6])\b[^>]{0,500}>(.{0,500}?)</h\1\s{0,20}>", re.I | re.S)
_HTML_TAG = lazy_pattern(r"<[^<>]{0,500}>")
_LINK = lazy_pattern(r"\[([^\[\]]*)\]\([^()]*\)")
_EMPHASIS = str.maketrans("", "", "*_`")
_NUMBER = lazy_pattern(r"^[\W_]*(?:\d{1,3}[.)]\s+)?")
_PARENTHESIS = lazy_pattern(r"\([^()]*\)$")
_COMMENT = lazy_pattern(r"<!--.*?(?:-->|\Z)", re.S)
_BOLD_LABEL = lazy_pattern(r" {0,3}(\*\*|__)(?! )(.{1,200}?)(?<! )\1[ \t]*(:?)[ \t]*(.*)")
# Text or a numbered title after the `#`s; `#123` is an issue, `#!` a command.
_UNSPACED = lazy_pattern(r" {0,3}(#{1,6})((?:[^\W\d_]|[*_`\[\"'(<]|\d{1,3}[.)]\s)[^\n]{0,200})")
_CLOSING_MARKS = lazy_pattern(r"(?:\s+#+)?\s*$")
_HASHTAG = lazy_pattern(r"\s#\w")
# Opens the notebook's table of contents, as Jupyter's extension writes it and people do.
# https://github.com/ipython-contrib/jupyter_contrib_nbextensions/tree/master/src/jupyter_contrib_nbextensions/nbextensions/toc2
_CONTENTS_MARK = "tocSkip"
# Headings of something else than the notebook: a table of contents, or an admonition.
_NO_TITLES = frozenset(
    """
    attention caution contents danger deprecated disclaimer hint important note notes notice tip
    toc todo warning
    """.split()
) | {"table of content", "table of contents"}


class Heading(Struct, frozen=True):
    """A heading, or what looks like one to a reader.

    Attributes:
        title: Its text.
        level: 1 to 6; for a bold label, the level that a heading would have there.
        form: How it is written.
        place: Its rows.
        section: The configured section that it opens.
        rest: The text after a label in its row.
    """

    title: str
    level: int
    form: HeadingForm
    place: Place
    section: SectionSettings | None = None
    rest: str = ""


def sections_by_name(settings: HeaderSettings) -> Sections:
    """Return the configured sections by name."""
    return {
        normalised(name): section
        for section in settings.sections
        for name in (section.title, *section.aliases)
    }


@lru_cache(maxsize=256)
def normalised(title: str) -> str:
    """Return a title in the form in which titles are compared.

    Case, markup, numbering, a trailing colon and a trailing parenthesis make no difference.
    """
    text = without_comments(title)
    text = _HTML_TAG.sub("", text) if "<" in text else text
    text = _LINK.sub(r"\1", text) if "](" in text else text
    text = _NUMBER.sub("", text.translate(_EMPHASIS)).strip().rstrip(": \t")
    text = _PARENTHESIS.sub("", text).rstrip() if ")" in text else text
    return " ".join(text.rstrip(":").casefold().split())


def markdown_heading(cell: Cell, block: Block, sections: Sections) -> Heading:
    """Return the heading that a block of markdown is."""
    title = without_comments(block.texts[0].text).strip() if block.texts else ""
    form: HeadingForm = "setext" if block.setext else "atx"
    place = cell.place(block.row, end_row=block.end_row)
    return Heading(title, block.level, form, place, sections.get(normalised(title)))


def html_headings(cell: Cell, block: Block, sections: Sections) -> Iterator[Heading]:
    """Yield the headings in a block of HTML."""
    html = block.texts[0].text
    for match in _HTML_HEADING.finditer(html):
        if _CONTENTS_MARK in match[0]:
            continue
        title = " ".join(_HTML_TAG.sub("", without_comments(match[2])).split())
        row = block.row + html.count("\n", 0, match.start())
        place = cell.place(row, end_row=row + match[0].count("\n"))
        section = sections.get(normalised(title))
        yield Heading(title, int(match[1]), "html", place, section)


def without_headings(html: str) -> str:
    """Return a block of HTML without its headings."""
    return _HTML_HEADING.sub("", html)


def can_be_title(title: str) -> bool:
    """Tell whether a heading's text can name a notebook: it opens no admonition or contents."""
    return normalised(title).strip("!:. ") not in _NO_TITLES


def without_comments(text: str) -> str:
    """Return markdown or HTML without its comments."""
    return _COMMENT.sub("", text) if "<!--" in text else text


def says_something(html: str) -> bool:
    """Tell whether HTML shows anything: text, a picture, a frame or a rule."""
    text = without_comments(html)
    shown = re.search(r"<(?:img|svg|video|iframe|object|embed|hr|input)\b", text, re.I)
    return bool(shown or _HTML_TAG.sub("", text).strip())


def label(cell: Cell, row: int, sections: Sections, *, first: bool) -> Heading | None:
    """Return the label in a row of a paragraph; None where it is not a label.

    Bold text is a label only where it names a section; elsewhere it stresses something.

    Args:
        cell: The cell.
        row: The row, 1-based.
        sections: The configured sections.
        first: Whether the row is the first one of its paragraph, as `#Title` must be.
    """
    line = cell.rows[row - 1]
    opening = line.lstrip(" ")[:2]
    if opening in ("**", "__") and (bold := _BOLD_LABEL.match(line)):
        section = sections.get(normalised(bold[2]))
        # But "**Parameters** are read from a file" stresses a word.
        if section and (bold[3] or bold[2].endswith(":") or not bold[4]):
            title = bold[2].rstrip(": ")
            return Heading(title, SECTION_LEVEL, "bold", cell.place(row), section, bold[4])
    if opening.startswith("#") and (unspaced := _UNSPACED.match(line)):
        title = _CLOSING_MARKS.sub("", unspaced[2])
        section = sections.get(normalised(title))
        if section or (first and len(unspaced[1]) == 1 and not _HASHTAG.search(title)):
            return Heading(title, len(unspaced[1]), "unspaced", cell.place(row), section)
    return None


def bold_title(cell: Cell, block: Block) -> Heading | None:
    """Return a paragraph as a title if all of it is bold; else None."""
    text = block.texts[0].text if block.texts else ""
    bold = _BOLD_LABEL.fullmatch(text)
    if not bold or bold[4] or not can_be_title(bold[2]):
        return None
    return Heading(bold[2], 1, "bold", cell.place(block.row, end_row=block.end_row))
