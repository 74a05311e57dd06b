"""What installers record about where a package came from (PEP 610), and what follows from it."""

import json
from pathlib import Path
from typing import Any

import pytest

from nblint.cli.template import template_hook

COMMIT = "1" * 40
PLANTED = "never" + "shown" * 3
GIT = {"vcs": "git", "commit_id": COMMIT}


def origin_of(folder: Path, recorded: dict[str, Any] | None) -> Any:
    """Return the origin of a package of which an installer has recorded something."""
    about = folder / "nblint_suite-1.2.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: nblint-suite\nVersion: 1.2.0\n")
    if recorded is not None:
        (about / "direct_url.json").write_text(json.dumps(recorded))
    (folder / "nblint").mkdir()
    (folder / "nblint/_version.py").write_text('"""The version."""\n\n__version__ = "1.2.0"\n')
    return template_hook("origin").origin_of(folder / "nblint")


@pytest.mark.parametrize(
    ("url", "asked", "repo", "version"),
    [
        ("https://host/nblint.git", "v1.2.0", "https://host/nblint.git", "v1.2.0"),
        ("https://host/nblint", "main", "https://host/nblint", ""),
        ("https://host/nblint", None, "https://host/nblint", ""),
        (f"https://ada:{PLANTED}@host/nblint", None, "https://host/nblint", ""),
        (f"https://{PLANTED}@host/nblint", None, "https://host/nblint", ""),
        (f"https://host/nblint?token={PLANTED}", None, "https://host/nblint", ""),
        ("ssh://git@host:22/nblint", None, "ssh://git@host:22/nblint", ""),
        (f"ssh://git:{PLANTED}@host/nblint", None, "ssh://git@host/nblint", ""),
    ],
)
def test_a_commit_of_a_repository(
    tmp_path: Path, url: str, asked: str | None, repo: str, version: str
) -> None:
    info = GIT if asked is None else {**GIT, "requested_revision": asked}
    origin = origin_of(tmp_path, {"url": url, "vcs_info": info})
    assert (origin.repo, origin.rev, origin.version) == (repo, COMMIT, version)
    assert (origin.requirement, origin.obstacle) == ("", "")


@pytest.mark.parametrize(
    ("recorded", "requirement"),
    [
        (
            {"url": "https://host/mono", "vcs_info": GIT, "subdirectory": "tools/nblint"},
            f"git+https://host/mono@{COMMIT}#subdirectory=tools/nblint",
        ),
        (
            {"url": "https://host/nblint", "vcs_info": {**GIT, "vcs": "hg"}},
            f"hg+https://host/nblint@{COMMIT}",
        ),
        (
            {"url": "https://host/n.whl", "archive_info": {"hashes": {"sha256": "ab"}}},
            "https://host/n.whl#sha256=ab",
        ),
        ({"url": "https://host/n.zip", "archive_info": {}}, "https://host/n.zip"),
    ],
)
def test_what_pip_can_install_everywhere(
    tmp_path: Path, recorded: dict[str, Any], requirement: str
) -> None:
    origin = origin_of(tmp_path, recorded)
    assert origin.requirement == f"nblint-suite @ {requirement}"
    assert (origin.repo, origin.obstacle) == ("", "")


@pytest.mark.parametrize(
    "url", [f"https://ada:{PLANTED}@host/n.whl", f"https://host/n.whl?s={PLANTED}"]
)
def test_an_archive_behind_a_token(tmp_path: Path, url: str) -> None:
    origin = origin_of(tmp_path, {"url": url, "archive_info": {}})
    assert not origin.exists
    assert origin.obstacle == "https://host/n.whl needs a token or a signature"


def test_an_index_records_nothing(tmp_path: Path) -> None:
    origin = origin_of(tmp_path, None)
    assert origin.is_release
    assert origin.requirement == "nblint-suite==1.2.0"
    assert origin.obstacle == "", "nobody has been asked yet"


def test_a_folder_that_is_no_repository(tmp_path: Path) -> None:
    source = tmp_path / "un packed"
    source.mkdir()
    recorded = {"url": source.as_uri(), "dir_info": {"editable": False}}
    origin = origin_of(tmp_path, recorded)
    assert origin.requirement == f"nblint-suite @ {source.as_uri()}"
    assert origin.obstacle == f"{source} is not a git repository"
