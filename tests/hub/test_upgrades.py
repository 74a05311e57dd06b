"""What an upgrade of a hub's locks brings, as `make upgrade` says it."""

from pathlib import Path

import pytest

from tests.command import nblint

HASH = " \\\n    --hash=sha256:00\n"


def lock(folder: Path, name: str, *pins: str) -> None:
    folder.mkdir(exist_ok=True)
    text = "".join(f"{pin}{HASH}" for pin in pins)
    (folder / f"{name}.txt").write_text(f"# uv pip compile --python-version 3.11\n{text}")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    lock(tmp_path / "old", "hub", "alembic==1.0", "tornado==6.4.2", "gone==1")
    lock(tmp_path / "old", "user", "tornado==6.4.2", "numpy==1 ; python_full_version >= '3.12'")
    return tmp_path / "old"


def test_what_changes_is_said_once(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    lock(new, "hub", "alembic==1.1", "tornado==6.5.1", "new==2")
    lock(new, "user", "tornado==6.5.1", "numpy==2 ; python_full_version >= '3.12'")
    said = nblint("hub", "upgrades", str(old), str(new))
    assert said.exit_code == 0
    assert said.stdout.splitlines() == [
        "tornado 6.4.2 becomes 6.5.1 (hub, user), closes CVE-2025-47287",
        "alembic 1.0 becomes 1.1 (hub)",
        "gone 1 goes (hub)",
        "new 2 comes (hub)",
    ]
    assert said.stderr == "4 packages changed\n"


def test_nothing_changes(old: Path, tmp_path: Path) -> None:
    said = nblint("hub", "upgrades", str(old), str(old))
    assert (said.exit_code, said.stdout) == (0, "")
    (tmp_path / "empty").mkdir()
    said = nblint("hub", "upgrades", str(tmp_path / "empty"), str(tmp_path / "empty"))
    assert said.exit_code == 2
    assert "has no locks" in said.stderr
