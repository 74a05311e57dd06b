"""Papermill's parameters: those that a notebook sets, and those that its header documents.

https://papermill.readthedocs.io/en/stable/usage-parameterize.html
"""

import ast
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from nblint.document.model import Cell, Notebook, Place
from nblint.patterns import lazy_pattern
from nblint.reading.header.header import (
    INJECTED_TAG,
    PARAMETERS_TAG,
    Header,
    HeaderEntry,
    Section,
)
from nblint.reading.header.headings import normalised
from nblint.reading.header.skeleton import prompt
from nblint.reading.markdown.blocks import blocks
from nblint.reading.markdown.model import TextSpan
from nblint.reading.python.cells import PythonCell, PythonCells
from nblint.settings import HeaderSettings, SectionSettings

_SECTION = "parameters"

# Dashes apart: a set of several characters beyond Latin-1 takes long to compile.
_NAME = lazy_pattern(r"\s*(-{0,2}[A-Za-z_]\w*)\s*(?:[(:=\[-].*|[–—].*)?", re.DOTALL)
_HTML_TABLE = lazy_pattern(r"<t(?:able|d|r)\b", re.IGNORECASE)
_ITEM = lazy_pattern(r"\s*(?:`(?P<code>[^`\n]{1,100})`|(?P<name>[A-Za-z_]\w*)\s*(?=[:=(–—-]))")
_MARKUP = lazy_pattern(r"</?\w[^<>]{0,100}>|[`*]|\\(?=[_*])")


class Parameter(Struct, frozen=True):
    """A name that the parameters cell assigns.

    Attributes:
        name: The name.
        place: The name's place.
        value: The assigned value; None where it has none.
        obstacle: Why papermill cannot infer or replace it faithfully; None where it can.
        comment: The comment after it, which papermill shows as its help.
    """

    name: str
    place: Place
    value: ast.expr | None
    obstacle: str | None
    comment: str


class Documented(Struct, frozen=True):
    """A name in the header's table or list of parameters."""

    name: str
    place: Place


class ParameterTable(Struct, frozen=True):
    """The header's table of parameters.

    Attributes:
        cell: Its cell.
        row: Its first row, 1-based.
        end_row: Its last row.
        columns: The texts of its header row.
        name_column: The column of the names, 0-based.
        placeholders: The rows of which the author has written nothing.
        is_code: Whether the names are written as code.
    """

    cell: Cell
    row: int
    end_row: int
    columns: tuple[str, ...]
    name_column: int
    placeholders: tuple[int, ...]
    is_code: bool


class Parameters:
    """A notebook's parameters.

    Attributes:
        tagged: The cells tagged `parameters`, of any type.
        injected: The cells that papermill has injected.
        python: The cell whose assignments are the parameters; papermill takes the first.
        assigned: The names that it assigns, each once.
        section: The header's section of parameters.
        documented: The names in that section; None without a section, or where its table does not
            render or is HTML.
        table: The section's table.
        is_configured: Whether the settings have such a section.
    """

    def __init__(
        self, notebook: Notebook, python: PythonCells, header: Header, settings: HeaderSettings
    ) -> None:
        self.tagged = tuple(cell for cell in notebook.cells if PARAMETERS_TAG in cell.tags)
        self.injected = tuple(
            cell for cell in notebook.cells if cell.type == "code" and INJECTED_TAG in cell.tags
        )
        first = next((cell for cell in self.tagged if cell.type == "code"), None)
        self.python = next((cell for cell in python if cell.cell is first), None)
        self.assigned = tuple(assigned_in(self.python)) if self.python else ()
        self.is_configured = any(map(_is_parameters, settings.sections))
        self.section = next((s for s in header.sections if _is_parameters(s.settings)), None)
        self.table: ParameterTable | None = None
        self.documented: tuple[Documented, ...] | None = None
        if self.section:
            self._read_section(notebook, self.section, settings)

    @classmethod
    def read(
        cls, notebook: Notebook, python: PythonCells, header: Header, settings: HeaderSettings
    ) -> "Parameters":
        """Read the parameters of a notebook."""
        return cls(notebook, python, header, settings)

    @property
    def readable(self) -> bool:
        """Whether the parameters cell exists and its assignments are known."""
        return self.python is not None and self.python.tree is not None

    def _read_section(self, notebook: Notebook, section: Section, settings: HeaderSettings) -> None:
        placeholders = _placeholders(section, settings)
        documented: list[Documented] = []
        is_quoted = False  # whether the table stands in a quotation, which is not edited
        for entry in section.entries:
            cell = notebook.cells[entry.cell - 1]
            if entry.block.fault not in (None, "hidden"):
                return  # a table that does not render
            if entry.block.kind == "table" and self.table is None and not is_quoted:
                self.table = _table(cell, entry, placeholders)
                documented += _rows(self.table, entry, placeholders)
            elif entry.block.kind in ("list", "numbered-list"):
                documented += _items(cell, entry, placeholders)
            elif entry.block.kind == "quote" and any(t.header for t in entry.block.texts):
                is_quoted = True
                documented += _rows(_table(cell, entry, placeholders), entry, placeholders)
            elif entry.block.kind == "html" and _HTML_TABLE.search(entry.block.texts[0].text):
                return  # only a browser reads it
        self.documented = tuple(documented)


