"""Generate the page of the settings from their JSON schema."""

import json
from collections.abc import Iterator
from typing import Any

from nblint.cli.schema import Schema, settings_schema

OPENING = """\
# Settings

Put settings into `pyproject.toml` under `[tool.nblint]`, or into `nblint.toml` without that prefix.
nblint uses the nearest file in the notebook's folder or above it; if a folder contains both,
`nblint.toml` wins. Options on the command line override settings. Paths are relative to the
settings file. Unknown keys and wrong types are errors; for an unknown key, the message suggests the
nearest one.

`nblint config show` prints the settings in force and where each comes from; `nblint config schema`
prints the JSON schema for editors."""


def page() -> str:
    """Return the page as Markdown."""
    schema = settings_schema()
    return "\n\n".join([OPENING, *_table(schema, "", schema["definitions"])]) + "\n"


def _table(schema: Schema, prefix: str, definitions: Schema) -> Iterator[str]:
    """Yield the keys of a table, then the tables inside it."""
    inner: list[tuple[str, Schema]] = []
    yield f"## `[tool.nblint{'.' + prefix if prefix else ''}]`"
    for name, value in schema["properties"].items():
        key = f"{prefix}.{name}" if prefix else name
        table = _definition(value, definitions)
        if table and value.get("type") != "array":
            inner.append((key, table))
            continue
        yield f"### `{key}` {{ #{key.replace('.', '-')} }}"
        yield value["description"]
        yield f"{_type(value, definitions)}. Default: {_default(value)}."
        if table:
            yield "\n".join(_columns(table, definitions))
    for key, table in inner:
        yield from _table(table, key, definitions)


def _definition(value: Schema, definitions: Schema) -> Schema | None:
    """Return the table that a key contains, or that each of its items is."""
    for choice in (value, value.get("items", {}), *value.get("allOf", ())):
        if "$ref" in choice:
            found: Schema = definitions[choice["$ref"].rpartition("/")[2]]
            return found
    return None


def _type(value: Schema, definitions: Schema) -> str:
    if "enum" in value:
        return "One of " + ", ".join(f"`{word}`" for word in value["enum"])
    if value.get("type") == "array":
        return "Array of tables" if _definition(value, definitions) else "Array of strings"
    if value.get("type") == "object":
        return "Table"
    return str(value["type"]).capitalize()


def _default(value: Schema) -> str:
    default: Any = value.get("default")
    if default is None:
        return "none"
    if isinstance(default, (list, tuple)) and default and isinstance(default[0], dict):
        return "the header that `nblint header` prints"
    return f"`{json.dumps(default, ensure_ascii=False)}`"


def _columns(table: Schema, definitions: Schema) -> Iterator[str]:
    """Yield the keys of the tables in an array, as a Markdown table."""
    yield "key | type | default | meaning"
    yield "--- | --- | --- | ---"
    for name, value in table["properties"].items():
        default = "required" if name in table.get("required", ()) else _default(value)
        meaning = value["description"].replace("|", "\\|")
        yield f"`{name}` | {_type(value, definitions)} | {default} | {meaning}"
