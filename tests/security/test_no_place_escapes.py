"""A token is found wherever it stands in a file, once, and is shown nowhere."""

import base64
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nblint import Finding, check
from nblint.reports import formats, renderer
from nblint.settings import Settings
from tests.command import nblint
from tests.conftest import notebook_bytes
from tests.credentials.tokens import make

TOKEN = make("github-token", "place")
PASSWORD = make("signed-password", "place") + "x7Q"
KEY = make("private-key", "place")
ESCAPED = f"\\u0067{TOKEN[1:]}"
HALVES = TOKEN[:20], TOKEN[20:]
NAME = "place.ipynb"

Planted = str | bytes


def encoded(text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(text.encode(encoding)).decode()


def written(change: Callable[[Any], object]) -> str:
    """Return a notebook that was changed; `TOKEN` stands for the token, whatever its escapes."""
    notebook = json.loads(notebook_bytes(("code", "print(1)"), ("markdown", "# Title")))
    change(notebook)
    return json.dumps(notebook, indent=1, ensure_ascii=False)


def shown(**output: Any) -> str:
    def change(notebook: Any) -> None:
        notebook["cells"][0]["outputs"] = [output]

    return written(change)


def displayed(mime: str, content: object) -> str:
    return shown(output_type="display_data", metadata={}, data={mime: content})


def streamed(text: str) -> str:
    return shown(output_type="stream", name="stdout", text=text)


def source(text: str, cell: int = 0) -> str:
    return written(lambda notebook: notebook["cells"][cell].update(source=text))


def with_field(*path: Any, value: object) -> str:
    def change(notebook: Any) -> None:
        for step in path[:-1]:
            notebook = notebook[step]
        notebook[path[-1]] = value

    return written(change)


def deep(value: object, depth: int = 60) -> object:
    for number in range(depth):
        value = {"a": value} if number % 2 else [value]
    return value


def put(text: str, raw: str) -> str:
    """Return a file with something instead of a mark, which JSON leaves as it is."""
    assert "MARK" in text
    return text.replace("MARK", raw)


def link(target: str) -> str:
    return f"\x1b]8;;{target}\x1b\\here\x1b]8;;\x1b\\"


# What each file holds, and the code and place of the finding: cell, surface, output, row, column.
Place = tuple[str, int | None, str, int | None, int | None, int | None]
TOKENS: dict[str, tuple[Planted, Place]] = {
    "an escape in a source": (
        put(source("x = 1\ny = 'MARK'"), ESCAPED), ("NBL201", 1, "source", None, 2, 6)),
    "all of it escaped": (
        put(source("y = 'MARK'"), "".join(f"\\u{ord(c):04X}" for c in TOKEN)),
        ("NBL201", 1, "source", None, 1, 6)),
    "an escape of Python": (
        put(source("y = 'MARK'"), "\\" + ESCAPED), ("NBL201", 1, "source", None, 1, 6)),
    "metadata": (
        with_field("metadata", "x", value=deep(TOKEN)), ("NBL204", None, "metadata", None, 67, 63)),
    "an escape in metadata": (
        put(with_field("metadata", "x", value=["MARK"]), ESCAPED),
        ("NBL204", None, "metadata", None, 8, 4)),
    "an escape in a key of metadata": (
        put(with_field("metadata", "MARK", value=1), ESCAPED),
        ("NBL204", None, "metadata", None, 7, 3)),
    "JSON in JSON in metadata": (
        put(with_field("cells", 1, "metadata", "x", value="MARK"),
            json.dumps(json.dumps({"a": json.dumps(["MARK"])}).replace("MARK", ESCAPED))[1:-1]),
        ("NBL204", 2, "file", None, 17, 26)),
    "an id": (with_field("cells", 1, "id", value=TOKEN), ("NBL204", 2, "metadata", None, 2, 9)),
    "a short token as an id": (
        with_field("cells", 1, "id", value=make("aws-access-key-id")),
        ("NBL204", 2, "file", None, 15, 11)),
    "an unknown field": (
        with_field("more", value={"a": [TOKEN]}), ("NBL204", None, "metadata", None, 4, 5)),
    "an unknown key": (with_field(TOKEN, value=1), ("NBL204", None, "metadata", None, 2, 3)),
    "an unknown field of a cell": (
        with_field("cells", 1, "more", value=[TOKEN[:9], TOKEN[9:]]),
        ("NBL204", 2, "metadata", None, 2, 11)),
    "a type of a cell": (
        with_field("cells", 1, "cell_type", value=TOKEN), ("NBL204", 2, "metadata", None, 2, 16)),
    "worksheets beside cells": (
        with_field("worksheets", value=[{"cells": [{"cell_type": "code", "input": HALVES}]}]),
        ("NBL204", None, "metadata", None, 7, 16)),
    "input beside source": (
        with_field("cells", 0, "input", value=[TOKEN]), ("NBL204", 1, "metadata", None, 3, 4)),
    "a cell that is a text": (
        written(lambda notebook: notebook["cells"].append(TOKEN)),
        ("NBL204", None, "metadata", None, 3, 4)),
    "the first of two keys": (
        source("MARK", 1).replace('"source": "MARK"', f'"source": "{TOKEN}", "source": "a"'),
        ("NBL204", None, "file", None, 17, 15)),
    "the first of two lists of cells": (
        source("a").replace('{\n "cells"', f'{{\n "cells": [{{"source": ["{HALVES[0]}",\n'
                            f'"{HALVES[1]}"]}}],\n "cells"'),
        ("NBL204", None, "file", None, 2, 25)),
    "metadata of an output": (
        shown(output_type="display_data", metadata={"x": {"y": TOKEN}}, data={}),
        ("NBL203", 1, "output", 1, 4, 10)),
    "a field of an output": (
        shown(output_type="stream", name="stdout", text="a", more=TOKEN),
        ("NBL203", 1, "output", 1, 2, 11)),
    "a name of a stream": (
        shown(output_type="stream", name=TOKEN, text="a"), ("NBL203", 1, "output", 1, 2, 11)),
    "a key of a bundle": (displayed(f"text/{TOKEN}", "a"), ("NBL203", 1, "output", 1, None, None)),
    "an error's value": (
        shown(output_type="error", ename="E", evalue=f"a\nat {TOKEN}", traceback=["other"]),
        ("NBL203", 1, "output", 1, 3, 19)),
    "an error's name": (
        shown(output_type="error", ename=TOKEN, evalue="", traceback=["other"]),
        ("NBL203", 1, "output", 1, 2, 12)),
    "Vega": (
        displayed("application/vnd.vegalite.v5+json", {"data": {"values": [{"b": TOKEN}]}}),
        ("NBL203", 1, "output", 1, 5, 11)),
    "a link in a terminal": (
        streamed("a " + link(f"https://x.org/{TOKEN}")), ("NBL203", 1, "output", 1, 1, 18)),
    "a title of a terminal": (
        streamed(f"\x1b]0;{TOKEN}\x07a"), ("NBL203", 1, "output", 1, 1, 3)),
    "an attribute": (
        displayed("text/html", f'<b title="{TOKEN}">x</b>'), ("NBL203", 1, "output", 1, 1, 11)),
    "a comment in HTML": (
        displayed("text/html", f"<b>x</b>\n<!-- {TOKEN} -->"), ("NBL203", 1, "output", 1, 2, 6)),
    "a script": (
        displayed("text/html", f"<script>x('{TOKEN}')</script>"),
        ("NBL203", 1, "output", 1, 1, 12)),
    "an image that is a text": (
        displayed("image/png", encoded(f"a\n{TOKEN}")), ("NBL203", 1, "output", 1, 2, 1)),
    "an image that is no base64": (
        displayed("image/png", f"a {TOKEN}"), ("NBL203", 1, "output", 1, 1, 3)),
    "another type": (
        displayed("application/x-other", f"a {TOKEN}"), ("NBL203", 1, "output", 1, 1, 3)),
    "a data URL": (
        source(f"![a](data:text/plain;base64,{encoded('it is ' + TOKEN)})", 1),
        ("NBL202", 2, "source", None, 1, 29)),
    "a data URL in an output": (
        displayed("text/html", f"<a href='data:application/x;base64,{encoded(TOKEN)}'>"),
        ("NBL203", 1, "output", 1, 1, 36)),
    "an attachment in UTF-16": (
        with_field("cells", 1, "attachments", value={
            "a": {"text/plain": encoded(TOKEN, "utf-16")}}),
        ("NBL204", 2, "attachment", None, 1, 1)),
    "an attachment in UTF-16 without a mark": (
        with_field("cells", 1, "attachments", value={
            "a": {"text/csv": encoded(f"é {TOKEN}", "utf-16-be")}}),
        ("NBL204", 2, "attachment", None, 1, 3)),
    "an attachment in Latin-1": (
        with_field("cells", 1, "attachments", value={
            "a": {"text/plain": encoded(f"é {TOKEN}", "latin-1")}}),
        ("NBL204", 2, "attachment", None, 1, 3)),
    "an attachment's name": (
        with_field("cells", 1, "attachments", value={TOKEN: {"image/png": encoded("a")}}),
        ("NBL204", 2, "file", None, 21, 6)),
    "adjacent literals": (
        source(f"y = ('{HALVES[0]}'  # a\n     \"{HALVES[1]}\")"),
        ("NBL201", 1, "source", None, 1, 6)),
    "added literals": (
        source(f"y = '{HALVES[0]}' + \\\n  f'{HALVES[1]}'"), ("NBL201", 1, "source", None, 1, 5)),
    "literals of another language": (
        source(f"%%javascript\nlet y = `{HALVES[0]}` +\n '{HALVES[1]}'"),
        ("NBL201", 1, "source", None, 2, 10)),
    "a file that is cut off": (
        put(source("MARK"), ESCAPED)[:-20], ("NBL204", None, "file", None, 9, 15)),
    "a source that is cut off in lines": (
        f'{{"cells": [{{"source": ["{HALVES[0]}",\n "{HALVES[1]}"]',
        ("NBL204", None, "file", None, 1, 25)),
    "literals in a file that is cut off": (
        source(f"y = '{HALVES[0]}' + \\\n  '{HALVES[1]}'")[:-20],
        ("NBL204", None, "file", None, 9, 20)),
    "base64 in a file that is cut off": (
        displayed("image/png", encoded(TOKEN))[:-20], ("NBL204", None, "file", None, 13, 21)),
    "JSON that is no notebook": (f'[\n"{TOKEN}"]', ("NBL204", None, "file", None, 2, 2)),
    "a mark at the start": (
        source(TOKEN).encode("utf-8-sig"), ("NBL204", None, "file", None, 9, 15)),
    "UTF-16": (source(TOKEN).encode("utf-16"), ("NBL204", None, "file", None, 9, 15)),
    "UTF-16 without a mark": (
        source(TOKEN).encode("utf-16-be"), ("NBL204", None, "file", None, 9, 15)),
    "UTF-32": (source(TOKEN).encode("utf-32"), ("NBL204", None, "file", None, 9, 15)),
    "Latin-1": (source("é" + " " + TOKEN).encode("latin-1"), ("NBL204", None, "file", None, 9, 17)),
    "no JSON at all": (f"a\n{TOKEN}", ("NBL204", None, "file", None, 2, 1)),
}  # fmt: skip


def found_in(content: Planted) -> list[Finding]:
    Path(NAME).write_bytes(content if isinstance(content, bytes) else content.encode())
    (result,) = check([NAME], settings=Settings(select=("NBL2",)))
    return [one.finding for one in result.findings if one.finding.code.startswith("NBL2")]


def leaks(text: str, *values: str) -> list[str]:
    """Return the halves of values that a text holds, as it is or as HTML."""
    text += html.unescape(re.sub("<[^<>]*>", "", text))
    halves = {part for value in values for part in (value[:20][4:], value[-14:])}
    return [part for part in halves if part in text]


def everything_shown() -> str:
    results = list(check([NAME], settings=Settings(select=("ALL",))))
    texts = ["".join(renderer(form)(results)) for form in formats()]
    for arguments in ((), ("--diff", "--unsafe-fixes"), ("--verbose",), ("--statistics",)):
        printed = nblint("check", "--select", "ALL", *arguments, ".")
        texts.append(f"{printed.stdout}\n{printed.stderr}")
    return "\n".join(texts)


@pytest.mark.parametrize("name", TOKENS)
def test_a_token(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    content, place = TOKENS[name]
    found = found_in(content)
    at = [(one.code, one.place.cell, one.place.surface, one.place.output, one.place.row,
           one.place.column) for one in found]  # fmt: skip
    assert at == [place]
    values = [TOKEN, encoded(TOKEN), make("aws-access-key-id")]
    assert not leaks(everything_shown(), *values)


def stored(content: str, encoding: str) -> str:
    return with_field(
        "cells", 1, "attachments", value={"a": {"text/plain": encoded(content, encoding)}}
    )


URL = f"postgresql://ann:{PASSWORD}@db.example.org/x"
PASSWORDS: dict[str, tuple[str, str]] = {
    "metadata of an output": (
        shown(output_type="display_data", metadata={"db_password": PASSWORD}, data={}), "NBL203"),
    "an error's value": (
        shown(output_type="error", ename="E", evalue=f"no answer from {URL}", traceback=["a"]),
        "NBL203"),
    "a traceback that is missing": (
        shown(output_type="error", ename="E", evalue=f"no answer from {URL}"), "NBL203"),
    "a link in a terminal": (streamed("a " + link(URL)), "NBL203"),
    "a link in a traceback": (
        shown(output_type="error", ename="E", evalue="", traceback=[link(URL)]), "NBL203"),
    "Vega": (
        displayed("application/vnd.vega.v5+json", {"data": [{"url": URL}]}), "NBL203"),
    "Plotly": (
        displayed("application/vnd.plotly.v1+json", {"data": [{"db_password": PASSWORD}]}),
        "NBL203"),
    "GeoJSON": (
        displayed("application/geo+json", {"properties": {"db_password": PASSWORD}}), "NBL203"),
    "an attribute": (
        displayed("text/html", f'<b data-password="{PASSWORD}">x</b>'), "NBL203"),
    "an attribute's address": (displayed("text/html", f'<a href="{URL}">x</a>'), "NBL203"),
    "a comment": (
        displayed("text/html", f"<b>x</b><!-- password: {PASSWORD} -->"), "NBL203"),
    "a script": (
        displayed("text/html", f"<script>const password = '{PASSWORD}';</script>"), "NBL203"),
    "a script of its own": (
        displayed("application/javascript", f"const password = '{PASSWORD}';"), "NBL203"),
    "an attachment in UTF-16": (stored(f"password = {PASSWORD}", "utf-16"), "NBL204"),
    "an attachment in Latin-1": (stored(f"é password = {PASSWORD}", "latin-1"), "NBL204"),
    "an unknown field": (with_field("more", value={"password": PASSWORD}), "NBL204"),
    "an unknown field of a cell": (
        with_field("cells", 0, "more", value={"password": PASSWORD}), "NBL204"),
    "worksheets beside cells": (
        with_field("worksheets", value=[
            {"cells": [{"input": ["x = 1\n", f"password = '{PASSWORD}'"]}]}]),
        "NBL204"),
    "an image": (displayed("image/png", encoded(f"password = {PASSWORD}")), "NBL203"),
}  # fmt: skip


@pytest.mark.parametrize("name", PASSWORDS)
def test_a_password(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    content, code = PASSWORDS[name]
    assert [one.code for one in found_in(content)] == [code]
    assert not leaks(everything_shown(), f"abcd{PASSWORD}")


KEYS: dict[str, Planted] = {
    "metadata": with_field("metadata", "x", value=[KEY]),
    "metadata in lines": with_field("metadata", "x", value=KEY.splitlines(keepends=True)),
    "an escape": put(
        with_field("more", value="MARK"),
        KEY.replace("\n", "\\u000a").replace("-", "\\u002d")),
    "an unknown key": with_field(KEY, value=1),
    "a data URL": source(f"[a](data:text/plain;base64,{encoded(KEY)})", 1),
    "an image": displayed("image/jpeg", encoded(KEY)),
    "a comment": displayed("text/html", f"<!-- {KEY} -->"),
    "a file that is cut off": source(KEY)[:-20],
    "UTF-16": source(KEY).encode("utf-16"),
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
def test_a_private_key(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [one.detector for one in found_in(KEYS[name])] == ["private-key"]
    rows = [f"abcd{row}" for row in KEY.splitlines() if "-----" not in row]
    assert not leaks(everything_shown(), *rows)


def test_clean_twins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same files with a digest instead of the token hold no credential."""
    monkeypatch.chdir(tmp_path)
    digest = make("hex40", "twin")
    for name, (content, _) in TOKENS.items():
        if isinstance(content, str) and TOKEN in content and "token" not in name:
            assert found_in(content.replace(TOKEN, digest)) == [], name


def test_where_it_was_found_already_it_is_not_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    twice = put(source(f"a = '{TOKEN}'\nb = 'MARK'\n"), ESCAPED)
    assert [one.place.row for one in found_in(twice)] == [1, 2]
    elsewhere = put(with_field("cells", 1, "more", value={"a": TOKEN, "b": "MARK"}), ESCAPED)
    assert len(found_in(elsewhere)) == 2
    suppressed = source(f"y = '{TOKEN}'  # nblint: ignore[NBL201] revoked")
    assert found_in(suppressed) == []


def test_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path(f"runs-{TOKEN}")
    folder.mkdir()
    (folder / f"{TOKEN}.ipynb").write_text(source("x = 1"))
    (folder / "cut-off.ipynb").write_text("{")
    results = list(check([folder], settings=Settings(select=("ALL",))))
    texts = ["".join(renderer(form)(results)) for form in formats()]
    for arguments in (
        ("check", "--select", "ALL", "."),
        ("check", "--verbose", "--no-cache", "."),
        ("check", "--show-files", "."),
        ("check", "--diff", "."),
        ("check", "--fix", "."),
        ("check", "--baseline", f"{folder}/none.json", "."),
        ("check", f"{TOKEN}.ipynb"),
        ("baseline", "create"),
        ("header", f"{TOKEN}.ipynb"),
        ("env", str(folder)),
    ):
        printed = nblint(*arguments)
        texts.append(f"{printed.stdout}\n{printed.stderr}")
    assert all("NBL001" in text for text in texts[: len(formats()) + 1])
    assert not leaks("\n".join(texts), TOKEN)


SIGNED = (
    "https://x.s3.amazonaws.com/a.csv?AWSAccessKeyId="
    + make("aws-access-key-id")
    + "&Signature="
    + make("opaque-token")[:27]
    + "%3D&Expires=1700000000"
)


def test_what_stands_beside_a_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found_in(source(f"df = read('{SIGNED}')"))
    assert not leaks(everything_shown(), make("opaque-token")[:27])


@pytest.mark.parametrize(
    ("settings", "selected"),
    [
        ("[credentials]\ndisable = ['github-token', 'password']\n", "ALL"),
        ("", "NBL1,NBL3,NBL4,NBL5"),
    ],
    ids=["disabled", "not selected"],
)
def test_silent_detectors(
    settings: str, selected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody reports is hidden all the same, where it is named and elsewhere."""
    monkeypatch.chdir(tmp_path)
    code = f"db_password = '{PASSWORD}'\ny = '{TOKEN}'"
    Path(NAME).write_text(written(lambda one: one["cells"][0].update(
        source=code, outputs=[{"output_type": "stream", "name": "stdout", "text": f"{PASSWORD}\n"}],
        metadata={"x": PASSWORD})))  # fmt: skip
    Path("nblint.toml").write_text(settings)
    for form in formats():
        printed = nblint("check", "--select", selected, "--output-format", form, ".")
        assert "NBL" in printed.output
        assert not leaks(f"{printed.stdout}{printed.stderr}", TOKEN, f"abcd{PASSWORD}")


def test_more_than_a_thousand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tokens = [make("github-token", number) for number in range(1003)]
    found = found_in(streamed("\n".join(tokens)))
    assert len(found) == 1001
    assert [one.message for one in found[-1:]] == [
        "1,003 credentials in one notebook: the first 1,000 are listed, 3 in an output are not"
    ]
    assert found[-1].place.row == 1001
    assert not leaks(everything_shown(), *tokens)
    assert nblint("baseline", "create").exit_code == 2
    assert nblint("check", "--select", "NBL2", ".").exit_code in (1, 2)
    # As many as are listed need no such sentence.
    found = found_in(streamed("\n".join(tokens[:1000])))
    assert len(found) == 1000
    assert not any("are listed" in one.message for one in found)


def test_a_rule_that_is_left_out_takes_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens in outputs, which nobody selected, cannot push one in Markdown off the list."""
    monkeypatch.chdir(tmp_path)

    def change(notebook: Any) -> None:
        text = "\n".join(make("github-token", number) for number in range(1001))
        output = {"output_type": "stream", "name": "stdout", "text": text}
        notebook["cells"][0]["outputs"] = [output]
        notebook["cells"][1]["source"] = TOKEN

    Path(NAME).write_text(written(change))
    (result,) = check([NAME], settings=Settings(select=("NBL202",)))
    assert [one.finding.code for one in result.findings] == ["NBL202"]
