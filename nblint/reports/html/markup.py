"""HTML that texts cannot break out of: what is not `Markup` is escaped when it is inserted."""

import html

from nblint.reports.terminal import printable

_VOID = frozenset({"input", "meta"})


class Markup(str):
    """Text that is HTML, written by `element`."""

    __slots__ = ()


def element(tag: str, /, *content: str, **attributes: str | None) -> Markup:
    """Return an element.

    Args:
        tag: Its name.
        content: Its content: elements, and texts, which are escaped.
        attributes: Its attributes, except those that are None; `class_` is `class`, `aria_label`
            is `aria-label`.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if tag in _VOID:
        return Markup(f"<{tag}{given}>")
    return Markup(f"<{tag}{given}>{''.join(map(text, content))}</{tag}>")


def heading(tag: str, words: str, key: str) -> Markup:
    """Return a heading with a link to itself, which a reader can pass on."""
    return element(tag, words, " ", link_here(key, words), id=key)


def link_here(key: str, what: str) -> Markup:
    """Return a link to an element of the page."""
    return element("a", "#", href=f"#{key}", class_="here", aria_label=f"Link to {what}")


def text(content: str) -> Markup:
    """Return HTML that shows a text on one line, with control characters escaped."""
    return content if isinstance(content, Markup) else verbatim(printable(content))


def verbatim(content: str) -> Markup:
    """Return HTML that shows a printable text.

    It is ASCII, and so the same in any encoding of a terminal or a file.
    """
    return Markup(html.escape(content).encode("ascii", "xmlcharrefreplace").decode())
