"""Each use, in short: what is done with which variable, cell by cell."""

import json
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from nblint.document.model import Notebook
from nblint.reading.environment.environment import Environment
from nblint.reading.environment.idioms import (
    GETTERS,
    GIVING,
    PATCHES,
    READABLE,
    SETTERS,
    SHELLS,
    WORDS,
    is_about_variables,
)
from nblint.reading.environment.reader import EnvironmentReader
from nblint.reading.environment.relevance import Relevance
from nblint.reading.environment.sinks_and_sources import PROMPTS, STORES
from nblint.reading.environment.uses import Exposure, Read, Write
from nblint.reading.python.cells import PythonCells


def notebook_of(*sources: str, language: str = "python") -> Notebook:
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "source": s, "metadata": {}, "outputs": [], "execution_count": None}
        for s in sources
    ]
    metadata = {"language_info": {"name": language}}
    data = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    return Notebook.parse("nb.ipynb", json.dumps(data).encode())


def everything_in(notebook: Notebook) -> Environment:
    """Return what a reader finds that visits all code."""
    return Environment(
        EnvironmentReader(PythonCells.read(notebook), everything=True).read(notebook)
    )


def ranked(environment: Environment) -> list[Read | Write]:
    """Return reads and writes with their ranks: only the order of their positions counts."""
    uses: list[Read | Write] = [*environment.reads, *environment.writes]
    ranks = {number: rank for rank, number in enumerate(sorted({use.order for use in uses}))}
    return [replace(use, order=ranks[use.order]) for use in uses]


def assert_same(found: Environment, expected: Environment) -> None:
    assert ranked(found) == ranked(expected)
    assert found.exposures == expected.exposures
    assert found.sources == expected.sources


def environment(*sources: str, language: str = "python") -> Environment:
    notebook = notebook_of(*sources, language=language)
    found = Environment.read(notebook, PythonCells.read(notebook))
    # Whatever there is to find, the search for a few words lets it through.
    everything = everything_in(notebook)
    assert_same(found, everything)
    assert [*found.files] == [*everything.files]
    return found


def summary(found: Environment) -> str:
    """Return all uses in short.

    `X` a read, `X!` one that fails without the variable, `(…)` behind a guard, `?X` a question,
    `X|d` with a fallback, `…` a computed name, `=X` a write, `-X` a removal, `>X` an exposure,
    `^` behind a read or write: the notebook has set it before.
    """
    words = []
    for read in found.reads:
        word = f"{'?' * read.asks}{read.name or '…'}{'!' * read.required}"
        word += f"|{read.fallback.text}" if read.fallback else ""
        word = f"({word})" if read.guarded else word
        words.append(word + "^" * found.sets_before(read))
    for write in found.writes:
        word = f"{'-' if write.removes else '='}{write.name or '…'}{'~' * write.lost}"
        words.append(f"({word})" if write.guarded else word)
    words += [f">{exposure.name}" for exposure in found.exposures]
    words += [source.kind for source in found.sources]
    return " ".join(words)