def _is_parameters(section: SectionSettings) -> bool:
    names = (section.title, *section.aliases)
    return any(normalised(name) == _SECTION for name in names)


def _placeholders(section: Section, settings: HeaderSettings) -> frozenset[str]:
    """Return the casefolded texts that the author was meant to replace."""
    texts = (text.text for block in blocks(prompt(section.settings)) for text in block.texts)
    return frozenset(text.casefold() for text in (*texts, *settings.placeholders, ""))


def _table(cell: Cell, entry: HeaderEntry, placeholders: frozenset[str]) -> ParameterTable:
    columns = tuple(text.text for text in entry.block.texts if text.header)
    named = [normalised(column) for column in columns]
    likely = (i for i, name in enumerate(named) if name in ("parameter", "parameters", "name"))
    name_column = next(likely, 0)
    names = [t for t in entry.block.texts if t.column == name_column and not t.header]
    written = {
        text.row
        for text in entry.block.texts
        if not text.header and text.text.casefold() not in placeholders
    }
    unwritten = tuple(name.row for name in names if name.row not in written)
    is_code = any(name.text.startswith("`") for name in names)
    end_row = max(text.end_row for text in entry.block.texts) if names else entry.block.row + 1
    return ParameterTable(cell, entry.block.row, end_row, columns, name_column, unwritten, is_code)


def _rows(
    table: ParameterTable, entry: HeaderEntry, placeholders: frozenset[str]
) -> Iterator[Documented]:
    for text in entry.block.texts:
        is_name = text.column == table.name_column and not text.header
        if is_name and text.text.casefold() not in placeholders:
            yield from _names(table.cell, text)


def _names(cell: Cell, text: TextSpan) -> Iterator[Documented]:
    """Yield the names in a table cell: `x`, **x**, x (int), or several with commas."""
    plain = _MARKUP.sub("", text.text).strip()
    if normalised(plain) in ("none", "n/a", "-", "–", "—", ""):
        return
    pieces = [piece for piece in re.split(r"[,/&]|\bor\b|\band\b", plain) if piece.strip()]
    found = [match for piece in pieces if (match := _NAME.fullmatch(piece))]
    names = [match[1].lstrip("-") for match in found] if len(found) == len(pieces) else [plain]
    for name in names:
        yield Documented(name, _place(cell, text, name))


def _items(cell: Cell, entry: HeaderEntry, placeholders: frozenset[str]) -> Iterator[Documented]:
    """Yield the names at the start of a list's items."""
    for text in entry.block.texts:
        item = _ITEM.match(text.text.lstrip("*_"))
        if item and text.text.casefold() not in placeholders:
            name = item["code"] or item["name"]
            if name.isidentifier():
                yield Documented(name, _place(cell, text, name))


def _place(cell: Cell, text: TextSpan, name: str) -> Place:
    row = cell.rows[text.row - 1] if text.row <= len(cell.rows) else ""
    column = row.find(name) + 1
    return (
        cell.place(text.row, column, text.row, column + len(name))
        if column
        else (cell.place(text.row))
    )


