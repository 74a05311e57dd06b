"""Prints the packages that notebooks need, as lines of a `requirements.txt`."""

from collections.abc import Iterable, Iterator

from nblint.project.needed_packages import NeededPackage
from nblint.reports.terminal import printable

# How many notebooks a comment names.
_MOST_NAMED = 3

_HEADING = """\
# What the notebooks import, with the versions that are installed as lower bounds. Written by
# `nblint requirements`; change it as you like.
"""
_OPTIONAL = "# The notebooks can do without these: they catch the error."
_UNKNOWN = "# Not installed here: check that these packages are called like their modules."


def as_requirements(packages: Iterable[NeededPackage], *, with_heading: bool = True) -> str:
    """Return the lines that declare packages, in groups; empty where there are none.

    Args:
        packages: The packages.
        with_heading: Whether a comment at the top says what the file is.
    """
    found = list(packages)
    unnamed = [one for one in found if one.requirement is None]
    optional = [one for one in found if one.is_optional and one not in unnamed]
    unknown = [one for one in found if one.needs_a_look]
    known = [one for one in found if one not in (*optional, *unknown, *unnamed)]
    groups = [
        [_line(one) for one in known],
        [_UNKNOWN, *map(_line, unknown)] if unknown else [],
        [_OPTIONAL, *(f"# {_line(one)}" for one in optional)] if optional else [],
        [f"# No package can have the name of the module: {_line(one)}" for one in unnamed],
    ]
    text = "\n".join("".join(f"{line}\n" for line in group) for group in groups if group)
    return f"{_HEADING}{text}" if text and with_heading else text


def as_list(packages: Iterable[NeededPackage]) -> str:
    """Return a line for each package, without headings."""
    return "".join(f"{_line(one)}\n" for one in packages)


def _line(package: NeededPackage) -> str:
    name = package.requirement or printable(package.module)
    return f"{name}  # {', '.join(_reasons(package))}"


def _reasons(package: NeededPackage) -> Iterator[str]:
    """Yield what a comment says: the module, if its name is another, and who imports it."""
    if package.module != package.name:
        yield f"imported as {printable(package.module)}"
    yield from map(printable, package.notebooks[:_MOST_NAMED])
    if (more := len(package.notebooks) - _MOST_NAMED) > 0:
        yield f"{more} more"
