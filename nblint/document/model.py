"""A notebook as it was read from its bytes: lenient, immutable, with a place for every part.

Format: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from nblint.document.base64_text import without_images
from nblint.document.json_strings import may_have_duplicate_keys
from nblint.document.rows import rows_of
from nblint.patterns import lazy_pattern

# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
_LFS_POINTER = "version https://git-lfs.github.com/spec/"
_STRING_OR_CONSTANT = lazy_pattern(r'"(?:[^"\\]|\\.)*"|-?Infinity|NaN', re.DOTALL)

# Stands for a MIME type where a place is in fields of no text, such as the metadata of an output.
FIELDS = "fields"


class Place(NamedTuple):
    r"""A place in a notebook.

    Rows and columns are 1-based and count Unicode code points of the surface's decoded text;
    the end is exclusive. Rows end at `\n`, `\r\n` and `\r`, and at nothing else.

    Attributes:
        cell: The cell's number, 1-based over all cells; None for the notebook itself.
        surface: "source", "output", "metadata", "attachment" or "file".
        output: The output's number in its cell, 1-based.
        mime: The output's or attachment's MIME type; "stream" and "traceback" for those,
            "sequences" for what they tell a terminal, "fields" for all that Jupyter does not show.
        row: First row.
        column: First column.
        end_row: Last row.
        end_column: The column after the last one.
    """

    cell: int | None = None
    surface: str = "source"
    output: int | None = None
    mime: str | None = None
    row: int | None = None
    column: int | None = None
    end_row: int | None = None
    end_column: int | None = None


class Output(Struct, frozen=True):
    """An output of a code cell.

    Attributes:
        index: Its number in the cell, 1-based.
        type: "stream", "display_data", "execute_result" or "error"; anything else in odd files.
        data: The output's JSON.
    """

    index: int
    type: str
    data: dict[str, Any]


class Unreadable(Exception):
    """The bytes are not a notebook.

    Attributes:
        reason: What is wrong, in one sentence.
        place: Where in the file.
        raw: The bytes.
    """

    raw: bytes = b""

    def __init__(self, reason: str, row: int = 1, column: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = Place(surface="file", row=row, column=column)


class Cell:
    """A cell.

    Attributes:
        index: Its number, 1-based over all cells.
        type: "code", "markdown" or "raw"; anything else in odd files.
        source: Its text.
        language: The language of a code cell, lower-case.
        metadata: Its metadata.
        tags: Its tags.
        data: The cell's JSON.
    """

    def __init__(self, index: int, data: dict[str, Any], language: str) -> None:
        self.index = index
        self.data = data
        self.metadata: dict[str, Any] = _dict(data.get("metadata"))
        self.tags = _tags(self.metadata["tags"]) if "tags" in self.metadata else frozenset()
        self.type = _text(data.get("cell_type"))
        # Before nbformat 4, code stood under "input", and a heading was a type of cell.
        self.source = joined(data.get("source", data.get("input")))
        if self.type == "heading":
            level = data.get("level")
            self.type = "markdown"
            # Markdown has six levels; a number of any size would be written out.
            marks = "#" * (min(max(level, 1), 6) if isinstance(level, int) else 1)
            self.source = f"{marks} {' '.join(self.source.splitlines())}"
        self.language = _cell_language(self.metadata) or _named_language(self.source, language)

    @property
    def id(self) -> str | None:
        """The cell's id, which nbformat has from 4.5 on."""
        identifier = self.data.get("id")
        return identifier if isinstance(identifier, str) else None

    @property
    def attachments(self) -> dict[str, Any]:
        """Attachments by name: MIME bundles."""
        return _dict(self.data.get("attachments"))

    @cached_property
    def outputs(self) -> tuple[Output, ...]:
        """The outputs of a code cell."""
        return tuple(
            Output(index, _text(output.get("output_type")), output)
            for index, output in enumerate(_list(self.data.get("outputs")), 1)
            if isinstance(output, dict)
        )

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """The rows of the source, without their ends."""
        return tuple(rows_of(self.source))

    @property
    def first_line(self) -> str:
        """The first row that is not blank: what people recognise the cell by."""
        return next((row.strip() for row in self.rows if row.strip()), "")

    def place(
        self, row: int, column: int = 1, end_row: int | None = None, end_column: int | None = None
    ) -> Place:
        """Return a place in this cell's source; without an end, it reaches the end of its row."""
        if end_row is None:
            end_row = row
        if end_column is None:
            end_column = len(self.rows[end_row - 1]) + 1 if end_row <= len(self.rows) else column
        return Place(self.index, "source", None, None, row, column, end_row, end_column)


