"""What a run yields for each notebook: all that reports need, so that no notebook is kept."""

from typing import TYPE_CHECKING

from msgspec import Struct

from nblint.document.model import Place
from nblint.findings import Finding

if TYPE_CHECKING:
    from nblint.linting.baseline import Entry, Occurrence


class Details(Struct, frozen=True):
    """What a report says of the surroundings of findings; what no report says is not looked up.

    Attributes:
        rows: The rows to quote on either side of a finding; None for no quotation.
        file_lines: Whether to tell lines of the `.ipynb` file.
        fingerprints: Whether to tell what findings are recognised by.
    """

    # Enough to show most cells whole.
    rows: int | None = 20
    file_lines: bool = True
    fingerprints: bool = True


EVERYTHING = Details()


class Excerpt(Struct, frozen=True):
    r"""Rows of a text around a place, without credentials and with long rows cut.

    Columns are 1-based and count code points of the rows as shown here.

    Attributes:
        first: The number of the first row, 1-based in the whole text.
        rows: The rows, without line ends; they may contain tabs, form feeds and escapes.
        row: The number of the row in which the place begins.
        column: The column in which it begins.
        end_row: The number of the row in which it ends, or of the last row here.
        end_column: The column after its end, in that row.
    """

    first: int
    rows: tuple[str, ...]
    row: int
    column: int
    end_row: int
    end_column: int

    @property
    def line(self) -> str:
        """The row in which the place begins."""
        return self.rows[self.row - self.first]

    @property
    def line_end(self) -> int:
        """The column after the end of the place, or after that of the row if it goes on."""
        return self.end_column if self.end_row == self.row else len(self.line) + 1


class Reported(Struct, frozen=True):
    """A finding with all that reports print, so that the notebook need not be kept.

    Attributes:
        path: The notebook: posix, relative to the current directory.
        finding: The finding.
        cell_id: The cell's id.
        cell_type: The cell's type.
        file_line: The line of the `.ipynb` file, 1-based; None also if it was not asked for.
        first_line: The cell's first line, masked, by which people recognise the cell; None also if
            no text was asked for.
        excerpt: The text around the finding, masked; None if it is not about text, or if none was
            asked for.
        one_line: Whether the whole file is one line, which makes line numbers useless.
        entry: Its entry in the baseline; None for a new finding.
    """

    path: str
    finding: Finding
    cell_id: str | None = None
    cell_type: str | None = None
    file_line: int | None = None
    first_line: str | None = None
    excerpt: Excerpt | None = None
    one_line: bool = False
    entry: "Entry | None" = None

    def occurrence(self, notebook: str) -> "Occurrence":
        """Return the finding as baselines match it.

        Args:
            notebook: The path of the notebook; empty for a finding about all notebooks together.
        """
        from nblint.linting.baseline import Occurrence

        return Occurrence(notebook or self.path, self.finding, self.cell_id)


class CellChange(Struct, frozen=True):
    """A cell before and after its fixes, masked; None if the cell is new or removed."""

    cell: int
    before: str | None
    after: str | None


class Note(Struct, frozen=True):
    """Something that is not wrong in itself, for a person to look at.

    Attributes:
        kind: What it is about: "settings", "suppression", "pipeline", …
        path: The file.
        message: One sentence without a credential.
        place: Where in a notebook; None for the file as a whole.
    """

    kind: str
    path: str
    message: str
    place: Place | None = None


class Result(Struct, frozen=True):
    """The result for one notebook.

    Attributes:
        path: The notebook.
        findings: The findings, after fixes.
        fixes: The number of findings that were fixed, or would be if only changes are shown.
        changes: The cells that the fixes change.
        removed_outputs: How many outputs the fixes remove.
        recorded: The number of findings that the baseline records.
        stale: The baseline's entries whose findings are gone.
        notebooks: 1; 0 for the findings about all notebooks together.
        suppressed: The number of findings that the notebook's author suppressed.
        hidden: The findings that are suppressed or recorded, if they were asked for.
        notes: What a person is asked to look at.
    """

    path: str
    findings: tuple[Reported, ...]
    fixes: int = 0
    changes: tuple[CellChange, ...] = ()
    removed_outputs: int = 0
    recorded: int = 0
    stale: "tuple[Entry, ...]" = ()
    notebooks: int = 1
    suppressed: int = 0
    hidden: tuple[Reported, ...] = ()
    notes: tuple[Note, ...] = ()