USES = [
    # reads
    ("import os\nos.getenv('X')", "X >X"),
    ("x = os.getenv('X')", "X"),
    ("x = os.getenv('X', 'd')", "X|d"),
    ("x = os.getenv(key='X', default='d')", "X|d"),
    ("x = os.environ.get('X', default='d')", "X|d"),
    ("x = os.getenv('X', default)", "(X)"),
    ("x = os.environ.get('X')", "X"),
    ("x = os.environ['X']", "X!"),
    ("x = os.environb[b'X']", "X!"),
    ("x = os.environ.__getitem__('X')", "X!"),
    ("from os import environ, getenv\nx = environ['X'], getenv('Y')", "X! Y"),
    ("from os import environ as e\nx = e['X']", "X!"),
    ("from os import *\nx = getenv('X')", "X"),
    ("import os as o\nx = o.environ['X']", "X!"),
    ("e = os.environ\nx = e['X']\ng = os.getenv\ny = g('Y')", "X! Y"),
    ("e = os.environ.copy()\nx = e['X']\ny = e.get('Y')\ne['Z'] = '1'", "X! Y"),
    ("e = dict(os.environ)\nx = e['X']", "X!"),
    ("if (x := os.getenv('X')): pass", "X"),
    ("async def f():\n    await g(os.environ['X'])", "X!"),
    ("await g(os.environ['X'])", "X!"),
    ("class A:\n    x = os.environ['X']\n    def f(self): return os.getenv('Y')", "X! Y"),
    ("x = f'{os.environ[\"X\"]}'", "X!"),
    ("x = os.path.expandvars('$X/${Y}')", "X Y"),
    ("x = {'X': 1}['X']; environment = {'Y': 1}", ""),
    ("Estimator(environment={'X': '1'}, env_vars={'Y': '2'})", ""),
    ("run(env={'X': os.environ['Y']})", "Y!"),
    ("from kfp import dsl\n@dsl.component(base_image='x')\ndef f(): os.environ['X']", ""),
    ("@decorator\ndef f(): os.environ['X']", "X!"),
    ("# os.environ['X']\n'os.environ[\"Y\"]'", ""),
    ("%%time\nx = os.environ['X']", "X!"),
    ("%time x = os.environ['X']", "X!"),
    ("%%capture\n!ls\nx = os.environ['X']", "X!"),
    ("%%writefile a.py\nimport os\nos.environ['X']", ""),
    ("%%html\nos.environ['X'] $X", ""),
    ("%%sql\nselect '$X'", ""),
    ("def environ(): pass\nenviron['X']", ""),
    # names
    ("n = 'X'\nx = os.environ[n]", "X!"),
    ("n = 'X' if a else 'Y'\nx = os.environ[n]", "X! Y!"),
    ("p = 'A_'\nx = os.environ[p + 'X'], os.environ[f'{p}Y']", "A_X! A_Y!"),
    ("for n in ('X', 'Y'):\n    f(os.environ[n])", "X! Y!"),
    ("ns = ['X', 'Y']\nx = {n: os.environ[n] for n in ns}", "X! Y!"),
    ("for n, d in [('X', 1), ('Y', 2)]:\n    f(os.environ[n])", "X! Y!"),
    ("d = {'X': 1}\nfor n in d: f(os.environ[n])\nfor n, v in d.items(): os.environ[n] = v",
     "X! =X"),
    ("class C:\n    N = 'X'\nx = os.environ[C.N]", "X!"),
    ("class C:\n    N = 'X'\n    def f(self):\n        return os.environ[self.N]", "X!"),
    ("class C:\n  def f(self, n):\n    return os.environ[n]\nC().f('X')\nc = C()\nc.f('Y');",
     "X! Y!"),
    ("class C:\n  def get(self, n):\n    return os.environ[n]\nc = C()\nd.get('X')", "…!"),
    ("if a:\n    n = 'X'\nelse:\n    n = 'Y'\nx = os.getenv(n)", "X Y"),
    ("n = 'X'\nif a:\n    n = 'Y'\nx = os.getenv(n)", "Y X"),
    ("n = 'X'\nif a:\n    n = f()\nx = os.getenv(n)", "…"),
    ("if a:\n    n = 'X'\nelse:\n    raise E\nx = os.getenv(n)", "X"),
    ("for n in 'X Y'.split():\n    os.getenv(n)", "X Y"),
    ("a = ['X']\nfor n in a + ['Y']:\n    os.getenv(n)", "X Y"),
    ("m = dict(X=1)\nfor n, d in m.items():\n    os.getenv(n)", "X"),
    ("m = {1: 'X', 2: 'Y'}\nfor n in m.values():\n    os.getenv(n)", "X Y"),
    ("m = {1: 'X', 2: 'Y'}\nx = os.getenv(m[i])", "X Y"),
    ("m = {1: m[i]}\nx = os.getenv(m[i])", "…"),
    ("x = os.getenv('x'.upper()), os.getenv('A_{}'.format('B')), os.getenv('%s_D' % 'C')",
     "X A_B C_D"),
    ("def f(*names):\n    return [os.environ[n] for n in names]\nf('X', 'Y');", "X! Y!"),
    ("def f(names):\n    for n in names:\n        os.environ[n]\nf(['X', 'Y'])", "X! Y!"),
    ("def f(*names):\n    return [os.environ[n] for n in names]\nf(*g)", "…!"),
    ("from functools import partial\ng = partial(os.getenv, default='')\nx = g('X')", "X"),
    ("x = __import__('os').environ['X']", "X!"),
    ("c = {'name': 'X'}\nx = os.environ[c['name']]", "X!"),
    ("x = os.environ[f()]", "…!"),
    ("for i in range(3): f(os.environ[f'X{i}'])", "…!"),
    ("for i, n in enumerate(['X', 'Y']): f(os.environ[n])", "X! Y!"),
    ("for n, v in zip(['X', 'Y'], values): os.environ[n] = v", "=X =Y"),
    ("print(os.environ[f()])", "…!"),
    ("os.environ.get(f())", "…"),
    ("x = os.environ.get(n := 'X')", "X"),
    ("x = os.environ.get('X', os.environ.get('Y', 'd'))", "(X) Y|d"),
    ("os.system('ls $X'); os.system(f())", "X"),
    ("subprocess.run('ls $X', shell=True); subprocess.run(['$Y'])", "X"),
    ("os.environ.update(**{'X': '1'})", "=X"),
    ("for k in os.environ: f(os.environ[k])", ""),
    ("for k in sorted(os.environ.keys()): f(os.environ[k])", ""),
    # guards
    ("if 'X' in os.environ:\n    x = os.environ['X']", "?X (X!)"),
    ("if 'X' not in os.environ:\n    raise E\nx = os.environ['X']", "?X (X!)"),
    ("x = os.environ['X'] if 'X' in os.environ else 'd'", "(X!|d) ?X"),
    ("x = 'X' in os.environ and os.environ['X']", "?X (X!)"),
    ("assert 'X' in os.environ.keys()\nx = os.environ['X']", "?X (X!)"),
    ("try:\n    x = os.environ['X']\nexcept KeyError:\n    x = 1", "(X!)"),
    ("try:\n    x = os.environ['X']\nexcept ValueError:\n    x = 1", "X!"),
    ("import contextlib\nwith contextlib.suppress(KeyError):\n    x = os.environ['X']", "(X!)"),
    ("if os.getenv('X'):\n    x = os.environ['X']", "X (X!)"),
    ("x = os.getenv('X') or 'd'", "X|d"),
    ("x = os.getenv('X') or os.getenv('Y') or 'd'", "(X) Y|d"),
    ("x = os.getenv('X') or ''", "(X)"),
    # writes
    ("os.environ['X'] = '1'\nx = os.environ['X']", "X!^ =X"),
    ("x = os.environ['X']\nos.environ['X'] = '1'", "X! =X"),
    ("def f(): return os.environ['X']\nos.environ['X'] = '1'", "X!^ =X"),
    ("os.environ['PATH'] += ':/x'", "PATH! =PATH"),
    ("os.environ['X'] = os.environ['X'] + 'a'", "X! =X"),
    ("os.environ.update({'X': '1'}, Y='2')", "=X =Y"),
    ("os.environ |= {'X': '1'}", "=X"),
    ("os.environ.setdefault('X', 'd')", "X|d^ (=X) >X"),
    ("os.environ.pop('X', None)", "-X >X"),
    ("x = os.environ.pop('X')", "X! -X"),
    ("del os.environ['X']", "-X"),
    ("os.putenv('X', '1'); os.unsetenv('Y')", "=X -Y"),
    ("os.environ['X'], os.environ['Y'] = f()", "=X =Y"),
    ("if 'X' not in os.environ:\n    os.environ['X'] = '1'", "?X^ (=X)"),
    ("if not os.environ.get('X'):\n    os.environ['X'] = '1'", "X^ (=X)"),
    ("if os.getenv('X') is None:\n    os.environ['X'] = '1'", "X^ (=X)"),
    ("if 'X' in os.environ:\n    os.environ['X'] = '1'", "?X =X"),
    ("try:\n    os.environ['X']\nexcept KeyError:\n    os.environ['X'] = '1'", "(X!)^ (=X)"),
    ("os.environ['X'] = os.getenv('X', 'd')", "X|d (=X)"),
    ("os.environ['X'] = f'{os.getenv(\"X\")}:/a'", "X =X"),
    # functions
    ("def get(n): return os.environ[n]\nx = get('X')", "X!"),
    ("def get(n, d='D'): return os.getenv(n, d)\nx = get('X')\ny = get(n='Y', d=z)", "X|D Y"),
    ("def get(n='X'): return os.environ[n]\nx = get()", "X!"),
    ("get = lambda n: os.environ[n]\nx = get('X')", "X!"),
    ("def get(n): return os.environ['A_' + n]\nx = get('X')", "A_X!"),
    ("def get(n): return os.environ[n]\nx = get(f())", "…!"),
    ("def get(n): return os.environ[n]", "…!"),
    ("def _set_env(v):\n    if not os.environ.get(v):\n        os.environ[v] = g(v)\n"
     "_set_env('X')", "X^ (=X)"),
    ("def get(n): return os.environ[n]\nfor k in ['X', 'Y']: get(k)", "X! Y!"),
    ("class C:\n    def get(self, n): return os.environ[n]\n"
     "    def f(self): return self.get('X')", "X!"),
    # magics
    ("%env X", "X! >X"),
    ("%env X\n1", "X!"),
    ("x = %env X", "X!"),
    ("%env X=V", "=X"),
    ("%env X V", "=X"),
    ("%set_env X=V", "=X"),
    ("if a:\n    %env X=V", "=X"),
    ("%%time\n%env X=V\nx = os.environ['X']", "X!^ =X"),
    ("%env", ">*"),
    ("env", ">*"),
    ("x = %env", ""),
    ("%load_ext dotenv\n%dotenv", "dotenv"),
    ("get_ipython().run_line_magic('env', 'X=1')", "=X"),
    # shell
    ("!curl $X ${Y} $$Z", "X Y Z"),
    ("X = 1\n!curl $X ${X} $$X", "X X"),
    ("def f(a):\n    !ls $a", ""),
    ("!curl {os.environ['X']} {y}", "X!"),
    ("if 'X' in globals():\n    !rm $X", ""),
    ("!export X=1", "=X~"),
    ("!cd a && export X=1", "=X~"),
    ("!export X=1\nx = os.environ['X']", "X! =X~"),
    ("!X=1 cmd", ""),
    ("files = !ls $X", "X"),
    ("%%bash\nA=1\necho $A $X", "X >X"),
    ("%%sh\nexport X=1\necho $X", "=X"),
    ("%%script bash\nls $X", "X"),
    ("%%script perl\nls $X", ""),
    ("%%bash\ncat <<'E'\n$X\nE", ""),
    ("%sx ls $X", "X"),
    ("!ls $X\nthis is not Python", "X"),
    ("!ls a \\\n  b \\\n  $X", "X"),
    ("!ls a \\\r\n  $X", "X"),
    ("%%time\n!ls && export X=1", "=X~"),
    ("%time !ls $X", "X"),
    ("%%bash --bg\nls\n\necho '!'\nls $X", "X"),
    ("%%!\nls\nls $X", "X"),
    ("%%shell\nls $X", "X"),
    ("get_ipython().run_line_magic('shell', 'ls $X')", "X"),
    ("subprocess.run('ls $X', shell = True)", "X"),
    ("c = 'ls $X'\nos.system(c)", "X"),
    # other sources
    ("from dotenv import load_dotenv\nload_dotenv()", "dotenv"),
    ("import dotenv\ndotenv.load_dotenv()", "dotenv"),
    ("from getpass import getpass\nx = getpass('Key')", "prompt"),
    ("import getpass\nx = getpass.getpass()", "prompt"),
    ("import maskpass\nx = maskpass.askpass('Key')", "prompt"),
    ("x = input('Your API key: ')", "prompt"),
    ("x = input('Your name: ')", ""),
    ("from google.colab import userdata\nx = userdata.get('X')", "store"),
    ("from kaggle_secrets import UserSecretsClient\nx = UserSecretsClient()", "store"),
    ("x = dbutils.secrets.get(scope='a', key='b')", "store"),
    ("import os\nx = input('API key'), os.environ['X']", "X! prompt"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), USES)
