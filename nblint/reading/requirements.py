"""What a repository's requirements files declare."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from nblint.reading.distributions import canonical
from nblint.settings import SettingsFile
from nblint.toml import SettingsError, read_toml

# A requirement opens with its distribution's name; nothing else of it matters here.
# https://packaging.python.org/en/latest/specifications/dependency-specifiers/
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,200}[A-Za-z0-9])?(?=\s*(?:$|[\[<>=!~;@(,\s#]))")
_INCLUDE = re.compile(r"(?:-r|--requirement)[ =]?\s*(\S+)")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)")
_DEEPEST = 10  # files that include files
_MOST_FILES = 50_000
_NOT_OURS = frozenset(["__pycache__", "node_modules", "site-packages", "conda-meta"])


class Requirements(NamedTuple):
    """What a repository declares and holds.

    Attributes:
        files: The requirements files.
        distributions: What they declare, in canonical names.
        modules: The modules that the repository holds itself.
    """

    files: tuple[Path, ...]
    distributions: frozenset[str]
    modules: frozenset[str]

    @classmethod
    def load(cls, found: SettingsFile) -> "Requirements":
        """Read the requirements files that settings name.

        Args:
            found: The settings and the folder that their globs are relative to.

        Raises:
            SettingsError: A glob or a file cannot be used.
        """
        globs = found.settings.reproducibility.requirements
        matches = (file for glob in globs for file in _matches(glob, found))
        files = [file for file in dict.fromkeys(matches) if _declares(file)]
        names = (canonical(name) for file in files for name in _names(file, found.root, _DEEPEST))
        return cls(tuple(files), frozenset(names), frozenset(_modules(found.root)))


def _matches(glob: str, found: SettingsFile) -> list[Path]:
    try:
        return sorted(path for path in found.root.glob(glob) if path.is_file())
    except (ValueError, NotImplementedError) as error:
        where = f"{found.path}: " if found.path else ""
        raise SettingsError(f"{where}requirements: {glob!r}: {error}") from error


def _declares(file: Path) -> bool:
    """Say whether a file declares anything: a `pyproject.toml` may hold tools' settings only."""
    if file.name != "pyproject.toml":
        return True
    tables = read_toml(file)
    poetry = _table(_table(tables.get("tool")).get("poetry"))
    return bool({"project", "dependency-groups"} & set(tables) or poetry)


def _names(file: Path, root: Path, depth: int) -> Iterator[str]:
    if file.suffix == ".toml":
        return _of_pyproject(read_toml(file))
    if file.suffix in (".yml", ".yaml"):
        return _of_conda(file)
    return _of_lines(file, root, depth)


def _of_lines(file: Path, root: Path, depth: int) -> Iterator[str]:
    """Yield the names in a requirements file of pip and in those that it includes."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror or error}") from error
    for line in map(str.strip, text.replace("\\\n", " ").splitlines()):
        if included := _INCLUDE.match(line):
            path = Path(os.path.normpath(file.parent / included[1]))
            if depth and path.is_file() and path.is_relative_to(os.path.normpath(root)):
                yield from _of_lines(path, root, depth - 1)
        elif found := _EGG.search(line) or _NAME.match(line):
            yield found[1] if found.re is _EGG else found[0]


def _of_pyproject(tables: dict[str, Any]) -> Iterator[str]:
    project = _table(tables.get("project"))
    poetry = _table(_table(tables.get("tool")).get("poetry"))
    groups = _table(tables.get("dependency-groups"))
    lists = [
        project.get("dependencies"),
        *_table(project.get("optional-dependencies")).values(),
        *groups.values(),
        [project.get("name"), poetry.get("name")],
    ]
    for requirements in lists:
        for requirement in requirements if isinstance(requirements, list) else ():
            if isinstance(requirement, str) and (found := _NAME.match(requirement.strip())):
                yield found[0]
    yield from _table(poetry.get("dependencies"))
    yield from _table(poetry.get("dev-dependencies"))
    for group in _table(poetry.get("group")).values():
        yield from _table(_table(group).get("dependencies"))


def _of_conda(file: Path) -> Iterator[str]:
    """Yield the names in an `environment.yml`: conda's, which mostly are PyPI's, and pip's."""
    import yaml

    try:
        environment = yaml.safe_load(file.read_bytes())
    except (OSError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingsError(f"{file}: cannot be read as YAML") from error
    pending = [_table(environment).get("dependencies")]
    for dependencies in pending:
        for dependency in dependencies if isinstance(dependencies, list) else ():
            if isinstance(dependency, dict):
                pending.append(dependency.get("pip"))
            elif isinstance(dependency, str):
                # conda-forge::numpy=1.26
                name = _NAME.match(dependency.rpartition("::")[2])
                yield from (name[0],) if name else ()


def _modules(root: Path) -> Iterator[str]:
    """Yield the names of modules and packages anywhere in a repository.

    Notebooks put folders on `sys.path` as they like, so that the place is not asked for.
    """
    seen = 0
    for folder, folders, files in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and name not in _NOT_OURS
            and not (Path(folder) / name / "pyvenv.cfg").exists()
        ]
        seen += len(files)
        if seen > _MOST_FILES:
            return
        modules = [name for name in files if name.endswith((".py", ".pyx", ".so", ".pyd"))]
        yield from (name.partition(".")[0] for name in modules)
        if modules:
            yield from Path(folder).relative_to(root).parts


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
