"""Follows what is known where: guards around reads, fallbacks, and branches."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from nblint.reading.environment.notes import Notes, keys_of
from nblint.reading.environment.uses import EVERYTHING, Fallback
from nblint.reading.python.visitor import Visitor

_MISSING = frozenset(["KeyError", "LookupError", "Exception", "BaseException"])
_EXITS = frozenset(["exit", "os._exit", "os.abort", "quit", "sys.exit"])
_NOTHING: frozenset[str] = frozenset()


class Guards(Notes, Visitor, ast.NodeVisitor):
    """Visits the statements and expressions that decide whether a variable is there."""

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
            for statement in node.body:
                self.visit(statement)

    visit_AsyncWith = visit_With  # noqa: N815

    def visit_Try(self, node: ast.Try) -> None:
        caught = any(self.catches(handler.type) for handler in node.handlers)
        first = len(self.uses.reads)
        with self.state(caught=caught):
            for statement in node.body:
                self.visit(statement)
        tried = frozenset(read.name for read in self.uses.reads[first:] if read.name)
        for handler in node.handlers:
            start = self.scope.mark([*node.body, *node.orelse])
            if handler.name:
                self.scope.bind_unknown(handler.name)
            with self.state(absent=tried if caught else frozenset()):
                for statement in handler.body:
                    self.visit(statement)
            if self._exits(handler.body):
                self.scope.reset(start)
            else:
                self.scope.join(start, start)
        for statement in (*node.orelse, *node.finalbody):
            self.visit(statement)

    visit_TryStar = visit_Try  # type: ignore[assignment,unused-ignore]  # noqa: N815

    def visit_If(self, node: ast.If | ast.While) -> None:
        self.visit(node.test)
        held, failed = self.tested(node.test), self.tested(node.test, outcome=False)
        start = self.scope.mark([*node.body, *node.orelse])
        with self.state(present=held[0], absent=held[1]):
            for statement in node.body:
                self.visit(statement)
        after = self.scope.again(start)
        self.scope.reset(start)
        with self.state(present=failed[0], absent=failed[1]):
            for statement in node.orelse:
                self.visit(statement)
        # What comes after `if "X" not in os.environ: raise …` finds X.
        if isinstance(node, ast.While) or self._exits(node.body):
            self.present |= failed[0]
        if self._exits(node.orelse):
            self.present |= held[0]
            self.scope.reset(after)
        elif not self._exits(node.body):
            self.scope.join(after, start)

    visit_While = visit_If  # noqa: N815

    def visit_Assert(self, node: ast.Assert) -> None:
        self.visit(node.test)
        self.present |= self.tested(node.test)[0]

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        for value, other in ((node.body, node.orelse), (node.orelse, node.body)):
            present, absent = self.tested(node.test, outcome=value is node.body)
            with self.state(present=present, absent=absent):
                self._visit_with_fallback(value, node, other)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        is_or = isinstance(node.op, ast.Or)
        first = len(self.uses.reads)
        present = _NOTHING
        for value, following in zip(node.values, (*node.values[1:], None), strict=True):
            with self.state(present=present):
                self._visit_with_fallback(value, node, following if is_or else None)
            present |= self.tested(value, outcome=not is_or)[0]
        # `os.getenv("PORT") or 8080` can do without the variable.
        for index, read in enumerate(self.uses.reads[first:], first):
            is_sure = read.required or read.fallback is not None
            if is_or and not is_sure and read.name in self.scope.holds(node):
                self.uses.reads[index] = replace(read, guarded=True)

    def _visit_with_fallback(self, node: ast.expr, whole: ast.expr, other: ast.expr | None) -> None:
        """Visit a read whose value another one stands in for: `… or "x"`, `… if … else "x"`."""
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

    def tested(
        self, test: ast.expr, *, outcome: bool = True
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Return the variables that are there if a test has an outcome, and those that are not."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.tested(operand, outcome=not outcome)
            case ast.BoolOp(op=operator, values=values):
                pairs = [self.tested(value, outcome=outcome) for value in values]
                if isinstance(operator, ast.And) is outcome:
                    return (
                        _NOTHING.union(*(there for there, _ in pairs)),
                        _NOTHING.union(*(missing for _, missing in pairs)),
                    )
                there, missing = pairs[0]
                return (
                    there.intersection(*(there for there, _ in pairs)),
                    missing.intersection(*(missing for _, missing in pairs)),
                )
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                if isinstance(operator, (ast.In, ast.NotIn)) and self.is_environ(keys_of(right)):
                    names = frozenset(self.scope.strings(left) or ())
                else:
                    names = self.scope.holds(left) - {EVERYTHING}
                    if not isinstance(right, ast.Constant) or right.value:
                        # Equal to something, it is there; different, it may be.
                        return (names if outcome else _NOTHING), _NOTHING
                if isinstance(operator, (ast.NotIn, ast.Is, ast.Eq)) is outcome:
                    return _NOTHING, names
                return names, _NOTHING
        names = self.scope.holds(test) - {EVERYTHING}
        return (names, _NOTHING) if outcome else (_NOTHING, names)

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
        """Know something of variables for as long as the context lasts."""
        before = self.present, self.absent, self.caught
        self.present = self.present | present
        self.absent = self.absent | absent
        self.caught = self.caught or caught
        try:
            yield
        finally:
            self.present, self.absent, self.caught = before

    def _exits(self, body: list[ast.stmt]) -> bool:
        """Tell whether what comes after a block is not reached from its end."""
        match body[-1] if body else None:
            case ast.Raise() | ast.Return() | ast.Continue() | ast.Break():
                return True
            case ast.Expr(value=ast.Call(func=function)):
                return self.scope.path(function) in _EXITS
        return False
