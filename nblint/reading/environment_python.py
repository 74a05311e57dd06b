"""The environment as Python uses it: `os.environ`, `os.getenv`, and what becomes of the values."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeGuard

from nblint.document.model import Place, offset_of
from nblint.reading.environment_uses import Exposure, Fallback, Read, Rewrite, Source, Uses, Write
from nblint.reading.python import PythonCell
from nblint.reading.scope import COPY, EVERYTHING, NOTHING, Held, Scope

_ENVIRONS = frozenset(["os.environ", "os.environb"])
_READABLE = _ENVIRONS | {COPY}
_GETTERS = frozenset(["os.getenv", "os.getenvb", *(f"{path}.get" for path in _READABLE)])
_GIVING = frozenset(["os.environ.pop", "os.environ.setdefault"])
_ALL: Held = frozenset([EVERYTHING])
_SETTERS = frozenset(["os.putenv", "os.unsetenv"])
_PRINTERS = frozenset({
    "IPython.display.display", "display", "pprint", "pprint.pp", "pprint.pprint", "print",
    "rich.print", "sys.stderr.write", "sys.stdout.write", "warnings.warn",
})  # fmt: skip
_LOG_METHODS = frozenset(
    ["critical", "debug", "error", "exception", "info", "log", "warn", "warning"]
)
_LOGGER = re.compile(r"(?:^|_)log(?:ger|ging)?$", re.IGNORECASE)
_DOTENV = re.compile(r"(?:^|\.)(?:load_dotenv|dotenv_values)$")
_PROMPTS = frozenset(["getpass.getpass", "getpass", "maskpass.askpass", "pwinput.pwinput"])
_SECRET_PROMPT = re.compile(r"token|passw|secret|credential|api.?key|passphrase|access.?key", re.I)
# https://colab.research.google.com/notebooks/snippets/ and the platforms' own documentation.
_STORES = frozenset({
    "dbutils.secrets.get", "dbutils.secrets.getBytes", "google.colab.userdata.get",
    "kaggle_secrets.UserSecretsClient", "keyring.get_password",
    "mssparkutils.credentials.getSecret", "mssparkutils.credentials.getSecretWithLS",
    "notebookutils.credentials.getSecret", "notebookutils.mssparkutils.credentials.getSecret",
})  # fmt: skip
# Kubeflow packs the function into a container of its own, with another environment.
# https://www.kubeflow.org/docs/components/pipelines/user-guides/components/
_REMOTE = re.compile(r"^(?:(?:kfp|dsl)\.(?:\w+\.)*)?(?:container_)?component$")
_MISSING = frozenset(["KeyError", "LookupError", "Exception", "BaseException"])
_VARIABLE = re.compile(r"\$(?:\{([^}$]{1,200})\}|(\w+))")


class _Helper:
    """A function of the notebook, and what it does with variables that its parameters name.

    In its body, a parameter stands for a symbol, which each call replaces by its argument.
    """

    def __init__(self, key: str, arguments: ast.arguments) -> None:
        positional = [*arguments.posonlyargs, *arguments.args]
        self.parameters = [argument.arg for argument in positional]
        keyword_only = [argument.arg for argument in arguments.kwonlyargs]
        self.symbols = {p: f"\0{key}:{p}\0" for p in (*self.parameters, *keyword_only)}
        defaults = arguments.defaults
        self.defaults: dict[str, ast.expr | None] = dict(
            zip(self.parameters[len(self.parameters) - len(defaults) :], defaults, strict=True)
        )
        self.defaults.update(zip(keyword_only, arguments.kw_defaults, strict=True))
        self.reads: list[Read] = []
        self.writes: list[Write] = []
        self.exposures: list[Exposure] = []
        self.returns: Held = NOTHING
        self.called = False


class _Call(NamedTuple):
    """A call of one of the notebook's functions."""

    helper: str
    strings: dict[str, tuple[str, ...] | None]  # by parameter
    place: Place
    order: int
    late: bool
    caught: bool
    present: frozenset[str]


