"""IPython's own transformer is the oracle: both must see the same Python."""

import ast
import re
import warnings

import IPython
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from nblint.reading.python.cells import read_source
from nblint.reading.python.ipython import cell_magic, to_python
from nblint.reading.python.special import PYTHON_BODIES

REAL_LOOKING = [
    "x = 1",
    "df = a \\\n    % (a, b)",
    "text = (\n    '%s %s'\n    % (a, b)\n)",
    "assert (\n    x\n    != 'y'\n)",
    "%env X=V",
    "%env X V",
    "x = %env X",
    "x = % env X",
    "x, y = %env X",
    "x = \\\n%env X",
    "x = y = %env X",
    "x += 1",
    "f(a=1)[b] = !ls",
    "x = !ls -l \\\n  /tmp",
    "x = !!ls",
    "x =!= !ls",
    "x =%= %ls",
    "!pip install -q a \\\n    b \\\n    c",
    "!!ls",
    "!ls | grep '(' ",
    '!echo "don\'t" ()',
    "! cd a && export X=1",
    "if x:\n    %env X=V\n    !ls {a} $b",
    "for x in y:\n\t!ls $x\n\tprint(x)",
    "def f():\n    '''%not a magic\n    !nor this\n    '''\n    return 1",
    's = """\n%time\n!ls\n"""',
    "%time df = load()",
    "%matplotlib inline",
    "%%time\nx = 1",
    "%%bash\necho $X",
    "%%writefile a.py\nimport os",
    "# comment\n%%time\nx = 1",
    "obj?",
    "obj.attribute??",
    "obj[0]?",
    "%env?",
    "?obj",
    "??obj",
    "?",
    "*name*?",
    "print(x)?",
    "x = foo?",
    "!ls foo?",
    "foo? # comment",
    "/f x y",
    "/ f",
    ",f a b",
    ";f a b",
    "await f()",
    "async with a as b:\n    pass",
    "  x = 1\n  %env X",
    "    %%time\n    x = 1",
    "x = 'a' # %env X",
    "f'{x!r}' % y",
    "x %= 2",
    "x = y if a else b; z = %env Q",
    "x = {'a': 1,\n  'b': 2}\n%env X",
    "lambda a=1: a",
    "x: int = %env Y",
    "\\\n!ls",
    "",
    "\n\n%env X\n\n",
    "# only a comment",
    "x = 'it''s' \\\n  % y",
    "%%time?",
    "print 'python 2'",
    ">>> x = 1\n>>> y = 2",
    "In [1]: x = 5",
    "%env X\n\nIn [1]: x = 5",
    "return !ls",
    "(a\n?)",
    "x == !ls",
    "!= x",
    "%= x",
    "// x",
    "x = !\\\nls",
    "%env X \\",
]
TRANSFORMER = TransformerManager()
# An unterminated quote is left out: what follows it differs between Python's own tokenizers.
PIECES = st.sampled_from(
    [
        *"%!?,;/=\\()[]{}#:.*@ \t\n\nxyé1",
        *("'a'", '"!%"', '\n"""\n%a\n"""\n', "\n    ", "\\\n", "%%", "x = ", " = %", "!="),
    ]
)


def normalized(source: str) -> str:
    """Blank what only spaces: IPython's dedent does that even inside strings."""
    return re.sub(r"^[ \t]+$", "", source, flags=re.MULTILINE)


def dump(python: str) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.dump(ast.parse(python))
        except (SyntaxError, ValueError):
            return None


def theirs(source: str) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return dump(TRANSFORMER.transform_cell(source))
        except Exception:  # it has faults of its own: IndexError for `= %"""`
            return None


def ours(source: str) -> str | None:
    """Return what we see, a cell magic written as the call that IPython makes of it."""
    read = read_source(source)
    if magic := next((m for m in read.magics if m.kind == "cell"), None):
        body = magic.body if magic.body.endswith("\n") or not magic.body else magic.body + "\n"
        name, argument = magic.name, magic.argument
        return dump(f"get_ipython().run_cell_magic({name!r}, {argument!r}, {body!r})")
    return None if read.tree is None else ast.dump(read.tree)


@pytest.mark.parametrize("source", [s for s in REAL_LOOKING if not s.startswith(("%time ", "# c"))])
def test_real_looking_cells(source: str) -> None:
    assert ours(source) == theirs(source)


# Older ones, the last that Python 3.10 gets among them, read the first line's indent otherwise.
current = pytest.mark.skipif(IPython.version_info < (9,), reason="compares with IPython 9")


@current
@given(st.lists(st.sampled_from(REAL_LOOKING), min_size=1, max_size=4))
def test_composed_cells(parts: list[str]) -> None:
    source = normalized("\n".join(part for part in parts if ">>>" not in part))
    expected = theirs(source)
    if expected is not None and "%time " not in source:
        assert ours(source) == expected


@current
@given(st.lists(PIECES, max_size=14).map("".join))
@example("x=!\\\n\nls")
@example("%x \\\n")
@example("%x # y \\\n%z")
def test_any_characters(source: str) -> None:
    """Where IPython sees Python, so do we, and the same."""
    source = normalized(source)
    # IPython looks once more at what it made of `,f`, and at the quotes in it.
    assume(not re.search(r"^[ \t]*[,;/](?!\w+(?: [\w ]*)?$)", source, flags=re.MULTILINE))
    # An open bracket in a command makes IPython look for `?` in all that follows.
    assume("?" not in source or not re.search(r"^[ \t]*[%!?][^\n]*[(\[{]", source, re.MULTILINE))
    expected = theirs(source)
    if expected is not None:
        assert ours(source) == expected


@given(st.lists(PIECES, max_size=30).map("".join))
def test_rows_are_kept(source: str) -> None:
    assert to_python(source).text.count("\n") == source.count("\n")


def test_positions_of_an_argument_over_several_rows() -> None:
    source = "if x:\n    !echo a \\\n      $B \\\n  $C"
    (magic,) = to_python(source).magics
    assert magic.argument == "echo a        $B    $C"
    rows = source.split("\n")
    for name in "aBC":
        row, column = magic.position(magic.argument.index(name))
        assert rows[row - 1][column - 1] == name


@pytest.mark.parametrize(
    ("source", "target", "name", "argument"),
    [
        ("x = %env X", "x", "env", "X"),
        ("a.b[0] = !ls -l", "a.b[0]", "!", "ls -l"),
        ("x = !!ls", "x", "!", "!ls"),
        ("%env X=V", None, "env", "X=V"),
        ("!!ls", None, "!!", "ls"),
    ],
)
def test_magics(source: str, target: str | None, name: str, argument: str) -> None:
    (magic,) = to_python(source).magics
    assert (magic.target, magic.name, magic.argument) == (target, name, argument)
    row, column = magic.position(0)
    assert source.split("\n")[row - 1][column - 1 :] == argument


def test_cell_magic_body() -> None:
    magic = cell_magic("\n\n%%bash -e\necho\nls\n")
    assert magic is not None
    assert (magic.name, magic.argument, magic.row) == ("bash", "-e", 3)
    assert (magic.body, magic.body_row) == ("echo\nls\n", 4)
    assert cell_magic("%%time?\n") is None
    assert cell_magic("x\n%%time") is None


def test_python_bodies_are_magics_not_ours() -> None:
    assert {"time", "timeit", "capture", "prun"} <= PYTHON_BODIES
    assert not {"bash", "sh", "writefile", "sql", "html", "javascript", "R"} & PYTHON_BODIES