def test_uses(source: str, expected: str) -> None:
    assert summary(environment(source)) == expected


EXPOSURES = [
    ("print(t)", ">T"),
    ("print('a', t, sep='')", ">T"),
    ("print(f'{t}')", ">T"),
    ("print('a' + t)", ">T"),
    ("print('%s' % t)", ">T"),
    ("print('{}'.format(t))", ">T"),
    ("print(t[:4])", ">T"),
    ("print(t.strip().lower())", ">T"),
    ("print({'a': t})", ">T"),
    ("print([t])", ">T"),
    ("h = {'A': f'Bearer {t}'}\nprint(h)", ">T"),
    ("h = {'A': t, 'B': 1}\nprint(h['B'])", ""),
    ("h = {'A': t}\nprint(h['A'])", ">T"),
    ("h = {}\nh['A'] = t\nprint(h)", ">T"),
    ("u = t\nprint(u)", ">T"),
    ("if a:\n    u = t\nelse:\n    u = ''\nprint(u)", ">T"),
    ("if a:\n    u = t\n    raise E\nelse:\n    u = ''\nprint(u)", ""),
    ("try:\n    u = t\nexcept E:\n    u = ''\nprint(u)", ">T"),
    ("h = {}\nh.update({'A': t})\nprint(h)", ">T"),
    ("h = []\nh.append(t)\nprint(h)", ">T"),
    ("s.headers.update(A=t)\nprint(s.headers)", ">T"),
    ("client.add(t)\nprint(client)", ""),
    ("h = {'A': t}\nprint(list(h), sorted(h))", ""),
    ("class C:\n    K = t\nprint(C.K)", ">T"),
    ("u, v = t, 1\nprint(u)", ">T"),
    ("a.t = t\nprint(a.t)", ">T"),
    ("t += 'a'\nprint(t)", ">T"),
    ("def f():\n    print(t)", ">T"),
    ("def f(t):\n    print(t)", ""),
    ("t = 1\nprint(t)", ""),
    ("display(t)", ">T"),
    ("from IPython.display import Markdown, display as d\nd(Markdown(t))", ">T"),
    ("from pprint import pprint\npprint(t)", ">T"),
    ("import logging\nlogging.info('%s', t)", ">T"),
    ("import logging\nlog = logging.getLogger()\nlog.error(t)", ">T"),
    ("import logging\nlogging.getLogger(__name__).debug(t)", ">T"),
    ("import sys\nsys.stdout.write(t)", ">T"),
    ("import sys\nprint(t, file=sys.stderr)", ">T"),
    ("print(t, file=f)", ""),
    ("t", ">T"),
    ("f'{t}'", ">T"),
    ("t;", ""),
    ("t  ;  # quiet", ""),
    ("t\n1", ""),
    ("if 1:\n    t", ""),
    ("!echo $T", "T >T"),
    ("!echo {t}", ">T"),
    ("!echo $t", ">T"),
    ("!echo $t > f", ""),
    ("x = !echo $t", ""),
    ("!echo $id $In $_", ""),
    ("import os\nos.system('echo $T')", "T >T"),
    ("import os\nos.system('echo ${#T} > f')", "T"),
    ("%env U=$t", "=U >T"),
    ("print(len(t))", ""),
    ("print(t in x)", ""),
    ("print(t == 'a', t is None, not t, bool(t))", ""),
    ("print('set' if t else 'unset')", ""),
    ("print(t and 'set')", ""),
    ("print('*' * len(t))", ""),
    ("client = Client(t)\nclient", ""),
    ("requests.get(u, headers={'Authorization': t})", ""),
    ("[x for x in t]", ">T"),
]


