"""Files as they are met, and as nobody would write them, through the whole command."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from nblint.reports import formats
from tests.command import nblint
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import make

PLANTED = make("github-token")
HEADER = complete_header()


def of(**parts: object) -> bytes:
    """Return the JSON of a notebook with some parts set to something odd."""
    return json.dumps(
        {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | parts
    ).encode()


def cell(**parts: object) -> bytes:
    """Return a notebook of one code cell, with some of its parts set to something odd."""
    usual = {"cell_type": "code", "id": "a", "metadata": {}, "source": "x = 1", "outputs": []}
    return of(cells=[usual | {"execution_count": None} | parts])


def code(source: str) -> bytes:
    """Return a notebook with a good header, and a code cell behind it."""
    notebook = json.loads(notebook_bytes(("markdown", HEADER), ("code", "")))
    notebook["cells"][1]["source"] = source
    return json.dumps(notebook, indent=1).encode()  # escapes half a surrogate pair


DEEP = 100_000
# Values of every type that JSON has, where another one is meant.
ODD: list[object] = [None, True, -7, "x", [], [None, "x"], {"x": 7}]
PLACES = (
    *("cell_type", "id", "metadata", "source", "outputs", "execution_count", "attachments"),
    *("input", "level", "language"),
)
WRONG_TYPES = {
    f"{place} is {json.dumps(odd)}": cell(**{place: odd}) for place in PLACES for odd in ODD
}
WRONG_TYPES |= {
    f"top {place} is {json.dumps(odd)}": of(**{place: odd})
    for place in ("cells", "metadata", "nbformat", "nbformat_minor", "worksheets")
    for odd in ODD
}
WRONG_TYPES |= {
    f"metadata {place} is {json.dumps(odd)}": of(cells=[], metadata={place: odd})
    for place in ("kernelspec", "language_info", "authors", "papermill", "signature")
    for odd in ODD
}
WRONG_TYPES |= {
    f"output {place} is {json.dumps(odd)}": cell(outputs=[{"output_type": kind, place: odd}])
    for place in ("text", "data", "traceback", "metadata", "name", "evalue")
    for kind in ("stream", "display_data", "error")
    for odd in ODD
}
MISSING = {
    f"no {key}": json.dumps({k: v for k, v in json.loads(cell()).items() if k != key}).encode()
    for key in ("metadata", "nbformat", "nbformat_minor")
} | {
    f"no {key} in the cell": of(
        cells=[{k: v for k, v in json.loads(cell())["cells"][0].items() if k != key}]
    )
    for key in ("cell_type", "id", "metadata", "source", "outputs", "execution_count")
}
OLD_CELLS = [
    {"cell_type": "heading", "level": 1, "metadata": {}, "source": "A title"},
    {"cell_type": "code", "input": "print 1", "language": "python", "outputs": [], "metadata": {}},
    {"cell_type": "html", "source": "<b>x</b>"},
]
SHAPES = {
    "nbformat 2": of(nbformat=2, cells=None, worksheets=[{"cells": OLD_CELLS}]),
    "nbformat 3": of(nbformat=3, cells=None, worksheets=[{"cells": OLD_CELLS, "metadata": {}}]),
    "nbformat 3, two worksheets": of(nbformat=3, worksheets=[{"cells": OLD_CELLS}] * 2),
    "nbformat 4 in worksheets": of(cells=7, worksheets=[{"cells": OLD_CELLS}]),
    "headings of nbformat 3 in 4": of(cells=OLD_CELLS),
    **{
        f"a heading of level {level}": cell(cell_type="heading", level=level)
        for level in (0, -1, 7, 2**31, 2**63, 1.5, True, "2", None)
    },
    "nbformat 99": of(nbformat=99),
    "NaN and Infinity": of(metadata={"a": float("nan"), "b": [float("inf"), float("-inf")]}),
    "a huge number": of(metadata={"a": 10**400, "b": 10.0**300}),
    "half a surrogate pair": code("x = '\ud800'; \udfff\nimport os\nos.environ['\ud800']"),
    "half a pair as a type": cell(cell_type="\ud800", outputs=[{"output_type": "\udc00"}]),
    "half a pair as a key": cell(**{"\ud800": {"\udfff": 1}}),
    "NUL in a source": code("x = '\0'\n\0"),
    "form feeds and other separators": code("a = 1\x0cb = 2\x1c\u2028c\x85d\x0b\npassword = 'x'"),
    "carriage returns": code("a = 1\rb = 2\r\nc = 3\n\rimport os\rprint(os.environ['X'])"),
    "terminal escapes": code("\x1b]0;x\x07\x1b[2J\u202e# \u200b"),
    "duplicate ids": of(cells=[json.loads(cell())["cells"][0]] * 3),
    "duplicate keys": b'{"cells": 1, "cells": [{"source": 1, "source": "x", "cell_type": "code",'
    b' "cell_type": "markdown"}], "metadata": {}, "metadata": 7, "nbformat": 4, "nbformat": "x"}',
    "an escaped key": b'{"c\\u0065lls": [{"cell_type": "markdown", "sourc\\u0065": "#x"}]}',
    "deep metadata": b'{"cells": [], "metadata": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
    "deep lists in a source": b'{"cells": [{"source": ' + b"[" * 900 + b"]" * 900 + b"}]}",
    "deep brackets that close": code("[" * 150 + "]" * 150),
    "a long f-string": code("f'" + "{f" * 2000),
    "deep blocks": code("".join(f"{' ' * n}if x:\n" for n in range(120)) + " " * 120 + "y"),
    "quotes in quotes": notebook_bytes(("markdown", ">" * 20_000 + " # x")),
    "lists in lists": notebook_bytes(("markdown", "- " * 5000 + "x")),
    "brackets in text": notebook_bytes(("markdown", "[" * 20_000 + "](" * 1000)),
    "stars in text": notebook_bytes(("markdown", "# " + "*a_ " * 10_000)),
    "HTML that does not end": notebook_bytes(("markdown", "<h1 " * 10_000 + "<!--" * 5000)),
}
LARGE = {
    "deep parentheses": code("(" * DEEP),
    "a deep chain of attributes": code("a" + ".b" * 20_000),
    "a long sum": code("1" + " + 1" * 20_000),
    "many minus signs": code("-" * DEEP + "1"),
    "a long elif": code("if a: b\n" + "elif a: b\n" * 5000),
    "a table of many columns": notebook_bytes(("markdown", "|a" * 10_000 + "\n" + "|-" * 10_000)),
    "many cells": notebook_bytes(*[("code", "x = 1")] * 500),
    "many backslashes": code("!" + "\\\n" * 5000 + "x"),
    "a long line of a shell": code("%%bash\n" + "$(" * 5000 + "${X:-" * 5000),
    "magics in magics": code("%%time\n" * 2000 + "!" * 2000),
}
NO_NOTEBOOKS = {
    "empty": b"",
    "spaces": b" \n\t",
    "a byte order mark": b"\xef\xbb\xbf" + of(),
    "UTF-16": of().decode().encode("utf-16"),
    "UTF-32": of().decode().encode("utf-32"),
    "NUL bytes": b"\0" * 1000,
    "NUL behind the notebook": of() + b"\0",
    "half of it": code("x = 1")[:-60],
    "two of them": of() * 2,
    "an unescaped line end": b'{"cells": [], "x": "a\nb"}',
    "invalid escapes": b'{"cells": [], "x": "\\u12\\x"}',
    "not UTF-8": b'{"cells": ["\xff\xfe"]}',
    "a list": b"[]",
    "nested 100,000 deep": b'{"cells": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "nested in objects": b'{"cells": [], "x": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
    "a number of a million digits": b'{"cells": [], "x": ' + b"1" * 1_000_000 + b"}",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "a zip": b"PK\x03\x04" + b"\0" * 26,
    "merge conflict": b'{\n<<<<<<< HEAD\n "cells": []\n=======\n "cells": [1]\n>>>>>>> x\n}',
}


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()


def faultless(*arguments: str) -> Result:
    result = nblint(*arguments)
    assert "a bug in nblint" not in result.output
    return result


@pytest.mark.parametrize(
    "shape", [*SHAPES, *(pytest.param(shape, marks=pytest.mark.slow) for shape in LARGE)]
)
def test_shapes_of_notebooks(shape: str) -> None:
    Path("a.ipynb").write_bytes((SHAPES | LARGE)[shape])
    for form in formats():
        assert faultless("check", "--select", "ALL", "--output-format", form).exit_code < 2
    faultless("env")
    faultless("check", "--select", "ALL", "--diff", "--unsafe-fixes")
    faultless("check", "--select", "ALL", "--fix", "--unsafe-fixes")
    once = Path("a.ipynb").read_bytes()
    faultless("check", "--select", "ALL", "--fix", "--unsafe-fixes")
    assert Path("a.ipynb").read_bytes() == once, "fixing twice changes nothing"


@pytest.mark.slow
def test_wrong_types_anywhere() -> None:
    for number, data in enumerate([*WRONG_TYPES.values(), *MISSING.values()]):
        Path(f"{number}.ipynb").write_bytes(data)
    fix = ("check", "--select", "ALL", "--fix", "--unsafe-fixes", "--output-format", "json")
    found = {finding["path"] for finding in json.loads(faultless(*fix).stdout)}
    assert found == {path.name for path in Path().glob("*.ipynb")}
    before = {path: path.read_bytes() for path in Path().glob("*.ipynb")}
    faultless(*fix)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("shape", NO_NOTEBOOKS)
def test_files_that_are_no_notebooks(shape: str) -> None:
    data = NO_NOTEBOOKS[shape]
    Path("a.ipynb").write_bytes(data)
    faultless("check", "--select", "ALL", "--fix", "--unsafe-fixes")
    result = faultless("check", "--select", "ALL", "--output-format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)[0]["code"] in ("NBL001", "NBL005")
    assert faultless("env").exit_code == 2
    assert Path("a.ipynb").read_bytes() == data


def test_a_broken_file_quotes_nothing() -> None:
    Path("a.ipynb").write_bytes(code(f"token = '{PLANTED}'")[:-30])
    Path("b.ipynb").write_bytes(f'{{"cells": [], "{PLANTED}" "{PLANTED}"'.encode())
    for form in formats():
        assert PLANTED not in faultless("check", "--output-format", form).output


def test_a_folder_with_the_name_of_a_notebook() -> None:
    Path("x.ipynb").mkdir()
    assert faultless("check").exit_code == 3
    assert faultless("check", "x.ipynb").exit_code == 3
    Path("x.ipynb", "y.ipynb").write_bytes(code("x = 1"))
    assert faultless("check").exit_code == 0


def pipe() -> None:
    os.mkfifo("x.ipynb")


def local_socket() -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("x.ipynb")


def device() -> None:
    Path("x.ipynb").symlink_to("/dev/zero")


@pytest.mark.skipif(sys.platform == "win32", reason="these are POSIX's")
@pytest.mark.parametrize("make_it", [pipe, local_socket, device])
def test_what_could_be_read_forever(make_it: Callable[[], None]) -> None:
    make_it()
    assert faultless("check").exit_code == 3, "in a folder, it is no notebook"
    named = faultless("check", "x.ipynb")
    assert named.exit_code == 2
    assert named.stderr == "nblint: x.ipynb: not a regular file; use '-' to read standard input\n"
    # Nor are they settings, ignore files or catalogues.
    for name in (".gitignore", "nblint.toml", "environment.toml", "requirements.txt"):
        Path("x.ipynb").rename(name)
        Path("a.ipynb").write_bytes(code("x = 1"))
        assert faultless("check", "--select", "ALL", "--ignore", "NBL5").exit_code == 0
        Path(name).rename("x.ipynb")


def test_names_that_are_not_text() -> None:
    name = b"\xff\xfe\x1b[31m.ipynb"
    try:
        Path(os.fsdecode(name)).write_bytes(notebook_bytes(("code", "x")))
    except (OSError, ValueError):
        pytest.skip("this system has no such names")
    for form in formats():
        result = faultless("check", "--output-format", form)
        assert result.exit_code == 1
        assert "\x1b" not in result.output
    assert faultless("check", "--fix").exit_code == 1


def test_names_as_long_as_they_can_be() -> None:
    name = "n" * (255 - len(".ipynb")) + ".ipynb"
    Path(name).write_bytes(notebook_bytes(("markdown", HEADER.replace("## Aud", "##Aud"))))
    assert faultless("check", "--fix").exit_code == 0
    too_long = faultless("check", "n" * 256)
    assert too_long.exit_code == 2
    assert "Traceback" not in too_long.output


@pytest.fixture
def deep_folder() -> Iterator[None]:
    """A notebook in more folders than Python's stack is deep."""
    top = Path.cwd()
    for _ in range(1200):
        Path("d").mkdir()
        os.chdir("d")
    Path("a.ipynb").write_bytes(code("x = 1"))
    bottom = os.open(".", os.O_RDONLY)
    os.chdir(top)
    yield
    # What recurses, such as pytest, cannot remove them.
    os.chdir(bottom)
    os.close(bottom)
    Path("a.ipynb").unlink()
    for _ in range(1200):
        os.chdir("..")
        Path("d").rmdir()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="its paths are shorter")
