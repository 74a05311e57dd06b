"""NBL406's fix is safe only if it removes nothing but the run's values."""

import json

import pytest

from nblint.linting.checking import check_bytes
from nblint.project.project import Project


@pytest.mark.parametrize(
    ("default", "injected", "is_safe"),
    [
        ("days = 7", "# Parameters\ndays = 30\n", True),
        ("days = 7; other = 1", '# Parameters\ndays = 30\nother = {"a": [1.5, None]}', True),
        ("other = 1", "# Parameters\ndays = 30", False),
        ("days = 7", "days = 30", False),
        ("days = 7", "# Parameters\ndays = 30  # for the quarter", False),
        ("days = 7", "# Parameters\n# of the quarter\ndays = 30", False),
        ("days = 7", "# Parameters\ndays = 30\nprint(days)", None),
        ("days = 7", "# Parameters\ndays = load()", None),
        ("days = 7", "# Parameters\ndays = 30\n!ls", None),
        ("days = 7", "# Parameters\ndays = = 30", None),
        ("days = 7", "# Parameters\nif True:\n    days = 30", None),
    ],
)
def test_safe_only_if_papermill_wrote_the_cell(
    default: str, injected: str, is_safe: bool | None
) -> None:
    cells = [
        {"cell_type": "code", "metadata": {"tags": [tag]}, "source": source}
        for tag, source in (("parameters", default), ("injected-parameters", injected))
    ]
    data = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    found = check_bytes("nb.ipynb", json.dumps(data).encode(), Project())
    fixes = [finding.fix for finding in found if finding.code == "NBL406"]
    assert [fix and fix.safe for fix in fixes] == [is_safe]


def test_a_text_that_is_tagged_is_not_what_papermill_injected() -> None:
    cell = {
        "cell_type": "markdown",
        "metadata": {"tags": ["injected-parameters"]},
        "source": "Keep me.",
    }
    data = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    found = check_bytes("nb.ipynb", json.dumps(data).encode(), Project())
    assert "NBL406" not in {finding.code for finding in found}