@pytest.mark.parametrize(("source", "expected"), EXPOSURES)
def test_exposures(source: str, expected: str) -> None:
    before, after = environment("t = os.environ['T']"), environment("t = os.environ['T']", source)
    assert summary(before) == "T!"
    assert summary(after).removeprefix("T!").strip() == expected


DUMPS = [
    ("os.environ", 1),
    ("print(os.environ)", 1),
    ("dict(os.environ)", 1),
    ("{**os.environ}", 1),
    ("import json\nprint(json.dumps(dict(os.environ), indent=1))", 1),
    ("for k, v in os.environ.items():\n    print(k, v)", 1),
    ("for k, v in sorted(os.environ.items()):\n    print(f'{k}={v}')", 1),
    ("for k in os.environ:\n    print(k, os.environ[k])", 1),
    ("for k in os.environ:\n    print(k)", 0),
    ("print(list(os.environ))", 0),
    ("print(sorted(os.environ.keys()))", 0),
    ("print(len(os.environ))", 0),
    ("os.environ.items()", 1),
    ("e = os.environ.copy()\ne", 1),
    ("[f'{k}={v}' for k, v in os.environ.items()]", 1),
    ("subprocess.run(c, env=os.environ)", 0),
    ("%env", 1),
    ("!env", 1),
    ("!printenv | sort", 1),
    ("!set", 1),
    ("!env | grep X", 1),
    ("!env | grep -c X", 0),
    ("%%bash\nenv", 1),
    ("%%bash\ndeclare -x", 1),
    ("import os\nos.system('env')", 1),
    ("x = !env", 0),
]


