"""The catalogue: which environment variables an organisation's notebooks find at run time.

Several files add up: `environment.toml`, a `jupyterhub_config.py` (read, never executed), Helm's
`values.yaml` or a compose file, an example of a dotenv file. The first file that declares a
variable decides what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from msgspec.structs import replace

from nblint.errors import SettingsError
from nblint.files import is_file, read_text
from nblint.patterns import lazy_pattern
from nblint.project.catalogue import DEFAULT_CATALOGUE, catalogue_names
from nblint.project.catalogue.model import Catalogue, Declaration, Variable, is_dotenv
from nblint.settings import EnvironmentSettings
from nblint.toml import convert_toml, read_toml

# The keys by which a hub.toml, which names its catalogue, is told from a catalogue.
_OF_A_HUB = frozenset(["address", "provider"])

_BRACES = lazy_pattern(r"\{[^{}]*\}")
_DOTENV_LINE = lazy_pattern(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*(?:=\s*(.*))?$")
_PACKAGE_FILE = lazy_pattern(r"([A-Za-z_][\w.-]+):([^\\/:].*)")


def load_catalogue(settings: EnvironmentSettings, root: Path) -> Catalogue:
    """Load the catalogues that the settings name.

    Args:
        settings: The settings; without `catalogues`, `environment.toml` counts if it is there.
        root: The folder that their paths are relative to.

    Returns:
        All catalogues together; an empty one without any.

    Raises:
        SettingsError: A catalogue is missing or cannot be used; the text says which, where and why.
    """
    names = catalogue_names(settings, root)
    variables: dict[str, Variable] = {}
    for name in names:
        for variable in read_catalogue(locate(name, root), name):
            variables.setdefault(variable.name, variable)
    own = tuple(name for name in names if _is_inside(name))
    return Catalogue(variables, names, settings.known, own)


def read_catalogue(path: Path, name: str | None = None) -> Iterator[Variable]:
    """Read one catalogue file.

    Args:
        path: The file. Its name says what it is: `….toml`, `….py`, `….yaml`, or a dotenv file.
        name: Its name in messages; its path unless given.

    Returns:
        The variables it declares.

    Raises:
        SettingsError: The file cannot be read, or is not what its name says.
    """
    name = str(path) if name is None else name
    if path.suffix == ".toml":
        return _read_toml(path, name)
    if path.suffix == ".py":
        return _read_hub_config(path, name)
    if path.suffix in (".yaml", ".yml"):
        from nblint.project.catalogue.yaml_files import read_yaml_catalogue

        return read_yaml_catalogue(path, name)
    if is_dotenv(path.name):
        return _read_dotenv(path, name)
    raise SettingsError(
        f"{name}: cannot tell what kind of catalogue this is; "
        "name it environment.toml, jupyterhub_config.py, values.yaml, compose.yaml or .env.example"
    )


def locate(name: str, root: Path) -> Path:
    """Return the path of a catalogue that settings name.

    Args:
        name: A path relative to `root`, an absolute path, or `package:file`.
        root: The folder of the settings file.

    Raises:
        SettingsError: The file or package does not exist.
    """
    if ":" in name and (found := _PACKAGE_FILE.fullmatch(name)):
        return _in_package(found[1], found[2], name)
    path = root / name
    if path.is_dir():
        raise SettingsError(f"{path}: the catalogue is a folder; name the file in it")
    if not is_file(path):
        raise SettingsError(
            f"{path}: no such catalogue; create it (run `nblint env --catalogue` to generate one) "
            "or remove it from 'catalogues'"
        )
    return path


def _in_package(package: str, file: str, name: str) -> Path:
    """Return the path of an installed package's file, without importing the package."""
    import importlib.metadata

    folders = _package_folders(package)
    for folder in folders:
        if (folder / file).is_file():
            return folder / file
    try:
        distribution = importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        if not folders:
            raise SettingsError(
                f"{name}: the package {package!r} is not installed here; install it, "
                "also in the hook's additional_dependencies"
            ) from None
    else:
        wanted = PurePosixPath(file).parts
        for entry in distribution.files or ():
            if entry.parts[-len(wanted) :] == wanted:
                return Path(str(distribution.locate_file(entry)))
    raise SettingsError(f"{name}: the package {package!r} has no file {file!r}")


def _package_folders(package: str) -> list[Path]:
    """Return the folders of a package; an empty list where it cannot be imported."""
    import importlib.util

    if not package.isidentifier():  # for a dotted name, the package above would be imported
        return []
    try:
        spec = importlib.util.find_spec(package)
    except ValueError:  # a module that runs already without a spec, such as `__main__`
        return []
    return [Path(folder) for folder in (spec and spec.submodule_search_locations) or ()]


