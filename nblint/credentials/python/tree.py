"""Find credentials in Python's syntax tree: string constants with credential-like names.

Look-ups (`os.environ["X"]`, `getpass()`, `vault.read("…")`) are not constants, so they are never
reported.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from typing import Any, ClassVar

from nblint.credentials.hits import Hit
from nblint.credentials.python.assignments import Assignments, last_of, strictly
from nblint.credentials.python.calls import Calls
from nblint.credentials.python.contents import Contents
from nblint.credentials.python.literals import LooseConstants, statements
from nblint.credentials.python.signatures import signatures
from nblint.reading.python.names import called_name
from nblint.reading.python.visitor import walk
from nblint.secret_names.judge import PASSWORD, Level, judge

_PROMPTS = frozenset({"getpass", "askpass", "get_password"})
_SHORTEST_CONTENT = 12  # of a literal that can hold a credential with its name


class TreeSearch:
    """Finds credentials in one tree.

    Args:
        tree: The syntax tree of a cell.
        text: The cell's source.
        offset: Turns a 1-based row and a UTF-8 byte offset, as `ast` gives them, into an offset
            in the text.
        placeholders: Values that are not secrets, from the settings.
    """

    def __init__(
        self,
        tree: ast.Module,
        text: str,
        offset: Callable[[int, int], int],
        placeholders: Collection[str] = (),
    ) -> None:
        self._tree = tree
        self._text = text
        self._contents = Contents(text, offset, placeholders)
        self._constants = LooseConstants(tree)
        self._signatures: dict[str, list[str]] | None = None
        self._assignments = Assignments(self._constants, self._contents)
        self._calls = Calls(self._constants, self._contents, self._assignments, placeholders)

    def find(self) -> Iterator[Hit]:
        """Yield hits in no particular order; a credential may be found more than once."""
        # If an author writes out `get_ipython()`, no other search reads its argument.
        skip = _is_magic if "get_ipython" not in self._text else None
        for node in walk(self._tree, skip):
            look = self._looks.get(node.__class__)
            if look is not None:
                yield from look(self, node)

    def _assignment(self, node: ast.Assign) -> Iterator[Hit]:
        for target in node.targets:
            yield from self._assignments.assigned(target, node.value)
            if isinstance(target, ast.Attribute) and target.attr == "argv":
                yield from self._calls.command_line(node.value)

    def _single_assignment(
        self, node: ast.AnnAssign | ast.AugAssign | ast.NamedExpr
    ) -> Iterator[Hit]:
        if node.value is not None:
            yield from self._assignments.assigned(node.target, node.value)

    def _keyword(self, node: ast.keyword) -> Iterator[Hit]:
        if node.arg is not None:
            yield from self._assignments.bound(node.arg, node.value)

    def _mapping(self, node: ast.Dict) -> Iterator[Hit]:
        names = [self._constants.fold(key and last_of(key)) for key in node.keys]
        for name, value in zip(names, node.values, strict=True):
            if name is not None and not (name.lower() == "pass" and _has_failed(names)):
                yield from self._assignments.bound(name, value)
        yield from self._assignments.beside(names, node.values)

    def _parameters(self, node: ast.arguments) -> Iterator[Hit]:
        """Find `def connect(password="…")`."""
        positional = [*node.posonlyargs, *node.args]
        defaults = [*zip(reversed(positional), reversed(node.defaults), strict=False)]
        for argument, default in (*defaults, *zip(node.kwonlyargs, node.kw_defaults, strict=False)):
            if default is not None:
                yield from self._assignments.bound(argument.arg, default)

    def _comparison(self, node: ast.Compare) -> Iterator[Hit]:
        yield from self._assignments.compared(node.left, node.comparators[0])
        yield from self._assignments.compared(node.comparators[0], node.left)

    def _cases(self, node: ast.Match) -> Iterator[Hit]:
        for case in node.cases:
            if isinstance(case.pattern, ast.MatchValue):
                yield from self._assignments.compared(node.subject, case.pattern.value)

    def _loop(self, node: ast.For | ast.comprehension) -> Iterator[Hit]:
        """Find `for key in ["…"]`, `for user, password in accounts` with what `accounts` holds."""
        match node.target:
            case ast.Name(id=name):
                yield from self._assignments.collection(name, node.iter, judge(name))
            case ast.Tuple(elts=targets):
                yield from self._assignments.unpacked(targets, node.iter)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Hit]:
        """Find `def get_api_key(): return "…"`."""
        judged = judge(node.name)
        for statement in statements(node) if judged.level is not Level.NONE else ():
            if isinstance(statement, ast.Return) and statement.value is not None:
                yield from self._assignments.literals(node.name, statement.value, strictly(judged))

    def _call(self, node: ast.Call) -> Iterator[Hit]:
        yield from self._parameters_given(node)
        names = [keyword.arg for keyword in node.keywords]
        yield from self._assignments.beside(names, [keyword.value for keyword in node.keywords])
        yield from self._composition(node)
        yield from self._calls.find(node)

    def _parameters_given(self, node: ast.Call) -> Iterator[Hit]:
        """Find `connect("ann", "…")` where the cell itself says what `connect` takes."""
        if node.args and isinstance(node.func, ast.Name):
            if self._signatures is None:
                self._signatures = signatures(self._tree)
            parameters = self._signatures.get(node.func.id, ())
            for name, argument in zip(parameters, node.args, strict=False):
                if judge(name).level is Level.PASSWORD:
                    yield from self._assignments.bound(name, argument)

    def _fallback(self, node: ast.BoolOp) -> Iterator[Hit]:
        """Find `os.environ.get("API_KEY") or "…"`: the name stands in the look-up."""
        match node:
            case ast.BoolOp(op=ast.Or(), values=[ast.Call(func=asked), *others]) if (
                called_name(asked).rpartition(".")[2] in _PROMPTS
            ):
                for other in others:
                    yield from self._assignments.literals("", other, PASSWORD)
            case ast.BoolOp(
                op=ast.Or(),
                values=[ast.Call(args=[ast.Constant(value=str() as name), *_]), *others],
            ):
                for other in others:
                    yield from self._assignments.setting(name, other)

    def _literal(self, node: ast.Constant) -> Iterator[Hit]:
        if isinstance(node.value, str) and len(node.value) >= _SHORTEST_CONTENT:
            yield from self._contents.text_in(node, node.value)
            if "://" in node.value and "@" in node.value:  # maybe in several literals
                yield from self._contents.composed(node, node.value)

    def _composition(self, node: ast.expr) -> Iterator[Hit]:
        yield from self._contents.composed(node, self._constants.fold(node))

    def _pair(self, node: ast.Tuple | ast.List) -> Iterator[Hit]:
        """Find `("spark.hadoop.fs.s3a.secret.key", "…")`, `("Authorization", "Bearer …")`."""
        if len(node.elts) == 2:
            name = self._constants.fold(node.elts[0])
            if name is not None and judge(name).level is not Level.NONE:
                yield from self._assignments.setting(name, node.elts[1])

    # Searches by the class of a node; four of five nodes are of other classes.
    _looks: ClassVar[dict[type, Callable[[Any, Any], Iterator[Hit]]]] = {
        ast.AnnAssign: _single_assignment,
        ast.Assign: _assignment,
        ast.AsyncFunctionDef: _function,
        ast.AugAssign: _single_assignment,
        ast.BinOp: _composition,
        ast.BoolOp: _fallback,
        ast.Call: _call,
        ast.Compare: _comparison,
        ast.Constant: _literal,
        ast.Dict: _mapping,
        ast.For: _loop,
        ast.FunctionDef: _function,
        ast.JoinedStr: _composition,
        ast.List: _pair,
        ast.Match: _cases,
        ast.NamedExpr: _single_assignment,
        ast.Tuple: _pair,
        ast.arguments: _parameters,
        ast.comprehension: _loop,
        ast.keyword: _keyword,
    }


def _has_failed(names: list[str | None]) -> bool:
    """Tell whether "pass" is what stands beside "fail"."""
    return any(name is not None and name.lower().startswith("fail") for name in names)


def _is_magic(node: ast.AST) -> bool:
    """Tell whether a call stands for a magic, which is searched as it is written."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython")))):
            return True
    return False
