"""What is wrong with a notebook according to nbformat's schema, in words."""

from collections.abc import Iterator
from typing import Any

from nblint.document.json_schema import Path, SchemaError, additional_keys
from nblint.document.schema import schema_errors

# The types of JSON Schema as messages call them, and the names of Python's types in it.
_TYPES = {
    "array": "a list",
    "boolean": "a boolean",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}
_NAMES = {
    list: "array",
    bool: "boolean",
    int: "integer",
    type(None): "null",
    float: "number",
    dict: "object",
    str: "string",
}


def problems(data: dict[str, Any]) -> Iterator[tuple[Path, str, str]]:
    """Yield what nbformat's schema says is wrong.

    Args:
        data: The notebook's JSON.

    Yields:
        The path to it, what of the schema it is about, and the problem in words without values.
    """
    version, minor = data.get("nbformat"), data.get("nbformat_minor")
    if not isinstance(version, int) or isinstance(version, bool):
        problem = "field 'nbformat' must be an integer"
        yield (), "version", problem if "nbformat" in data else "missing field 'nbformat'"
        return
    latest = 5 if version == 4 else 0
    known_minor = minor if isinstance(minor, int) and minor >= 0 else latest
    if not 1 <= version <= 4:
        yield (), str(version), f"unknown nbformat version {version}"
        return
    checked = _with_ids(data) if (version, known_minor) >= (4, 5) else data
    name = f"{version}.{known_minor}"
    try:
        errors = list(schema_errors(checked, version, known_minor))
    except KeyError:  # nbformat reads later minor versions than it knows for nbformat 4 only
        yield (), name, f"unknown nbformat version {name}"
        return
    for error in errors:
        for specific in _specific(error):
            yield specific.path, _subject(specific), _problem(specific, name)


def _with_ids(data: dict[str, Any]) -> dict[str, Any]:
    cells = data.get("cells")
    if not isinstance(cells, list):
        return data
    with_ids = [{**cell, "id": "id"} if isinstance(cell, dict) else cell for cell in cells]
    return {**data, "cells": with_ids}


def _specific(error: SchemaError) -> Iterator[SchemaError]:
    """Yield the errors of the kind of cell or output that the instance claims to be."""
    kinds = _kinds(error)
    if not kinds:
        yield error
    elif isinstance(error.instance, dict):
        kind = error.instance.get("cell_type", error.instance.get("output_type"))
        branch = next((i for i, name in enumerate(kinds) if name in (kind, f"{kind}_cell")), None)
        if branch is None:
            yield error
        for number, inner in error.context if branch is not None else ():
            if number == branch:
                yield from _specific(inner)


def _kinds(error: SchemaError) -> list[str]:
    """Return the kinds of cells or outputs that the schema allows at an error's place."""
    if error.keyword != "oneOf":
        return []
    names = [branch.get("$ref", "").rpartition("/")[2] for branch in error.value]
    return names if {"code_cell", "stream"} & set(names) else []


def _subject(error: SchemaError) -> str:
    """Return what of the schema a field breaks: no value, and no number of a cell."""
    fields = [step for step in error.path if isinstance(step, str)]
    is_there = isinstance(error.instance, dict) and _member(error) in error.instance
    return " ".join([error.keyword, *fields, _member(error), *(["unknown"] if is_there else [])])


def _member(error: SchemaError) -> str:
    """Return the field that is missing or unexpected, or that says which kind something is."""
    match error.keyword:
        case "required":
            return error.missing
        case "additionalProperties":
            return min(additional_keys(error.instance, error.schema))
        case "oneOf" if _kinds(error):
            return "output_type" if "outputs" in error.path else "cell_type"
    return ""


def _problem(error: SchemaError, version: str) -> str:
    """Return a message that names the field and quotes no value: it could be a secret."""
    name, within = _field(error)
    match error.keyword:
        case "required":
            return f"missing field '{within}{_member(error)}'"
        case "additionalProperties":
            return f"unexpected field '{within}{_member(error)}' (nbformat {version})"
        case "oneOf" if _kinds(error):
            kind = _member(error)
            if kind not in error.instance:
                return f"missing field '{within}{kind}'"
            return f"field '{within}{kind}' has an unknown value"
        case "type" | "oneOf":
            found, allowed = _NAMES.get(type(error.instance), "number"), _allowed_types(error)
            if found not in allowed:
                wanted = " or ".join(_TYPES[type_] for type_ in allowed)
                return f"{name} must be {wanted}, not {_TYPES[found]}"
    return f"{name} has a value that nbformat {version} does not allow"


def _field(error: SchemaError) -> tuple[str, str]:
    """Return a name for what an error is about, and the prefix of the fields in it.

    The cell is left out: the finding's place has it.
    """
    fields = [step for step in error.path if isinstance(step, str)]
    path = ".".join(fields[1:] if fields[:1] == ["cells"] else fields)
    if path:
        return f"field '{path}'", f"{path}."
    return "cell" if fields else "notebook", ""


def _allowed_types(error: SchemaError) -> list[str]:
    """Return JSON Schema's names of the types that the schema allows at an error's place."""
    allowed = error.value
    branches = [allowed] if isinstance(allowed, str) else allowed
    return [branch["type"] if isinstance(branch, dict) else branch for branch in branches]