def _read_toml(path: Path, name: str, *, of_hub: bool = False) -> Iterator[Variable]:
    document = read_toml(path)
    if not of_hub and document.keys() >= _OF_A_HUB:
        catalogue = str(document.get("environment", DEFAULT_CATALOGUE))
        return (yield from _read_toml(path.parent / catalogue, name, of_hub=True))
    if unknown := next((key for key in document if key != "environment"), None):
        raise SettingsError(
            f"{path}: unknown key {unknown!r}; variables are declared as [environment.NAME]"
        )
    table = document.get("environment", {})
    if not isinstance(table, dict):
        raise SettingsError(f"{path}: environment: must be a table of variables")
    rows = _rows(read_text(path), table)
    for variable, value in table.items():
        where = f"{path}: environment.{variable}"
        if not (variable.isascii() and variable.isidentifier()):
            raise SettingsError(f"{where}: not a valid name of an environment variable")
        if not isinstance(value, dict):
            raise SettingsError(f'{where}: must be a table, such as {{ value = "…" }}')
        declaration: Declaration = convert_toml(value, Declaration, f"{where}: ")
        _validate(declaration, where)
        yield Variable(variable, declaration, name, rows.get(variable, 1))


def _validate(declaration: Declaration, where: str) -> None:
    values = (declaration.value or "", *declaration.users.values())
    if any("\0" in value for value in values):
        raise SettingsError(f"{where}: a value must not contain a NUL character")
    if "\0" in (declaration.file or ""):
        raise SettingsError(f"{where}: file: must not contain a NUL character")
    has_value = declaration.value is not None or bool(declaration.users)
    if declaration.secret and has_value:
        raise SettingsError(f"{where}: a catalogue must not hold a secret's value; use 'file'")
    if declaration.file is None:
        return
    if has_value:
        raise SettingsError(f"{where}: has both a file and a value; keep one of them")
    parts = PurePosixPath(declaration.file.replace("\\", "/")).parts
    if not parts or parts[0] == "/" or ".." in parts or ":" in parts[0]:
        raise SettingsError(f"{where}: file: must be inside the hub's secrets folder")
    if mark := _BRACES.search(declaration.file.replace("{username}", "")):
        raise SettingsError(
            f"{where}: file: {mark[0]!r} stands for nothing; the user's name is {{username}}"
        )


def _rows(text: str, names: Iterable[str]) -> dict[str, int]:
    """Return the rows that declare variables, as far as the text shows them."""
    rows: dict[str, int] = {}
    wanted = set(names)
    pattern = re.compile(r"\s*(?:\[\s*environment\s*\.\s*)?[\"']?([A-Za-z_]\w*)[\"']?\s*[\].=]")
    for number, line in enumerate(text.splitlines(), 1):
        if (found := pattern.match(line)) and found[1] in wanted:
            rows.setdefault(found[1], number)
    return rows


def _read_hub_config(path: Path, name: str) -> Iterator[Variable]:
    from nblint.project.catalogue.hub_config import read_hub_config

    for found in read_hub_config(read_text(path), name):
        if not found.is_catalogue:
            yield Variable(found.name, Declaration(), name, found.row)
            continue
        for variable in read_catalogue(locate(found.name, path.parent)):
            yield replace(variable, source=name, row=found.row)


def _read_dotenv(path: Path, name: str) -> Iterator[Variable]:
    comments: list[str] = []
    ends = 0
    lines = read_text(path).splitlines()
    for row, line in enumerate(lines, 1):
        if row <= ends:
            continue
        if line.lstrip().startswith("#"):
            comments.append(line.strip("# \t"))
            continue
        if found := _DOTENV_LINE.match(line):
            yield Variable(found[1], Declaration(help=" ".join(comments)), name, row)
            ends = _end_of_value(found[2] or "", lines, row)
        comments = []


def _end_of_value(value: str, lines: list[str], row: int) -> int:
    """Return the last row of a value; a quoted one, such as a private key, may span several."""
    quote = value[:1]
    if quote not in ("'", '"') or quote in value[1:]:
        return row
    following = (number for number, line in enumerate(lines[row:], row + 1) if quote in line)
    return next(following, row)


def _is_inside(name: str) -> bool:
    """Tell whether a catalogue is the repository's own: it lies under the settings' folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    is_elsewhere = path.is_absolute() or ".." in path.parts or ":" in name
    return not is_elsewhere
