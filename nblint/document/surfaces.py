"""The texts of a notebook as people and programs see them, each with a place for every part.

JSON is decoded, lists of lines are joined, terminal escapes are gone, and images never appear:
what is left is a quarter of a typical file, and all that can hold words. What Jupyter does not show
is there as well: metadata of outputs, unknown fields, targets of links in terminals.
"""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from nblint.document.base64_text import text_of
from nblint.document.model import FIELDS, Cell, Notebook, Output, Place, joined
from nblint.document.rows import position_of
from nblint.patterns import lazy_pattern

Kind = Literal["code", "markdown", "text", "html", "json", "script"]

# ECMA-48 control sequences and operating system commands (colours, links, titles).
_ANSI = lazy_pattern(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)|[@-Z\\^_])"
)
# What a terminal does not show, such as the target of a link: `\x1b]8;;https://…\x07`.
_HIDDEN = lazy_pattern(r"[\x1b\x9d]?[\]PX^_]([^\x07\x1b\x9c]{8,4096})")
_HIDDEN_MARKS = ("\x1b]", "\x1bP", "\x1bX", "\x1b^", "\x1b_")
# Before nbformat 4, an output had its formats beside its type, by short names.
_OLD_MIME = {
    "text": "text/plain",
    "html": "text/html",
    "latex": "text/latex",
    "json": "application/json",
    "javascript": "application/javascript",
    "svg": "image/svg+xml",
}
_OLD_IMAGES = ("png", "jpeg", "pdf")
_PLOTS = ("plotly", "bokeh", "holoviews", "vega", "widget-view", "jupyterlab-plotly", "geo+json")
_BINARY = ("image/", "audio/", "video/", "font/", "application/pdf")


class Surface:
    """One text of a notebook.

    Attributes:
        kind: How it is read: "code", "markdown" (raw cells as well), "text" (streams, tracebacks,
            plain text), "html" (SVG as well), "json" (metadata and plots as well), or "script"
            (JavaScript, plots and views of widgets that are text).
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
        if rest := _fields_beside(cell):
            yield Surface("json", Place(cell.index, "metadata", None, FIELDS), value=rest)
    if rest := _fields_beside_cells(notebook):
        yield Surface("json", Place(None, "metadata", None, FIELDS), value=rest)


def without_ansi(text: str) -> str:
    """Return a text without terminal escape sequences."""
    return _ANSI.sub("", text) if "\x1b" in text else text


def _output_surfaces(cell: Cell, output: Output) -> Iterator[Surface]:
    beside = Place(cell.index, "output", output.index)
    contents = _contents(output)
    for mime, content in contents.items():
        kind, place = _kind(mime), beside._replace(mime=mime)
        if kind is None:  # unless it only claims to be an image
            if text := text_of(joined(content)):
                yield Surface("text", place, text)
        elif isinstance(content, (dict, list)) and not _is_lines(content):
            yield Surface("json" if kind == "script" else kind, place, value=content)
        elif text := joined(content):
            yield Surface("text" if kind == "json" else kind, place, text)
    if hidden := _hidden_in_terminals(output):
        yield Surface("text", beside._replace(mime="sequences"), hidden)
    if rest := _fields_beside_contents(output, contents):
        yield Surface("json", beside._replace(mime=FIELDS), value=rest)


def _contents(output: Output) -> dict[str, Any]:
    """Return what an output shows by MIME type; "stream" and "traceback" are types of their own."""
    data = output.data
    if output.type == "stream":
        return {"stream": without_ansi(joined(data.get("text")))}
    if output.type in ("error", "pyerr"):
        return {"traceback": without_ansi(_traceback(data))}
    bundle = data.get("data")
    if isinstance(bundle, dict):
        return bundle
    old = {mime: data[name] for name, mime in _OLD_MIME.items() if name in data}
    return old | {f"image/{name}": data[name] for name in _OLD_IMAGES if name in data}


def _hidden_in_terminals(output: Output) -> str:
    """Return what terminals read and do not show, a sequence to a row."""
    text = joined(output.data.get("text")) if output.type == "stream" else _traceback(output.data)
    if "\x1b" not in text or not any(mark in text for mark in _HIDDEN_MARKS):
        return ""
    found = _HIDDEN.findall(text)
    return "\n".join(found)


# Fields that hold no text, or one of a few words.
_COUNTS = ("execution_count", "prompt_number", "nbformat", "nbformat_minor", "level", "collapsed")
_WORDS = {
    "cell_type": ("code", "markdown", "raw", "heading"),
    "name": ("stdout", "stderr"),
    "stream": ("stdout", "stderr"),
    "output_type": ("stream", "display_data", "execute_result", "error", "pyout", "pyerr"),
    "language": ("python",),
}
# An id as programs make them.
_ID = lazy_pattern(r"[0-9A-Za-z_-]{1,36}")


def _fields_beside_contents(output: Output, contents: dict[str, Any]) -> dict[str, Any]:
    """Return an output's metadata, and what it holds besides what it shows."""
    data = output.data
    read: tuple[str, ...]
    if output.type == "stream":
        read = ("text",)
    elif output.type in ("error", "pyerr"):
        shown = contents["traceback"]
        said = tuple(name for name in ("ename", "evalue") if _is_in(data.get(name), shown))
        read = ("traceback", *said) if isinstance(data.get("traceback"), list) else said
    elif isinstance(data.get("data"), dict):
        read = ("data",)
    else:
        read = (*_OLD_MIME, *_OLD_IMAGES)
    return _unread(data, read)