def _tags(listed: object) -> frozenset[str]:
    return frozenset(tag for tag in _list(listed) if isinstance(tag, str))


class Notebook:
    """A notebook.

    Attributes:
        path: Its name in reports: a posix path relative to the current directory.
        raw: The bytes of the file.
        data: The JSON.
        cells: Its cells, in order.
        language: The language of its code cells, lower-case.
        flaw: What Python reads but no other program does; None in JSON.
    """

    def __init__(self, path: str, raw: bytes, data: dict[str, Any]) -> None:
        self.path = path
        self.flaw: Unreadable | None = None
        self.raw = raw
        self.data = data
        self.language = _language(self.metadata)
        self.cells = tuple(
            Cell(index, cell if isinstance(cell, dict) else {}, self.language)
            for index, cell in enumerate(_cells(data), 1)
        )

    @classmethod
    def parse(cls, path: str, raw: bytes) -> "Notebook":
        """Read a notebook from the bytes of its file.

        Any JSON object with a list of cells is a notebook, however odd its parts; rules report
        what breaks the format.

        Args:
            path: The notebook's name in reports.
            raw: The bytes.

        Returns:
            The notebook.

        Raises:
            Unreadable: The bytes are not UTF-8, not JSON, or not a notebook.
        """
        try:
            data, flaw = _load(raw)
        except Unreadable as reason:
            reason.raw = raw
            raise
        notebook = cls(path, raw, data)
        notebook.flaw = flaw
        return notebook

    @cached_property
    def lean(self) -> bytes:
        """The bytes of the file without the images in it."""
        return without_images(self.raw)

    @cached_property
    def has_duplicate_keys(self) -> bool:
        """Whether an object of the file may have a key twice; `data` has only the last one."""
        return bool(self.raw) and may_have_duplicate_keys(self.lean, self.data)

    @property
    def metadata(self) -> dict[str, Any]:
        """The notebook's metadata."""
        return _dict(self.data.get("metadata"))

    @property
    def nbformat(self) -> int:
        """The major version of the format; 4 where none is given."""
        version = self.data.get("nbformat")
        return version if isinstance(version, int) else 4

    @property
    def nbformat_minor(self) -> int:
        """The minor version of the format; 0 where none is given."""
        version = self.data.get("nbformat_minor")
        return version if isinstance(version, int) else 0

    @property
    def is_editable(self) -> bool:
        """Whether the file holds its cells as they are read, which it does from nbformat 4 on."""
        return self.nbformat >= 4 and isinstance(self.data.get("cells"), list)

    def code_cells(self, language: str = "python") -> Iterator[Cell]:
        """Yield the code cells of a language."""
        return (cell for cell in self.cells if cell.type == "code" and cell.language == language)


class File(Struct, frozen=True):
    """What was read from a file.

    Attributes:
        document: The notebook, or why it could not be read.
    """

    document: Notebook | Unreadable


def _load(raw: bytes) -> tuple[dict[str, Any], Unreadable | None]:
    """Return the JSON of a notebook, and what is wrong with it that Python accepts."""
    flaw = None
    try:
        data = msgspec.json.decode(raw)  # twice as fast as `json`, but stricter
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        data = _load_leniently(raw)
        flaw = _flaw(raw)
    if not isinstance(data, dict):
        raise Unreadable("not a notebook: the JSON is not an object")
    if not isinstance(data.get("cells"), list) and not isinstance(data.get("worksheets"), list):
        raise Unreadable("not a notebook: it has no list of cells")
    return data, flaw


def _flaw(raw: bytes) -> Unreadable | None:
    """Return the first number that JSON does not have: NaN or an infinite one."""
    text = raw.decode("utf-8")
    for token in _STRING_OR_CONSTANT.finditer(text):
        if token[0][0] != '"':
            row = text.count("\n", 0, token.start()) + 1
            column = token.start() - text.rfind("\n", 0, token.start())
            return Unreadable(f"not JSON: {token[0]} is no JSON number", row, column)
    return None


