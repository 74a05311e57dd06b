from collections.abc import Iterator
from itertools import islice

from nblint.document.edit import Rewrite, is_cell_id
from nblint.document.json_strings import duplicate_keys
from nblint.document.model import Notebook, Place
from nblint.document.rows import position_of
from nblint.document.schema import is_plainly_valid
from nblint.findings import Finding, Fix, Rule

# Of a file in which thousands of keys occur twice, nobody reads more.
_MOST = 100
_LONGEST_KEY = 60
# What `problems` says of ids in a notebook of a version without them.
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
        from nblint.document.schema_problems import problems  # hardly any notebook has some

        reported: set[str] = set()
        for path, subject, problem in problems(notebook.data):
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


def _place(notebook: Notebook, path: tuple[str | int, ...]) -> Place:
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
