"""The environment of a notebook: every variable it reads, sets or shows, and where."""

from __future__ import annotations

import re

from nblint.document.model import Cell, Notebook
from nblint.patterns import lazy_pattern
from nblint.reading.environment.uses import Exposure, Read, Uses, ValueSource, Write
from nblint.reading.python.cells import PythonCells
from nblint.reading.shell.languages import SHELL_LANGUAGES

# A notebook without any of these words does not use the environment, and is not parsed for it,
_MENTIONS = (
    *("expandvars", "getpass", "askpass", "pwinput"),
    *("userdata", "UserSecrets", "dbutils", "keyring", "getSecret"),
)
# nor is one in which these are only parts of `environment`, `env_version` or `text_input()`,
_PARTS = ("env", "ENV", "Env", "input(")
_WHOLE = lazy_pattern(
    r"environ(?!ment)|environmentvariable|(?:dot|get|print|put|set|set_)env|\benv\b|\binput\(",
    re.IGNORECASE,
)
# nor one without shell commands, or without any of these words in them.
_SHELL = lazy_pattern(
    r"!(?!=)|%\s*(?:bash|k?sh|script|sx|zsh)|system|shell|popen|getoutput|getstatusoutput"
)
_SHELL_WORDS = lazy_pattern(r"\$|\b(?:declare|export|set|typeset|unset)\b")


class Environment:
    """What a notebook does with environment variables, from top to bottom.

    Attributes:
        reads: Reads, also of names that are computed.
        writes: Changes.
        exposures: Values that are shown in the outputs.
        sources: Values that are fetched from elsewhere.
    """

    def __init__(self, uses: Uses) -> None:
        self.reads: tuple[Read, ...] = tuple(sorted(uses.reads, key=_position))
        self.writes: tuple[Write, ...] = tuple(sorted(uses.writes, key=_position))
        self.exposures: tuple[Exposure, ...] = tuple(
            dict.fromkeys(sorted(uses.exposures, key=_position))
        )
        self.sources: tuple[ValueSource, ...] = tuple(sorted(uses.sources, key=_position))
        self._set: dict[str, int] = {}
        for write in self.writes:
            if write.name is not None and not (write.removes or write.lost or write.copies):
                # A variable that is set if it is missing is present from the question on.
                order = 0 if write.guarded else write.order
                self._set[write.name] = min(order, self._set.get(write.name, order))

    @classmethod
    def read(cls, notebook: Notebook, python: PythonCells) -> Environment:
        """Read the environment of a notebook.

        A notebook that never mentions it only costs a search for a few words.
        """
        if not any(_mentions(cell) for cell in notebook.cells if cell.type == "code"):
            return cls(Uses())
        # The reader is only loaded for notebooks that use the environment.
        from nblint.reading.environment.reader import EnvironmentReader

        return cls(EnvironmentReader(python).read(notebook))

    def sets_before(self, read: Read) -> bool:
        """Tell whether the notebook itself has set a variable before it reads it."""
        first = self._set.get(read.name or "")
        return first is not None and (read.late or first <= read.order)


def _mentions(cell: Cell) -> bool:
    source = cell.source
    if any(word in source for word in _MENTIONS):
        return True
    if any(part in source for part in _PARTS) and _WHOLE.search(source):
        return True
    is_shell = cell.language in SHELL_LANGUAGES or _SHELL.search(source) is not None
    return is_shell and _SHELL_WORDS.search(source) is not None


def _position(use: Read | Write | Exposure | ValueSource) -> tuple[int, int, int]:
    place = use.place
    return place.cell or 0, place.row or 0, place.column or 0
