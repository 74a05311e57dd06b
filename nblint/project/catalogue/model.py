"""The catalogue: which environment variables an organisation's notebooks find at run time."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cached_property

from msgspec import Struct

from nblint.secret_names.judge import looks_secret
from nblint.settings import Table


class Declaration(Table, frozen=True):
    """`[environment.NAME]` in `environment.toml`.

    Attributes:
        help: What the variable is, for whoever meets it in a notebook.
        secret: Whether its value is a secret; by default, its name decides.
        required: Whether every run finds it; if not, notebooks must be able to do without it.
        value: Its value on the hub; not for secrets.
        file: The file in the hub's folder of secrets that the hub reads its value from;
            `{username}` stands for the user's name.
        users: Values for users whose value differs from `value`.
    """

    help: str = ""
    secret: bool | None = None
    required: bool = True
    value: str | None = None
    file: str | None = None
    users: dict[str, str] = {}  # noqa: RUF012 - msgspec copies it


class Variable(Struct, frozen=True):
    """A declared variable.

    Attributes:
        name: Its name.
        declaration: What the file says about it.
        source: The file that declares it, as the settings name it.
        row: The row there, 1-based.
    """

    name: str
    declaration: Declaration
    source: str
    row: int


class Catalogue(Struct, frozen=True, dict=True):
    """What is known about environment variables.

    Attributes:
        variables: The declared variables by name, in the order of the files.
        sources: The files, as the settings name them.
        known: Globs of names that are declared elsewhere.
        own: The files that lie in the repository itself, as relative paths.
    """

    variables: dict[str, Variable]
    sources: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether any catalogue exists: without one, no variable is undeclared."""
        return bool(self.sources)

    def knows(self, name: str) -> bool:
        """Tell whether a variable is declared, here or elsewhere, or set by the system itself."""
        from nblint.project.catalogue.known_names import is_known

        return (
            name in self.variables
            or is_known(name)
            or any(fnmatchcase(name, glob) for glob in self.known)
        )

    def is_secret(self, name: str) -> bool:
        """Tell whether a variable's value is a secret: the catalogue decides, else its name."""
        variable = self.variables.get(name)
        if variable is not None and variable.declaration.secret is not None:
            return variable.declaration.secret
        return looks_secret(name)

    def is_optional(self, name: str) -> bool:
        """Tell whether the catalogue says that a run may not find the variable."""
        variable = self.variables.get(name)
        return variable is not None and not variable.declaration.required

    def nearest(self, name: str) -> str | None:
        """Return the declared name that was most likely meant; None without a near one."""
        import difflib

        plain = {_plain(known): known for known in self.variables}
        found = difflib.get_close_matches(_plain(name), plain, n=1, cutoff=0.8)
        return plain[found[0]] if found else None

    @cached_property
    def described(self) -> str:
        """The files and how much they declare: "environment.toml (41 names)"."""
        count = len(self.variables)
        return f"{', '.join(self.sources)} ({count} name{'s' if count != 1 else ''})"

    @property
    def has_dotenv(self) -> bool:
        """Whether a dotenv file is a catalogue, so that reading one is what the team does."""
        return any(is_dotenv(source) for source in self.sources)


def is_dotenv(name: str) -> bool:
    """Tell whether a file is a dotenv file, by its name."""
    base = name.replace("\\", "/").replace(":", "/").rpartition("/")[2].lower()
    return base.startswith(".env") or base.endswith(".env") or ".env." in base


def _plain(name: str) -> str:
    return name.replace("_", "").upper()