@pytest.mark.parametrize(("source", "dumps"), DUMPS)
def test_dumps(source: str, dumps: int) -> None:
    exposures = environment(source).exposures
    assert [exposure.name for exposure in exposures] == ["*"] * dumps


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("R", "x <- Sys.getenv(\"X\") # Sys.getenv('Y')", "X"),
        ("R", "Sys.getenv('X', unset = 'd'); Sys.setenv(Y = '1')", "X|d =Y"),
        ("R", "Sys.getenv(c('X', 'Y')); 'Sys.getenv(\"Z\")'", "X Y"),
        ("julia", 'ENV["X"]; get(ENV, "Y", "d"); haskey(ENV, "Z")', "X! Y|d ?Z"),
        ("julia", 'ENV["X"] = "1"; ENV["X"] == "1"', "X!^ =X"),
        ("C#", 'var x = Environment.GetEnvironmentVariable("X") ?? "d"; // "Y"', "X|d"),
        ("C#", 'Environment.SetEnvironmentVariable("X", "1");', "=X"),
        ("powershell", "$env:X; $Env:Y = '1'; '$env:Z'", "X =Y"),
        ("bash", "A=1\nls $A $X", "X"),
    ],
)
def test_other_languages(language: str, source: str, expected: str) -> None:
    assert summary(environment(source, language=language)) == expected


