from pathlib import Path

import pytest

from nblint.errors import SettingsError
from nblint.settings import HeaderSettings, SectionSettings, Settings
from nblint.settings_files import SettingsFinder, load_settings


def write(folder: Path, text: str, name: str = "pyproject.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_values_arrive_with_their_types(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        [tool.nblint]
        select = ["NBL1"]
        per-file-ignores = { "examples/**" = ["NBL1"] }
        severity = { NBL306 = "error" }
        [tool.nblint.header]
        sections = [{ title = "Why", form = "list", required = false }]
        [tool.nblint.environment]
        known = ["TEAM_*"]
        """,
    )
    found = load_settings(path)
    assert found is not None
    assert found.root == tmp_path
    assert found.settings.select == ("NBL1",)
    assert found.settings.per_file_ignores == {"examples/**": ("NBL1",)}
    assert found.settings.header.sections == (
        SectionSettings(title="Why", form="list", required=False),
    )
    assert found.settings.header.placeholders == HeaderSettings().placeholders
    assert found.settings.environment.known == ("TEAM_*",)


def test_the_nearest_file_decides(tmp_path: Path) -> None:
    write(tmp_path, '[tool.nblint]\nselect = ["NBL1"]')
    write(tmp_path / "a", "[tool.other]")  # not about nblint
    write(tmp_path / "a" / "b", 'select = ["NBL2"]', "nblint.toml")
    write(tmp_path / "a" / "b", '[tool.nblint]\nselect = ["NBL3"]')
    finder = SettingsFinder()
    assert finder.of(tmp_path / "a").settings.select == ("NBL1",)
    assert finder.of(tmp_path / "a").root == tmp_path
    assert finder.of(tmp_path / "a" / "b" / "c").settings.select == ("NBL2",), "nblint.toml wins"


def test_the_command_line_overrides_the_file(tmp_path: Path) -> None:
    config = write(tmp_path, 'select = ["NBL1"]\nignore = ["NBL101"]', "team.toml")
    settings = SettingsFinder(config, {"select": ("NBL2",)}).of(tmp_path / "x").settings
    assert (settings.select, settings.ignore) == (("NBL2",), ("NBL101",))


def test_defaults_are_relative_to_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    found = SettingsFinder().of(tmp_path / "notebooks" / "deep")
    assert found.settings == Settings()
    assert found.root == tmp_path


# Settings and their error messages; the JSON schema refuses them as well.
WRONG = [
    ("selct = []", "tool.nblint: unknown key 'selct'; did you mean 'select'?"),
    ("xyzzy = 1", "tool.nblint: unknown key 'xyzzy'"),
    ('select = "NBL1"', "tool.nblint.select: expected a list, got a string"),
    ("select = [1]", "tool.nblint.select[0]: expected a string, got an integer"),
    ("header = 1", "tool.nblint.header: expected a table, got an integer"),
    (
        "[tool.nblint.header]\nsections = [{ titel = 'x' }]",
        "tool.nblint.header.sections[0]: unknown key 'titel'; did you mean 'title'?",
    ),
    (
        "[tool.nblint.header]\nsections = [{ form = 'list' }]",
        "tool.nblint.header.sections[0]: missing key 'title'",
    ),
    (
        "[tool.nblint.header]\nsections = [{ title = 'x', form = 'lists' }]",
        "tool.nblint.header.sections[0].form: 'lists' is not one of "
        "'text', 'list', 'numbered-list', 'table'",
    ),
    (
        "[tool.nblint.environment]\ncatalogues = 'x'",
        "tool.nblint.environment.catalogues: expected a list, got a string",
    ),
    (
        "[tool.nblint.severity]\nNBL1 = 'loud'",
        "tool.nblint.severity: 'loud' is not one of 'error', 'warning'",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_an_error_names_the_file_the_key_and_the_nearest_one(
    text: str, sentence: str, tmp_path: Path
) -> None:
    path = write(tmp_path, f"[tool.nblint]\n{text}")
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    assert str(caught.value) == f"{path}: {sentence}"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[tool.nblint\n", "not valid TOML: "),
        (b"a = " + b"[" * 100_000, "not valid TOML: "),
        (b"a = '\xff'", "not UTF-8 (byte 6)"),
        (b"a = " + b"1" * 5000, "not valid TOML: a number is too long"),
        (b"a = '" + b"x" * 2**25 + b"'", "too large (more than 32 MB)"),
    ],
)
def test_a_file_that_is_no_toml(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "nblint.toml"
    path.write_bytes(data)
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    assert str(caught.value).startswith(f"{path}: {words}")
    assert "\n" not in str(caught.value)


def test_a_configuration_that_says_nothing_of_nblint(tmp_path: Path) -> None:
    config = write(tmp_path, "[tool.other]")
    with pytest.raises(SettingsError, match=r"no \[tool.nblint\] table"):
        SettingsFinder(config)


@pytest.mark.parametrize("text", ['exclude = ["[z-a]"]', 'per-file-ignores = { "[z-a]" = [] }'])
def test_a_glob_that_is_none(text: str, tmp_path: Path) -> None:
    path = write(tmp_path, f"[tool.nblint]\n{text}")
    with pytest.raises(SettingsError, match="invalid glob: bad character range z-a"):
        load_settings(path)
