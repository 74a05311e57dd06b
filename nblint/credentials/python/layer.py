"""Credentials in Python: string constants bound to credential-like names, on the syntax tree.

Look-ups (`os.environ["X"]`, `getpass()`, `vault.read("…")`) are no constants, so they are silent
by construction.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator

from nblint.credentials.hits import Hit
from nblint.credentials.judging.bound import API_KEY, PASSWORD, SECRET, TOKEN
from nblint.credentials.python.clients import positional
from nblint.credentials.python.contents import Contents
from nblint.credentials.python.literals import LooseConstants, literals, statements
from nblint.credentials.text.shell import find_shell
from nblint.credentials.text.urls import QUERY_KEYS, find_easy_connect
from nblint.patterns import lazy_pattern
from nblint.reading.python.names import called_name
from nblint.reading.python.visitor import walk
from nblint.secret_names.judge import CredentialName, Level, judge, taken_by

_AUTH_NAMES = frozenset(
    "auth http_auth basic_auth proxy_auth credentials creds login httpauth http_basic_auth".split()
)
_HEADERS = frozenset({"authorization", "proxy-authorization"})
# Calls whose two first texts are a text and its replacement or the like, and no name and value.
_NO_SETTERS = frozenset(
    "replace sub rename join split startswith endswith print format isin contains get_secret "
    "getpass input read_secret get_password search match findall fullmatch compile hasattr "
    "info debug warning error exception log".split()
)
_RUNNERS = frozenset(
    "system run Popen popen call check_call check_output getoutput getstatusoutput exec_command "
    "spawn sh bash execute_command parse_args parse_known_args invoke main".split()
)
_DEFAULTS = frozenset({"default", "value", "defval", "fallback", "initial", "default_value"})
_QUERIES = frozenset({"querystring", "query", "payload"})
_HEADER_KEYS = frozenset({"key", "sec"})  # QRadar's
_BARE_KEYS = frozenset({"key", "Key"})
_BESIDE_KEYS = frozenset({"accept", "content-type"})
# Which classes take a key by a name that says nothing elsewhere; `SpeechConfig` is Azure's.
_KEYED = {"key": ("Client", "API", "Api", "Series"), "subscription": ("Config",)}
_WEAK_KEY = CredentialName(Level.WEAK, "API key")
_TYPING = frozenset({"send_keys", "fill", "type", "press_sequentially"})
_PASSWORD_FIELD = lazy_pattern(r"(?i)passw|pwd|(?<![a-z])pass(?![a-z])")
_LABELS = frozenset({"description", "label", "name", "placeholder", "title", "help", "prompt"})


# The nodes in which `PythonLayer.find` looks; four of five are none of these.
_READ = frozenset({
    ast.AnnAssign, ast.Assign, ast.AsyncFunctionDef, ast.AugAssign, ast.BinOp, ast.BoolOp, ast.Call,
    ast.Compare, ast.Constant, ast.Dict, ast.For, ast.FunctionDef, ast.JoinedStr, ast.List, ast.Match,
    ast.NamedExpr, ast.Tuple, ast.arguments, ast.keyword,
})  # fmt: skip


def _is_magic(node: ast.AST) -> bool:
    """Tell whether a call stands for a magic: the shell layer reads those as they are written."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython")))):
            return True
    return False


