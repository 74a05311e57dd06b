"""What a repository's requirements files declare."""

import codecs
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nblint.errors import SettingsError
from nblint.files import is_file, read_bounded
from nblint.patterns import lazy_pattern
from nblint.project.distributions import canonical
from nblint.project.parameters_file import compose_yaml
from nblint.settings_files import SettingsFile
from nblint.toml import read_toml

if TYPE_CHECKING:
    import yaml

# A requirement starts with its distribution's name; the rest does not matter here.
# https://packaging.python.org/en/latest/specifications/dependency-specifiers/
_NAME = lazy_pattern(
    r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,200}[A-Za-z0-9])?(?=\s*(?:$|[\[<>=!~;@(,\s#]))"
)
_INCLUDE = lazy_pattern(r"(?:-r|--requirement)[ =]?\s*(\S+)")
# The longer ones first: UTF-16's is the start of UTF-32's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING = lazy_pattern(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_EGG = lazy_pattern(r"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)")
_TEXT = "tag:yaml.org,2002:str"
_MOST_FILES = 50_000
_DEEPEST = 50  # levels of folders in which modules are looked for
# Each `**` in a glob multiplies the work by the depth of the folders.
_MOST_STARS = 2
# Above the folder of the settings, a wildcard could stand for any folder of the machine.
_WILDCARD = lazy_pattern(r"[*?\[]")
_NOT_OURS = frozenset(["__pycache__", "node_modules", "site-packages", "conda-meta"])


class Requirements(Struct, frozen=True):
    """What a repository declares and holds.

    Attributes:
        files: The requirements files.
        distributions: The canonical names of what they declare.
        modules: The modules that the repository itself contains.
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
        return cls(tuple(files), declared_by(files, found.root), frozenset(_modules(found.root)))


def declared_by(
    files: Iterable[Path], root: Path, *, apart_from: Path | None = None
) -> frozenset[str]:
    """Return the canonical names of what requirements files declare.

    Args:
        files: The files.
        root: The folder in which files that they include may be.
        apart_from: A file that does not count, nor where it is included.
    """
    left_out = [] if apart_from is None else [Path(os.path.abspath(apart_from))]
    return frozenset(
        canonical(name)
        for file in files
        if Path(os.path.abspath(file)) not in left_out
        for name in _names(file, root, left_out)
    )


def commented_out(file: Path) -> frozenset[str]:
    """Return the canonical names in comments that are requirements; none if there is no file."""
    if not is_file(file):
        return frozenset()
    rows = (row.strip() for row in decoded(read_bounded(file))[0].splitlines())
    found = (_NAME.match(row.lstrip("# ")) for row in rows if row.startswith("#"))
    return frozenset(canonical(name[0]) for name in found if name)


def _matches(glob: str, found: SettingsFile) -> list[Path]:
    try:
        return matching(glob, found.root)
    except ValueError as error:
        where = f"{found.path}: " if found.path else ""
        raise SettingsError(f"{where}requirements: {glob!r}: {error}") from error


def matching(glob: str, root: Path) -> list[Path]:
    """Return the files that a glob of the settings matches, in a stable order.

    Args:
        glob: The glob.
        root: The folder that it is relative to.

    Raises:
        ValueError: It cannot be used.
    """
    if glob.count("**") > _MOST_STARS:
        raise ValueError(f"more than {_MOST_STARS} '**'")
    parts = glob.replace("\\", "/").split("/")
    if ".." in parts and ("**" in glob or _WILDCARD.search("/".join(parts[:-1]))):
        raise ValueError("after '..', only the file name may contain wildcards")
    try:
        return sorted(path for path in root.glob(glob) if is_file(path))
    except (NotImplementedError, IndexError) as error:  # "/x", and "." before Python 3.13
        raise ValueError("not a glob of files under this folder") from error


def _declares(file: Path) -> bool:
    """Tell whether a file declares anything: a `pyproject.toml` may only hold tools' settings."""
    if file.name != "pyproject.toml":
        return True
    tables = read_toml(file)
    poetry = _table(_table(tables.get("tool")).get("poetry"))
    return bool({"project", "dependency-groups"} & set(tables) or poetry)


def _names(file: Path, root: Path, left_out: Iterable[Path]) -> Iterator[str]:
    if file.suffix == ".toml":
        return _of_pyproject(read_toml(file))
    if file.suffix in (".yml", ".yaml"):
        return _of_conda(file)
    return _of_lines(file, root, left_out)


def _of_lines(file: Path, root: Path, left_out: Iterable[Path]) -> Iterator[str]:
    """Yield the names in a requirements file of pip and in those that it includes, each once."""
    root = Path(os.path.normpath(root))
    seen = {Path(os.path.abspath(path)) for path in (file, *left_out)}
    files = [Path(os.path.normpath(file))]
    for file in files:
        text = decoded(read_bounded(file))[0]
        for line in map(str.strip, text.replace("\\\n", " ").splitlines()):
            if included := _INCLUDE.match(line):
                path = Path(os.path.normpath(file.parent / included[1]))
                if (
                    Path(os.path.abspath(path)) not in seen
                    and path.is_relative_to(root)
                    and is_file(path)
                ):
                    seen.add(Path(os.path.abspath(path)))
                    files.append(path)
            elif found := _EGG.search(line) or _NAME.match(line):
                yield found[found.lastindex or 0]


def decoded(data: bytes) -> tuple[str, str]:
    """Return the text of a requirements file as pip decodes it, and its encoding.

    https://github.com/pypa/pip/blob/main/src/pip/_internal/req/req_file.py (`_decode_req_file`)
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding
    for line in data.split(b"\n")[:2]:
        if found := _CODING.match(line):
            try:
                encoding = found[1].decode("ascii")
                return data.decode(encoding, "replace"), encoding
            except LookupError:
                break
    return data.decode("utf-8", "replace"), "utf-8"


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
    """Yield the names in an `environment.yml`: conda's, mostly the same as PyPI's, and pip's."""
    from yaml import ScalarNode, SequenceNode

    (dependencies,) = _under("dependencies", compose_yaml(file)) or (None,)
    listed = dependencies.value if isinstance(dependencies, SequenceNode) else []
    of_pip = [node for item in listed for node in _under("pip", item)]
    for sequence in (dependencies, *of_pip):
        for item in sequence.value if isinstance(sequence, SequenceNode) else ():
            # conda-forge::numpy=1.26
            text = item.value if isinstance(item, ScalarNode) and item.tag == _TEXT else ""
            if name := _NAME.match(text.rpartition("::")[2]):
                yield name[0]


def _under(key: str, node: "yaml.Node | None") -> "list[yaml.Node]":
    """Return a list with the value of a mapping's key; an empty one where it has no such key."""
    from yaml import MappingNode

    members = node.value if isinstance(node, MappingNode) else ()
    return [value for name, value in members if name.value == key][-1:]


def _modules(root: Path) -> Iterator[str]:
    """Yield the names of modules and packages anywhere in a repository.

    Notebooks put any folder on `sys.path`, so the place of a module does not matter.
    """
    seen = 0
    for folder, folders, files in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and name not in _NOT_OURS
            and not is_file(Path(folder, name, "pyvenv.cfg"))
        ]
        if folder.count(os.sep) - os.fspath(root).count(os.sep) >= _DEEPEST:
            folders.clear()
        seen += len(files)
        if seen > _MOST_FILES:
            return
        modules = [name for name in files if name.endswith((".py", ".pyx", ".so", ".pyd"))]
        yield from (name.partition(".")[0] for name in modules)
        if modules:
            yield from Path(folder).relative_to(root).parts


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
