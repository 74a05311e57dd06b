"""NBL406's fix is safe only if it removes nothing but the run's values."""

import json

import pytest

from nblint.linting.checking import check_bytes
from nblint.project.project import Project


@pytest.mark.parametrize(
    ("default", "is_safe"),
    [("days = 7", True), ("days = 7; other = 1", True), ("other = 1", False)],
)
def test_safe_only_with_a_default(default: str, is_safe: bool) -> None:
    cells = [
        {"cell_type": "code", "metadata": {"tags": [tag]}, "source": source}
        for tag, source in (("parameters", default), ("injected-parameters", "days = 30"))
    ]
    data = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    found = check_bytes("nb.ipynb", json.dumps(data).encode(), Project())
    fixes = [finding.fix for finding in found if finding.code == "NBL406"]
    assert [fix and fix.safe for fix in fixes] == [is_safe]
