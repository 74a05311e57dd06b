"""NBL501 strips without loading nbstripout; the two must agree."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from nbformat import from_dict
from nbstripout import strip_output
from nbstripout._utils import MetadataError

from nblint.document.apply import apply
from nblint.document.model import Notebook
from nblint.project.project import Project
from nblint.reading.conflicts import Conflicts
from nblint.rules.reproducibility.committed_output import CommittedOutput
from nblint.settings import ReproducibilitySettings

STREAM = {"output_type": "stream", "name": "stdout", "text": "a"}
RESULT = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {}}
flags = st.sampled_from([True, False])
cells = st.fixed_dictionaries(
    {
        "cell_type": st.just("code"),
        "id": st.sampled_from(["a", "b"]),
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


def fixed(raw: bytes) -> bytes:
    notebook = Notebook.parse("nb.ipynb", raw)
    given = (notebook, ReproducibilitySettings(), Conflicts(()), Project())
    found = list(CommittedOutput().check(*given))
    return apply(notebook, [edit for finding in found if finding.fix for edit in finding.fix.edits])


@given(st.lists(cells, max_size=3), st.fixed_dictionaries({}, optional={"keep_output": flags}))
def test_it_removes_what_nbstripout_removes_and_nothing_else(
    code: list[dict[str, Any]], metadata: dict[str, Any]
) -> None:
    others = {"metadata": metadata | {"widgets": {"state": {}}, "orig_nbformat": 3}}
    notebook = {"cells": code, **others, "nbformat": 4, "nbformat_minor": 5}
    raw = json.dumps(notebook).encode()
    after = fixed(raw)
    assert fixed(after) == after
    try:
        expected = strip_output(
            from_dict(json.loads(raw)), keep_output=None, keep_count=False, keep_id=True
        )
    except MetadataError:  # a tag and the metadata contradict each other: nbstripout gives up
        return
    assert json.loads(after) == expected
