"""Every command and every file in the documentation is tried."""

from pathlib import Path

import pytest

from tests.docs.pages import ROOT, check_code, note, pages, play, title, tools
from tests.literate import read_blocks, write_rows
from tests.system import needs

pytest.importorskip("pty", reason="pages are played in a terminal of POSIX")

from tests.docs.session import Session

PAGES = pages()
# What tests cannot run or write, by page; the comment above each block says why.
EXCEPTIONS: dict[str, int] = {
    "CONTRIBUTING.md": 3,
    "README.md": 2,
    "docs/explanation/speed.md": 1,
    "docs/how-to/add-a-notebook.md": 1,
    "docs/how-to/baseline.md": 1,
    "docs/how-to/catalogue.md": 1,
    "docs/how-to/fleet.md": 3,
    "docs/how-to/gate.md": 1,
    "docs/how-to/hub-day-two.md": 7,
    "docs/how-to/hub-upgrade.md": 5,
    "docs/how-to/hub-usage.md": 1,
    "docs/how-to/hub.md": 2,
    "docs/how-to/install.md": 3,
    "docs/how-to/kubernetes.md": 3,
    "docs/how-to/own-rules.md": 1,
    "docs/how-to/platform-team.md": 1,
    "docs/how-to/release.md": 4,
    "docs/how-to/terminal.md": 1,
    "docs/how-to/use-this-template.md": 1,
    "docs/index.md": 1,
    "docs/tutorial/first-repository.md": 1,
}


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=name)
def test_page(
    page: Path, tmp_path: Path, reader: dict[str, str], request: pytest.FixtureRequest
) -> None:
    needs("bash", "git", *tools(page))
    folder = tmp_path / "work"
    folder.mkdir()
    played = play(page, folder, Session(folder, reader, tmp_path / "state"))
    if request.config.getoption("--update-expectations"):
        write_rows(page, played.rows)
        for path, picture in played.pictures.items():
            path.parent.mkdir(exist_ok=True)
            picture.write(path)
        return
    if played.wrong:
        pytest.fail("\n\n".join(played.wrong), pytrace=False)
    for path, picture in played.pictures.items():
        assert picture.is_current(path), f"{path.name}: make pictures"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_code(page: Path, tmp_path: Path) -> None:
    for block in read_blocks(page):
        assert block.info, f"{name(page)}:{block.start + 1}: which language is this?"
        if not title(block):
            check_code(block, tmp_path)


def test_exceptions() -> None:
    found = {
        name(page): sum(
            note(block, key) is not None
            for block in read_blocks(page)
            for key in ("not run", "not written")
        )
        for page in PAGES
    }
    assert {page: number for page, number in found.items() if number} == EXCEPTIONS
