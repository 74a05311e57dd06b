"""What holds of the engine whatever it reads."""

import copy
import logging
import pickle
import random
import socket
import traceback
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nblint.credentials import engine
from nblint.credentials.credentials import Credentials
from nblint.credentials.hits import Hit
from nblint.credentials.masking.redaction import mask
from nblint.credentials.options import Options
from nblint.credentials.secret import Secret
from nblint.document.model import Notebook
from nblint.project.project import Project
from nblint.reading.python.cells import PythonCells
from nblint.settings import CredentialsSettings
from tests.credentials.cases import CREDENTIALS, Case, notebook
from tests.credentials.exam.values import fill
from tests.credentials.tokens import GENERATORS, TEMPLATES, make

SEARCHES: list[Callable[[str], list[Hit]]] = [
    engine.find_in_code,
    engine.find_in_text,
    engine.find_in_html,
    engine.find_in_script,
    lambda text: engine.find_in_code(text, "r"),
    lambda text: engine.find_in_code(text, "bash"),
    lambda text: engine.find_in_code("%%bash\n" + text),
    lambda text: engine.find_in_code("!" + text),
]
WORDS = [
    "password", "api_key", "token", "=", ":", " ", '"', "'", "\n", "\\", "(", ")", "{", "}", "<td>",
    "</td>", "<tr>", "<th>", "://", "@", "#", "%env ", "!curl -u ", "f'", "hunter2x9", "eyJ", "sk-",
    "\r", "\0", "\x0c", "\ud800", "é", "İ", "-----BEGIN PRIVATE KEY-----", "&quot;", "%%sql\n", "|",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=30).map("".join))
def test_any_text_gives_spans_in_it(text: str) -> None:
    for search in SEARCHES[:6]:
        last = -1
        for hit in search(text):
            assert 0 <= hit.start < hit.end <= len(text)
            assert hit.start >= last, "in order, none overlapping another"
            last = hit.end
    mask(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["password", "state", "value", "model_name", "data", "text"]), inner
            )
        ),
        max_leaves=20,
    )
)
def test_odd_shapes_are_no_error(value: object) -> None:
    document = Notebook(
        "nb.ipynb",
        b"",
        {
            "metadata": value,
            "cells": [
                {"cell_type": "code", "source": "", "metadata": value, "outputs": [value]},
                {"cell_type": "code", "source": "x", "outputs": [
                    {"output_type": kind, "data": value, "text": value, "traceback": value}
                    for kind in ("stream", "display_data", "error", None)
                ]},
                {"cell_type": "markdown", "source": "", "attachments": value},
            ],
        },
    )  # fmt: skip
    Credentials.read(document, PythonCells.read(document), CredentialsSettings(), Project())


def test_deep_nesting_is_no_error() -> None:
    for text in ("(" * 9000, "password = " + "[" * 3000 + "'a'", "x" + " + 'a'" * 3000):
        engine.find_in_code("password\n" + text)
    value: object = "hunter2x9"
    for _ in range(5000):
        value = {"password": value}
    document = Notebook("nb.ipynb", b"", {"metadata": {"a": value}, "cells": []})
    Credentials.read(document, PythonCells.read(document), CredentialsSettings(), Project())


def test_values_are_never_printed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    printed = []
    values = []
    for name in (*TEMPLATES, *GENERATORS):
        value = make(name, "printed")
        if len(value) < 8:
            continue
        text = f'password = "{value}"\napi_key = "{value}"'
        for hit in engine.find_in_code(text):
            secret = hit.secret
            values.append(secret.reveal())
            printed += [
                repr(hit),
                str(hit),
                f"{hit} {secret:>9} {hit.shown}",
                repr({"a": [secret]}),
            ]
            for operation in (pickle.dumps, copy.deepcopy):
                with pytest.raises(TypeError) as error:
                    operation(secret)
                printed.append(str(error.value))
            try:
                raise RuntimeError(hit, secret)
            except RuntimeError:
                printed.append(traceback.format_exc())
        printed.append(mask(text))
    output = "\n".join([*printed, caplog.text])
    assert len(values) > 60
    for value in values:
        assert value not in output
        assert value[-12:] not in output or len(value) < 12


def test_no_password_shows_its_length() -> None:
    hit = engine.find_in_code('password = "hunter2x9"')[0]
    assert hit.shown == ""
    assert Secret("hunter2x9") == hit.secret


def test_no_connection_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **named: object) -> None:
        raise AssertionError("a connection")

    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for case in CREDENTIALS:
        document = Notebook.parse("nb.ipynb", notebook(case))
        Credentials.read(document, PythonCells.read(document), CredentialsSettings(), Project())


def test_a_known_value_is_found_where_it_stands_bare() -> None:
    token = make("opaque-token")
    data = notebook(Case("code", f'api_token = "{token}"'))
    data = data.replace(
        b'"outputs": []', b'"outputs": [{"output_type": "stream", "text": "%s"}]' % token.encode()
    )
    document = Notebook.parse("nb.ipynb", data)
    found = Credentials.read(document, PythonCells.read(document), CredentialsSettings(), Project())
    assert [one.place.surface for one in found] == ["source", "output"]
    assert len({one.hit.secret for one in found}) == 1


@pytest.mark.parametrize(
    "source",
    [
        'x = "Authorization: Bearer " + "«»"',
        "x = f\"Authorization: Bearer {'«»'}\"",
        'x = "https://h/?token=" + "«»"',
        "# token: «»",
        "token = '«»'",
    ],
)
@pytest.mark.parametrize("language", ["python", "javascript"])
def test_placeholders_of_the_settings_are_no_secrets(source: str, language: str) -> None:
    value = fill("{a40}", random.Random(3))
    code = source.replace("«»", value)
    options = Options(placeholders=frozenset({value}))
    assert not engine.find_in_code(code, language, options=options)
    assert engine.find_in_code(code, "python")
