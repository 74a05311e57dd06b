"""Repositories whose versions are tagged, and hosts that install what is built from them."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.template.conftest import git

# A plain user may be root of a namespace, which is all that installing into a folder takes.
AS_ROOT = () if os.name != "posix" or os.geteuid() == 0 else ("unshare", "--map-root-user")
DNF_CONF = """\
[main]
gpgcheck=1
installonly_limit=0
best=1
clean_requirements_on_remove=0
plugins=1
pluginpath=/usr/lib/python3/dist-packages/dnf-plugins
pluginconfpath={plugins}
persistdir={home}/persist
logdir={home}/log

"""
CHANNEL = """\
[{name}]
name={name}
baseurl={address}
gpgcheck=1
repo_gpgcheck=1
gpgkey={key}
metadata_expire=0

"""


class Run(NamedTuple):
    """What a command did."""

    status: int
    out: str
    err: str


def run(*command: str | Path, cwd: Path | None = None, **variables: str) -> Run:
    """Run a command to its end, whatever becomes of it."""
    ran = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return Run(ran.returncode, ran.stdout, ran.stderr)


def succeed(*command: str | Path, cwd: Path | None = None, **variables: str) -> str:
    """Run a command that must succeed; return what it prints."""
    ran = run(*command, cwd=cwd, **variables)
    assert ran.status == 0, f"{command}: {ran}"
    return ran.out


def tag(repository: Path, *versions: str) -> None:
    """Tag versions, each with a change of its own."""
    for version in versions:
        (repository / "CHANGELOG.md").write_text(f"# Changelog\n\n## {version}\n\n- News.\n")
        git("commit", "--quiet", "--all", "--message", version, cwd=repository)
        git("tag", version, cwd=repository)


def build(repository: Path, version: str, out: Path, **variables: str) -> Path:
    """Build the package of a tag; return its path."""
    return Path(succeed("scripts/build-rpm", version, out, cwd=repository, **variables).strip())


class Key(NamedTuple):
    """A signing key, as the pipeline has it and as a host has it."""

    secret: str
    public: Path


def make_key(folder: Path, name: str) -> Key:
    """Make a key for tests, in a folder of its own."""
    home = folder / name
    home.mkdir(mode=0o700, parents=True)
    gpg = ("gpg", "--batch", "--quiet", "--homedir", str(home))
    made = ("--passphrase", "", "--quick-generate-key", f"{name} <{name}@example.com>", "rsa3072")
    succeed(*gpg, "--pinentry-mode", "loopback", *made)
    public = folder / f"{name}.asc"
    public.write_text(succeed(*gpg, "--armor", "--export"))
    secret = subprocess.run(
        ["sh", "-c", 'gpg --batch --homedir "$0" --export-secret-keys | base64 -w0', str(home)],
        check=True,
        capture_output=True,
        encoding="ascii",
    ).stdout
    succeed("gpgconf", "--homedir", home, "--kill", "all")
    return Key(secret, public)


class Host:
    """A bare root folder that dnf and rpm work on."""

    def __init__(self, home: Path, channels: Iterable[Path], key: Path) -> None:
        """Set it up with yum repositories and the key that their packages are signed with."""
        self.home, self.root = home, home / "root"
        self.root.mkdir(parents=True)
        plugins = home / "plugins"
        plugins.mkdir()
        (plugins / "versionlock.list").touch()
        (plugins / "versionlock.conf").write_text(
            f"[main]\nenabled=1\nlocklist={plugins}/versionlock.list\n"
        )
        (home / "dnf.conf").write_text(
            DNF_CONF.format(home=home, plugins=plugins)
            + "".join(
                CHANNEL.format(name=folder.name, address=folder.as_uri(), key=key.as_uri())
                for folder in channels
            )
        )

    def dnf(self, *arguments: str) -> Run:
        """Run dnf on it, without a question."""
        return run(
            *AS_ROOT, "dnf", "--config", self.home / "dnf.conf", "--installroot", self.root,
            "--releasever", "1", "--setopt", f"cachedir={self.home}/cache",
            "--setopt", f"reposdir={self.home}/none", "--assumeyes", *arguments,
        )  # fmt: skip

    def rpm(self, *arguments: str | Path) -> Run:
        """Run rpm on it."""
        return run(*AS_ROOT, "rpm", "--root", self.root, *arguments)

    def installed(self) -> str:
        """Say which version of a package is installed."""
        return self.rpm("--query", "--all", "notebook-*", "--queryformat", "%{VERSION}").out
