import pickle
from pathlib import Path

import pytest

from nblint.errors import SettingsError
from nblint.linting.selection import Selection
from nblint.project.distributions import distributions, importable
from nblint.project.project import Project
from nblint.project.requirements import Requirements
from nblint.settings import ReproducibilitySettings, Settings
from nblint.settings_files import SettingsFile


def load(folder: Path, *globs: str, **files: str) -> Requirements:
    for name, text in files.items():
        (folder / name.replace("_txt", ".txt").replace("_toml", ".toml")).write_text(text)
    reproducibility = ReproducibilitySettings(requirements=globs or ("requirements*.txt",))
    return Requirements.load(SettingsFile(Settings(reproducibility=reproducibility), folder))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("pandas", "pandas"),
        ("Pandas == 2.0", "pandas"),
        ("zope.interface>=1", "zope-interface"),
        ("foo_bar[x,y]~=1", "foo-bar"),
        ("foo@https://example.com/foo.whl", "foo"),
        ("foo;python_version<'3'", "foo"),
        ("foo (>=1)", "foo"),
        ("foo # why", "foo"),
        ("-e git+https://example.com/x#egg=foo&subdirectory=y", "foo"),
    ],
)
def test_a_line_names_a_distribution(line: str, name: str, tmp_path: Path) -> None:
    assert load(tmp_path, requirements_txt=line).distributions == {name}


@pytest.mark.parametrize(
    "line", ["", "# foo", "-e .", "--hash=x", "./foo.whl", "https://example.com/foo.whl", "-r x/y"]
)
def test_a_line_that_names_none(line: str, tmp_path: Path) -> None:
    assert load(tmp_path, requirements_txt=line).distributions == frozenset()


def test_an_include_stays_in_the_repository(tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("secret-package")
    repository = tmp_path / "repository"
    repository.mkdir()
    found = load(
        repository,
        requirements_txt="-r ../outside.txt\n-r more.txt",
        more_txt="--requirement=more.txt\nfoo",
    )
    assert found.distributions == {"foo"}


@pytest.mark.parametrize("glob", ["/etc/*", ""])
def test_a_glob_that_cannot_be_used(glob: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="requirements: "):
        load(tmp_path, glob)


def test_odd_tables_declare_nothing(tmp_path: Path) -> None:
    toml = 'project = 1\n[dependency-groups]\na = "x"\nb = [1, {c = 2}, "d"]\n[tool]\npoetry = []\n'
    assert load(tmp_path, "pyproject.toml", pyproject_toml=toml).distributions == {"d"}


def test_conda_files(tmp_path: Path) -> None:
    (tmp_path / "environment.yml").write_text(
        "dependencies: [a=1, 'x::b>2', 3, null, {pip: [c, {d: e}]}, {pip: f}]"
    )
    assert load(tmp_path, "environment.yml").distributions == {"a", "b", "c"}
    (tmp_path / "environment.yml").write_text("a: [")
    with pytest.raises(SettingsError, match="not valid YAML"):
        load(tmp_path, "environment.yml")


def test_aliases_of_yaml_do_not_multiply(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'{{pip: *a{n - 1}}}', f'*a{n - 1}'] * 10)}]\n"
        for n in range(1, 12)
    )
    (tmp_path / "environment.yml").write_text(f"{bomb}dependencies: *a11\n")
    assert load(tmp_path, "environment.yml").distributions == frozenset()
    (tmp_path / "environment.yml").write_text("dependencies: &a [x, {pip: *a}, {<<: [*a, *a]}]\n")
    assert load(tmp_path, "environment.yml").distributions == {"x"}


def test_files_that_include_each_other_are_read_once(tmp_path: Path) -> None:
    lines = "-r a.txt\n-r b.txt\n" * 20
    found = load(tmp_path, "a.txt", a_txt=f"{lines}x\n", b_txt=f"{lines}y\n")
    assert found.distributions == {"x", "y"}


def test_globs_of_many_folders(tmp_path: Path) -> None:
    (tmp_path / "/".join("a" * 60)).mkdir(parents=True)
    with pytest.raises(SettingsError, match="more than 2"):
        load(tmp_path, "**/*/" * 12 + "x.txt")


def test_modules_of_the_repository(tmp_path: Path) -> None:
    for name in ("a.py", "src/b/c.py", ".venv/d.py", "env/e.py", "node_modules/f.py", "g/h.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "env" / "pyvenv.cfg").touch()
    assert load(tmp_path).modules == {"a", "src", "b", "c"}


def test_the_repository_is_walked_only_for_the_rule_that_asks(tmp_path: Path) -> None:
    def requirements(*selectors: str) -> Requirements | None:
        found = SettingsFile(Settings(extend_select=selectors), tmp_path)
        needed = Selection(found).needs("requirements")
        return Project.load(found, with_requirements=needed).requirements

    assert requirements() is None
    assert requirements("NBL501") is None
    for selector in ("NBL5", "NBL505", "ALL", "NBL"):
        found = requirements(selector)
        assert found is not None
        assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize(
    ("module", "distribution"),
    [
        ("numpy.linalg", "numpy"),
        ("sklearn.svm", "scikit-learn"),
        ("yaml", "pyyaml"),
        ("PIL.Image", "pillow"),
        ("google.cloud.storage.Client", "google-cloud-storage"),
        ("google.cloud.vision_v1", "google-cloud-vision"),
        ("google.protobuf.json_format", "protobuf"),
        ("azure.identity.DefaultAzureCredential", "azure-identity"),
        ("azure.storage.blob", "azure-storage-blob"),
        ("huggingface_hub", "huggingface-hub"),
    ],
)
def test_the_usual_distribution(module: str, distribution: str) -> None:
    assert distributions(importable(module))[0] == distribution


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffpandas\n".encode(),
        "pandas\n".encode("utf-16"),
        b"\xfe\xff" + "pandas\r\n".encode("utf-16-be"),
        "pandas\n".encode("utf-32"),
        "# -*- coding: latin-1 -*-\n# für die Analyse\npandas\n".encode("latin-1"),
        "# für die Analyse\npandas\n".encode("latin-1"),
        b"# coding: no-such\npandas\n",
    ],
)
def test_encodings_are_read_as_pip_reads_them(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes(data)
    assert load(tmp_path).distributions == {"pandas"}
