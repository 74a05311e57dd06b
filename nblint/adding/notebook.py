"""A new notebook: a header for its author to fill in, and a cell for its parameters."""

import json

from nblint.reading.header.header import PARAMETERS_TAG
from nblint.reading.header.skeleton import DEFAULT_TITLE, skeletons
from nblint.settings import HeaderSettings

# What Jupyter writes for its default kernel.
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_PARAMETERS_TEXT = "# Values that a run may replace, such as: DAYS = 7"


def new_notebook(text: str) -> bytes:
    """Return a notebook of one markdown cell, as Jupyter and nbstripout write it.

    Args:
        text: The cell's markdown.
    """
    return _notebook(_cell(0, "markdown", text))


def parameterised_notebook(title: str, settings: HeaderSettings) -> bytes:
    """Return a notebook of a header and a parameters cell, as Jupyter and nbstripout write it.

    Args:
        title: The title, in Markdown.
        settings: The header; its prompts are for the author to replace.
    """
    text = skeletons(settings).replace(f"# {DEFAULT_TITLE}", f"# {title}", 1)
    return _notebook(_cell(0, "markdown", text), _cell(1, "code", _PARAMETERS_TEXT, PARAMETERS_TAG))


def _cell(number: int, kind: str, source: str, *tags: str) -> dict[str, object]:
    cell: dict[str, object] = {
        "cell_type": kind,
        "id": str(number),
        "metadata": {"tags": list(tags)} if tags else {},
        "source": source.splitlines(keepends=True),
    }
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return dict(sorted(cell.items()))


def _notebook(*cells: dict[str, object]) -> bytes:
    data = {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n"
