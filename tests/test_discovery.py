from pathlib import Path

import pytest

from nblint.discovery import Discovery
from nblint.settings_files import SettingsFinder


def lay_out(root: Path, *files: str) -> None:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def found(root: Path, *paths: str) -> tuple[list[str], list[str], list[Path]]:
    """Return the notebooks found, relative to the root, the errors, and the empty folders."""
    said: list[str] = []
    discovery = Discovery(SettingsFinder(), said.append)
    notebooks = discovery.notebooks([root / path for path in paths or (".",)])
    names = [path.relative_to(root).as_posix() for path, _ in notebooks]
    return names, said, discovery.empty


def test_folders_are_searched_in_a_stable_order(tmp_path: Path) -> None:
    lay_out(tmp_path, "b.ipynb", "a/z.ipynb", "a/y.ipynb", "a/notes.md", "c.ipynb/x.ipynb")
    assert found(tmp_path)[0] == ["a/y.ipynb", "a/z.ipynb", "b.ipynb", "c.ipynb/x.ipynb"]


def test_each_notebook_comes_once(tmp_path: Path) -> None:
    lay_out(tmp_path, "a/x.ipynb")
    assert found(tmp_path, "a/x.ipynb", ".", "a/../a/x.ipynb")[0] == ["a/x.ipynb"]


def test_copies_and_foreign_folders_are_passed_over(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        "a.ipynb",
        ".ipynb_checkpoints/a.ipynb",
        "deep/.ipynb_checkpoints/a.ipynb",
        ".venv/lib/b.ipynb",
        "node_modules/c.ipynb",
    )
    assert found(tmp_path)[0] == ["a.ipynb"]


def test_what_git_ignores_is_passed_over(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        ".git/info/x",
        "a.ipynb",
        "secret.ipynb",
        "out/b.ipynb",
        "src/out/c.ipynb",
        "src/kept.tmp.ipynb",
        "src/gone.tmp.ipynb",
        "src/deep/only-here.ipynb",
        "only-here.ipynb",
    )
    (tmp_path / ".gitignore").write_text("/out/\n*.tmp.ipynb\n")
    (tmp_path / "src" / ".gitignore").write_text("!kept.tmp.ipynb\n/deep/only-here.ipynb\n")
    (tmp_path / ".git" / "info" / "exclude").write_text("secret.ipynb\n")
    expected = ["a.ipynb", "only-here.ipynb", "src/kept.tmp.ipynb", "src/out/c.ipynb"]
    assert found(tmp_path)[0] == expected
    assert found(tmp_path, "src")[0] == expected[2:], "ignore files above a named folder count"
    assert found(tmp_path, "out/b.ipynb")[0] == ["out/b.ipynb"], "a named file is meant"


@pytest.mark.parametrize("odd", ["[z-a]", "\\", "!", "[", "\x00", "[[]", "*a" * 60])
def test_an_odd_pattern_does_not_hide_the_others(odd: str, tmp_path: Path) -> None:
    lay_out(tmp_path, ".git/info/x", "a.ipynb", "b.ipynb", f"{'a' * 200}.ipynb")
    (tmp_path / ".gitignore").write_text(f"{odd}\nb.ipynb\n")
    assert found(tmp_path)[0] == ["a.ipynb", f"{'a' * 200}.ipynb"]


def test_excludes_hold_for_named_files_too(tmp_path: Path) -> None:
    lay_out(tmp_path, "archive/old/a.ipynb", "b.ipynb")
    (tmp_path / "nblint.toml").write_text('exclude = ["archive/**"]')
    assert found(tmp_path, ".", "archive/old/a.ipynb")[0] == ["b.ipynb"]
    assert found(tmp_path, "archive/old/a.ipynb") == ([], [], [])


def test_a_missing_path_is_said_and_the_rest_is_found(tmp_path: Path) -> None:
    lay_out(tmp_path, "a.ipynb")
    names, said, _ = found(tmp_path, "b.ipynb", "a.ipynb")
    assert names == ["a.ipynb"]
    assert said == [f"{tmp_path / 'b.ipynb'}: no such file or folder"]


def test_a_folder_without_notebooks_is_known(tmp_path: Path) -> None:
    lay_out(tmp_path, "empty/notes.md", "full/a.ipynb")
    assert found(tmp_path, "empty", "full")[2] == [tmp_path / "empty"]


def test_broken_settings_are_said_once_and_only_their_notebooks_left_out(tmp_path: Path) -> None:
    lay_out(tmp_path, "a/x.ipynb", "a/y.ipynb", "b/z.ipynb")
    (tmp_path / "a" / "nblint.toml").write_text("selct = []")
    names, said, _ = found(tmp_path)
    assert names == ["b/z.ipynb"]
    assert len(said) == 1
    assert "did you mean 'select'?" in said[0]


def test_links_do_not_lead_in_circles(tmp_path: Path) -> None:
    lay_out(tmp_path, "a/x.ipynb")
    try:
        (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("this system has no links")
    assert found(tmp_path)[0] == ["a/x.ipynb"]