def _load_leniently(raw: bytes) -> object:
    """Read JSON as Python does, including NaN and lone surrogates; raise what is wrong with it."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        row = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
        raise Unreadable("not UTF-8", row, column) from error
    if not text.strip():
        raise Unreadable("the file is empty")
    if text.startswith(_LFS_POINTER):
        raise Unreadable("not a notebook: the file is a Git LFS pointer")
    if text.startswith("\ufeff"):
        raise Unreadable("starts with a byte order mark, which Jupyter does not open")
    import json  # for what msgspec refuses

    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        # Only the parser's own words: its exception holds the whole document.
        raise Unreadable(f"not JSON: {error.msg}", error.lineno, error.colno) from None
    except RecursionError:
        raise Unreadable("not a notebook: the JSON is nested too deeply") from None
    except ValueError:
        raise Unreadable("cannot be parsed as JSON: a number is too long") from None


def _cells(data: dict[str, Any]) -> Iterator[object]:
    """Yield the cells; before nbformat 4 they stood in worksheets."""
    if isinstance(data.get("cells"), list):
        yield from data["cells"]
    else:
        for sheet in data["worksheets"]:
            yield from _list(_dict(sheet).get("cells"))


_NET_LANGUAGES = frozenset(["c#", "f#", "powershell", "pwsh"])
# VS Code's names for cells of which another key says the language.
_OF_EDITOR = frozenset(["polyglot-notebook", "dotnet-interactive"])
# Other names for the languages whose cells are read.
_LANGUAGES = {
    ".net (c#)": "c#",
    "coconut": "python",
    "csharp": "c#",
    "fsharp": "f#",
    "js": "javascript",
    "ipython": "python",
    "plaintext": "python",
}
# Kernels have a name even where the notebook does not state its language.
_KERNELS = {
    ".net-csharp": "c#", ".net-fsharp": "f#", ".net-powershell": "powershell", "almond": "scala",
    "bash": "bash", "deno": "typescript", "ijavascript": "javascript", "ir": "r",
    "javascript": "javascript", "julia": "julia", "powershell": "powershell", "python": "python",
    "python2": "python", "python3": "python", "scala": "scala", "tslab": "typescript",
    "xpython": "python", "xr": "r",
}  # fmt: skip


def _language(metadata: dict[str, Any]) -> str:
    """Return the language of a notebook: its kernel's, which starts, else the one it states.

    Without any of them, that is jupytext's main language, or Python.
    """
    kernel, info = _dict(metadata.get("kernelspec")), _dict(metadata.get("language_info"))
    jupytext = _dict(metadata.get("jupytext"))
    stated = (
        _text(kernel.get("language"))
        or _KERNELS.get(_text(kernel.get("name")).lower().partition("-1")[0])
        or _text(info.get("name"))
        or _text(jupytext.get("main_language"))
        or "python"
    ).lower()
    return _LANGUAGES.get(stated, stated)


def _cell_language(metadata: dict[str, Any]) -> str | None:
    """Return the language that a polyglot notebook gives one of its cells."""
    if metadata.keys().isdisjoint(("vscode", "polyglot_notebook", "dotnet_interactive")):
        return None
    of_editor = _text(_dict(metadata.get("vscode")).get("languageId"))
    stated = (
        ("" if of_editor in _OF_EDITOR else of_editor.removeprefix("dotnet-interactive."))
        or _text(_dict(metadata.get("polyglot_notebook")).get("kernelName"))
        or _text(_dict(metadata.get("dotnet_interactive")).get("language"))
    ).lower()
    return _LANGUAGES.get(stated, stated) or None


def _named_language(source: str, language: str) -> str:
    """Return the language that a cell's first line names, as .NET's kernels have it: `#!pwsh`.

    https://github.com/dotnet/interactive/blob/main/docs/polyglot-notebooks-overview.md
    """
    if language not in _NET_LANGUAGES or not source.startswith("#!"):
        return language
    named = source[2:].split("\n", 1)[0].strip().lower()
    return _LANGUAGES.get(named, named) if named.isidentifier() else language


def joined(source: object) -> str:
    """Return a multi-line string of the format, which is a string or a list of strings."""
    if isinstance(source, str):
        return source
    parts = _list(source)
    try:
        return "".join(parts)
    except TypeError:
        return "".join(part for part in parts if isinstance(part, str))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
