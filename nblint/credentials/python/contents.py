"""Find credentials inside Python's literals (tokens, headers, JSON, SQL), and their places."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator

from msgspec.structs import replace

from nblint.credentials.documented.format_search import documented_hits
from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.credentials.text.elements import find_elements
from nblint.credentials.text.headers import authorization, find_headers
from nblint.credentials.text.pairs import Unquoted, find_pairs
from nblint.credentials.text.shell import find_commands
from nblint.credentials.text.sql import find_sql
from nblint.credentials.text.urls import find_urls
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import PASSWORD, CredentialName
from nblint.secret_names.stems import has_stem

# A text that holds a credential with its name holds one of these.
_MARKS = ("=", ":", "'", '"', ",", "<", "earer ")
_LONG = lazy_pattern(r"[\w-]{32}")


class Contents:
    """Finds credentials inside the literals of a cell, and where they are in its source.

    Args:
        text: The cell's source.
        offset: Turns a 1-based row and a UTF-8 byte offset, as `ast` gives them, into an offset
            in the text.
        placeholders: Values that are not secrets, from the settings.
    """

    def __init__(
        self, text: str, offset: Callable[[int, int], int], placeholders: Collection[str]
    ) -> None:
        self._text = text
        self._offset = offset
        self._placeholders = placeholders

    def basic(self, node: ast.expr, text: str | None) -> Iterator[Hit]:
        """Find `b64encode(b"user:password")`, from which a `Basic` header is made."""
        user, colon, password = (text or "").partition(":")
        if colon and user and ":" not in password and not any(c.isspace() for c in text or ""):
            yield from self.hit(node, "", password, PASSWORD)

    def decoded(self, node: ast.expr, text: str | None) -> Iterator[Hit]:
        """Find a token in `base64.b64decode("Z2hw…")`."""
        import base64

        try:
            plain = base64.b64decode((text or "").encode() + b"==").decode("utf-8")
        except ValueError:
            return
        yield from self._documented(node, plain)

    def composed(self, node: ast.expr, text: str | None) -> Iterator[Hit]:
        """Find a token that is put together from literals: `"ghp_" + "…"`, f-strings, `"…" "…"`."""
        if text is not None and len(text) >= 12:
            yield from self._documented(node, text)
            if text in self._source(node):
                return
            hits = (*find_urls(text, self._placeholders), *find_headers(text, self._placeholders))
            for hit in hits:  # a part of another hit would be shown at another place
                value = hit.secret.reveal()
                longer = (one.secret.reveal() for one in hits if len(one.secret) > len(value))
                if not any(value in other for other in longer):
                    yield self.at(node, hit)

    def _documented(self, node: ast.expr, text: str) -> Iterator[Hit]:
        start, end = self._span(node)
        for hit in documented_hits(text, placeholders=self._placeholders):
            is_key = hit.detector == "private-key"
            if is_key or hit.secret.reveal() not in self._text:  # else found where it is written
                yield replace(hit, start=start, end=end)

    def text_in(self, node: ast.Constant, text: str) -> Iterator[Hit]:
        """Find credentials inside a literal: JSON, YAML, SQL, dotenv, headers."""
        segment_start, segment_end = self._span(node)
        if text not in self._text[segment_start:segment_end]:
            yield from self._documented(node, text)  # escaped or in several parts
        if " -" in text or "machine " in text:  # a command, or a row of .netrc
            for hit in find_commands(text, self._placeholders):
                yield self.at(node, hit)
        if text.startswith("Basic "):
            yield from self.authorization(node, text)
        if not has_stem(text) or not (any(mark in text for mark in _MARKS) or _LONG.search(text)):
            return
        for hit in (
            *find_headers(text, self._placeholders),
            *find_elements(text, self._placeholders),
            *find_sql(text, self._placeholders),
            *find_pairs(text, Unquoted.PROSE, self._placeholders),
        ):
            yield self.at(node, hit)

    def at(self, node: ast.expr, hit: Hit) -> Hit:
        """Move a hit from a literal's value to the source: exactly, unless it is escaped there.

        If the value comes from a name, the hit moves to where the name is assigned.
        """
        start, end = self._span(node)
        value = hit.secret.reveal()
        found = self._text.find(value, start, end)
        if found < 0:
            quoted = (self._text.find(f"{quote}{value}{quote}") for quote in ('"', "'"))
            found = next((at + 1 for at in quoted if at >= 0), -1)
        if found >= 0:
            start, end = found, found + len(value)
        return Hit(
            hit.detector, hit.kind, start, end, hit.secret, hit.prefix, hit.documented, hit.name,
            hit.variable,
        )  # fmt: skip

    def authorization(self, node: ast.expr, text: str) -> Iterator[Hit]:
        """Judge the value of an `Authorization` header, with or without its scheme."""
        scheme, space, value = text.strip().rpartition(" ")
        start, end = self._span(node)
        if not space:
            scheme = ""
        found = self._text.find(value, start, end)
        if found >= 0 and value:
            start, end = found, found + len(value)
        yield from authorization(
            scheme.split(" ")[0], value.removeprefix("token="), start, end, self._placeholders
        )

    def hit(self, node: ast.expr, name: str, text: str, judged: CredentialName) -> Iterator[Hit]:
        """Judge a text that is bound to a credential-like name."""
        for hit in bind(name, text, 0, 0, judged=judged, placeholders=self._placeholders):
            yield self.at(node, hit)

    def _source(self, node: ast.expr) -> str:
        start, end = self._span(node)
        return self._text[start:end]

    def _span(self, node: ast.expr) -> tuple[int, int]:
        start = self._offset(node.lineno, node.col_offset)
        end = self._offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return start, max(start, end)
