import os
from pathlib import Path

import pytest

from nblint.errors import SettingsError
from nblint.project.parameters_file import ParametersFile, parameters_files_in


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "parameters.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_keys_in_order_with_their_places(tmp_path: Path) -> None:
    file = ParametersFile.load(write(tmp_path, "# note\ndays: 7\n'é': x\nlist: [1, 2]\n"))
    assert [(key.name, key.value) for key in file.keys] == [
        ("days", "7"),
        ("é", "x"),
        ("list", None),
    ]
    assert file.keys[1].place[4:] == (3, 1, 3, 4)
    assert file.keys[0].place.surface == "file"


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "~"])
def test_an_empty_file_has_no_keys(text: str, tmp_path: Path) -> None:
    assert ParametersFile.load(write(tmp_path, text)).keys == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [1", "not valid YAML: expected ',' or ']', but got '<stream end>' (line 1)"),
        ("- a\n- b\n", "a parameters file must be a mapping of names to values"),
        ("a: 1\n---\nb: 2\n", "not valid YAML"),
        (b"a: \xff", "not valid YAML"),
        ("[" * 5000, "not valid YAML: nested too deeply"),
    ],
)
def test_what_cannot_be_used(text: str | bytes, problem: str, tmp_path: Path) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as error:
        ParametersFile.load(path)
    assert str(error.value).startswith(f"{path}: ")
    assert problem in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.yaml: cannot be read"):
        ParametersFile.load(tmp_path / "nowhere.yaml")


def test_tags_make_no_objects(tmp_path: Path) -> None:
    path = write(tmp_path, "a: !!python/object/apply:os.system ['exit 1']\n")
    assert [key.name for key in ParametersFile.load(path).keys] == ["a"]


def test_aliases_are_not_expanded(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]" for n in range(1, 30))]
    assert len(ParametersFile.load(write(tmp_path, "\n".join(lines))).keys) == 30


def test_files_of_a_folder(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yaml", "notes.txt", "c.yml"):
        (tmp_path / name).touch()
    (tmp_path / "folder.yaml").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.yaml")
    assert [path.name for path in parameters_files_in(tmp_path)] == ["a.yaml", "b.yaml"]
    assert parameters_files_in(tmp_path / "nowhere") == []
    assert parameters_files_in(tmp_path / "a.yaml") == []
