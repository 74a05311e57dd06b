"""Find credentials in the arguments of calls: settings, defaults, a client's key, a command line."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from typing import Any, ClassVar

from msgspec import Struct

from nblint.credentials.hits import Hit
from nblint.credentials.python.assignments import WEAK_KEY, Assignments, strictly
from nblint.credentials.python.contents import Contents
from nblint.credentials.python.literals import LooseConstants, literals
from nblint.credentials.python.positional import positional
from nblint.credentials.text.shell import find_shell
from nblint.credentials.text.sql import parameter_names
from nblint.credentials.text.urls import find_easy_connect
from nblint.patterns import lazy_pattern
from nblint.reading.python.names import called_name
from nblint.secret_names.judge import PASSWORD, CredentialName, Level, judge, taken_by
from nblint.secret_names.words import split_words

# Calls whose first two texts are not a name and its value, but a text and its replacement or so.
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
# A label, then what is in the field.
_FIELDS = frozenset({"text_input", "text_area", "askstring", "Entry"})
_LABELS = frozenset({"description", "label", "name", "placeholder", "title", "help", "prompt"})
_LONGEST_LABEL = 60
_LONGEST_NAME = 160
_MOST_ARGUMENTS = 6
# Which classes take a key by a keyword that says nothing elsewhere; `SpeechConfig` is Azure's.
_KEYED = {"key": ("Client", "API", "Api", "Series", "MISP"), "subscription": ("Config",)}
_PASSWORD_FIELD = lazy_pattern(r"(?i)passw|pwd|(?<![a-z])pass(?![a-z])")


class _Call(Struct, frozen=True):
    """A call.

    Attributes:
        node: Its node.
        full: The dotted name of what is called: `requests.auth.HTTPBasicAuth`.
        name: The last part of that.
        texts: What its first arguments evaluate to.
    """

    node: ast.Call
    full: str
    name: str
    texts: list[str | None]


class Calls:
    """Finds credentials in the arguments of calls.

    Args:
        constants: Folds the arguments.
        contents: Turns them into hits.
        assignments: Judges arguments that have a name.
        placeholders: Values that are not secrets, from the settings.
    """

    def __init__(
        self,
        constants: LooseConstants,
        contents: Contents,
        assignments: Assignments,
        placeholders: Collection[str],
    ) -> None:
        self._constants = constants
        self._contents = contents
        self._assignments = assignments
        self._placeholders = placeholders

    def find(self, node: ast.Call) -> Iterator[Hit]:
        """Find credentials in the arguments of a call, except in further calls there."""
        full = called_name(node.func)
        name = full.rpartition(".")[2]
        texts = [self._constants.fold(argument) for argument in node.args[:_MOST_ARGUMENTS]]
        call = _Call(node, full, name, texts)
        if name not in _NO_SETTERS:
            yield from self._settings(call)
        if node.keywords:
            yield from self._keywords(call)
        if node.args:
            yield from self._positional(call)
            look = self._by_name.get(name)
            if look is not None:
                yield from look(self, call)
            if name.startswith(("assert", "compare_digest")) and len(node.args) == 2:
                yield from self._assignments.compared(*node.args)

    def _settings(self, call: _Call) -> Iterator[Hit]:
        """Find `.option("password", "…")`, `setattr(x, "password", "…")`: a name, then its value."""
        for index, name in enumerate(call.texts[:-1]):
            is_setter = split_words(call.name)[:1] == ["set"]  # of a section, a name, and its value
            if index % 2 and None not in call.texts[:index] and not is_setter:
                continue  # `select("user", "password", "created")` lists names
            is_name = name is not None and (" " not in name.strip() or call.name in _FIELDS)
            if name is not None and is_name and len(name) <= _LONGEST_NAME:
                yield from self._assignments.setting(name.lstrip("-"), call.node.args[index + 1])

    def _keywords(self, call: _Call) -> Iterator[Hit]:
        for keyword in call.node.keywords:
            if call.name.endswith(_KEYED.get(keyword.arg or "", ())):
                yield from self._assignments.literals("key", keyword.value, WEAK_KEY)
            if keyword.arg in _DEFAULTS:
                yield from self._default(call, keyword.value)

    def _default(self, call: _Call, value: ast.expr) -> Iterator[Hit]:
        """Find `add_argument("-t", "--token", default="…")`, `Text(label="API key", value="…")`."""
        # `-t` and `--token` name one option: the longer one says more.
        label = max((text for text in call.texts[:2] if text), key=len, default="")
        if "assword" in call.name:
            label = "password"
        label = (label or self._label(call.node)).lstrip("-")
        is_short = len(label) <= _LONGEST_LABEL
        if call.name == "Prompt" or (is_short and judge(label).level is not Level.NONE):
            yield from self._assignments.setting(label, value)

    def _label(self, node: ast.Call) -> str:
        texts = (self._constants.fold(k.value) for k in node.keywords if k.arg in _LABELS)
        return next((text for text in texts if text), "")

    def _positional(self, call: _Call) -> Iterator[Hit]:
        """Find what a client takes by position, and `census.access_token("…")`."""
        arguments = call.node.args
        for index, judged in positional(call.full, arguments).items():
            if index < len(arguments):
                yield from self._given(arguments[index], judged)
        if len(arguments) <= 2 and (judged := taken_by(call.name)).level is not Level.NONE:
            yield from self._given(arguments[-1], judged)

    def _given(self, argument: ast.expr, judged: CredentialName) -> Iterator[Hit]:
        """Judge an argument: itself, what a name stands for, or each value of a dictionary."""
        for inner in argument.values if isinstance(argument, ast.Dict) else [argument]:
            text = self._constants.fold(inner, 1)
            values = literals(inner, self._constants) if text is None else [(inner, text)]
            for node, value in values:
                yield from self._contents.hit(node, "", value, judged)

    def _executed(self, call: _Call) -> Iterator[Hit]:
        """Find `execute("INSERT INTO users (name, password) VALUES (?, ?)", ("ann", "…"))`."""
        if len(call.node.args) > 1 and isinstance(call.node.args[1], (ast.Tuple, ast.List)):
            values = call.node.args[1].elts
            for name, value in zip(parameter_names(call.texts[0] or ""), values, strict=False):
                yield from self._assignments.setting(name, value)

    def _framed(self, call: _Call) -> Iterator[Hit]:
        """Find `DataFrame([["ann", "…"]], columns=["user", "password"])`."""
        named = {keyword.arg: keyword.value for keyword in call.node.keywords}
        columns = named.get("columns") or named.get("schema") or [*call.node.args, None, None][1]
        rows = call.node.args[0]
        if isinstance(columns, (ast.List, ast.Tuple)) and isinstance(rows, (ast.List, ast.Tuple)):
            for row in rows.elts:
                if isinstance(row, (ast.List, ast.Tuple)):
                    for column, value in zip(columns.elts, row.elts, strict=False):
                        yield from self._assignments.setting(
                            self._constants.fold(column) or "", value
                        )

    def _printed(self, call: _Call) -> Iterator[Hit]:
        """Find `print("password:", "…")`."""
        for label, value in zip(call.texts, call.node.args[1:], strict=False):
            if label is not None and len(label) <= _LONGEST_LABEL:
                name = label.rstrip(" :=")
                if label.rstrip().endswith((":", "=")):
                    yield from self._assignments.literals(name, value, strictly(judge(name)))

    def _typed(self, call: _Call) -> Iterator[Hit]:
        """Find `find_element(By.ID, "password").send_keys("…")`, `password_box.send_keys("…")`."""
        field = ""
        match call.node.func:
            case ast.Attribute(value=ast.Call(args=[*_, ast.Constant(value=str() as field)])):
                pass
            case ast.Attribute(value=ast.Name(id=field)):
                pass
        if _PASSWORD_FIELD.search(field):
            yield from self._assignments.literals("", call.node.args[-1], PASSWORD)

    def _connected(self, call: _Call) -> Iterator[Hit]:
        """Find jaydebeapi's `connect(driver, url, [user, password])`, and Oracle's easy connect."""
        if call.name == "connect" and len(call.node.args) >= 3:
            for argument in call.node.args:
                if isinstance(argument, (ast.List, ast.Tuple)):
                    yield from self._assignments.userinfo(argument.elts)
        for hit in find_easy_connect(call.texts[0] or "", self._placeholders):
            yield self._contents.at(call.node.args[0], hit)

    def _encoded(self, call: _Call) -> Iterator[Hit]:
        yield from self._contents.basic(call.node.args[0], call.texts[0])

    def _decoded(self, call: _Call) -> Iterator[Hit]:
        yield from self._contents.decoded(call.node.args[0], call.texts[0])

    def _run(self, call: _Call) -> Iterator[Hit]:
        """Find `os.system("curl -u …")`, `subprocess.run(["sshpass", "-p", "…"])`."""
        arguments = call.node.args
        lists = (word for word in arguments if isinstance(word, (ast.List, ast.Tuple)))
        yield from self.command_line(next(lists, arguments[0]))

    def command_line(self, command: ast.expr) -> Iterator[Hit]:
        """Find credentials in a command line, as one text or as a list of words."""
        if isinstance(command, (ast.List, ast.Tuple)):
            words = [self._constants.fold(word) or "$X" for word in command.elts]
            text = " ".join(f"'{word}'" if " " in word else word for word in words)
        else:
            text = self._constants.fold(command) or ""
        for hit in find_shell(text, self._placeholders):
            yield self._contents.at(command, hit)

    # Searches for calls with arguments, by the last part of what is called.
    _by_name: ClassVar[dict[str, Callable[[Any, _Call], Iterator[Hit]]]] = {
        "print": _printed,
        **dict.fromkeys(("execute", "executemany"), _executed),
        **dict.fromkeys(("DataFrame", "createDataFrame", "from_records"), _framed),
        **dict.fromkeys(("send_keys", "fill", "type", "press_sequentially"), _typed),
        **dict.fromkeys(("connect", "create_engine", "create_pool"), _connected),
        **dict.fromkeys(("b64encode", "urlsafe_b64encode", "standard_b64encode"), _encoded),
        **dict.fromkeys(("b64decode", "urlsafe_b64decode", "standard_b64decode"), _decoded),
        **dict.fromkeys(_RUNNERS, _run),
    }