class PythonEnvironment(ast.NodeVisitor):
    """Finds the uses in the trees of a notebook's cells, which it is shown in order.

    Args:
        uses: Where they are noted.
        magic: Called for each call of IPython that a magic or shell line stands for.
    """

    def __init__(self, uses: Uses, magic: Callable[[PythonCell, ast.Call], Held]) -> None:
        self.uses = uses
        self.scope = Scope(self._variable_of)
        self._magic = magic
        self._magic_values: dict[ast.Call, Held] = {}
        self._cell: PythonCell
        self._instead: Place | None = None  # of nodes that stand in a shell line
        self._helpers: dict[str, _Helper] = {}
        self._calls: list[_Call] = []
        self._function: _Helper | None = None
        self._class = False
        self._late = False
        self._discarded: ast.expr | None = None  # whose value nobody takes
        self._present: frozenset[str] = frozenset()  # variables that were asked for before
        self._absent: frozenset[str] = frozenset()  # variables that are not set here
        self._caught = False  # a missing variable is caught here

    def read_cell(self, cell: PythonCell) -> None:
        """Note the uses of a cell."""
        self._cell = cell
        if cell.tree is None:
            return
        try:
            self.visit(cell.tree)
            self._show_last_expression(cell.tree)
        except RecursionError:
            return  # nested too deeply for anybody to have written it

    def read_expression(self, cell: PythonCell, expression: str, place: Place) -> Held:
        """Note the uses of an expression in a shell line; return what its value shows."""
        self._cell = cell
        try:
            node = ast.parse(expression.strip(), mode="eval").body
            self._instead = place
            self.visit(node)
            return self.scope.holds(node)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return NOTHING
        finally:
            self._instead = None

    def finish(self) -> None:
        """Note what calls of the notebook's own functions do, now that all are known."""
        for call in self._calls:
            if (helper := self._helpers.get(call.helper)) is not None:
                self._expand_call(call, helper)
        for helper in self._helpers.values():
            if not helper.called:
                self.uses.reads += [read._replace(name=None) for read in helper.reads]
                self.uses.writes += [write._replace(name=None) for write in helper.writes]

    def _expand_call(self, call: _Call, helper: _Helper) -> None:
        helper.called = True
        for read in helper.reads:
            for name in self._filled(read.name, helper, call):
                self.uses.reads.append(
                    read._replace(
                        name=name,
                        place=call.place,
                        order=call.order,
                        late=call.late,
                        guarded=read.guarded or call.caught or name in call.present,
                        fallback=self._filled_fallback(read, helper, call),
                        optional=None,
                    )
                )
        for write in helper.writes:
            for name in self._filled(write.name, helper, call):
                self.uses.writes.append(
                    write._replace(name=name, place=call.place, order=call.order)
                )
        for exposure in helper.exposures:
            for name in self._filled(exposure.name, helper, call):
                if name is not None:
                    self.uses.exposures.append(exposure._replace(name=name, place=call.place))

    def _filled_fallback(self, read: Read, helper: _Helper, call: _Call) -> Fallback | None:
        text = self._filled(read.fallback.text, helper, call)[0] if read.fallback else None
        return Fallback(text) if text else None

    def _filled(self, name: str | None, helper: _Helper, call: _Call) -> tuple[str | None, ...]:
        """Return the names that a name with symbols stands for in a call."""
        names: list[str] = [name or ""]
        for parameter, symbol in helper.symbols.items():
            if symbol not in (name or ""):
                continue
            strings = call.strings.get(parameter)
            if parameter not in call.strings:
                strings = self.scope.strings(helper.defaults.get(parameter))
            if strings is None:
                return (None,)
            names = [filled.replace(symbol, s) for filled in names for s in strings][:50]
        return tuple(None if "\0" in filled else filled for filled in names)

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
        if self._is_environ(node.target) and isinstance(node.op, ast.BitOr):
            self._write_all(node.value)
        elif isinstance(node.target, ast.Subscript) and self._is_environ(node.target.value):
            self._read(node.target, node.target.slice, required=True)
            self._write(node.target, node.target.slice)
        else:
            self.scope.bind(node.target, ast.BinOp(node.target, ast.Add(), node.value))

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript) and self._is_environ(target.value):
                self._write(target, target.slice, removes=True)
            else:
                self.visit(target)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self.scope.bind_loop(node.target, node.iter)
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        caught = False
        for item in node.items:
            self.visit(item.context_expr)
            call = item.context_expr
            if isinstance(call, ast.Call) and self.scope.path(call.func) == "contextlib.suppress":
                caught = caught or any(self._catches(argument) for argument in call.args)
            if item.optional_vars is not None:
                self.scope.bind(item.optional_vars, None)
        with self._state(caught=caught):
            for statement in node.body:
                self.visit(statement)

    visit_AsyncWith = visit_With  # noqa: N815

    def visit_Try(self, node: ast.Try) -> None:
        caught = any(self._catches(handler.type) for handler in node.handlers)
        first = len(self.uses.reads)
        with self._state(caught=caught):
            for statement in node.body:
                self.visit(statement)
        tried = frozenset(read.name for read in self.uses.reads[first:] if read.name)
        for handler in node.handlers:
            if handler.name:
                self.scope.bind_unknown(handler.name)
            with self._state(absent=tried if caught else frozenset()):
                for statement in handler.body:
                    self.visit(statement)
        for statement in (*node.orelse, *node.finalbody):
            self.visit(statement)

    visit_TryStar = visit_Try  # type: ignore[assignment]  # noqa: N815

    def visit_If(self, node: ast.If | ast.While) -> None:
        self.visit(node.test)
        present, absent = self._tested(node.test)
        with self._state(present=present, absent=absent):
            for statement in node.body:
                self.visit(statement)
        with self._state(present=absent, absent=present):
            for statement in node.orelse:
                self.visit(statement)
        # What comes after `if "X" not in os.environ: raise …` finds X.
        self._present |= present | absent

    visit_While = visit_If  # noqa: N815

    def visit_Assert(self, node: ast.Assert) -> None:
        self.visit(node.test)
        present, _ = self._tested(node.test)
        self._present |= present

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
        outer, self._class = self._class, True
        with self.scope.inner():
            for statement in node.body:
                self.visit(statement)
        self._class = outer
        self.scope.bind_unknown(node.name)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.visit(node.value)
            if self._function is not None:
                self._function.returns |= self.scope.holds(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        self._discarded = node.value
        self.visit(node.value)

    # Expressions

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        present, absent = self._tested(node.test)
        with self._state(present=present, absent=absent):
            self._visit_with_fallback(node.body, node, node.orelse)
        with self._state(present=absent, absent=present):
            self.visit(node.orelse)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        if isinstance(node.op, ast.Or):
            for value, following in zip(node.values, (*node.values[1:], None), strict=True):
                self._visit_with_fallback(value, node, following)
            return
        present: frozenset[str] = frozenset()
        for value in node.values:
            with self._state(present=present):
                self.visit(value)
            present |= self._tested(value)[0]

    def visit_comprehension_of(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        """Visit a comprehension, its loops first."""
        self._comprehend(node.generators, (node.elt,))

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_comprehension_of  # noqa: N815

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehend(node.generators, (node.key, node.value))

    def visit_Compare(self, node: ast.Compare) -> None:
        operands = (node.left, *node.comparators)
        for left, operator, right in zip(operands, node.ops, operands[1:], strict=False):
            if isinstance(operator, (ast.In, ast.NotIn)) and self._is_environ(_keys_of(right)):
                self._read(node, left, asks=True)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.ctx, ast.Load) and self.scope.path(node.value) in _READABLE:
            self._read(node, node.slice, required=True, optional=self._as_get(node))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        path = self.scope.path(node.func) or ""
        name, default = _argument(node, 0, "key"), _argument(node, 1, "default")
        if _is_ipython(node):
            self._magic_values[node] = self._magic(self._cell, node)
            return
        self.generic_visit(node)
        environ, _, method = path.rpartition(".")
        if path in _GETTERS:
            self._read(node, name, fallback=self._fallback(node, name, default))
        elif path in _SETTERS:
            self._write(node, name, removes=path == "os.unsetenv")
        elif path == "os.path.expandvars":
            self._expand(node)
        elif environ in _ENVIRONS:
            if method == "setdefault":
                self._write(node, name, guarded=True)
                self._read(node, name, fallback=self._fallback(node, name, default), late=True)
            elif method == "pop":
                if node is not self._discarded:
                    self._read(node, name, required=default is None)
                self._write(node, name, removes=True)
            elif method == "update":
                for argument in node.args:
                    self._write_all(argument)
                for keyword in node.keywords:
                    self._write_name(keyword.value, keyword.arg)
            elif method in ("__getitem__", "__contains__"):
                self._read(node, name, required=True, asks=method == "__contains__")
            elif method == "__setitem__":
                self._write(node, name)
        self._note_call(node)
        self._note_sources(node, path)
        self._note_exposures(node, path)

    # Reads and writes

    def _read(
        self,
        node: ast.expr,
        name: ast.expr | None,
        *,
        required: bool = False,
        asks: bool = False,
        late: bool = False,
        fallback: Fallback | None = None,
        optional: Rewrite | None = None,
    ) -> None:
        place, order, late = self._place(node), self.uses.next(), late or self._late
        for string in self.scope.strings(name) or (None,):
            guarded = self._caught or string in self._present
            read = Read(string, place, order, late, required, guarded, asks, fallback, optional)
            if owner := self._owner(string):
                owner.reads.append(read)
            elif string != EVERYTHING:
                self.uses.reads.append(read)

    def _write(
        self,
        node: ast.expr,
        name: ast.expr | None,
        *,
        guarded: bool = False,
        copies: bool = False,
        removes: bool = False,
    ) -> None:
        place, order = self._place(node), self.uses.next()
        for string in self.scope.strings(name) or (None,):
            kept = guarded or copies or string in self._absent
            write = Write(string, place, order, kept, copies, removes)
            if owner := self._owner(string):
                owner.writes.append(write)
            elif string != EVERYTHING:
                self.uses.writes.append(write)

    def _owner(self, name: str | None) -> _Helper | None:
        """Return the function whose parameter a name holds, if it does."""
        return self._helpers.get(name.split("\0")[1].rpartition(":")[0]) if _is_open(name) else None

    def _write_name(self, node: ast.expr, name: str | None, *, guarded: bool = False) -> None:
        if name is not None:
            guarded = guarded or name in self._absent
            self.uses.writes.append(Write(name, self._place(node), self.uses.next(), guarded))

    def _write_all(self, mapping: ast.expr) -> None:
        """Note the writes of `os.environ.update({…})` and `os.environ |= {…}`."""
        if isinstance(mapping, ast.Dict):
            for key, value in zip(mapping.keys, mapping.values, strict=True):
                if key is None:
                    self._write_all(value)
                else:
                    self._write(key, key)
        elif isinstance(mapping, ast.Call) and self.scope.path(mapping.func) == "dict":
            for keyword in mapping.keywords:
                self._write_name(keyword.value, keyword.arg)
        elif elements := self.scope.elements(mapping):
            for element in elements:
                for string in self.scope.strings(element) or ():
                    self._write_name(mapping, string)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
            for element in target.elts:
                if isinstance(element, ast.Subscript) and self._is_environ(element.value):
                    self._write(element, element.slice)
            if len(parts) != len(target.elts):
                parts = []
        if isinstance(target, ast.Subscript) and self._is_environ(target.value):
            self.visit(target.slice)
            keeps = self.scope.strings(target.slice) or ()
            # `os.environ["X"] = os.getenv("X", "y")` keeps what is there.
            copies = bool(keeps) and self.scope.holds(value) >= frozenset(keeps)
            copies = copies and not isinstance(value, (ast.BinOp, ast.JoinedStr))
            self._write(target, target.slice, copies=copies)
            return
        if not isinstance(target, ast.Name):
            self.visit(target)
        self.scope.bind(target, value)

    def _expand(self, node: ast.Call) -> None:
        text = _argument(node, 0, "path")
        pieces = text.values if isinstance(text, ast.JoinedStr) else [text]
        for piece in pieces:
            for string in self.scope.strings(piece) or ():
                for found in _VARIABLE.finditer(string):
                    name = found[1] or found[2]
                    read = Read(name, self._place(node), self.uses.next(), self._late)
                    self.uses.reads.append(read)

    # Fallbacks

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
                fallback = Fallback(text, self._without(node, whole))
                reads[index] = reads[index]._replace(fallback=fallback)

    def _fallback(
        self, call: ast.Call, name: ast.expr | None, default: ast.expr | None
    ) -> Fallback | None:
        strings = self.scope.strings(default)
        text = next(filter(None, strings or ()), None)
        if text is None or name is None:
            return None
        if self._instead is not None:
            return Fallback(text)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "setdefault":
            alone = f"{self._text(call.func.value)}[{self._text(name)}]"
            return Fallback(text, Rewrite(self._place(call), alone))
        if len(call.args) + len(call.keywords) != 2:
            return Fallback(text)
        alone = f"{self._text(call.func)}({self._text(name)})"
        return Fallback(text, Rewrite(self._place(call), alone))

    def _without(self, node: ast.expr, whole: ast.expr) -> Rewrite | None:
        """Return how `read or "x"` looks as `read` alone."""
        simple = isinstance(whole, ast.BoolOp) and len(whole.values) == 2
        if not simple or self._instead is not None:
            return None
        return Rewrite(self._place(whole), self._text(node))

    def _as_get(self, node: ast.Subscript) -> Rewrite | None:
        if self._instead is not None:
            return None
        text = f"{self._text(node.value)}.get({self._text(node.slice)})"
        return Rewrite(self._place(node), text)

    # Guards

    def _tested(self, test: ast.expr) -> tuple[frozenset[str], frozenset[str]]:
        """Return the variables that are there if a test holds, and those that are not."""
        nothing: frozenset[str] = frozenset()
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                present, absent = self._tested(operand)
                return absent, present
            case ast.BoolOp(values=values):
                pairs = [self._tested(value) for value in values]
                return nothing.union(*(p for p, _ in pairs)), nothing.union(*(a for _, a in pairs))
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                if isinstance(operator, (ast.In, ast.NotIn)) and self._is_environ(_keys_of(right)):
                    names = frozenset(self.scope.strings(left) or ())
                elif isinstance(right, ast.Constant) and not right.value:
                    names = self.scope.holds(left) - {EVERYTHING}
                else:
                    return self.scope.holds(left) - {EVERYTHING}, nothing
                missing = isinstance(operator, (ast.NotIn, ast.Is, ast.Eq))
                return (nothing, names) if missing else (names, nothing)
        return self.scope.holds(test) - {EVERYTHING}, nothing

    def _catches(self, exception: ast.expr | None) -> bool:
        if exception is None:
            return True
        if isinstance(exception, ast.Tuple):
            return any(self._catches(element) for element in exception.elts)
        return self.scope.path(exception) in _MISSING

    @contextmanager
    def _state(
        self,
        *,
        present: frozenset[str] = frozenset(),
        absent: frozenset[str] = frozenset(),
        caught: bool = False,
    ) -> Iterator[None]:
        before = self._present, self._absent, self._caught
        self._present = self._present | present
        self._absent = self._absent | absent
        self._caught = self._caught or caught
        try:
            yield
        finally:
            self._present, self._absent, self._caught = before

    # Functions

    def _define(self, name: str, arguments: ast.arguments, body: list[ast.stmt] | ast.expr) -> None:
        """Visit a function's body, in which parameters are symbols."""
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.visit(default)
        key = f".{name}" if self._class else name or f"<lambda {self.uses.next()}>"
        helper = self._helpers[key] = _Helper(key, arguments)
        if name:
            self.scope.bind_unknown(name)
        outer = self._function, self._late, self._class
        self._function, self._late, self._class = helper, True, False
        with self.scope.inner(), self._state():
            for parameter, symbol in helper.symbols.items():
                self.scope.bind_unknown(parameter, symbol)
            for rest in (arguments.vararg, arguments.kwarg):
                if rest is not None:
                    self.scope.bind_unknown(rest.arg)
            if isinstance(body, list):
                for statement in body:
                    self.visit(statement)
            else:
                self.visit(body)
                helper.returns = self.scope.holds(body)
        self._function, self._late, self._class = outer

    def _note_call(self, node: ast.Call) -> None:
        """Note a call of a function of the notebook, or of one that may be defined later."""
        key = _helper_key(node)
        if key is None or not (key in self._helpers or self._late):
            return
        self._calls.append(
            _Call(
                key,
                self._arguments(node, key),
                self._place(node),
                self.uses.next(),
                self._late,
                self._caught,
                self._present,
            )
        )

    def _arguments(self, node: ast.Call, key: str) -> dict[str, tuple[str, ...] | None]:
        """Return what is known of a call's arguments, by the function's parameters."""
        helper = self._helpers.get(key)
        if helper is None:
            return {}
        parameters = helper.parameters
        if key.startswith(".") and parameters[:1] in (["self"], ["cls"]):
            parameters = parameters[1:]
        strings = {k.arg: self.scope.strings(k.value) for k in node.keywords if k.arg}
        strings.update(zip(parameters, map(self.scope.strings, node.args), strict=False))
        return strings

    def _variable_of(self, node: ast.expr) -> Held:
        """Return the variables that an expression reads."""
        if isinstance(node, (ast.Name, ast.Attribute)):
            return _ALL if self.scope.path(node) in _READABLE else NOTHING
        if isinstance(node, ast.Subscript) and self.scope.path(node.value) in _READABLE:
            return frozenset(self.scope.strings(node.slice) or ())
        if not isinstance(node, ast.Call):
            return NOTHING
        if node in self._magic_values:
            return self._magic_values[node]
        path = self.scope.path(node.func) or ""
        if path in _GETTERS or path in _GIVING:
            return frozenset(self.scope.strings(_argument(node, 0, "key")) or ())
        key = _helper_key(node)
        if key is not None and (helper := self._helpers.get(key)) and helper.returns:
            strings = self._arguments(node, key)
            call = _Call(key, strings, Place(), 0, False, False, frozenset())
            filled = [n for name in helper.returns for n in self._filled(name, helper, call)]
            return frozenset(name for name in filled if name is not None)
        return NOTHING

    def _is_environ(self, node: ast.expr) -> bool:
        return self.scope.path(node) in _ENVIRONS

    # What becomes of the values

    def _note_exposures(self, node: ast.Call, path: str) -> None:
        by = self._shown_by(node, path)
        if by is None:
            return
        for keyword in node.keywords:
            if keyword.arg == "file" and not (self.scope.path(keyword.value) or "").startswith(
                "sys."
            ):
                return
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            self.expose(self.scope.holds(argument), self._place(argument), by)

    def expose(self, held: Held, place: Place, by: str) -> None:
        """Note that values get into the outputs."""
        for name in sorted(held):
            exposure = Exposure(name, place, by)
            if owner := self._owner(name):
                owner.exposures.append(exposure)
            else:
                self.uses.exposures.append(exposure)

    def _shown_by(self, node: ast.Call, path: str) -> str | None:
        if path in _PRINTERS:
            return f"{path.rpartition('.')[2]}()"
        if isinstance(node.func, ast.Attribute) and node.func.attr in _LOG_METHODS:
            of = node.func.value
            name = of.id if isinstance(of, ast.Name) else getattr(of, "attr", "")
            is_logger = isinstance(of, ast.Call) and self.scope.path(of.func) in (
                "logging.getLogger",
                "structlog.get_logger",
            )
            if is_logger or _LOGGER.search(name):
                return "logging"
        return None

    def _show_last_expression(self, tree: ast.Module) -> None:
        """Note what a cell displays: the value of its last line, unless `;` ends it."""
        last = tree.body[-1] if tree.body else None
        if not isinstance(last, ast.Expr):
            return
        place = self._place(last)
        source = self._cell.source
        end = offset_of(source, place.end_row or 1, place.end_column or 1)
        if not source[end:].lstrip(" \t)").startswith(";"):
            self.expose(self.scope.holds(last.value), place, "the cell's last line")

    def _note_sources(self, node: ast.Call, path: str) -> None:
        name = path.rpartition(".")[2]
        if _DOTENV.search(path):
            self.uses.sources.append(Source("dotenv", f"{name}()", self._place(node)))
        elif path in _PROMPTS:
            self.uses.sources.append(Source("prompt", f"{name}()", self._place(node)))
        elif path in ("input", "raw_input"):
            prompts = self.scope.strings(_argument(node, 0, "prompt")) or ()
            if any(_SECRET_PROMPT.search(prompt) for prompt in prompts):
                self.uses.sources.append(Source("prompt", "input()", self._place(node)))
        elif path in _STORES:
            self.uses.sources.append(Source("store", path, self._place(node)))

    # The tree

    def _comprehend(
        self, generators: list[ast.comprehension], elements: tuple[ast.expr, ...]
    ) -> None:
        with self.scope.inner(), self._state():
            for generator in generators:
                self.visit(generator.iter)
                self.scope.bind_loop(generator.target, generator.iter)
                for test in generator.ifs:
                    self.visit(test)
                    self._present |= self._tested(test)[0]
            for element in elements:
                self.visit(element)

    def _place(self, node: ast.expr | ast.stmt) -> Place:
        return self._instead or self._cell.place(node)

    def _text(self, node: ast.expr) -> str:
        place = self._cell.place(node)
        source = self._cell.source
        start = offset_of(source, place.row or 1, place.column or 1)
        return source[start : offset_of(source, place.end_row or 1, place.end_column or 1)]


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """Return an argument by its position or name."""
    if len(call.args) > position:
        found = call.args[position]
        return None if isinstance(found, ast.Starred) else found
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _keys_of(node: ast.expr) -> ast.expr:
    """Return `os.environ` of `os.environ.keys()`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        return node.func.value if node.func.attr == "keys" else node
    return node


def _helper_key(node: ast.Call) -> str | None:
    """Return what a function of the notebook is kept under: its name, or `.name` of a method."""
    if isinstance(node.func, ast.Name):
        return node.func.id
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return f".{node.func.attr}" if node.func.value.id in ("self", "cls") else None
    return None


def _is_ipython(node: ast.Call) -> bool:
    """Tell whether a call is what a magic or shell line was turned into."""
    return (
        isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Call)
        and isinstance(node.func.value.func, ast.Name)
        and node.func.value.func.id == "get_ipython"
    )


def _is_open(name: str | None) -> TypeGuard[str]:
    """Tell whether a name holds a parameter that calls have to fill in."""
    return name is not None and "\0" in name
