import sys
from collections.abc import Iterator

from nblint.document.model import Notebook
from nblint.findings import Finding, Rule
from nblint.patterns import lazy_pattern
from nblint.reading.python.cells import PythonCells

# The parser repeats the position in its message, which must stay the same when lines move.
_POSITION = lazy_pattern(r" on line [0-9]{1,9}| \(detected at line [0-9]{1,9}\)")
# Earlier versions have a different syntax, and no kernel runs them any more.
_OLDEST = (3, 0)


class SyntaxError(Rule):  # noqa: A001 - the name that people know
    """A code cell is not valid Python.

    The notebook stops at this cell for everyone who runs it. Usually the cell is unfinished, or its
    text belongs in a Markdown cell.

    Magics, shell lines, help (`?`) and pasted prompts are read as IPython reads them, and cells are
    compiled as IPython compiles them: `await` is allowed outside of functions, `return` is not.
    Cells tagged `raises-exception` are expected to fail, and are not reported. If the notebook
    states a Python version newer than the one that runs nblint, one finding says that cells could
    not be parsed: other rules read these as text. The rule is silent if it states Python 2.

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
        version = _version(notebook)
        if version < _OLDEST:
            return
        is_newer = version > sys.version_info[:2]
        for cell in python:
            error = cell.error or (None if is_newer else cell.compile_error)
            if error is None or "raises-exception" in cell.cell.tags:
                continue
            place = cell.cell.place(error.row, error.column)
            if is_newer:
                stated, running = (".".join(map(str, v[:2])) for v in (version, sys.version_info))
                yield self.at(
                    place,
                    f"cells for Python {stated} cannot be parsed with Python {running}",
                    subject=stated,
                    help=f"run nblint with Python {stated}",
                )
                return
            what = "cannot be parsed as Python" if cell.error else "is not valid Python"
            yield self.at(
                place,
                f"cell {what}: {_POSITION.sub('', error.message)}",
                help="correct the code, or make it a Markdown or raw cell",
            )


def _version(notebook: Notebook) -> tuple[int, int]:
    """Return the Python version that a notebook states; the running one if it states none."""
    info, kernel = notebook.metadata.get("language_info"), notebook.metadata.get("kernelspec")
    stated = info.get("version") if isinstance(info, dict) else None
    parts = stated.split(".")[:2] if isinstance(stated, str) else []
    if len(parts) == 2 and all(part.isdecimal() and len(part) < 4 for part in parts):
        return int(parts[0]), int(parts[1])
    is_python_2 = isinstance(kernel, dict) and kernel.get("name") == "python2"
    return (2, 7) if is_python_2 else sys.version_info[:2]