def test_cells_of_a_bash_notebook_share_their_variables() -> None:
    assert summary(environment("A=1", "ls $A $B", language="bash")) == "B"


def test_names_come_from_any_earlier_cell() -> None:
    found = environment("import os as o", "N = 'X'", "this is no Python", "x = o.environ[N]")
    assert summary(found) == "X!"


def test_places() -> None:
    found = environment(
        "é = 1; x = os.environ['A']",
        "if 1:\n    %env B=1",
        "!ls a \\\n  $C",
        "%%bash\nls\nls  $D",
        "    %%time\n    x = os.getenv('E')",
        "def f(n): return os.getenv(n)\n\ny = f('F')",
    )
    uses: list[Read | Write] = [*found.reads, *found.writes]
    places = {use.name: use.place[0:1] + use.place[4:8] for use in uses}
    assert places == {
        "A": (1, 1, 12, 1, 27),
        "B": (2, 2, 10, 2, 11),
        "C": (3, 2, 3, 2, 5),
        "D": (4, 3, 5, 3, 7),
        "E": (5, 2, 9, 2, 23),
        "F": (6, 3, 5, 3, 11),
    }


def rewritten(source: str) -> str | None:
    (read,) = environment(source).reads
    assert isinstance(read, Read)
    replacement = read.fallback.replacement if read.fallback else read.optional
    return replacement.text if replacement else None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = os.getenv('X', 'd')", "os.getenv('X')"),
        ("x = os.environ.get(\n  'X',\n  'd',\n)", "os.environ.get('X')"),
        ("x = os.getenv('X') or 'd'", "os.getenv('X')"),
        ("x = (os.getenv('X')) or 'd'", "os.getenv('X')"),
        ("x = os.environ.setdefault('X', 'd')", "os.environ['X']"),
        ('x = os.environ["X"]', 'os.environ.get("X")'),
        ("!echo {os.getenv('X', 'd')}", None),
    ],
)
def test_replacements(source: str, expected: str | None) -> None:
    assert rewritten(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        *("x = 1\n!ls", "%time x.reset_index(drop=True)", "assert x != '$'", "!cat dataset"),
        *("print('Done!')\nx = set(y)", "x = input('$')", "%matplotlib inline\nx = '$'"),
        *("k = w.GetEnvironmentKey()", "# subsystems of a shell\nx = '$'"),
    ],
)
def test_nothing_is_parsed_where_the_environment_is_not_mentioned(source: str) -> None:
    data = {"cells": [{"cell_type": "code", "source": source}], "metadata": {}}
    notebook = Notebook.parse("nb.ipynb", json.dumps(data).encode())
    python = PythonCells.read(notebook)
    Environment.read(notebook, python)
    assert "_read" not in vars(python.cells[0])


