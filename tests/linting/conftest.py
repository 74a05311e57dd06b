"""What tests of the gate share."""

from pathlib import Path

import pytest

from tests.linting.branches import BASE, Branch


@pytest.fixture
def branch(tmp_path: Path) -> Branch:
    """A branch of a repository that holds nothing to report."""
    return Branch(tmp_path / "repository", BASE)
