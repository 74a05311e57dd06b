import ast
import re
from collections.abc import Iterator

from nblint.document.model import Notebook, Place
from nblint.findings import Finding, Rule
from nblint.patterns import lazy_pattern
from nblint.reading.python.cells import PythonCell, PythonCells
from nblint.reading.python.ipython import Magic
from nblint.reading.shell import SHELL_MAGICS

_INSTALLERS = ("pip", "conda", "mamba", "uv", "easy_install", "poetry", "pdm")
_SERVICE = lazy_pattern("colab|kaggle", re.IGNORECASE)
_COMMAND = lazy_pattern(
    r"(?:^|[\s;&|(`'\"/])(?P<tool>"
    r"pip[0-9.]{0,5}|conda|mamba|micromamba|easy_install|uv(?:[ \t]{1,3}pip)?|poetry|pdm"
    r")[ \t]{1,9}(?:-{1,2}[\w=.-]{1,40}[ \t]{1,9}){0,8}"
    r"(?P<verb>install|add|update|upgrade|create)\b"
)


class InstallInNotebook(Rule):
    """The notebook installs packages.

    It installs other versions next year than today, it changes the kernel for every other notebook,
    and it fails on a server without access to the internet.

    Declare the packages, with versions, in the repository's requirements, and install those when
    the environment is created. Installations that run only on Colab or Kaggle (`if "google.colab"
    in sys.modules:`), where nothing else creates an environment, are not reported.

    Refused:

    ```python
    %pip install pandas
    ```

    Instead:

    ```python
    import pandas as pd
    ```
    """

    code = "NBL504"

    def check(self, notebook: Notebook, python: PythonCells) -> Iterator[Finding]:
        for cell in python.containing(*_INSTALLERS):
            installations = list(_installations(cell))
            elsewhere = _rows_elsewhere(cell) if installations else frozenset[int]()
            for place, command in installations:
                if place.row in elsewhere:
                    continue
                yield self.at(
                    place,
                    f"notebook installs packages: {command!r}",
                    subject=command,
                    help="declare the packages in the repository's requirements",
                )


def _rows_elsewhere(cell: PythonCell) -> frozenset[int]:
    """Return the rows that run only where a service creates the environment."""
    rows: set[int] = set()
    for node in ast.walk(cell.tree) if cell.tree else ():
        if isinstance(node, ast.If) and _SERVICE.search(ast.unparse(node.test)):
            rows.update(range(node.body[0].lineno, (node.body[-1].end_lineno or 0) + 1))
    return frozenset(rows)


def _installations(cell: PythonCell) -> Iterator[tuple[Place, str]]:
    for magic in cell.magics:
        yield from _in_magic(cell, magic)
    for node in ast.walk(cell.tree) if cell.tree else ():
        if isinstance(node, ast.Call) and _is_shell(node) and (found := _written(node)):
            yield cell.place(node), found


def _in_magic(cell: PythonCell, magic: Magic) -> Iterator[tuple[Place, str]]:
    if magic.name in SHELL_MAGICS:
        script, start_row = (magic.body, magic.body_row) if magic.kind == "cell" else ("", 0)
        for offset, row in enumerate(script.split("\n")):
            found = _COMMAND.search(row)
            if found and not row.lstrip().startswith("#"):
                number = start_row + offset
                place = cell.cell.place(number, found.start("tool") + 1)
                yield place, _words(found)
        found = _COMMAND.search(magic.argument)
        if found and not magic.argument.lstrip().startswith(("#", "echo ")):
            yield cell.argument_place(magic, found.start("tool")), _words(found)
    elif magic.kind == "line" and magic.name in ("pip", "conda", "mamba", "micromamba", "uv"):
        found = _COMMAND.match(f"{magic.name} {magic.argument}")
        if found:
            yield cell.cell.place(magic.row, magic.column), f"%{_words(found)}"


def _words(found: re.Match[str]) -> str:
    return " ".join(f"{found['tool']} {found['verb']}".split())


def _is_shell(call: ast.Call) -> bool:
    """Tell whether a call runs a command: `os.system`, `subprocess.run`, `pip.main`."""
    name = ast.unparse(call.func) if isinstance(call.func, (ast.Name, ast.Attribute)) else ""
    return name.startswith(("os.system", "os.popen", "subprocess.", "pip.main", "sp.")) or (
        name in ("check_call", "check_output", "run", "Popen", "call", "getoutput", "system")
    )


def _written(call: ast.Call) -> str | None:
    """Return the installation in a call's first argument, which is a string or a list of words."""
    match call.args:
        case [ast.Constant(value=str() as command), *_]:
            text = command
        case [ast.List(elts=parts) | ast.Tuple(elts=parts), *_]:
            texts = (p.value if isinstance(p, ast.Constant) else "" for p in parts)
            text = " ".join(str(part) for part in texts)
        case _:
            return None
    if ast.unparse(call.func) == "pip.main":
        text = f"pip {text}"
    found = _COMMAND.search(text)
    return _words(found) if found else None
