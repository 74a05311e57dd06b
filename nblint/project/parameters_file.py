"""The file that scheduled runs take their parameters from: `papermill --parameters_file`."""

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from nblint.document.model import Place
from nblint.errors import SettingsError
from nblint.files import is_file, read_bounded

if TYPE_CHECKING:
    import yaml

# Which takes a few seconds to read.
_MOST_BYTES = 1024 * 1024


class Key(Struct, frozen=True):
    """A key of the file.

    Attributes:
        name: The key.
        value: Its value as it is written, where that is a scalar; else None.
        place: The key's place.
    """

    name: str
    value: str | None
    place: Place


class ParametersFile(Struct, frozen=True):
    """A parameters file.

    Attributes:
        path: Its path.
        keys: Its keys, in order.
    """

    path: Path
    keys: tuple[Key, ...]

    @classmethod
    def load(cls, path: Path) -> "ParametersFile":
        """Read a YAML file.

        Args:
            path: The file.

        Returns:
            The file with its keys; an empty file has no keys.

        Raises:
            SettingsError: The file cannot be read, is not YAML, or is not a mapping.
        """
        import yaml

        root = compose_yaml(path)
        if root is None or root.tag == "tag:yaml.org,2002:null":
            return cls(path, ())
        if not isinstance(root, yaml.MappingNode):
            raise SettingsError(f"{path}: a parameters file must be a mapping of names to values")
        return cls(path, tuple(_key(key, value) for key, value in root.value))


def parameters_files_in(folder: Path) -> list[Path]:
    """Return the parameters files for single notebooks, in a stable order.

    Args:
        folder: The folder that holds them; nothing where it is missing or cannot be read.
    """
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return []
    return [path for path in paths if path.suffix == ".yaml" and is_file(path)]


def compose_yaml(path: Path) -> "yaml.Node | None":
    """Read a YAML file as it is written: tags, aliases and merges do not become objects.

    An alias is the same node as the one it stands for, so a small file cannot grow in memory.

    Args:
        path: The file.

    Returns:
        Its root; None for an empty file.

    Raises:
        SettingsError: The file cannot be read, or is not YAML.
    """
    import yaml

    data = read_bounded(path, _MOST_BYTES)
    try:
        return yaml.compose(data, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        where = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        raise SettingsError(f"{path}: not valid YAML: {error.problem}{where}") from None
    except (yaml.YAMLError, UnicodeError):
        raise SettingsError(f"{path}: not valid YAML: not text in UTF-8") from None
    except RecursionError:
        raise SettingsError(f"{path}: not valid YAML: nested too deeply") from None


def _key(key: object, value: object) -> Key:
    import yaml

    assert isinstance(key, yaml.Node)
    name = key.value if isinstance(key, yaml.ScalarNode) else "?"
    start, end = key.start_mark, key.end_mark
    place = Place(
        None, "file", None, None, start.line + 1, start.column + 1, end.line + 1, end.column + 1
    )
    return Key(name, value.value if isinstance(value, yaml.ScalarNode) else None, place)
