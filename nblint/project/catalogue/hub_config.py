"""The variables that a `jupyterhub_config.py` gives every server; it is parsed, never executed."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from msgspec import Struct

from nblint.errors import SettingsError
from nblint.reading.environment.scope import Scope
from nblint.reading.python.syntax import parse_module

_MUTATORS = frozenset(["update", "setdefault", "append", "extend"])
_ATTRIBUTES = ("environment", "env_keep")
_DEEPEST = 20  # dicts within dicts


class Named(Struct, frozen=True):
    """A variable or a catalogue that a configuration names.

    Attributes:
        name: The variable; or the path of the catalogue, relative to the configuration's folder.
        row: The row that names it, 1-based.
        is_catalogue: Whether it is a catalogue, which stands for all its variables.
    """

    name: str
    row: int
    is_catalogue: bool = False


def read_hub_config(text: str, name: str) -> Iterator[Named]:
    """Find the variables that a JupyterHub configuration declares.

    It understands `environment` and `env_keep` of any object, such as `c.Spawner`, a spawner class,
    or the spawner that a hook is given: assigned, updated, item by item, with `|=`, through names
    bound to literals or to the environment, and through
    `nblint.hub.spawner_environment("environment.toml")`. It also understands what a method
    `get_env` adds, `{"environment": …}`, as in the overrides of `profile_list`, and the catalogue
    that is named by the hub.toml in `nblint.hub.configure(c, "hub.toml")`.

    Args:
        text: The configuration.
        name: Its name in messages.

    Yields:
        Each variable, and each catalogue or hub.toml that it names.

    Raises:
        SettingsError: The text is not Python.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = parse_module(text)
        yield from tuple(_Config().read(tree))
    except SyntaxError as error:
        where = f"{name}:{error.lineno or 1}"
        raise SettingsError(f"{where}: cannot be parsed as Python: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise SettingsError(f"{name}: cannot be parsed as Python") from error


class _Config:
    """Follows the statements of a configuration in their order."""

    def __init__(self) -> None:
        # The contents of dicts and lists that are bound to a name, by the variables' names.
        self._bound: dict[str, dict[str, Named]] = {}
        self._scope = Scope(lambda _: None)
        self._environments: set[str] = set()  # names for the environment itself

    def read(self, tree: ast.Module) -> Iterator[Named]:
        nodes = [n for n in ast.walk(tree) if isinstance(n, (ast.stmt, ast.Call, ast.Dict))]
        for node in sorted(nodes, key=lambda n: (n.lineno, n.col_offset)):
            if isinstance(node, ast.stmt):
                yield from self._statement(node)
            else:
                yield from self._expression(node)

    def _statement(self, node: ast.stmt) -> Iterator[Named]:
        match node:
            case ast.AugAssign():
                yield from self._added(node.target, self._names(node.value))
            case ast.Assign():
                for target in node.targets:
                    yield from self._assigned(target, node.value)
            case ast.AnnAssign(value=ast.expr() as value):
                yield from self._assigned(node.target, value)
            case ast.Expr(ast.Call() as call):
                yield from self._configured(call)
            case ast.For():
                self._scope.bind_loop(node.target, node.iter)
            case ast.FunctionDef(name="get_env") | ast.AsyncFunctionDef(name="get_env"):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return) and inner.value is not None:
                        yield from self._names(inner.value)

    def _expression(self, node: ast.expr) -> Iterator[Named]:
        """Yield what a call adds to an environment, or what `{"environment": …}` names."""
        match node:
            case ast.Call(func=ast.Attribute(container, method)) if method in _MUTATORS:
                yield from self._added(container, self._called(method, node))
            case ast.Dict():
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value in _ATTRIBUTES:
                        yield from self._names(value)

    def _assigned(self, target: ast.expr, value: ast.expr) -> Iterator[Named]:
        if isinstance(target, ast.Name) and self._gives_environment(value):
            self._environments.add(target.id)
            yield from self._names(value)
        elif isinstance(target, ast.Name):
            self._bound[target.id] = {found.name: found for found in self._names(value)}
            self._scope.bind(target, value)
        elif self._is_environment(target):
            yield from self._names(value)
        elif isinstance(target, ast.Subscript):
            yield from self._added(target.value, self._literal(target.slice))

    def _configured(self, call: ast.Call) -> Iterator[Named]:
        """Yield the settings of a hub, which name its catalogue."""
        if _called_name(call) == "configure" and len(call.args) > 1:
            path = call.args[1]
            if isinstance(path, ast.Constant) and str(path.value).endswith(".toml"):
                yield Named(str(path.value), call.lineno, is_catalogue=True)

    def _added(self, container: ast.expr, found: Iterator[Named]) -> Iterator[Named]:
        """Yield what is added to the environment; remember what is added to a dict with a name."""
        if self._is_environment(container):
            yield from found
        elif isinstance(container, ast.Name) and container.id in self._bound:
            self._bound[container.id] |= {variable.name: variable for variable in found}

    def _is_environment(self, node: ast.expr) -> bool:
        """Tell whether a node is the environment of a spawner, or a name for it."""
        if isinstance(node, ast.Name):
            return node.id in self._environments
        return isinstance(node, ast.Attribute) and node.attr in _ATTRIBUTES

    def _gives_environment(self, value: ast.expr) -> bool:
        """Tell whether a value is the environment, or what `get_env` returns, perhaps copied."""
        match value:
            case ast.Call(func=ast.Attribute(inner, "copy")):
                return self._gives_environment(inner)
            case ast.Call(func=ast.Name("dict"), args=[inner, *_]):
                return self._gives_environment(inner)
            case ast.Call(func=ast.Attribute(attr="get_env") | ast.Name("get_env")):
                return True
            case ast.Dict(keys=keys, values=values):
                spread = (v for k, v in zip(keys, values, strict=True) if k is None)
                return any(map(self._gives_environment, spread))
        return self._is_environment(value)

    def _called(self, method: str, call: ast.Call) -> Iterator[Named]:
        for argument in call.args[:1]:
            if method in ("setdefault", "append"):
                yield from self._literal(argument)
            else:
                yield from self._names(argument)
        for keyword in call.keywords:
            if keyword.arg is None:
                yield from self._names(keyword.value)
            elif method == "update":
                yield Named(keyword.arg, keyword.value.lineno)

    def _literal(self, node: ast.expr) -> Iterator[Named]:
        for name in self._scope.strings(node) or ():
            yield Named(name, node.lineno)

    def _names(self, value: ast.expr, depth: int = 0) -> Iterator[Named]:
        """Yield the names in a dict or list, written in place or bound to a name."""
        if depth > _DEEPEST:
            return
        match value:
            case ast.Dict():
                yield from self._keys(value, depth)
            case ast.List() | ast.Tuple() | ast.Set():
                for element in value.elts:
                    yield from self._literal(element)
            case ast.DictComp(key=element) | ast.ListComp(elt=element):
                with self._scope.loops(value.generators):
                    yield from self._literal(element)
            case ast.Name():
                yield from self._bound.get(value.id, {}).values()
            case ast.BinOp():
                yield from self._names(value.left, depth + 1)
                yield from self._names(value.right, depth + 1)
            case ast.Call():
                yield from self._call(value, depth)

    def _keys(self, value: ast.Dict, depth: int) -> Iterator[Named]:
        for key, item in zip(value.keys, value.values, strict=True):
            if key is None:  # **others
                yield from self._names(item, depth + 1)
            else:
                yield from self._literal(key)

    def _call(self, call: ast.Call, depth: int) -> Iterator[Named]:
        function = _called_name(call)
        if function == "dict":
            for argument in call.args:
                yield from self._names(argument, depth + 1)
            for keyword in call.keywords:
                if keyword.arg is None:
                    yield from self._names(keyword.value, depth + 1)
                else:
                    yield Named(keyword.arg, keyword.value.lineno)
        elif function == "spawner_environment" and call.args:
            path = call.args[0]
            # Only TOML: a configuration that names itself would be read without end.
            if isinstance(path, ast.Constant) and str(path.value).endswith(".toml"):
                yield Named(str(path.value), call.lineno, is_catalogue=True)


def _called_name(call: ast.Call) -> str | None:
    """Return what a call calls, without what that is part of."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else None
