"""The packages of the environment that all notebooks run in, and what needs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from nblint.files import read_text
from nblint.patterns import lazy_pattern
from nblint.project.distributions import canonical

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_PINNED = lazy_pattern(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*==\s*([^\s;\\]+)([^\n\\]*)")
# As uv's comment at the top of a lock has it.
_PYTHON = lazy_pattern(r"(?m)^#.*--python-version[ =](\d+\.\d+)")


class Lock(Struct, frozen=True):
    """A file of locked packages.

    Attributes:
        path: The file.
        text: What it says.
    """

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> Lock:
        """Read a lock.

        Raises:
            SettingsError: It cannot be read.
        """
        return cls(path, read_text(path))

    @property
    def python(self) -> str | None:
        """The oldest Python that it was made for, such as `3.11`, if it says so."""
        found = _PYTHON.search(self.text)
        return found[1] if found else None

    @property
    def depends_on_python(self) -> bool:
        """Whether it has packages for some versions of Python only."""
        return "python_version" in self.text or "python_full_version" in self.text

    def versions(self, python: str) -> dict[str, str]:
        """Return the locked versions by the canonical names of distributions.

        Args:
            python: The version of Python that they are for.
        """
        found = filter(None, map(_PINNED.match, self.text.splitlines()))
        return {canonical(each[1]): each[2] for each in found if _is_for(each[0], python)}

    def unmet(self, requirements: str, python: str) -> Iterator[str]:
        """Yield what is not met, as the end of a sentence that begins with who needs it.

        Args:
            requirements: Requirements as pip reads them.
            python: The version of Python that they are for.
        """
        versions = self.versions(python)
        for line in _lines(requirements):
            requirement = _requirement(line)
            if requirement is None or not _applies(requirement, python):
                continue
            name = canonical(requirement.name)
            version = versions.get(name)
            if version is None:
                yield f"needs {requirement}, and {self.path} does not have {name}"
            elif not requirement.specifier.contains(version, prereleases=True):
                yield f"needs {requirement}, and {self.path} has {name} {version}"


def _is_for(line: str, python: str) -> bool:
    """Tell whether a line of a lock is for a Python; one that says nothing is for all of them."""
    if ";" not in line:
        return True
    requirement = _requirement(line.partition(" --hash")[0].strip())
    return requirement is None or _applies(requirement, python)


def _applies(requirement: Requirement, python: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(_environment(python))


def _environment(python: str) -> dict[str, str]:
    """Return what markers ask for: a hub's host is Linux, wherever this runs."""
    short = ".".join(python.split(".")[:2])
    full = python if python.count(".") > 1 else f"{python}.0"
    linux: Mapping[str, str] = {
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
    }
    return {**linux, "python_version": short, "python_full_version": full}


def _requirement(line: str) -> Requirement | None:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(line)
    except InvalidRequirement:  # an option of pip, or an address
        return None


def _lines(text: str) -> Iterator[str]:
    for line in text.replace("\\\n", " ").splitlines():
        plain = line.partition(" #")[0].partition(" --hash")[0].strip()
        if plain and not plain.startswith(("#", "-")):
            yield plain
