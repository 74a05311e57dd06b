import sys
from collections.abc import Iterator

from nblint.document.model import Notebook
from nblint.findings import Finding, Rule
from nblint.patterns import lazy_pattern
from nblint.reading.python.cells import PythonCells

# Where the parser says it in its message as well; a finding is recognised by its message.
_POSITION = lazy_pattern(r" on line [0-9]{1,9}| \(detected at line [0-9]{1,9}\)")
# Nobody's notebook runs with an earlier one any more, and its syntax was another.
_OLDEST = (3, 0)


class SyntaxError(Rule):  # noqa: A001 - the name that people know it by
    """A code cell is no Python that IPython could run.

    The notebook stops there for everybody who runs it. Mostly it is a cell that was left half
    written, or text that belongs in a markdown cell.

    Magics, shell lines, help (`?`) and pasted prompts are what IPython makes of them. Cells tagged
    `raises-exception` are meant to fail. Silent where the notebook states a Python that is newer
    than the one that nblint runs on, which cannot judge it, or Python 2.

    Refused:

    ```python
    for mail in mails:
    ```

    Instead:

    ```python
    for mail in mails:
        print(mail.sender)
    ```
    """

    code = "NBL503"

    def check(self, notebook: Notebook, python: PythonCells) -> Iterator[Finding]:
        if not _OLDEST <= _version(notebook) <= sys.version_info[:2]:
            return
        for cell in python:
            if cell.error and "raises-exception" not in cell.cell.tags:
                error = cell.error
                yield self.at(
                    cell.cell.place(error.row, error.column),
                    f"Python cannot read this: {_POSITION.sub('', error.message)}",
                    help="mend the cell, or make it a markdown or raw cell",
                )


def _version(notebook: Notebook) -> tuple[int, int]:
    """Return the Python that a notebook states; the running one where it states none."""
    info, kernel = notebook.metadata.get("language_info"), notebook.metadata.get("kernelspec")
    stated = info.get("version") if isinstance(info, dict) else None
    parts = stated.split(".")[:2] if isinstance(stated, str) else []
    if len(parts) == 2 and all(part.isdecimal() and len(part) < 4 for part in parts):
        return int(parts[0]), int(parts[1])
    is_python_2 = isinstance(kernel, dict) and kernel.get("name") == "python2"
    return (2, 7) if is_python_2 else sys.version_info[:2]
