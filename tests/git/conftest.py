import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.git.author import CONFIG
from tests.system import needs


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home folder of an author, whose git is not that of whoever runs the tests."""
    needs("git")
    folder = tmp_path_factory.mktemp("home")
    (folder / ".gitconfig").write_text(CONFIG)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        patch.delenv("XDG_CONFIG_HOME", raising=False)
        patch.setenv("HOME", str(folder))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_AUTHOR_DATE", "2026-01-01T12:00:00Z")
        patch.setenv("GIT_COMMITTER_DATE", "2026-01-01T12:00:00Z")
        yield folder
