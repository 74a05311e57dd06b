"""Where the checks of a generated repository get nblint: from where this nblint came.

Colleagues and pipelines install the checks as well, so what only this machine has is said.
cookiecutter's hooks run this without nblint installed: it needs nothing but Python.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

# PyPI's `nblint` is another project.
DISTRIBUTION = "nblint-suite"
# Where pip says that a server did not answer, whichever server it was.
UNREACHABLE = re.compile(
    r"Retrying \(|connection (?:broken|error)|Temporary failure", re.IGNORECASE
)
SECONDS = 120
# Set while another git command runs (a hook, a rebase); they would send our git there.
GIT_LEFTOVERS = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE")


class Origin(NamedTuple):
    """Where pre-commit gets nblint: a repository at a commit, or what pip installs.

    Attributes:
        repo: The address or path of the repository; empty if pip installs a requirement.
        rev: The commit.
        version: The tag of that commit, if it is a version.
        requirement: What pip installs; empty if pre-commit clones a repository.
        obstacle: Why nobody else gets nblint from there; empty if they do.
    """

    repo: str = ""
    rev: str = ""
    version: str = ""
    requirement: str = ""
    obstacle: str = ""

    @property
    def exists(self) -> bool:
        """Whether at least this machine can get nblint."""
        return bool(self.repo or self.requirement)

    @property
    def is_release(self) -> bool:
        """Whether pip gets it from a package index."""
        return bool(self.requirement) and " @ " not in self.requirement

    @property
    def is_file(self) -> bool:
        """Whether pip gets it from a file or folder of this machine."""
        return " @ file:" in self.requirement


def origin_of(root: Path) -> Origin:
    """Return where an nblint comes from.

    Args:
        root: The folder that holds the template: nblint's repository, or the installed package.

    Returns:
        Its origin. For a release, nobody has been asked whether it exists: see `missing_release`.
    """
    if (root / "_version.py").is_file():
        return _of_installed(root)
    return _of_clone(root) or _of_folder(root)


def missing_release(requirement: str) -> str:
    """Ask pip, with the person's own settings, whether an index has a release.

    Args:
        requirement: The release, such as `nblint-suite==1.2.0`.

    Returns:
        Why it cannot be installed, or empty if it can.
    """
    pip = _pip()
    if not pip:
        return f"there is no pip that could ask the package index for {requirement}"
    with tempfile.TemporaryDirectory() as folder:
        # As pre-commit's pip will look for it. With a retry, pip says that nobody answered.
        options = ["--no-deps", "--no-input", "--disable-pip-version-check", "--retries", "1"]
        try:
            ran = subprocess.run(
                [*pip, "download", *options, "--dest", folder, requirement],
                cwd=folder,
                env={**os.environ, "PIP_REQUIRE_VIRTUALENV": "0"},  # nothing is installed
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return f"the package index did not answer when asked for {requirement}"
    if ran.returncode == 0:
        return ""
    if UNREACHABLE.search(ran.stderr):
        return f"the package index cannot be reached, so nobody knows whether it has {requirement}"
    if "No matching distribution" in ran.stderr:
        return f"the package index that pip uses has no {requirement}"
    errors = re.findall(r"^ERROR: (.+)", ran.stderr, re.MULTILINE) or [f"status {ran.returncode}"]
    return f"pip cannot get {requirement}: {public(errors[-1])}"


def public(text: str) -> str:
    """Drop `name:token@` and queries from the addresses in a text; ssh needs the name."""
    text = re.sub(r"\b(ssh://[^/:@\s]*):[^/\s]*@", r"\1@", text, flags=re.IGNORECASE)
    text = re.sub(
        r"\b((?:(?!ssh:)[a-z0-9.-]+\+)?(?!ssh:)[a-z0-9.-]+://)[^/\s]*@", r"\1", text, flags=re.I
    )
    return re.sub(r"\b(https?://[^\s?#]*)\?[^\s#]*", r"\1", text, flags=re.IGNORECASE)


# ---- a repository


def _of_clone(folder: Path) -> Origin | None:
    """Return the origin of a clone of nblint's repository; None for any other folder."""
    top = git("rev-parse", "--show-toplevel", cwd=folder)
    # An unpacked archive can be inside an unrelated repository.
    if (
        not top
        or Path(top).resolve() != folder.resolve()
        or not git("ls-files", ".pre-commit-hooks.yaml", cwd=folder)
    ):
        return None
    rev = git("rev-parse", "HEAD", cwd=folder)
    if not rev:
        return None
    # Moving tags, such as "latest", would not pin anything.
    versions = git(
        "tag", "--points-at", "HEAD", "--sort=-version:refname", "--list", "v[0-9]*", cwd=folder
    )
    version = (versions.split() or [""])[0]
    here = Origin(folder.as_posix(), rev, version)
    # What is neither nblint nor its template, such as notes, may lie around.
    ours = ["nblint", "template", "template-hub"]
    ours += ["cookiecutter.json", "pyproject.toml", ".pre-commit-hooks.yaml"]
    if git("status", "--porcelain", "--", *ours, cwd=folder):
        return here._replace(obstacle=f"{folder} has changes that are not committed")
    remotes = git("remote", cwd=folder).split()
    for remote in sorted(remotes, key=lambda name: name != "origin"):
        pushed = f"refs/remotes/{remote}/"
        # As configured: `remote get-url` would apply the user's `insteadOf` rewrites.
        address = git("config", "--get", f"remote.{remote}.url", cwd=folder)
        if address and git("for-each-ref", "--contains", "HEAD", "--count=1", pushed, cwd=folder):
            return here._replace(repo=_absolute(public(address), folder))
    if not remotes:
        return here._replace(obstacle=f"the clone {folder} has no remote")
    return here._replace(obstacle=f"commit {rev[:7]} of {folder} was not pushed")


