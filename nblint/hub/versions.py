"""Versions of a hub's parts that have known holes, and the versions that close them.

Sources: the projects' security advisories on GitHub, and
https://github.com/pypa/advisory-database, as of November 2026. Only what a hub of this kind runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nblint.project.distributions import canonical

# The distribution, the first version without the hole, and its name.
FIXES = (
    ("jupyterhub", "5.5.1", "GHSA-69wv-m5fw-2fhp"),
    ("oauthenticator", "17.4.0", "CVE-2026-33175"),
    ("jupyter-server", "2.20.0", "CVE-2026-44727"),
    ("jupyterlab", "4.5.7", "CVE-2026-40171"),
    ("notebook", "7.5.6", "CVE-2026-40171"),
    ("jupyter-server-proxy", "4.1.1", "CVE-2024-28179"),
    ("tornado", "6.5", "CVE-2025-47287"),
    ("jinja2", "3.1.6", "CVE-2025-27516"),
)


def holes(versions: Mapping[str, str]) -> Iterator[str]:
    """Yield what is to be upgraded, in sentences.

    Args:
        versions: The versions of distributions, by their canonical names.
    """
    for name, version in versions.items():
        for fixed, hole in known_holes(name, version):
            yield f"{name} {version} has a known hole ({hole}); upgrade it to {fixed} or newer"


def known_holes(name: str, version: str) -> Iterator[tuple[str, str]]:
    """Yield the version that closes each known hole of a version, and the hole's name.

    Args:
        name: The canonical name of a distribution.
        version: Its version.
    """
    for other, fixed, hole in FIXES:
        if name == other and _is_older(version, fixed):
            yield fixed, hole


def _is_older(version: str, other: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version) < Version(other)
    except InvalidVersion:  # of a fork, which has its own holes
        return False


def installed_versions() -> dict[str, str]:
    """Return the versions of the parts of this hub that are installed beside nblint."""
    from importlib.metadata import distributions

    wanted = {name for name, _, _ in FIXES}
    found = ((canonical(each.metadata["Name"] or ""), each.version) for each in distributions())
    return {name: version for name, version in found if name in wanted}
