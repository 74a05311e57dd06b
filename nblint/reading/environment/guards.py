"""Follows what is known about variables: guards around reads, fallbacks, and branches."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest

from msgspec import Struct
from msgspec.structs import replace

from nblint.reading.environment.recorder import Recorder, keys_of
from nblint.reading.environment.uses import EVERYTHING, Fallback
from nblint.reading.python.visitor import Visitor

_MISSING = frozenset(["KeyError", "LookupError", "Exception", "BaseException"])
_EXITS = frozenset(["exit", "os._exit", "os.abort", "quit", "sys.exit"])
_NOTHING: frozenset[str] = frozenset()
_EXPRESSIONS: frozenset[type[ast.AST]] = frozenset(ast.expr.__subclasses__())


class Tested(Struct, frozen=True):
    """What is known about variables where a test has an outcome.

    Attributes:
        present: The variables that are set.
        absent: The variables that are not set.
    """

    present: frozenset[str] = _NOTHING
    absent: frozenset[str] = _NOTHING


class Guards(Recorder, Visitor, ast.NodeVisitor):
    """Visits the statements and expressions that decide whether a variable is set."""

    def visit_block(self, statements: Sequence[ast.stmt]) -> None:
        """Visit statements; those that can use no variables, only to bind names."""
        for _ in self.visited(statements):
            pass

    def visited(self, statements: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
        """Visit statements as `visit_block` does, and yield each afterwards."""
        rows, is_relevant = range(0), True
        for statement, following in zip_longest(statements, statements[1:]):
            if not self.scope.is_irrelevant:
                own = self.cell.rows_of(statement, following)
                if own != rows:  # many statements can stand in one row
                    rows, is_relevant = own, self.relevance.of(self.cell.text_of(own))
            if is_relevant:
                self.visit(statement)
            else:
                self.pass_over(statement)
            yield statement

    def pass_over(self, statement: ast.stmt) -> None:
        """Bind the names of a statement whose expressions use no variables."""
        self.unvisited, self.scope.is_irrelevant = _EXPRESSIONS, True
        try:
            self.visit(statement)
        finally:
            self.unvisited, self.scope.is_irrelevant = Visitor.unvisited, False

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        caught = False
        for item in node.items:
            self.visit(item.context_expr)
            call = item.context_expr
            if isinstance(call, ast.Call) and self.scope.path(call.func) == "contextlib.suppress":
                caught = caught or any(self.catches(argument) for argument in call.args)
            if item.optional_vars is not None:
                self.scope.bind(item.optional_vars, None)
        with self.state(caught=caught):
            self.visit_block(node.body)

    visit_AsyncWith = visit_With  # noqa: N815

    def visit_Try(self, node: ast.Try) -> None:
        caught = any(self.catches(handler.type) for handler in node.handlers)
        first = len(self.uses.reads)
        with self.state(caught=caught):
            self.visit_block(node.body)
        tried = frozenset(read.name for read in self.uses.reads[first:] if read.name)
        for handler in node.handlers:
            start = self.scope.mark([*node.body, *node.orelse])
            if handler.name:
                self.scope.bind_unknown(handler.name)
            with self.state(absent=tried if caught else frozenset()):
                self.visit_block(handler.body)
            if self._exits(handler.body):
                self.scope.reset(start)
            else:
                self.scope.join(start, start)
        self.visit_block(node.orelse)
        self.visit_block(node.finalbody)

    visit_TryStar = visit_Try  # type: ignore[assignment,unused-ignore]  # noqa: N815

    def visit_If(self, node: ast.If | ast.While) -> None:
        self.visit(node.test)
        passed, failed = self.tested(node.test), self.tested(node.test, outcome=False)
        start = self.scope.mark([*node.body, *node.orelse])
        with self.state(present=passed.present, absent=passed.absent):
            self.visit_block(node.body)
        after = self.scope.again(start)
        self.scope.reset(start)
        with self.state(present=failed.present, absent=failed.absent):
            if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
                self.visit(node.orelse[0])  # no long chain of `elif` is looked through again
            else:
                self.visit_block(node.orelse)
        # X is set after `if "X" not in os.environ: raise …`.
        if isinstance(node, ast.While) or self._exits(node.body):
            self.present |= failed.present
        if self._exits(node.orelse):
            self.present |= passed.present
            self.scope.reset(after)
        elif not self._exits(node.body):
            self.scope.join(after, start)

    visit_While = visit_If  # noqa: N815

    def visit_Assert(self, node: ast.Assert) -> None:
        self.visit(node.test)
        self.present |= self.tested(node.test).present

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        for value, other in ((node.body, node.orelse), (node.orelse, node.body)):
            tested = self.tested(node.test, outcome=value is node.body)
            with self.state(present=tested.present, absent=tested.absent):
                self._visit_with_fallback(value, node, other)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        is_or = isinstance(node.op, ast.Or)
        first = len(self.uses.reads)
        present = _NOTHING
        for value, following in zip(node.values, (*node.values[1:], None), strict=True):
            with self.state(present=present):
                self._visit_with_fallback(value, node, following if is_or else None)
            present |= self.tested(value, outcome=not is_or).present
        # `os.getenv("PORT") or 8080` can do without the variable.
        for index, read in enumerate(self.uses.reads[first:], first):
            is_sure = read.required or read.fallback is not None
            if is_or and not is_sure and read.name in self.scope.holds(node):
                self.uses.reads[index] = replace(read, guarded=True)

    def _visit_with_fallback(self, node: ast.expr, whole: ast.expr, other: ast.expr | None) -> None:
        """Visit a read that another value stands in for: `… or "x"`, `… if … else "x"`."""
        first = len(self.uses.reads)
        self.visit(node)
        text = next(filter(None, self.scope.strings(other) or ()), None)
        if text is None:
            return
        reads = self.uses.reads
        for index in range(first, len(reads)):
            if reads[index].fallback is None and self.scope.holds(node) >= {reads[index].name}:
                fallback = Fallback(text, self.without(node, whole))
                reads[index] = replace(reads[index], fallback=fallback)

    def tested(self, test: ast.expr, *, outcome: bool = True) -> Tested:
        """Return what is known about variables if a test has an outcome."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.tested(operand, outcome=not outcome)
            case ast.BoolOp():
                return self._tested_together(test, outcome=outcome)
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return self._compared(left, operator, right, outcome=outcome)
        names = self.scope.holds(test) - {EVERYTHING}
        return Tested(present=names) if outcome else Tested(absent=names)

    def _tested_together(self, test: ast.BoolOp, *, outcome: bool) -> Tested:
        tested = [self.tested(value, outcome=outcome) for value in test.values]
        # All of the values have the outcome if `and` is true or `or` false; else at least one has.
        all_have_it = isinstance(test.op, ast.And) is outcome
        combined = frozenset[str].union if all_have_it else frozenset[str].intersection
        return Tested(combined(*(t.present for t in tested)), combined(*(t.absent for t in tested)))

    def _compared(
        self, left: ast.expr, operator: ast.cmpop, right: ast.expr, *, outcome: bool
    ) -> Tested:
        if isinstance(operator, (ast.In, ast.NotIn)) and self.is_environ(keys_of(right)):
            names = frozenset(self.scope.strings(left) or ())
        else:
            names = self.scope.holds(left) - {EVERYTHING}
            if not isinstance(right, ast.Constant) or right.value:
                # Equal to something, it is set; different from it, it may be.
                return Tested(present=names) if outcome else Tested()
        if isinstance(operator, (ast.NotIn, ast.Is, ast.Eq)) is outcome:
            return Tested(absent=names)
        return Tested(present=names)

    def catches(self, exception: ast.expr | None) -> bool:
        """Tell whether an `except` catches that a variable is missing."""
        if exception is None:
            return True
        if isinstance(exception, ast.Tuple):
            return any(self.catches(element) for element in exception.elts)
        return self.scope.path(exception) in _MISSING

    @contextmanager
    def state(
        self,
        *,
        present: frozenset[str] = frozenset(),
        absent: frozenset[str] = frozenset(),
        caught: bool = False,
    ) -> Iterator[None]:
        """Know more about variables for as long as the context lasts."""
        before = self.present, self.absent, self.caught
        self.present = self.present | present
        self.absent = self.absent | absent
        self.caught = self.caught or caught
        try:
            yield
        finally:
            self.present, self.absent, self.caught = before

    def _exits(self, body: list[ast.stmt]) -> bool:
        """Tell whether the end of a block never reaches what comes after it."""
        match body[-1] if body else None:
            case ast.Raise() | ast.Return() | ast.Continue() | ast.Break():
                return True
            case ast.Expr(value=ast.Call(func=function)):
                return self.scope.path(function) in _EXITS
        return False
