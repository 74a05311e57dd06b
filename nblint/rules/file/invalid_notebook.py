from collections.abc import Iterator
from typing import Any

from nblint.document.model import Notebook, Place
from nblint.document.schema import is_plainly_valid
from nblint.findings import Finding, Rule

_TYPES = {
    list: "a list",
    dict: "an object",
    str: "a string",
    bool: "true or false",
    type(None): "null",
}
_WANTED = {"array": "a list", "object": "an object", "string": "a string", "integer": "a number"}


class InvalidNotebook(Rule):
    """The file breaks the notebook format: nbformat's schema does not accept it.

    Jupyter shows an error when it opens or saves such a notebook, and drops what it does not know;
    other tools stop. It comes from editing the JSON by hand, or from programs that write it.

    Open the notebook in Jupyter and save it, or mend the field that is named. What is wrong with
    the cells' ids from nbformat 4.5 on is NBL004's affair.

    Refused:

    ```json
    {
     "cells": [{"cell_type": "markdown", "id": "intro", "metadata": {}}],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 5
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

    def check(self, notebook: Notebook) -> Iterator[Finding]:
        if is_plainly_valid(notebook.data):
            return
        for path, problem in _problems(notebook.data):
            yield self.at(
                _place(notebook, path),
                problem,
                help="open the notebook in Jupyter and save it, or mend the JSON",
            )


def _problems(data: dict[str, Any]) -> Iterator[tuple[list[str | int], str]]:
    """Yield what nbformat's schema says is wrong: the path to it, and the problem."""
    from nbformat import versions
    from nbformat.validator import get_validator

    version, minor = data.get("nbformat"), data.get("nbformat_minor")
    if not isinstance(version, int) or isinstance(version, bool):
        yield [], "the field 'nbformat' is missing, or is no number"
        return
    latest = 5 if version == 4 else 0
    known_minor = minor if isinstance(minor, int) and minor >= 0 else latest
    if version not in versions:  # for which nbformat would look among all modules that there are
        yield [], f"there is no nbformat {version}"
        return
    try:
        validator = get_validator(version, known_minor, name="jsonschema")
    except KeyError:  # of nbformat 4 only, a later minor version than it knows is read as well
        yield [], f"there is no nbformat {version}.{known_minor}"
        return
    if validator is None:
        return
    checked = _with_ids(data) if (version, known_minor) >= (4, 5) else data
    for error in validator.iter_errors(checked):
        for specific in _specific(error):
            yield list(specific.absolute_path), _problem(specific, f"{version}.{known_minor}")


def _with_ids(data: dict[str, Any]) -> dict[str, Any]:
    cells = data.get("cells")
    if not isinstance(cells, list):
        return data
    with_ids = [{**cell, "id": "id"} if isinstance(cell, dict) else cell for cell in cells]
    return {**data, "cells": with_ids}


def _specific(error: Any) -> Iterator[Any]:
    """Yield the errors of the kind of cell or output that it says it is."""
    kinds = _kinds(error)
    if not kinds:
        yield error
    elif isinstance(error.instance, dict):
        kind = error.instance.get("cell_type", error.instance.get("output_type"))
        branch = next((i for i, name in enumerate(kinds) if name in (kind, f"{kind}_cell")), None)
        if branch is None:
            yield error
        for inner in error.context if branch is not None else ():
            if inner.schema_path[0] == branch:
                yield from _specific(inner)


def _kinds(error: Any) -> list[str]:
    """Return the kinds of cells or outputs that the schema has where an error stands."""
    if error.validator != "oneOf":
        return []
    names = [branch.get("$ref", "").rpartition("/")[2] for branch in error.validator_value]
    return names if {"code_cell", "stream"} & set(names) else []


def _problem(error: Any, version: str) -> str:
    """Return a sentence that names the field and quotes no value: it could be a secret."""
    fields = [step for step in error.absolute_path if isinstance(step, str)]
    path = ".".join(fields[1:] if fields[:1] == ["cells"] else fields)
    within = f"{path}." if path else ""
    name = f"the field '{path}'" if path else "the cell" if fields else "the notebook"
    if error.validator == "required":
        missing = next(key for key in error.validator_value if f"'{key}' " in error.message)
        return f"the field '{within}{missing}' is missing"
    if error.validator == "additionalProperties":
        extra = sorted(set(error.instance) - set(error.schema.get("properties", {})))
        return f"nbformat {version} has no field '{within}{extra[0]}' here"
    if _kinds(error):
        kind = "output_type" if "outputs" in fields else "cell_type"
        return f"the field '{within}{kind}' is missing, or is none of nbformat's"
    if error.validator in ("type", "oneOf"):
        found = _TYPES.get(type(error.instance), "a number")
        wanted = error.validator_value if isinstance(error.validator_value, str) else ""
        instead = f", not {_WANTED[wanted]}" if wanted in _WANTED else ", which it cannot be"
        return f"{name} is {found}{instead}"
    return f"{name} has a value that nbformat {version} does not allow"


def _place(notebook: Notebook, path: list[str | int]) -> Place:
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