def _absolute(address: str, folder: Path) -> str:
    """Return a remote's address; git takes a relative path as one from the clone."""
    is_path = "://" not in address and (folder / address).exists()
    return (folder / address).resolve().as_posix() if is_path else address


def _of_folder(folder: Path) -> Origin:
    """Return the origin of an nblint in a folder that git knows nothing about."""
    return Origin(
        requirement=f"{DISTRIBUTION} @ {folder.resolve().as_uri()}",
        obstacle=f"{folder} is not a git repository",
    )


# ---- an installed package


def _of_installed(package: Path) -> Origin:
    """Return the origin of an installed package, which its installer has recorded (PEP 610)."""
    recorded: dict[str, Any] = {}
    # Beside the package, not on this Python's path: cookiecutter may have a Python of its own.
    beside = [str(package.parent)]
    for distribution in importlib.metadata.distributions(name=DISTRIBUTION, path=beside):
        recorded = json.loads(distribution.read_text("direct_url.json") or "{}")
    if not recorded:
        return Origin(requirement=DISTRIBUTION + _version_of(package))
    url = public(recorded["url"])
    archive = recorded.get("archive_info", {}).get("hashes", {}).get("sha256")
    fragments = [f"sha256={archive}"] if archive else []
    fragments += [f"subdirectory={path}"] if (path := recorded.get("subdirectory")) else []
    at = "#" + "&".join(fragments) if fragments else ""
    if commit := recorded.get("vcs_info", {}).get("commit_id"):
        vcs = recorded["vcs_info"]["vcs"]
        if vcs != "git" or at:  # pre-commit reads a manifest at the top of a git repository
            return Origin(requirement=f"{DISTRIBUTION} @ {vcs}+{url}@{commit}{at}")
        asked = recorded["vcs_info"].get("requested_revision") or ""
        return Origin(url, commit, asked if re.match(r"v[0-9]", asked) else "")
    if not url.startswith("file:"):
        if url != recorded["url"]:
            return Origin(obstacle=f"{url} needs a token or a signature")
        return Origin(requirement=f"{DISTRIBUTION} @ {url}{at}")
    return _of_path(Path(url2pathname(urlsplit(url).path)))


def _of_path(path: Path) -> Origin:
    """Return the origin of what was installed from a folder or a file."""
    if path.is_dir():
        return _of_clone(path) or _of_folder(path)
    if not path.is_file():
        return Origin(obstacle=f"nblint was installed from {path}, which is gone")
    return Origin(
        requirement=f"{DISTRIBUTION} @ {path.as_uri()}",
        obstacle=f"nblint was installed from {path}, a file on this machine",
    )


def _version_of(package: Path) -> str:
    """Return `==` and the version in nblint's `_version.py`."""
    text = (package / "_version.py").read_text(encoding="utf-8")
    stated = re.search(r'^__version__ = "(.+?)"', text, re.MULTILINE)
    return "==" + stated[1] if stated else ""


def release_of(root: Path) -> str:
    """Return the requirement for the release that a folder with nblint would be."""
    package = root if (root / "_version.py").is_file() else root / "nblint"
    return DISTRIBUTION + (_version_of(package) if (package / "_version.py").is_file() else "")


# ---- other programs


def _pip() -> list[str]:
    """Return the command of a pip; empty if there is none.

    Tools that uv installed have no pip of their own; Python brings one for new environments.
    """
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    wheel = max(_bundled_pips(), default=None)
    if wheel:
        return [sys.executable, str(wheel / "pip")]
    found = shutil.which("pip3") or shutil.which("pip")
    return [found] if found else []


def _bundled_pips() -> Iterator[Path]:
    spec = importlib.util.find_spec("ensurepip")
    folders = [Path(spec.origin).parent / "_bundled"] if spec and spec.origin else []
    # Where distributors of Python keep the wheels instead.
    folders += [Path(folder) for folder in [sysconfig.get_config_var("WHEEL_PKG_DIR")] if folder]
    for folder in folders:
        yield from folder.glob("pip-*.whl")


def git(*arguments: str, cwd: Path | None = None) -> str:
    """Return what git prints; empty if it fails or is missing."""
    try:
        ran = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            env={name: value for name, value in os.environ.items() if name not in GIT_LEFTOVERS},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except OSError:
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""
