from collections.abc import Iterator
from itertools import islice
from typing import Any

from nblint.document.edit import Rewrite, is_cell_id
from nblint.document.json_schema import Path, SchemaError, additional_keys
from nblint.document.json_strings import duplicate_keys
from nblint.document.model import Notebook, Place
from nblint.document.rows import position_of
from nblint.document.schema import is_plainly_valid, schema_errors
from nblint.findings import Finding, Fix, Rule

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
# Of a file in which thousands of keys occur twice, nobody reads more.
_MOST = 100
_LONGEST_KEY = 60


# What `_subject` says of ids in a notebook of a version without them.
_UNEXPECTED_ID = "additionalProperties cells id unknown"


class InvalidNotebook(Rule):
    """The file does not conform to nbformat's schema.

    Jupyter shows an error when it opens or saves such a notebook, and drops the fields that it does
    not know; other tools stop. The usual causes are JSON edited by hand and programs that write
    notebooks without validating them. A key that occurs twice in one object is an error, too:
    programs read only the last value, so the first one is hidden from whoever reviews the notebook
    in Jupyter.

    Open the notebook in Jupyter and save it, or correct the field that the message names. A problem
    that several cells have is reported once. Cell ids are checked by NBL004; where the notebook
    states a version without them although all cells have one, the fix states the version that has.

    Refused:

    ```json
    {
     "cells": [{"cell_type": "markdown", "id": "intro", "metadata": {}, "source": "# Triage"}],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 4
    }
    ```

    Instead:

    ```json
    {
     "cells": [{"cell_type": "markdown", "id": "intro", "metadata": {}, "source": "# Triage"}],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 5
    }
    ```
    """

    code = "NBL002"
    needs = frozenset({"file"})
    fixable = "safe"

    def check(self, notebook: Notebook) -> Iterator[Finding]:
        yield from self._duplicate_keys(notebook)
        if is_plainly_valid(notebook.data):
            return
        reported: set[str] = set()
        for path, subject, problem in _problems(notebook.data):
            if problem in reported:  # a program made the same mistake in each cell
                continue
            reported.add(problem)
            raw = _with_minor_5(notebook) if subject == _UNEXPECTED_ID else None
            yield self.at(
                _place(notebook, path),
                problem,
                subject=subject,
                help="open the notebook in Jupyter and save it, or correct the JSON",
                fix=Fix("set nbformat_minor to 5, which has cell ids", (Rewrite(raw),))
                if raw
                else None,
            )

    def _duplicate_keys(self, notebook: Notebook) -> Iterator[Finding]:
        if not notebook.has_duplicate_keys:
            return
        text = notebook.raw.decode()
        for duplicate in islice(duplicate_keys(text), _MOST):
            row, column = position_of(text, duplicate.offset)
            yield self.at(
                Place(None, "file", None, None, row, column),
                f"{_named(duplicate.key)} occurs twice in one object",
                subject=f"duplicate {'.'.join(map(str, duplicate.path))}",
                help="remove one of the two: programs read only the last one, and people both",
            )


def _named(key: str) -> str:
    """Return what a message calls a key; a long one is not cut, since it may hold a credential."""
    return f"the key '{key}'" if len(key) <= _LONGEST_KEY else f"a key of {len(key):,} characters"


def _with_minor_5(notebook: Notebook) -> bytes | None:
    """Return the file with the minor version that has ids; None where not all cells have one."""
    ids = [cell.id for cell in notebook.cells]
    are_valid = all(one is not None and is_cell_id(one) for one in ids)
    if notebook.nbformat != 4 or not are_valid or len(set(ids)) < len(ids):
        return None
    from nblint.document.positions import RawNotebook

    raw = RawNotebook(notebook.raw)
    span = raw.top.get("nbformat_minor")
    return raw.raw[: span.start] + b"5" + raw.raw[span.end :] if span else None


def _problems(data: dict[str, Any]) -> Iterator[tuple[Path, str, str]]:
    """Yield what nbformat's schema says is wrong: the path to it, what it is about, the problem."""
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


def _place(notebook: Notebook, path: Path) -> Place:
    match path:
        case ["cells", int(cell), "outputs", int(output), *_]:
            return Place(cell + 1, "output", output + 1)
        case ["cells", int(cell), "metadata", *_]:
            return Place(cell + 1, "metadata")
        case ["cells", int(cell), *_]:
            return notebook.cells[cell].place(1)
        case ["metadata", *_]:
            return Place(surface="metadata")
        case _:
            return Place(surface="file", row=1, column=1)
