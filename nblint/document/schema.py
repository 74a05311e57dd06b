"""What nbformat's schemas say of a notebook.

What the classes here accept is valid: a fast answer for nearly all notebooks. nbformat's own schema
decides about everything else (a test compares the two).

https://github.com/jupyter/nbformat/blob/main/nbformat/v4/nbformat.v4.5.schema.json
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from nblint.patterns import lazy_pattern

if TYPE_CHECKING:
    from nblint.document.json_schema import Schema, SchemaError

Multiline = str | list[str]
_Count = Annotated[int, Meta(ge=0)] | None
_JSON = lazy_pattern(r"^application/(.*\+)?json$")


class Strict(Struct, forbid_unknown_fields=True):
    """An object that has these fields and no others."""


class _Kernelspec(Struct):
    name: str
    display_name: str


class _LanguageInfo(Struct):
    name: str
    codemirror_mode: str | dict[str, Any] | UnsetType = UNSET
    file_extension: str | UnsetType = UNSET
    mimetype: str | UnsetType = UNSET
    pygments_lexer: str | UnsetType = UNSET


class _Metadata(Struct):
    kernelspec: _Kernelspec | UnsetType = UNSET
    language_info: _LanguageInfo | UnsetType = UNSET
    orig_nbformat: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    title: str | UnsetType = UNSET
    authors: list[Any] | UnsetType = UNSET


class _CellMetadata(Struct):
    name: str | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    jupyter: dict[str, Any] | UnsetType = UNSET
    execution: dict[str, str] | UnsetType = UNSET
    collapsed: bool | UnsetType = UNSET
    scrolled: bool | Literal["auto"] | UnsetType = UNSET
    format: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        # Not by patterns, which would have to be compiled.
        if self.name is not UNSET and (not self.name or "\n" in self.name):
            raise ValueError("a name is a row of text")
        if self.tags and (len(set(self.tags)) < len(self.tags) or not all(map(_is_tag, self.tags))):
            raise ValueError("tags are unique, not empty, and without commas")


def _is_tag(text: str) -> bool:
    return text != "" and "," not in text


def _check_bundle(bundle: dict[str, Any]) -> None:
    for mime, value in bundle.items():
        if not isinstance(value, str) and not _is_json(mime):
            msgspec.convert(value, list[str])


def _is_json(mime: str) -> bool:
    return mime.startswith("application/") and _JSON.search(mime) is not None


class _Stream(Strict, tag_field="output_type", tag="stream"):
    name: str
    text: Multiline


class _DisplayData(Strict, tag_field="output_type", tag="display_data"):
    data: dict[str, Any]
    metadata: dict[str, Any]

    def __post_init__(self) -> None:
        _check_bundle(self.data)


class _ExecuteResult(Strict, tag_field="output_type", tag="execute_result"):
    data: dict[str, Any]
    metadata: dict[str, Any]
    execution_count: _Count

    def __post_init__(self) -> None:
        _check_bundle(self.data)


class _Error(Strict, tag_field="output_type", tag="error"):
    ename: str
    evalue: str
    traceback: list[str]


class _Code(Strict, tag_field="cell_type", tag="code"):
    metadata: _CellMetadata
    source: Multiline
    outputs: list[_Stream | _DisplayData | _ExecuteResult | _Error]
    execution_count: _Count
    id: Any = UNSET


class _Markdown(Strict, tag_field="cell_type", tag="markdown"):
    metadata: _CellMetadata
    source: Multiline
    attachments: dict[str, dict[str, Any]] | UnsetType = UNSET
    id: Any = UNSET

    def __post_init__(self) -> None:
        for bundle in (self.attachments or {}).values():
            _check_bundle(bundle)


class _Raw(_Markdown, tag_field="cell_type", tag="raw"):
    pass


class _Notebook(Strict):
    cells: list[_Code | _Markdown | _Raw]
    metadata: _Metadata
    nbformat: Literal[4]
    nbformat_minor: Annotated[int, Meta(ge=0, le=5)]


def is_plainly_valid(data: dict[str, Any]) -> bool:
    """Tell whether a notebook is valid beyond doubt, the ids of its cells aside.

    Args:
        data: The notebook's JSON.

    Returns:
        True where nbformat's schema holds, apart from the format of ids, which has a rule of its
        own from 4.5 on. False means that nbformat must be asked.
    """
    try:
        notebook = msgspec.convert(data, _Notebook)
    except (msgspec.ValidationError, UnicodeEncodeError):  # half a surrogate pair has no UTF-8
        return False
    # Before 4.5 an id is an unknown field.
    return notebook.nbformat_minor == 5 or all(cell.id is UNSET for cell in notebook.cells)


def schema_errors(data: dict[str, Any], version: int, minor: int) -> "Iterator[SchemaError]":
    """Yield what nbformat's schema of a version says is wrong with a notebook.

    Args:
        data: The notebook's JSON.
        version: Its nbformat, 1 to 4; there is no schema for the first two.
        minor: Its nbformat_minor.

    Raises:
        KeyError: There is no such version.
    """
    if version < 3:
        return
    if (schema := _schema(version, minor)) is not None:
        yield from schema.errors(data)
        return
    # For a minor version that is newer than nbformat itself, nbformat relaxes the newest schema.
    from nbformat.validator import get_validator

    for error in get_validator(version, minor, name="jsonschema").iter_errors(data):
        yield _of_library(error)


@lru_cache(maxsize=8)
def _schema(version: int, minor: int) -> "Schema | None":
    """Return the schema of a version; None if nbformat has no file of it, or one in new words."""
    name = f"nbformat.v4.{minor}" if version == 4 else f"nbformat.v3{f'.{minor}' if minor else ''}"
    from importlib.util import find_spec

    from nblint.document.json_schema import Schema

    # nbformat itself is not loaded: it loads the library.
    spec = find_spec("nbformat")
    folders = (spec.submodule_search_locations if spec else None) or ()
    for folder in folders:
        file = Path(folder, f"v{version}", f"{name}.schema.json")
        if file.is_file():
            schema = Schema(msgspec.json.decode(file.read_bytes()))
            return schema if schema.is_known else None
    return None


def _of_library(error: Any) -> "SchemaError":
    from nblint.document.json_schema import SchemaError

    required = error.validator_value if error.validator == "required" else ()
    return SchemaError(
        error.validator,
        error.validator_value,
        error.instance,
        error.schema,
        tuple(error.absolute_path),
        next((key for key in required if f"'{key}' " in error.message), ""),
        tuple((inner.schema_path[0], _of_library(inner)) for inner in error.context or ()),
    )
