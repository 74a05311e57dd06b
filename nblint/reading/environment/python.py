"""Finds what the Python of a notebook does with environment variables."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from nblint.document.model import Place
from nblint.document.rows import offset_of
from nblint.patterns import lazy_pattern
from nblint.reading.environment.guards import Guards
from nblint.reading.environment.idioms import GETTERS, PATCHES, READABLE, SETTERS, SHELLS
from nblint.reading.environment.notebook_functions import NotebookFunction
from nblint.reading.environment.recorder import argument, keys_of
from nblint.reading.environment.scope import NOTHING, Held
from nblint.reading.environment.sinks_and_sources import shown_by, source_of
from nblint.reading.environment.uses import Uses, ValueSource
from nblint.reading.python.cells import PythonCell
from nblint.reading.python.syntax import parse_expression

_PATCH_OPTIONS = ("in_dict", "values", "clear")
_FILLING = frozenset(["add", "append", "appendleft", "extend", "insert", "setdefault", "update"])
_ENVIRON_METHOD = lazy_pattern(r"os\.environb?\.(\w+)")
# Kubeflow runs the function in a container of its own, with another environment.
# https://www.kubeflow.org/docs/components/pipelines/user-guides/components/
_REMOTE = lazy_pattern(r"^(?:(?:kfp|dsl)\.(?:\w+\.)*)?(?:container_)?component$")


class PythonEnvironment(Guards, ast.NodeVisitor):
    """Records the uses in the trees of a notebook's cells, which must be read in order.

    Args:
        uses: Where they are recorded.
        sources: The sources of the notebook's Python cells.
        magic: Called for each call of IPython that a magic or shell line stands for.
        everything: Whether to visit also the code that can have none.
    """

    def __init__(
        self,
        uses: Uses,
        sources: Iterable[str],
        magic: Callable[[PythonCell, ast.Call], Held],
        *,
        everything: bool = False,
    ) -> None:
        super().__init__(uses, sources, everything=everything)
        self._magic = magic
        self._function: NotebookFunction | None = None
        self._in_class = False
        self._discarded: ast.expr | None = None  # an expression whose value is not used

    def read_cell(self, cell: PythonCell) -> None:
        """Record the uses in a cell."""
        self.cell = cell
        body = cell.tree.body if cell.tree else []
        try:
            self.visit_block(body)
            self._show_last(body)
        except RecursionError:
            return  # nested more deeply than anybody writes code

    def bind_names(self, cell: PythonCell) -> None:
        """Bind the names of a cell without relevant code."""
        self.cell = cell
        try:
            for statement in cell.tree.body if cell.tree else ():
                self.pass_over(statement)
        except RecursionError:
            return

    def read_expression(self, cell: PythonCell, expression: str, place: Place) -> Held:
        """Record the uses in a shell line's expression; return what its value shows."""
        self.cell = cell
        try:
            node = parse_expression(expression)
            self.instead = place
            self.visit(node)
            return self.scope.holds(node)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return NOTHING
        finally:
            self.instead = None

    # Statements

    def visit_Import(self, node: ast.Import) -> None:
        self.scope.bind_import(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.scope.bind_import(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if isinstance(node.value, ast.Lambda) and isinstance(node.targets[0], ast.Name):
            self._define(node.targets[0].id, node.value.args, node.value.body)
            return
        self.visit(node.value)
        for target in node.targets:
            self._assign(target, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
            self._assign(node.target, node.value)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self._assign(node.target, node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        if self.is_environ(node.target) and isinstance(node.op, ast.BitOr):
            self.record_mapping(node.value)
        elif isinstance(node.target, ast.Subscript) and self.is_environ(node.target.value):
            self.record_read(node.target, node.target.slice, required=True)
            self.record_write(node.target, node.target.slice)
        else:
            self.scope.bind(node.target, ast.BinOp(node.target, ast.Add(), node.value))

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript) and self.is_environ(target.value):
                self.record_write(target, target.slice, removes=True)
            else:
                self.visit(target)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self.scope.bind_loop(node.target, node.iter)
        self.visit_block(node.body)
        self.visit_block(node.orelse)

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if _REMOTE.search(self.scope.path(called) or ""):
                self.scope.bind_unknown(node.name)
                return
        self._define(node.name, node.args, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._define("", node.args, node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self._in_class = self._in_class, True
        with self.scope.class_body(node.name):
            for statement in self.visited(node.body):
                for target in getattr(statement, "targets", ()):
                    self.scope.bind_attribute(target)
        self._in_class = outer
        self.scope.bind_unknown(node.name)
        self.functions.objects.add(node.name)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.visit(node.value)
            if self._function is not None:
                self._function.returns |= self.scope.holds(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        self._discarded = node.value
        self.visit(node.value)

    # Expressions

    def visit_comprehension_of(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        """Visit a comprehension, its loops first."""
        self._comprehend(node.generators, (node.elt,))

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_comprehension_of  # noqa: N815

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehend(node.generators, (node.key, node.value))

    def visit_Compare(self, node: ast.Compare) -> None:
        operands = (node.left, *node.comparators)
        for left, operator, right in zip(operands, node.ops, operands[1:], strict=False):
            if isinstance(operator, (ast.In, ast.NotIn)) and self.is_environ(keys_of(right)):
                self.record_read(node, left, asks=True)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.ctx, ast.Load) and self.scope.path(node.value) in READABLE:
            self.record_read(node, node.slice, required=True, optional=self.as_get(node))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if _is_ipython(node):
            self.magic_values[node] = self._magic(self.cell, node)
            return
        self.generic_visit(node)
        self._record_access(node, self.scope.path(node.func) or "")
        if isinstance(node.func, ast.Attribute) and node.func.attr in _FILLING:
            self._fill(node.func.value, node)
        self.record_call(node)
        if source := source_of(node, self.scope):
            self.uses.sources.append(ValueSource(*source, self.place(node)))
        if by := shown_by(node, self.scope):
            for shown in (*node.args, *(keyword.value for keyword in node.keywords)):
                self.expose(self.scope.holds(shown), self.place(shown), by)

    def _record_access(self, node: ast.Call, path: str) -> None:
        """Record what a call does with the environment if the function at `path` accesses it."""
        name, default = argument(node, 0, "key"), argument(node, 1, "default")
        if path in GETTERS:
            self._record_get(node, name, default)
        elif path in SETTERS:
            self.record_write(node, name, removes=path == "os.unsetenv")
        elif path == "os.path.expandvars":
            self.record_expanded(node)
        elif path in SHELLS or (path.startswith("subprocess.") and _has_shell(node)):
            self.record_command(node, argument(node, 0, "args"), path)
        elif path in PATCHES:
            self._record_patch(node, name)
        elif found := _ENVIRON_METHOD.fullmatch(path):
            self.record_method(node, found[1], name, default, discarded=node is self._discarded)

    def _record_get(self, node: ast.Call, name: ast.expr | None, default: ast.expr | None) -> None:
        """Record `os.getenv(name, default)` and the like."""
        fallback = self.fallback(node, name, default)
        given = default is not None and getattr(default, "value", default) is not None
        # A parameter of the notebook's own function is usually None.
        is_parameter = any("\0" in text for text in self.scope.strings(default) or ())
        guarded = given and fallback is None and not is_parameter
        self.record_read(node, name, fallback=fallback, guarded=guarded)

    def _record_patch(self, node: ast.Call, mapping: ast.expr | None) -> None:
        """Record `patch.dict` of the environment, given itself or by its name."""
        if mapping is None:
            return
        if self.is_environ(mapping) or "os.environ" in (self.scope.strings(mapping) or ()):
            values = argument(node, 1, "values")
            others = [keyword for keyword in node.keywords if keyword.arg not in _PATCH_OPTIONS]
            self.record_updates([values] if values else [], others)

    # Shared by several

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                if isinstance(element, ast.Subscript) and self.is_environ(element.value):
                    self.record_write(element, element.slice)
        if isinstance(target, ast.Subscript) and self.is_environ(target.value):
            self.visit(target.slice)
            keeps = self.scope.strings(target.slice) or ()
            # `os.environ["X"] = os.getenv("X", "y")` keeps a value that is set.
            copies = bool(keeps) and self.scope.holds(value) >= frozenset(keeps)
            copies = copies and not isinstance(value, (ast.BinOp, ast.JoinedStr))
            self.record_write(target, target.slice, copies=copies)
            return
        if not isinstance(target, ast.Name):
            self.visit(target)
        elif isinstance(value, ast.Call):
            self.functions.bind_object(target.id, value.func)
        self.scope.bind(target, value)

    def _fill(self, container: ast.expr, call: ast.Call) -> None:
        """Follow values into a list or dict: `headers.update({"X": token})`."""
        # A client's `add` or `insert` keeps what it is given to itself.
        if self.scope.container(container) is None and not isinstance(container, ast.Attribute):
            return
        for added in (*call.args, *(keyword.value for keyword in call.keywords)):
            self.scope.add(container, self.scope.holds(added))

    def _define(self, name: str, arguments: ast.arguments, body: list[ast.stmt] | ast.expr) -> None:
        """Visit a function's body, in which parameters are symbols."""
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.visit(default)
        key = f".{name}" if self._in_class else name or f"<lambda {self.uses.next()}>"
        function = self.functions.define(key, arguments)
        if name:
            self.scope.bind_unknown(name)
        outer = self._function, self.late, self._in_class
        self._function, self.late, self._in_class = function, True, False
        with self.scope.inner(), self.state():
            for parameter, symbol in function.symbols.items():
                self.scope.bind_unknown(parameter, symbol)
            if arguments.kwarg is not None:
                self.scope.bind_unknown(arguments.kwarg.arg)
            if isinstance(body, list):
                self.visit_block(body)
            else:
                self.visit(body)
                function.returns = self.scope.holds(body)
        self._function, self.late, self._in_class = outer
        if name and function.is_using:
            self.scope.followed.add(name)

    def _show_last(self, body: list[ast.stmt]) -> None:
        """Record what a cell displays: the value of its last line, unless that ends with `;`."""
        last = body[-1] if body else None
        if not isinstance(last, ast.Expr) or not (held := self.scope.holds(last.value)):
            return
        place = self.place(last)
        source = self.cell.source
        end = offset_of(source, place.end_row or 1, place.end_column or 1)
        if not source[end:].lstrip(" \t)").startswith(";"):
            self.expose(held, place, "the cell's last line")

    def _comprehend(
        self, generators: list[ast.comprehension], elements: tuple[ast.expr, ...]
    ) -> None:
        with self.scope.inner(), self.state():
            for generator in generators:
                self.visit(generator.iter)
                self.scope.bind_loop(generator.target, generator.iter)
                for test in generator.ifs:
                    self.visit(test)
                    self.present |= self.tested(test).present
            for element in elements:
                self.visit(element)


def _is_ipython(node: ast.Call) -> bool:
    """Tell whether a call is what a magic or shell line was turned into."""
    return (
        isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Call)
        and isinstance(node.func.value.func, ast.Name)
        and node.func.value.func.id == "get_ipython"
    )


def _has_shell(node: ast.Call) -> bool:
    return any(
        keyword.arg == "shell" and isinstance(keyword.value, ast.Constant) and keyword.value.value
        for keyword in node.keywords
    )