FRAGMENTS = st.sampled_from(
    [
        *("os.environ", "['X']", "x", " = ", "print(", ")", "for ", " in ", ": ", "\n", "\n    "),
        *("def f(x)", "!echo $x {x}", "%env", "%env X=1", "%%bash\n", "f'{", "}'", "lambda ", "["),
        *("]", ",", "if ", "try:", "except:", ".get(", "os.getenv('X', 'd')", " or ", " not in "),
        *("f(x)", "return ", "*"),
    ]
)


@given(st.lists(st.lists(FRAGMENTS, max_size=12).map("".join), max_size=3))
def test_no_cell_raises(sources: list[str]) -> None:
    found = environment(*sources)
    uses: list[Read | Write | Exposure] = [*found.reads, *found.writes, *found.exposures]
    for use in uses:
        assert "\0" not in (use.name or "")


# Names that stand for what uses variables, or for something else from some cell on.
LINKS = [
    *("import os as o", "from os import *", "from os import getenv as g", "e = os.environ"),
    *("t = os.environ['T']", "t = f()", "u = t", "h = {'A': t}", "h['A'] = 1", "a.t = t"),
    *("n = 'X'", "n = 'Y'", "n = f()", "n += 'Z'", "ns = ['X', 'Y']", "p = print", "print = f"),
    *("o.environ[n]", "os.environ[n]", "os.getenv(n, d)", "g('X')", "e['X']", "e[n] = 1", "get(n)"),
    *(
        "print(u)",
        "p(t)",
        "print(h)",
        "u",
        "t",
        "a.t",
        "h['A'];",
        "f'{n} {t}'",
        "show(t)",
        "d = 'D'",
    ),
    *(
        "for n in ns:\n    get(n)",
        "for n in ns:\n    m = n",
        "os.environ[m]",
        "get = f",
        "if n: t = 1",
    ),
    *("def get(n):\n    return os.environ[n]", "def get(n):\n    m = n\n    return e[m]"),
    *("def show(x):\n    y = x\n    print(y)", "def main():\n    get('X')", "def get(n): return n"),
    *("def get(n):\n    print(e[n])", "x = get('X')\nprint(x)", "main()", "c = C()", "c.get('X')"),
    *(
        "class C:\n    k = n\n    def get(self, n):\n        return e[n]",
        "class C: pass",
        "print(C.k)",
    ),
    *("class C:\n    def run(self):\n        return self.get('Z')", "os.environ[C.k]", "os = f()"),
    *("from getpass import getpass as ask", "x = ask()", "ask = input", "ask('Your token: ')"),
    *("s = 'ls $X'", "run(s, shell=True)", "from subprocess import run", "os.system(s)", "k.get()"),
    *("import keyring as k", "k.get_password('a', 'b')", "m = __import__('os')", "m.environ[n]"),
    *(
        "__import__('key\\x72ing').get_password('a', 'b')",
        "x = f(n := 'V')",
        "(v := t) and print(v)",
    ),
    *("!echo $t {u} $X", "!echo {t} > f", "x = !ls $X", "!ls \\\n $X", "%env N=$t", "%env", "env"),
    *(
        "%time t = os.environ['T']",
        "%%bash\nreadonly -x X=1\necho $X",
        "!readonly -x R=1",
        "%%sh\nlocal -x L=1",
        "!ls",
    ),
    *("%%time\nx = u\nprint(x)", "%%writefile a.py\nos.environ['X']", "this is no Python $X"),
    *("try:\n    t = e['X']\nexcept KeyError:\n    t = n", "assert n in os.environ", "assert t"),
    *(
        "if n in e:\n    t = e[n]\nelse:\n    t = 1",
        "while t:\n    t = f(t)",
        "with f() as t: u = t",
    ),
    *(
        "ｅ = os.environ",
        "ｅ['X']",
        "ﬁ = os.getenv('F')",
        "print(fi)",
        "é = 1",
        "x = lambda q: e[q]",
    ),
    *(
        "from mock import patch as a\ns = 'os.environ'\na.dict(s, n=1)",
        "os.popen(s)",
        "s = 'os.environ'",
        "from unittest.mock import patch",
        "x('X')",
        "# env",
    ),
    *("@f\ndef get(n):\n    return g(n)", "@g('D')\ndef f(x): return x", "del t", "t;", "global t"),
]


ALL_SOURCES = [*LINKS, *(source for source, _ in (*USES, *EXPOSURES, *DUMPS))]


