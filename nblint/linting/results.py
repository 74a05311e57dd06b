"""What a run says of each notebook: all that reports need, so that no notebook is kept."""

from typing import TYPE_CHECKING

from msgspec import Struct

from nblint.findings import Finding

if TYPE_CHECKING:
    from nblint.linting.baseline import Entry, Occurrence
    from nblint.linting.excerpts import Excerpt


class Reported(Struct, frozen=True):
    """A finding with all that a report says of it, so that the notebook need not be kept.

    Attributes:
        path: The notebook: posix, relative to the current directory.
        finding: The finding.
        cell_id: The cell's id.
        cell_type: The cell's type.
        file_line: The line of the `.ipynb` file, 1-based.
        first_line: The cell's first line, masked: what a person knows the cell by.
        excerpt: What stands around the finding, masked; None where it is about no text.
        one_line: Whether the whole file is one line, so that its number says nothing.
        entry: What records it in the baseline; None for a new finding.
    """

    path: str
    finding: Finding
    cell_id: str | None = None
    cell_type: str | None = None
    file_line: int | None = None
    first_line: str | None = None
    excerpt: "Excerpt | None" = None
    one_line: bool = False
    entry: "Entry | None" = None

    def occurrence(self, notebook: str) -> "Occurrence":
        """Return it as the baseline knows it: by the notebook that it was found in, if by one."""
        from nblint.linting.baseline import Occurrence

        return Occurrence(notebook or self.path, self.finding, self.cell_id)


class CellChange(Struct, frozen=True):
    """A cell before and after its fixes, masked; None where the cell is new or gone."""

    cell: int
    before: str | None
    after: str | None


class Result(Struct, frozen=True):
    """What a run says of one notebook.

    Attributes:
        path: The notebook.
        findings: What is wrong, after fixes.
        fixes: How many findings were fixed, or would be where only the changes are wanted.
        changes: The cells that the fixes change.
        recorded: How many findings the baseline records.
        stale: What it records and is not found any more.
        notebooks: 1; 0 for what is found in all notebooks together.
    """

    path: str
    findings: tuple[Reported, ...]
    fixes: int = 0
    changes: tuple[CellChange, ...] = ()
    recorded: int = 0
    stale: "tuple[Entry, ...]" = ()
    notebooks: int = 1
