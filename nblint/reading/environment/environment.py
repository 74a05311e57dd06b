"""The environment of a notebook: every variable it reads, sets or shows, and where."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from nblint.document.model import Notebook
from nblint.reading.environment.idioms import mentions_environment, mentions_source
from nblint.reading.environment.uses import Exposure, Read, Uses, ValueSource, Write
from nblint.reading.python.cells import PythonCells


class Environment:
    """What a notebook does with environment variables, from top to bottom.

    Args:
        uses: Its uses.
        more: Reads those of a notebook that uses no variables, with the values that it fetches
            from elsewhere. None: `uses` has them.

    Attributes:
        reads: Reads, also of names that are computed.
        writes: Changes.
        exposures: Values that are shown in the outputs.
    """

    def __init__(self, uses: Uses, more: Callable[[], Uses] | None = None) -> None:
        self.reads: tuple[Read, ...] = tuple(sorted(uses.reads, key=_position))
        self.writes: tuple[Write, ...] = tuple(sorted(uses.writes, key=_position))
        self.exposures: tuple[Exposure, ...] = tuple(
            dict.fromkeys(sorted(uses.exposures, key=_position))
        )
        self._uses = uses
        self._more = more
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

        def uses() -> Uses:
            # The reader is only loaded for notebooks that use the environment.
            from nblint.reading.environment.reader import EnvironmentReader

            return EnvironmentReader(python).read(notebook)

        code = [cell for cell in notebook.cells if cell.type == "code"]
        if any(map(mentions_environment, code)):
            return cls(uses())
        return cls(Uses(), lambda: uses() if any(map(mentions_source, code)) else Uses())

    @cached_property
    def sources(self) -> tuple[ValueSource, ...]:
        """Values that are fetched from elsewhere; few rules ask for them."""
        uses = self._more() if self._more else self._uses
        return tuple(sorted(uses.sources, key=_position))

    @property
    def files(self) -> tuple[ValueSource, ...]:
        """Those that are read from files of variables, which use the environment."""
        sources = () if self._more else self.sources
        return tuple(one for one in sources if one.kind == "dotenv")

    def sets_before(self, read: Read) -> bool:
        """Tell whether the notebook itself has set a variable before it reads it."""
        first = self._set.get(read.name or "")
        return first is not None and (read.late or first <= read.order)


def _position(use: Read | Write | Exposure | ValueSource) -> tuple[int, int, int]:
    place = use.place
    return place.cell or 0, place.row or 0, place.column or 0
