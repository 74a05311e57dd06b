"""The texts of a notebook as people and programs see them, each with a place for every part.

JSON is decoded, lists of lines are joined, terminal escapes are gone, and images never appear:
what is left is a quarter of a typical file, and all that can hold words.
"""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from nblint.document.model import Cell, Notebook, Output, Place
from nblint.document.rows import position_of
from nblint.patterns import lazy_pattern

Kind = Literal["code", "markdown", "text", "html", "json", "script"]

# ECMA-48 control sequences and operating system commands (colours, links, titles).
_ANSI = lazy_pattern(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)|[@-Z\\^_])"
)
# Before nbformat 4, an output had its formats beside its type, by short names.
_OLD_MIME = {
    "text": "text/plain",
    "html": "text/html",
    "latex": "text/latex",
    "json": "application/json",
    "javascript": "application/javascript",
    "svg": "image/svg+xml",
}
_PLOTS = ("plotly", "bokeh", "holoviews", "vega", "widget-view", "jupyterlab-plotly", "geo+json")
_BINARY = ("image/", "audio/", "video/", "font/", "application/pdf")


class Surface:
    """One text of a notebook.

    Attributes:
        kind: How it is read: "code", "markdown" (raw cells as well), "text" (streams, tracebacks,
            plain text), "html" (SVG as well), "json" (metadata as well), or "script" (JavaScript,
            plots, views of widgets).
        place: Its place, without rows and columns.
        language: The language of code.
        value: The parsed value of JSON.
    """

    def __init__(
        self, kind: Kind, place: Place, text: str = "", language: str = "", value: object = None
    ) -> None:
        self.kind = kind
        self.place = place
        self.language = language
        self.value = value
        # A repository has thousands of them: only what is cheap is computed at once.
        self._text = _with_plain_ends(text) if value is None else None

    @property
    def text(self) -> str:
        """The text that rows and columns refer to; a newline is its only line end."""
        if self._text is None:
            self._text = _dumped(self.value)
        return self._text

    @property
    def probe(self) -> str:
        """A text to search in: it has the same words as `text`, and is cheap to make."""
        return self.text if self.value is None else _written(self.value)

    def span(self, start: int, end: int) -> Place:
        """Return the place of a part of the text.

        Args:
            start: Offset of its first character, in code points.
            end: Offset after its last one.
        """
        row, column = position_of(self.text, start)
        end_row, end_column = position_of(self.text, end)
        return self.place._replace(row=row, column=column, end_row=end_row, end_column=end_column)


def surfaces(notebook: Notebook) -> Iterator[Surface]:
    """Yield the texts of a notebook that are not empty.

    Args:
        notebook: The notebook; its parts may have any shape.

    Yields:
        Sources, outputs by MIME type, metadata and text attachments, in the notebook's order.
    """
    if notebook.metadata:
        yield Surface("json", Place(None, "metadata"), value=notebook.metadata)
    for cell in notebook.cells:
        if cell.source:
            place = Place(cell.index, "source")
            if cell.type == "code":
                yield Surface("code", place, cell.source, cell.language)
            else:
                yield Surface("markdown", place, cell.source)
        for output in cell.outputs if "outputs" in cell.data else ():
            yield from _output_surfaces(cell, output)
        if cell.metadata:
            yield Surface("json", Place(cell.index, "metadata"), value=cell.metadata)
        if cell.attachments:
            yield from _attachment_surfaces(cell)


def without_ansi(text: str) -> str:
    """Return a text without terminal escape sequences."""
    return _ANSI.sub("", text) if "\x1b" in text else text


def _output_surfaces(cell: Cell, output: Output) -> Iterator[Surface]:
    for mime, content in _contents(output).items():
        kind = _kind(mime)
        if kind is None:
            continue
        place = Place(cell.index, "output", output.index, mime)
        if isinstance(content, (dict, list)) and not _is_lines(content):
            yield Surface(kind, place, value=content)
        elif text := _joined(content):
            yield Surface("text" if kind == "json" else kind, place, text)


def _contents(output: Output) -> dict[str, Any]:
    """Return what an output shows by MIME type; "stream" and "traceback" are types of their own."""
    data = output.data
    if output.type == "stream":
        return {"stream": without_ansi(_joined(data.get("text")))}
    if output.type in ("error", "pyerr"):
        return {"traceback": without_ansi(_traceback(data))}
    bundle = data.get("data")
    if isinstance(bundle, dict):
        return bundle
    return {mime: data[name] for name, mime in _OLD_MIME.items() if name in data}


def _kind(mime: str) -> Kind | None:
    """Return how an output of a MIME type is read; None for what holds no words."""
    if mime == "text/html" or mime == "image/svg+xml":
        return "html"
    if mime.startswith(_BINARY):
        return None
    if "javascript" in mime or any(name in mime for name in _PLOTS):
        return "script"
    if mime == "application/json" or mime.endswith("+json"):
        return "json"
    return "text"


def _attachment_surfaces(cell: Cell) -> Iterator[Surface]:
    for bundle in cell.attachments.values():
        for mime, content in bundle.items() if isinstance(bundle, dict) else ():
            if isinstance(mime, str) and _kind(mime) is not None:
                text = _decoded(_joined(content))
                if text:
                    yield Surface("text", Place(cell.index, "attachment", None, mime), text)


def _decoded(content: str) -> str:
    """Return the text in an attachment's base64: empty for other data, as it is if not base64."""
    import base64

    try:
        data = base64.b64decode("".join(content.split()), validate=True)
    except ValueError:
        return content
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text


def _traceback(data: dict[str, Any]) -> str:
    lines = data.get("traceback")
    if isinstance(lines, list) and lines:
        return "\n".join(line for line in lines if isinstance(line, str))
    name, value = data.get("ename"), data.get("evalue")
    return f"{name}: {value}" if isinstance(value, str) and value else ""


def _is_lines(content: object) -> bool:
    return isinstance(content, list) and all(isinstance(line, str) for line in content)


def _joined(content: object) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        try:
            return "".join(content)
        except TypeError:
            return "".join(line for line in content if isinstance(line, str))
    return ""


def _with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _dumped(value: object) -> str:
    import json  # only where msgspec will not do

    try:
        return json.dumps(value, indent=1, ensure_ascii=False)
    except RecursionError:  # only metadata that is meant to make programs fail nests so deeply
        return ""


def _written(value: object) -> str:
    """Return JSON on one line, ten times as fast as `json` writes it."""
    try:
        return msgspec.json.encode(value).decode()
    except (UnicodeEncodeError, RecursionError):  # half of a surrogate pair
        return _dumped(value)
