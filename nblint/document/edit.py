"""What can be changed in a notebook: small edits, which `nblint.document.apply` applies."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from msgspec import Struct

from nblint.document.model import Notebook, Place
from nblint.document.rows import offset_of
from nblint.patterns import lazy_pattern

_ID = lazy_pattern(r"[a-zA-Z0-9_-]{1,64}")


class TextEdit(Struct, frozen=True):
    """Replaces text in a cell's source.

    Attributes:
        cell: The cell's number, 1-based.
        start: Where the text begins: a 0-based offset in the source, in code points.
        end: Where it ends, exclusive.
        text: The new text; its line ends become those of the cell.
    """

    cell: int
    start: int
    end: int
    text: str


class InsertCell(Struct, frozen=True):
    """Inserts a markdown cell.

    Attributes:
        before: The number of the cell that follows it, 1-based; one more than there are cells
            appends it.
        source: Its text.
    """

    before: int
    source: str


class DeleteCell(Struct, frozen=True):
    """Removes a cell.

    Attributes:
        cell: The cell's number, 1-based.
    """

    cell: int


class ReorderCells(Struct, frozen=True):
    """Moves whole cells.

    Attributes:
        order: All cells' numbers in their new order.
    """

    order: tuple[int, ...]


class SetValue(Struct, frozen=True):
    """Sets a value in a cell's JSON: replaces it, or adds it to the object that it belongs in.

    Attributes:
        cell: The cell's number, 1-based.
        path: Keys and 0-based indexes from the cell to the value, such as `("metadata", "tags")`;
            not the source.
        value: The value.
    """

    cell: int
    path: tuple[str | int, ...]
    value: object


class Rewrite(Struct, frozen=True):
    """Replaces the whole file.

    Attributes:
        raw: The new bytes.
    """

    raw: bytes


class Convert(Struct, frozen=True):
    """Converts the whole file to nbformat 4.5."""


Edit = TextEdit | InsertCell | DeleteCell | ReorderCells | SetValue | Rewrite | Convert


def rewrites(edits: Iterable[Edit]) -> bool:
    """Tell whether one of some edits replaces the whole file."""
    return any(isinstance(edit, (Rewrite, Convert)) for edit in edits)


def replace(notebook: Notebook, place: Place, text: str) -> TextEdit:
    """Return the edit that replaces a place in a cell's source by a text."""
    if place.cell is None or place.row is None or place.end_row is None:
        raise ValueError("only a place in a cell's source can be replaced")
    source = notebook.cells[place.cell - 1].source
    start = offset_of(source, place.row, place.column or 1)
    return TextEdit(
        place.cell, start, offset_of(source, place.end_row, place.end_column or 1), text
    )


def edited(source: str, edits: Sequence[TextEdit]) -> str:
    """Return a cell's source after edits that do not conflict."""
    result, position = "", 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        result += source[position : edit.start] + with_line_ends_of(source, edit.text)
        position = edit.end
    return result + source[position:]


def with_line_ends_of(source: str, text: str) -> str:
    r"""Return a text with the line ends of a source: `\r\n` where it has one, else `\n`."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n" if "\r\n" in source else "\n")


def is_cell_id(text: str) -> bool:
    """Tell whether a text can be the id of a cell.

    https://jupyter.org/enhancement-proposals/62-cell-id/cell-id.html
    """
    return _ID.fullmatch(text) is not None


class NewIds:
    """Gives cells ids that are not taken.

    Args:
        taken: The ids in use.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._tried: dict[str, int] = {}  # cells can be alike by the thousand

    def of(self, text: str) -> str:
        """Return an id for a cell; it follows from its text, so that a fix gives the same bytes."""
        import hashlib

        while True:
            counter = self._tried.get(text, 0)
            self._tried[text] = counter + 1
            digest = hashlib.sha256(f"{counter or ''}{text}".encode("utf-8", "surrogatepass"))
            if (identifier := digest.hexdigest()[:8]) not in self._taken:
                self._taken.add(identifier)
                return identifier


class Together:
    """Edits that can be applied together, because no two of them touch the same part.

    Insertions at the same point do not conflict: they follow each other.
    """

    def __init__(self) -> None:
        # A notebook can have thousands of edits: each is compared with those that are near it.
        self._of_cells: dict[int, list[Edit]] = {}
        self._texts: dict[int, list[TextEdit]] = {}  # in the order of their starts
        self._others: list[Edit] = []

    def take(self, edits: Sequence[Edit]) -> bool:
        """Add edits that belong together; return False and add nothing if one conflicts."""
        if any(
            _conflict(one, edit) or _conflict(edit, one)
            for edit in edits
            for one in self._near(edit)
        ):
            return False
        for edit in edits:
            if isinstance(edit, TextEdit):
                texts = self._texts.setdefault(edit.cell, [])
                texts.insert(bisect_right(texts, edit.start, key=_start), edit)
            elif isinstance(edit, (DeleteCell, SetValue)):
                self._of_cells.setdefault(edit.cell, []).append(edit)
            else:
                self._others.append(edit)
        return True

    def _near(self, edit: Edit) -> Iterator[Edit]:
        """Yield the edits that can conflict with another one."""
        yield from self._others
        if isinstance(edit, (TextEdit, DeleteCell, SetValue)):
            yield from self._of_cells.get(edit.cell, ())
            texts = self._texts.get(edit.cell, [])
            # These texts do not overlap, so only the neighbours can reach this one.
            at = bisect_right(texts, edit.start, key=_start) if isinstance(edit, TextEdit) else 1
            yield from texts[max(0, at - 1) : at + 1]
        else:
            yield from chain.from_iterable(self._of_cells.values())
            yield from chain.from_iterable(self._texts.values())


def _start(edit: TextEdit) -> int:
    return edit.start


def _conflict(one: Edit, other: Edit) -> bool:
    match one, other:
        case Rewrite() | Convert(), _:
            return True
        case ReorderCells(), InsertCell() | DeleteCell() | ReorderCells():
            return True
        case DeleteCell(cell), TextEdit() | DeleteCell() | SetValue():
            return cell == other.cell
        case TextEdit(), TextEdit():
            at_one_point = one.start == one.end == other.start == other.end
            return (
                one.cell == other.cell
                and one.start < max(other.end, other.start + 1)
                and other.start < max(one.end, one.start + 1)
                and not at_one_point
            )
        case SetValue(cell, path), SetValue():
            above = path[: len(other.path)] == other.path or path[:-1] == other.path[:-1]
            return cell == other.cell and above
        case _:
            return False