@pytest.mark.usefixtures("deep_folder")
def test_folders_as_deep_as_they_can_be() -> None:
    assert faultless("check", "--select", "ALL", "--ignore", "NBL5").exit_code == 0
    assert faultless("check", "--select", "NBL505").exit_code == 0


@pytest.mark.slow
def test_outputs_of_a_hundred_megabytes() -> None:
    image = b'{"output_type": "display_data", "metadata": {}, "data": {"image/png": "%s"}}'
    stream = b'{"output_type": "stream", "name": "stdout", "text": [%s "end"]}'
    text = b'"a line that a program has printed\\n",\n' * 2**20
    outputs = b'"outputs": [%s, %s]' % (image % (b"iVBOR" * 2**24), stream % text)
    data = code("x = 1").replace(b'"outputs": []', outputs)
    assert len(data) > 100 * 2**20
    Path("a.ipynb").write_bytes(data)
    assert faultless("check").exit_code == 0
    assert faultless("check", "--select", "NBL5", "--fix").exit_code == 0
    assert Path("a.ipynb").stat().st_size < 10_000


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="its way to limit memory")
def test_a_file_larger_than_memory() -> None:
    Path("good.ipynb").write_bytes(code("x = 1"))
    with Path("large.ipynb").open("wb") as file:
        file.truncate(2**40)
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))\n"
        "from nblint.cli import run; run(['check'])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert run.stderr == "nblint: large.ipynb: too large for the available memory\n"
    assert "1 notebook checked" in run.stdout