def assigned_in(python: PythonCell) -> Iterator[Parameter]:
    """Yield the names that a cell assigns at its top level, each once; without those with a `_`.

    Args:
        python: The cell.
    """
    if python.tree is None:
        return
    found: dict[str, Parameter] = {}
    for statement, is_conditional in _statements(python.tree.body):
        for target, value, obstacle in _targets(statement):
            if target.id.startswith("_"):
                continue
            problem = "is assigned under a condition" if is_conditional else obstacle
            comment = _comment(python.cell, statement)
            new = Parameter(target.id, python.place(target), value, problem, comment)
            first = found.setdefault(target.id, new)
            found[target.id] = replace(first, obstacle=first.obstacle or problem)
    yield from found.values()


def _statements(body: Iterable[ast.stmt]) -> Iterator[tuple[ast.stmt, bool]]:
    """Yield statements and whether they are conditional; loops and functions set no parameters."""
    pending = [(statement, False) for statement in body]
    while pending:
        statement, is_conditional = pending.pop(0)
        yield statement, is_conditional
        inner: list[ast.stmt] = []
        if isinstance(statement, (ast.If, ast.Try)):
            inner = [n for n in ast.iter_child_nodes(statement) if isinstance(n, ast.stmt)]
        if isinstance(statement, ast.Try):
            inner += [n for handler in statement.handlers for n in handler.body]
        pending[:0] = [(nested, True) for nested in inner]


def _targets(statement: ast.stmt) -> Iterator[tuple[ast.Name, ast.expr | None, str | None]]:
    """Yield the names that a statement assigns, their values, and the obstacles to them."""
    match statement:
        case ast.Assign(targets=[ast.Name() as name], value=value):
            yield name, value, _obstacle(value)
        case ast.AnnAssign(target=ast.Name() as name, value=None):
            yield name, None, "has no value"
        case ast.AnnAssign(target=ast.Name() as name, value=ast.expr() as value):
            yield name, value, _obstacle(value)
        case ast.AugAssign(target=ast.Name() as name):
            yield name, None, "is changed in place"
        case ast.Assign(targets=targets):
            for target in targets:
                for node in ast.walk(target):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        yield node, None, "is assigned together with others"


def _obstacle(value: ast.expr) -> str | None:
    """Return why papermill cannot replace this value by another one; None where it can.

    It writes the values of JSON and YAML: text, numbers, booleans, null, lists and mappings.
    """
    pending: list[ast.AST] = [value]
    while pending:
        match node := pending.pop():
            case ast.Constant(value=None | bool() | int() | float() | str()):
                continue
            case ast.Constant(value=other):
                return f"is {_kind(other)}, which papermill cannot write"
            case ast.Set():
                return "is a set, which papermill cannot write"
            case ast.Call(func=ast.Name(id="float"), args=[ast.Constant()], keywords=[]):
                continue  # papermill's own way to write infinity and NaN
            case ast.Dict(keys=keys) if None in keys:
                return "is computed"
            case ast.List() | ast.Tuple() | ast.Dict() | ast.BinOp() | ast.UnaryOp():
                pending += [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)]
            case ast.JoinedStr(values=values) if all(isinstance(v, ast.Constant) for v in values):
                continue
            case _:
                return "is computed"
    return None


def _kind(value: object) -> str:
    return {bytes: "bytes", complex: "a complex number"}.get(type(value), "an ellipsis")


def _comment(cell: Cell, statement: ast.stmt) -> str:
    """Return the comment after a statement, without `type:`; Colab's `@param` is not one."""
    row = cell.rows[(statement.end_lineno or 1) - 1] if statement.end_lineno else ""
    after = row.encode("utf-8", "surrogatepass")[statement.end_col_offset or 0 :]
    text = after.decode("utf-8", "replace").strip()
    if not text.startswith("#"):
        return ""
    comment = re.sub(r"^#+\s*(?:type:\s*\S+\s*#?\s*)?", "", text)
    return "" if comment.startswith("@param") else comment