def _is_in(value: object, text: str) -> bool:
    return isinstance(value, str) and without_ansi(value) in text


def _fields_beside(cell: Cell) -> dict[str, Any]:
    """Return what a cell holds besides source, outputs, metadata and attachments."""
    data = cell.data
    read = ["source" if "source" in data else "input"]
    read += [name for name in ("metadata", "attachments") if isinstance(data.get(name), dict)]
    if isinstance(data.get("id"), str) and _ID.fullmatch(data["id"]):
        read.append("id")
    outputs = data.get("outputs")
    if isinstance(outputs, list):
        read.append("outputs")
    rest = _unread(data, read)
    if isinstance(outputs, list) and len(cell.outputs) < len(outputs):
        rest["outputs"] = [output for output in outputs if not isinstance(output, dict)]
    return rest


def _fields_beside_cells(notebook: Notebook) -> dict[str, Any]:
    """Return what a notebook holds besides its cells and metadata."""
    data = notebook.data
    read = ["metadata"] if isinstance(data.get("metadata"), dict) else []
    cells = data.get("cells")
    if isinstance(cells, list):
        rest = _unread(data, [*read, "cells"])
        odd = [cell for cell in cells if not isinstance(cell, dict)]
        return {**rest, "cells": odd} if odd else rest
    rest = _unread(data, [*read, "worksheets", "cells"])
    sheets = [
        _unread(sheet, ["cells"] if isinstance(sheet.get("cells"), list) else [])
        if isinstance(sheet, dict)
        else sheet
        for sheet in _sheets(data)
    ]
    return {**rest, "worksheets": sheets} if any(sheets) else rest


def _sheets(data: dict[str, Any]) -> list[Any]:
    sheets = data.get("worksheets")
    return sheets if isinstance(sheets, list) else []


def _unread(data: dict[str, Any], read: tuple[str, ...] | list[str]) -> dict[str, Any]:
    """Return the fields that are not read elsewhere and can hold a text, their lines joined."""
    return {
        name: _with_whole_texts(value)
        for name, value in data.items()
        if name not in read
        and value not in ({}, [], "", None)
        and not (name in _COUNTS and isinstance(value, int))
        and not (isinstance(value, str) and value in _WORDS.get(name, ()))
    }


def _with_whole_texts(value: Any, depth: int = 0) -> Any:
    """Return JSON in which lists of lines are texts; very deep parts stay as they are."""
    if depth > _DEEPEST:
        return value
    if isinstance(value, dict):
        return {name: _with_whole_texts(inner, depth + 1) for name, inner in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) > 1 and _is_lines(value):
        return "".join(value)
    return [_with_whole_texts(inner, depth + 1) for inner in value]


_DEEPEST = 100


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
            place = Place(cell.index, "attachment", None, mime)
            if isinstance(content, dict) or (isinstance(content, list) and not _is_lines(content)):
                yield Surface("json", place, value=content)
            elif text := _decoded(joined(content), mime):
                yield Surface("text", place, text)


def _decoded(content: str, mime: str) -> str:
    """Return the text in an attachment's base64: empty for other data, as it is if not base64."""
    import base64

    try:
        base64.b64decode("".join(content.split()), validate=True)
    except ValueError:
        return "" if _kind(mime) is None else content
    return text_of(content)


def _traceback(data: dict[str, Any]) -> str:
    lines = data.get("traceback")
    if isinstance(lines, list) and lines:
        return "\n".join(line for line in lines if isinstance(line, str))
    name, value = data.get("ename"), data.get("evalue")
    return f"{name}: {value}" if isinstance(value, str) and value else ""


def _is_lines(content: object) -> bool:
    return isinstance(content, list) and all(isinstance(line, str) for line in content)


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