def assert_nothing_is_missed(*sources: str) -> None:
    notebook = notebook_of(*sources)
    found = Environment(EnvironmentReader(PythonCells.read(notebook)).read(notebook))
    assert_same(found, everything_in(notebook))


@pytest.mark.parametrize(
    "sources",
    [
        # A name that ends with a vowel's sign, defined after its call.
        (
            "def go():\n    return \u0915\u0940('A')",
            "def \u0915\u0940(n):\n    return os.environ[n]",
        ),
        # A shell drops quotes and backslashes.
        *(("os.environ['A']", line) for line in ('!e"nv"', '!print"e"nv', '!ex"port" A=1')),
        *(("os.environ['A']", line) for line in ("!ex\\port A=1", '%%bash\nex"port" A=1')),
        ("os.environ['A']", "!ex\\\nport A=1"),
        # Many statements stand in one row, of which the last defines a name for the next row.
        ("a = 1; b = os.environ['A']; c = b", "c; d = c\nprint(d)"),
    ],
)
def test_nothing_is_missed(sources: tuple[str, ...]) -> None:
    assert_nothing_is_missed("import os", *sources)


@pytest.mark.parametrize(
    "code",
    [
        *("xé = 1; " * 500, "class A: " + "xé = 1; " * 500),
        *("x = 1  # a \\\n" * 500, "class A:\n" + " x = 1  # a \\\n" * 500),
        "if x:\n    y = 1; z = 2\n" * 500,
    ],
    ids=["row", "row of a class", "comments", "comments of a class", "blocks"],
)
def test_code_is_judged_a_few_times_only(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = 0
    judge = Relevance.of

    def of(self: Relevance, code: str) -> bool:
        nonlocal judged
        judged += len(code)
        return judge(self, code)

    monkeypatch.setattr(Relevance, "of", of)
    notebook = notebook_of(f"import os; os.environ['A']\n{code}")
    found = EnvironmentReader(PythonCells.read(notebook)).read(notebook)
    assert found.reads
    assert judged < 5 * len(code)


def test_every_way_to_use_a_variable_has_a_word() -> None:
    ways = READABLE | GETTERS | GIVING | SETTERS | SHELLS | PATCHES | PROMPTS | STORES
    for way in [*ways, "dotenv.load_dotenv", "dotenv_values", "input", "raw_input"]:
        assert is_about_variables(way, WORDS)


@given(st.lists(st.lists(st.sampled_from(ALL_SOURCES), min_size=1, max_size=4), max_size=6))
def test_irrelevant_code_uses_nothing(cells: list[list[str]]) -> None:
    assert_nothing_is_missed(*map("\n".join, cells))


@pytest.mark.parametrize("source", ALL_SOURCES)
def test_irrelevant_code_uses_nothing_between_uses(source: str) -> None:
    assert_nothing_is_missed("n = s = 'X'", "token = os.environ['T']", source, "os.environ[n], t")


@pytest.mark.parametrize(
    "sources",
    [
        ("def main():\n    get('X')", "main()", "def get(n):\n    return os.environ[n]"),
        ("def get(n): return n", "get('X')", "def get(n):\n    return os.environ[n]"),
        ("e = os.environ", "g = e.get", "g('X')"),
        ("e = os.environ", "g = ｅ['X']"),
        ("x = os.ｅnviron['X']",),
        ("\n".join(f"{name} = os.environ['X']" for name in ascii_lowercase), "print(q)"),
        ("\n".join(f"{name}é = os.environ['X']" for name in ascii_lowercase), "print(qé)"),
        ("c = 'ls $X'", "os.popen(c)"),
        ("c = 'ls $X'", "subprocess.getoutput(c)"),
        ("c = 'ls $X'", "subprocess.getstatusoutput(c)"),
        ("from mock import patch as p\nm = 'os.environ'", "p.dict(m, X='1')"),
        ("@f(os.environ['X'])\ndef g(): pass", "!ls \\\n $X"),
        ("class C:\n    def get(self, n):\n        return os.environ[n]", "c = C()", "c.get('X')"),
    ],
)
def test_uses_that_show_in_another_cell(sources: tuple[str, ...]) -> None:
    assert_nothing_is_missed(*sources)
    assert "X" in summary(environment("os.environ['Z']", *sources))