class PythonLayer:
    """Walks one tree.

    Args:
        tree: The syntax tree of a cell.
        text: The cell's source.
        offset: Turns a 1-based row and a UTF-8 byte offset, as `ast` gives them, into an offset
            in the text.
        placeholders: Values that are no secrets.
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
        self._placeholders = placeholders
        self._contents = Contents(text, offset, placeholders)
        self._constants = LooseConstants(tree)

    def find(self) -> Iterator[Hit]:
        """Yield the hits of the tree, in no particular order and possibly more than once."""
        # An author who writes out `get_ipython()` means what no other layer reads.
        skip = _is_magic if "get_ipython" not in self._text else None
        for node in walk(self._tree, skip):
            if node.__class__ not in _READ:
                continue
            match node:
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        yield from self._assigned(target, value)
                        if isinstance(target, ast.Attribute) and target.attr == "argv":
                            yield from self._command_line(value)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    yield from self._assigned(target, value)
                case ast.AugAssign(target=target, value=value):
                    yield from self._assigned(target, value)
                case ast.NamedExpr(target=target, value=value):
                    yield from self._assigned(target, value)
                case ast.keyword(arg=str() as name, value=value):
                    yield from self._bound(name, value)
                case ast.Dict(keys=keys, values=values):
                    names = [self._constants.fold(key) for key in keys]
                    for text, value in zip(names, values, strict=True):
                        if text is not None:
                            yield from self._bound(text, value)
                    yield from self._paired(names, values)
                case ast.arguments():
                    yield from self._defaults(node)
                case ast.Compare(left=left, comparators=[right, *_]):
                    yield from self._compared(left, right)
                    yield from self._compared(right, left)
                case ast.Match(subject=subject, cases=cases):
                    for case in cases:
                        if isinstance(case.pattern, ast.MatchValue):
                            yield from self._compared(subject, case.pattern.value)
                case ast.For(target=ast.Name(id=name), iter=values):
                    yield from self._collection(name, values, judge(name))
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    yield from self._returned(name, node)
                case ast.Call(keywords=keywords):
                    names = [keyword.arg for keyword in keywords]
                    yield from self._paired(names, [keyword.value for keyword in keywords])
                    yield from self._contents.composed(node, self._constants.fold(node))
                    yield from self._call(node)
                    yield from self._command(node)
                case ast.BoolOp(op=ast.Or(), values=[looked_up, *others]):
                    yield from self._fallback(looked_up, others)
                case ast.Constant(value=str() as value) if len(value) >= 12:
                    yield from self._contents.text_in(node, value)
                case ast.BinOp() | ast.JoinedStr():
                    yield from self._contents.composed(node, self._constants.fold(node))
                case ast.Tuple(elts=elements) | ast.List(elts=elements) if len(elements) == 2:
                    yield from self._pair(elements)

    def _assigned(self, target: ast.expr, value: ast.expr) -> Iterator[Hit]:
        match target:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield from self._bound(name, value)
            case ast.Subscript(slice=key):
                text = self._constants.fold(key)
                if text is not None:
                    yield from self._bound(text, value)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                if isinstance(value, (ast.Tuple, ast.List)):
                    for one, its in zip(targets, value.elts, strict=False):
                        yield from self._assigned(one, its)
                else:  # every one of `user, password = "alice hunter2".split()` is too clever
                    return
            case ast.Starred(value=inner):
                yield from self._assigned(inner, value)

    def _bound(self, name: str, value: ast.expr) -> Iterator[Hit]:
        if isinstance(value, (ast.Dict, ast.Call)):
            yield from self._inside(name, value)
        is_pair = name.lower() in _AUTH_NAMES or judge(name).kind == "credential"
        if is_pair and isinstance(value, (ast.Tuple, ast.List)):
            yield from self._userinfo(value.elts)
            return
        if name.lower().endswith("auth"):  # `http_auth="user:password"`
            for node, pair in literals(value, self._constants):
                user, _, password = pair.partition(":")
                if user and ":" not in password:
                    yield from self._contents.hit(node, "", password, SECRET)
        judged = judge(name)
        if judged.level is Level.NONE:
            return
        if isinstance(value, ast.Name) and (text := self._constants.fold(value, 1)):
            # `key = "…"`, then `Client(api_key=key)`: it is found where it stands.
            strict = judged._replace(level=min(judged.level, Level.STRONG))
            yield from self._contents.hit(value, name, text, strict)
        for node, text in literals(value, self._constants):
            if name.lower() in _HEADERS:
                yield from self._contents.authorization(node, text)
            else:
                scheme, _, token = text.partition(" ")
                if token and scheme.lower() in ("bearer", "token", "basic", "apikey", "bot"):
                    yield from self._contents.authorization(node, text)
                else:
                    yield from self._contents.hit(node, name, text, judged)
        yield from self._collection(name, value, judged)

    def _inside(self, outer: str, value: ast.expr) -> Iterator[Hit]:
        """`params={"key": "…"}`, `headers = {"SEC": "…"}`, `"api": {"key": "…"}`."""
        match value:
            case ast.Dict(keys=names, values=values):
                named = [(self._constants.fold(k), v) for k, v in zip(names, values, strict=False)]
            case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
                named = [(keyword.arg, keyword.value) for keyword in keywords]
            case _:
                return
        lowered = outer.lower()
        if lowered.endswith("params") or lowered in _QUERIES:  # what a URL's query would hold
            keys, judged = QUERY_KEYS, API_KEY
        elif lowered.endswith("headers") or judge(f"{outer}_key").level is Level.STRONG:
            keys, judged = _HEADER_KEYS, _WEAK_KEY
        else:
            return
        for name, inner in named:
            if name is not None and name.lower() in keys:
                for node, text in literals(inner, self._constants):
                    if len(text) >= 20:
                        yield from self._contents.hit(node, name, text, judged)

    def _paired(self, names: list[str | None], values: list[ast.expr]) -> Iterator[Hit]:
        """`key="…"` beside a secret or in a header, where it is no column's name."""
        if _BARE_KEYS.isdisjoint(names):
            return
        beside = {name.lower() for name in names if name is not None}
        is_paired = not _BESIDE_KEYS.isdisjoint(beside) or any(
            judge(name).kind == "secret" for name in beside
        )
        for name, value in zip(names, values, strict=True):
            if name in _BARE_KEYS and is_paired:
                for node, text in literals(value, self._constants):
                    if len(text) >= 20:
                        yield from self._contents.hit(node, "key", text, _WEAK_KEY)

    def _collection(self, name: str, value: ast.expr, judged: CredentialName) -> Iterator[Hit]:
        """`api_keys = ["…", "…"]`, `secret = {"value": "…"}`: values that look like secrets."""
        elements: list[ast.expr] = []
        if isinstance(value, (ast.List, ast.Tuple, ast.Set)):
            elements = value.elts
            if isinstance(value, ast.Tuple) and len(elements) == 2 and name == "api_key":
                elements = elements[1:]  # Elasticsearch's: an id, and the key
        elif isinstance(value, ast.Dict):
            elements = value.values
        strict = judged._replace(level=min(judged.level, Level.STRONG))
        for element in elements[:200]:
            for node, text in literals(element, self._constants):
                yield from self._contents.hit(node, name, text, strict)

    def _userinfo(self, elements: list[ast.expr]) -> Iterator[Hit]:
        """`auth=("user", "password")`."""
        if len(elements) != 2:
            return
        user = self._constants.fold(elements[0])
        for node, text in literals(elements[1], self._constants):
            if user is None or text != user:
                yield from self._contents.hit(node, "", text, PASSWORD)
            if user is not None and text in ("", "x-oauth-basic", "api_token", "X"):
                yield from self._contents.hit(elements[0], "", user, TOKEN)

    def _pair(self, elements: list[ast.expr]) -> Iterator[Hit]:
        """`("spark.hadoop.fs.s3a.secret.key", "…")`, `("Authorization", "Bearer …")`."""
        name = self._constants.fold(elements[0])
        if name is not None and judge(name).level is not Level.NONE:
            yield from self._setter(name, elements[1])

    def _setter(self, name: str, value: ast.expr) -> Iterator[Hit]:
        judged = judge(name)
        if name.lower() in _HEADERS:
            yield from self._bound(name, value)
        elif judged.level is not Level.NONE:
            for node, text in literals(value, self._constants):
                yield from self._contents.hit(node, name, text, judged)
            yield from self._collection(name, value, judged)

    def _fallback(self, looked_up: ast.expr, others: list[ast.expr]) -> Iterator[Hit]:
        """`os.environ.get("API_KEY") or "…"`: the name stands in the look-up."""
        match looked_up:
            case ast.Call(args=[ast.Constant(value=str() as name), *_]):
                for other in others:
                    yield from self._setter(name, other)

    def _command(self, node: ast.Call) -> Iterator[Hit]:
        """`os.system("curl -u …")`, `subprocess.run(["sshpass", "-p", "…"])`."""
        if called_name(node.func).rpartition(".")[2] not in _RUNNERS or not node.args:
            return
        lists = (word for word in node.args if isinstance(word, (ast.List, ast.Tuple)))
        yield from self._command_line(next(lists, node.args[0]))

    def _command_line(self, first: ast.expr) -> Iterator[Hit]:
        if isinstance(first, (ast.List, ast.Tuple)):
            words = [self._constants.fold(word) or "$X" for word in first.elts]
            command = " ".join(f"'{word}'" if " " in word else word for word in words)
        else:
            command = self._constants.fold(first) or ""
        for hit in find_shell(command, self._placeholders):
            yield self._contents.at(first, hit)

    def _defaults(self, node: ast.arguments) -> Iterator[Hit]:
        positional = [*node.posonlyargs, *node.args]
        for argument, default in zip(reversed(positional), reversed(node.defaults), strict=False):
            yield from self._bound(argument.arg, default)
        for argument, maybe in zip(node.kwonlyargs, node.kw_defaults, strict=False):
            if maybe is not None:
                yield from self._bound(argument.arg, maybe)

    def _returned(self, name: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Hit]:
        """`def get_api_key(): return "…"`."""
        judged = judge(name)
        for statement in statements(node) if judged.level is not Level.NONE else ():
            if isinstance(statement, ast.Return) and statement.value is not None:
                yield from self._strictly(name, statement.value, judged)

    def _compared(self, subject: ast.expr, value: ast.expr) -> Iterator[Hit]:
        match subject:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                pass
            case ast.Subscript(slice=ast.Constant(value=str() as name)):
                pass
            case ast.Call(args=[ast.Constant(value=str() as name), *_]):
                pass
            case _:
                return
        if isinstance(value, (ast.Constant, ast.JoinedStr, ast.BinOp)):
            judged = judge(name)
            yield from self._strictly(name, value, judged)

    def _strictly(self, name: str, value: ast.expr, judged: CredentialName) -> Iterator[Hit]:
        """Where a word is likely none: the value must look like a secret even for a password."""
        strict = judged._replace(level=min(judged.level, Level.STRONG))
        for node, text in literals(value, self._constants):
            yield from self._contents.hit(node, name, text, strict)

    def _call(self, node: ast.Call) -> Iterator[Hit]:
        full = called_name(node.func)
        called = full.rpartition(".")[2]
        arguments = [self._constants.fold(argument) for argument in node.args[:6]]
        if called not in _NO_SETTERS:
            # os.getenv("API_KEY", "…"), .option("password", "…"), setattr(x, "password", "…")
            for index, name in enumerate(arguments[:-1]):
                if name is not None and len(name) <= 160 and " " not in name.strip():
                    yield from self._setter(name.lstrip("-"), node.args[index + 1])
        if called == "print":  # print("password:", "…")
            for name, node_after in zip(arguments, node.args[1:], strict=False):
                if name is not None and name.rstrip().endswith((":", "=")) and len(name) <= 60:
                    yield from self._strictly(name.rstrip(" :="), node_after, judge(name))
        # add_argument("-t", "--token", default="…"): the longest of the first two names it.
        first = max((text for text in arguments[:2] if text), key=len, default="")
        for keyword in node.keywords:
            if called.endswith(_KEYED.get(keyword.arg or "", ())):
                for inner, text in literals(keyword.value, self._constants):
                    yield from self._contents.hit(inner, "key", text, _WEAK_KEY)
            if keyword.arg in _DEFAULTS:
                label = first or self._label(node)
                if "assword" in called:
                    label = "password"
                judged = judge(label.lstrip("-")) if len(label) <= 60 else judge("")
                if called == "Prompt" or judged.level is not Level.NONE:
                    yield from self._setter(label.lstrip("-"), keyword.value)
        if called.startswith("assert") and len(node.args) == 2:
            yield from self._compared(*node.args)
        if called in _TYPING and node.args:
            yield from self._typed(node.func, node.args[-1])
        for index, judged in positional(full, node).items():
            if index < len(node.args):
                yield from self._given(node.args[index], judged)
        if len(node.args) in (1, 2) and (judged := taken_by(called)).level is not Level.NONE:
            yield from self._given(node.args[-1], judged)  # `census.access_token("…")`
        if called == "connect" and len(node.args) >= 3:
            for argument in node.args:  # jaydebeapi: driver, URL, [user, password]
                if isinstance(argument, (ast.List, ast.Tuple)):
                    yield from self._userinfo(argument.elts)
        if called in ("connect", "create_engine", "create_pool") and arguments[:1]:
            for hit in find_easy_connect(arguments[0] or "", self._placeholders):
                yield self._contents.at(node.args[0], hit)
        if called in ("b64encode", "urlsafe_b64encode", "standard_b64encode"):
            yield from self._contents.basic(node.args[0], arguments[0]) if node.args else ()
        if called in ("b64decode", "urlsafe_b64decode", "standard_b64decode") and arguments[:1]:
            yield from self._contents.decoded(node.args[0], arguments[0])

    def _given(self, argument: ast.expr, judged: CredentialName) -> Iterator[Hit]:
        """What a call takes by position: itself, what a name stands for, or each of a dictionary."""
        for inner in argument.values if isinstance(argument, ast.Dict) else [argument]:
            text = self._constants.fold(inner, 1)
            values = literals(inner, self._constants) if text is None else [(inner, text)]
            for node, value in values:
                yield from self._contents.hit(node, "", value, judged)

    def _typed(self, called: ast.expr, value: ast.expr) -> Iterator[Hit]:
        """`driver.find_element(By.ID, "password").send_keys("…")`, `password_box.send_keys("…")`."""
        field = ""
        match called:
            case ast.Attribute(value=ast.Call(args=[*_, ast.Constant(value=str() as field)])):
                pass
            case ast.Attribute(value=ast.Name(id=field)):
                pass
        if _PASSWORD_FIELD.search(field):
            for node, text in literals(value, self._constants):
                yield from self._contents.hit(node, "", text, PASSWORD)

    def _label(self, node: ast.Call) -> str:
        texts = (self._constants.fold(k.value) for k in node.keywords if k.arg in _LABELS)
        return next((text for text in texts if text), "")
