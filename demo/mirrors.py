"""Stand-ins for the hook repositories of a generated `.pre-commit-config.yaml`.

pre-commit clones each `repo:` and installs it. If only a package registry is reachable, a small git
repository with the same tag works as well: a manifest with the same hooks, and a `setup.py` that
depends on the version that the tag names. git's `insteadOf`, passed in variables, redirects the
addresses, so the configuration runs as generated.

A configuration names the commit of a version, which a stand-in cannot have: the hash would differ.
So the stand-in replaces that commit by its own (`git replace`), and further variables make git
fetch the replacement as well.
"""

import os
import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import yaml


class Tool(NamedTuple):
    """A hook repository: the package that it installs, and the hooks in use."""

    package: str
    hooks: list[dict[str, Any]]


def hook(identity: str, entry: str | None = None, **more: Any) -> dict[str, Any]:
    """Return an entry of a manifest; most hooks are named like their command."""
    return {
        "id": identity,
        "name": identity,
        "entry": entry or identity,
        "language": "python",
        **more,
    }


# How `pre-commit autoupdate --freeze` writes a commit, and the version that it is.
FROZEN = re.compile(
    r"""rev: ["']?(?P<commit>[0-9a-f]{40})["']?  # frozen: (?P<version>\S+)$""", re.MULTILINE
)

# The manifests of these repositories, for the hooks that the template uses.
TOOLS = {
    "https://github.com/astral-sh/ruff-pre-commit": Tool(
        "ruff",
        [
            hook(
                "ruff-check",
                "ruff check --force-exclude",
                types_or=["python", "pyi", "jupyter"],
                require_serial=True,
            ),
            hook(
                "ruff-format",
                "ruff format --force-exclude",
                types_or=["python", "pyi", "jupyter"],
                require_serial=True,
            ),
        ],
    ),
    "https://github.com/pre-commit/pre-commit-hooks": Tool(
        "pre-commit-hooks",
        [
            hook("end-of-file-fixer", types=["text"]),
            hook("trailing-whitespace", "trailing-whitespace-fixer", types=["text"]),
            hook("mixed-line-ending", types=["text"]),
            hook("check-added-large-files"),
            hook("check-case-conflict"),
            hook("check-json", types=["json"]),
            hook("check-merge-conflict", types=["text"]),
            hook("check-toml", types=["toml"]),
            hook("check-yaml", types=["yaml"]),
        ],
    ),
    "https://github.com/nbQA-dev/nbQA": Tool(
        "nbqa",
        [hook("nbqa-mypy", "nbqa mypy", types=["jupyter"], require_serial=True)],
    ),
    "https://github.com/Yelp/detect-secrets": Tool(
        "detect-secrets", [hook("detect-secrets", "detect-secrets-hook", files=".*")]
    ),
}


def mirror(config: Path, folder: Path, checkout: Path) -> dict[str, str]:
    """Make a stand-in for each hook repository that a configuration names.

    Args:
        config: The `.pre-commit-config.yaml`.
        folder: Where to put the stand-ins, each in its own folder.
        checkout: nblint's own repository, which stands in for nblint's address.

    Returns:
        The variables that redirect git from the addresses to the stand-ins.

    Raises:
        LookupError: The configuration names a repository without a known stand-in.
    """
    return instead_of(stand_ins(config, folder, checkout))


def stand_ins(config: Path, folder: Path, checkout: Path) -> dict[str, Path]:
    """Make the stand-ins, as `mirror` does; return them by the addresses that they replace."""
    targets: dict[str, Path] = {}
    text = config.read_text(encoding="utf-8")
    versions = {found["commit"]: found["version"] for found in FROZEN.finditer(text)}
    for entry in yaml.safe_load(text)["repos"]:
        address = entry["repo"]
        if address == "local" or address.startswith("file:") or Path(address).is_dir():
            continue
        if any(hook["id"] == "nblint" for hook in entry["hooks"]):
            targets[address] = checkout
        elif address in TOOLS:
            targets[address] = folder / TOOLS[address].package
            make_repository(TOOLS[address], versions[entry["rev"]], targets[address], entry["rev"])
        else:
            message = f"no stand-in is known for {address}"
            raise LookupError(message)
    return targets


def instead_of(targets: dict[str, Path]) -> dict[str, str]:
    """Return the variables that redirect git, and so pre-commit, from addresses to folders."""
    settings = {f"url.{folder.as_posix()}.insteadOf": at for at, folder in targets.items()}
    settings["remote.origin.fetch"] = "+refs/replace/*:refs/replace/*"
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        variables[f"GIT_CONFIG_KEY_{number}"] = key
        variables[f"GIT_CONFIG_VALUE_{number}"] = value
    return variables


def make_repository(tool: Tool, tag: str, folder: Path, commit: str) -> None:
    """Make a git repository from which pre-commit can install the tagged version of a tool.

    Args:
        tool: The tool.
        tag: Its version, which becomes the tag.
        folder: Where to make it.
        commit: The commit of that version in the tool's own repository.
    """
    folder.mkdir(parents=True)
    manifest = yaml.safe_dump(tool.hooks, sort_keys=False)
    (folder / ".pre-commit-hooks.yaml").write_text(manifest, encoding="utf-8")
    requirement = f"{tool.package}=={tag.removeprefix('v')}"
    (folder / "setup.py").write_text(
        "from setuptools import setup\n"
        f"setup(name='stand-in', version='1', py_modules=[], install_requires=[{requirement!r}])\n",
        encoding="utf-8",
    )
    identity = ["-c", "user.name=demo", "-c", "user.email=demo@example.com"]
    unsigned = ["-c", "commit.gpgSign=false", "-c", "tag.gpgSign=false", "-c", "core.hooksPath="]
    for command in (
        ["init", "--quiet"],
        ["add", "."],
        ["commit", "--quiet", "--message", tag],
        ["tag", tag],
        # Not `git replace`, which refuses a commit that is not there.
        ["update-ref", f"refs/replace/{commit}", "HEAD"],
    ):
        subprocess.run(
            ["git", *identity, *unsigned, *command], cwd=folder, env=os.environ, check=True
        )
