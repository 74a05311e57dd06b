"""NBL501 decides what is kept without loading nbstripout; the two must agree."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nblint.document.model import Notebook
from nblint.document.strip import stripped
from nblint.rules.reproducibility.committed_output import CommittedOutput
from nblint.settings import ReproducibilitySettings

STREAM = {"output_type": "stream", "name": "stdout", "text": "a"}
RESULT = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {}}
flags = st.sampled_from([True, False])
cells = st.fixed_dictionaries(
    {
        "cell_type": st.just("code"),
        "metadata": st.fixed_dictionaries(
            {},
            optional={
                "keep_output": flags,
                "init_cell": flags,
                "tags": st.sampled_from([["keep_output"], ["x"], []]),
            },
        ),
        "execution_count": st.sampled_from([None, 1]),
        "outputs": st.lists(st.sampled_from([STREAM, RESULT]), max_size=2),
        "source": st.just("a"),
    }
)


def is_found(raw: bytes) -> bool:
    notebook = Notebook.parse("nb.ipynb", raw)
    return any(CommittedOutput().check(notebook, ReproducibilitySettings()))


def outputs(raw: bytes) -> list[object]:
    return [(cell["outputs"], cell["execution_count"]) for cell in json.loads(raw)["cells"]]


@given(st.lists(cells, max_size=3), st.fixed_dictionaries({}, optional={"keep_output": flags}))
def test_it_finds_what_nbstripout_removes(
    code: list[dict[str, Any]], metadata: dict[str, Any]
) -> None:
    notebook = {"cells": code, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    raw = json.dumps(notebook).encode()
    after = stripped(raw)
    contradicts = any(
        cell["metadata"].get("keep_output") is False
        and "keep_output" in cell["metadata"].get("tags", [])
        for cell in code
    )
    if contradicts:  # nbstripout gives up
        assert is_found(raw) or after == raw
    else:
        assert is_found(raw) == (outputs(after) != outputs(raw))
        assert not is_found(after)
