"""HTML that texts cannot get out of: what is not `Markup` is escaped where it is put in."""

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
        content: What is in it: elements, and texts, which are shown as they are.
        attributes: Its attributes, but for those that are None; `class_` is `class`, `aria_label`
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


def text(content: str) -> Markup:
    """Return HTML that shows a text, on one line and without what drives a terminal."""
    return content if isinstance(content, Markup) else verbatim(printable(content))


def verbatim(content: str) -> Markup:
    """Return HTML that shows a printable text.

    It is ASCII, and so the same in whichever encoding a terminal or a file stores it.
    """
    return Markup(html.escape(content).encode("ascii", "xmlcharrefreplace").decode())
