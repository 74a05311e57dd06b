"""Notebooks of nbformat 3 and older, converted to nbformat 4.5 by nbformat itself.

Loading nbformat takes as long as checking a dozen notebooks, so that whether it can convert one is
answered here for nearly all: those that the classes here accept, and those without what its
conversion reads (a test compares the answers).

https://github.com/jupyter/nbformat/blob/main/nbformat/v4/convert.py
"""

import warnings
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from nblint.document.edit import NewIds
from nblint.document.model import Notebook
from nblint.document.schema import Multiline, Strict

_Scalar = str | int | float | bool | None
# Not nested without end, which nbformat cannot convert.
_Metadata = dict[str, _Scalar | list[_Scalar] | dict[str, _Scalar | list[_Scalar]]]


class _Stream(Strict, tag_field="output_type", tag="stream"):
    text: Multiline
    stream: str = "stdout"
    metadata: _Metadata | UnsetType = UNSET


class _Error(Strict, tag_field="output_type", tag="pyerr"):
    ename: str
    evalue: str
    traceback: list[str]
    metadata: _Metadata | UnsetType = UNSET


class _DisplayData(Strict, tag_field="output_type", tag="display_data"):
    # Without "json", which nbformat parses.
    metadata: _Metadata | UnsetType = UNSET
    text: Multiline | UnsetType = UNSET
    html: Multiline | UnsetType = UNSET
    latex: Multiline | UnsetType = UNSET
    javascript: Multiline | UnsetType = UNSET
    svg: Multiline | UnsetType = UNSET
    png: str | UnsetType = UNSET
    jpeg: str | UnsetType = UNSET


class _Result(_DisplayData, tag_field="output_type", tag="pyout"):
    prompt_number: int | None = None


class _Code(Strict, tag_field="cell_type", tag="code"):
    input: Multiline
    outputs: list[_Stream | _Error | _DisplayData | _Result]
    language: str = ""
    metadata: _Metadata | UnsetType = UNSET
    collapsed: bool | UnsetType = UNSET
    prompt_number: int | None = None

    def __post_init__(self) -> None:
        _check_lines(self.input)


class _Markdown(Strict, tag_field="cell_type", tag="markdown"):
    source: Multiline
    metadata: _Metadata | UnsetType = UNSET

    def __post_init__(self) -> None:
        _check_lines(self.source)


class _Raw(_Markdown, tag_field="cell_type", tag="raw"):
    pass


class _Heading(_Markdown, tag_field="cell_type", tag="heading"):
    level: Annotated[int, Meta(ge=1, le=6)] = 1


class _Worksheet(Strict):
    cells: list[_Code | _Markdown | _Raw | _Heading]
    metadata: dict[str, Any] | UnsetType = UNSET


class _Notebook(Strict):
    metadata: _Metadata
    nbformat: Literal[3]
    worksheets: list[_Worksheet]
    nbformat_minor: Literal[0] = 0


def _check_lines(text: Multiline) -> None:
    # nbformat puts line ends between lines of which the first has none, and loses a text so.
    if isinstance(text, list) and len(text) > 1 and not text[0].endswith(("\n", "\r")):
        raise ValueError("lines have line ends")


def is_convertible(notebook: Notebook) -> bool:
    """Tell whether a notebook of an old version can be converted without losing a cell's text."""
    if notebook.nbformat == 3:
        if _lacks_parts(notebook.data):
            return False
        if _is_plainly_convertible(notebook):
            return True
    return converted(notebook) is not None


def _lacks_parts(data: dict[str, Any]) -> bool:
    """Tell whether a notebook of nbformat 3 lacks what its conversion reads first of all."""
    sheets = data.get("worksheets")
    if not isinstance(data.get("metadata"), dict):
        return True
    return isinstance(sheets, list) and not all(
        isinstance(sheet, dict) and "cells" in sheet for sheet in sheets
    )


def _is_plainly_convertible(notebook: Notebook) -> bool:
    try:
        msgspec.convert(notebook.data, _Notebook)
        # Halves of a surrogate pair that meet become one character when they are written.
        "".join(cell.source for cell in notebook.cells).encode()
    except (msgspec.ValidationError, UnicodeEncodeError):
        return False
    return True


def converted(notebook: Notebook) -> bytes | None:
    """Return a notebook in nbformat 4.5; None where nbformat cannot convert it as it is."""
    import nbformat
    from nbformat.reader import reads

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            new = nbformat.convert(reads(notebook.raw.decode()), to_version=4)
        ids = NewIds(())
        for cell in new.cells:
            # nbformat's ids are random; the same fix must give the same bytes.
            cell["id"] = ids.of(cell.source)
        text: str = nbformat.writes(new)
        data = text.encode("utf-8", "backslashreplace") + b"\n"
        after = Notebook.parse(notebook.path, data)
    except Exception:
        return None
    return data if _texts(after) == _texts(notebook) else None


def _texts(notebook: Notebook) -> list[tuple[str, str]]:
    return [(cell.type, cell.source) for cell in notebook.cells]
