"""A hub's repository, and what deploys it to a booted host that has no network."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.hosts import ROOT, Booted, made_once
from tests.template.conftest import git
from tests.template.packages import Run, run, succeed

# Stands in for ssh: Ansible's last argument is a command of a shell on the host.
SSH = """\
#!/bin/sh
for last; do :; done
exec {enter} env -i HOME=/root USER=root LANG=C.UTF-8 \\
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -c "cd /root; $last"
"""
UV = (sys.executable, "-m", "uv")
# A hub before it is upgraded. As `make lock` of the repository locks it.
_OLDER = "jupyterhub==5.5.*"
_COMPILE = """
    pip compile --quiet --universal --python-version 3.11 --no-annotate --generate-hashes
    --no-emit-package nblint-suite
"""


def packages(repository: Path) -> Path:
    """Return a folder with all that the locks of a hub's repository name, from the package index.

    It is kept in `build/` until the locks change: `wheels` for pip, `cache` for uv, and the lock
    `older-hub.txt` of an older hub.
    """
    requirements = repository / "requirements"
    locks = [requirements / f"{name}.txt" for name in ("deploy", "hub", "user")]

    def make(folder: Path) -> None:
        python = ("--python", "/usr/bin/python3")
        folder.mkdir()
        older, wanted = folder / "older-hub.txt", folder / "older-hub.in"
        wanted.write_text(f"{_OLDER}\nnblint-suite[hub] @ {ROOT.as_uri()}\n")
        succeed(*UV, *_COMPILE.split(), "--output-file", older, wanted)
        for number, name in enumerate((*locks, older)):
            scratch = folder / f"scratch-{number}"
            succeed(*UV, "venv", "--quiet", *python, scratch)
            succeed(
                *(*UV, "pip", "install", "--quiet", "--python", scratch / "bin/python"),
                *("--cache-dir", folder / "cache", "--require-hashes", "--requirement", name),
            )
            shutil.rmtree(scratch)
        wheels = ("--dest", folder / "wheels", "--require-hashes", "--requirement", locks[0])
        succeed(sys.executable, "-m", "pip", "download", "--quiet", "--python-version=3.11",
                "--only-binary=:all:", "--no-deps", *wheels)  # fmt: skip

    source = b"".join(lock.read_bytes() for lock in locks)
    return made_once("packages", source + _OLDER.encode(), make)


def wheel(folder: Path) -> Path:
    """Build nblint as it is here, and return its wheel."""
    succeed(*UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT)
    (found,) = folder.glob("*.whl")
    return found


class Deployer:
    """Whoever deploys a hub's repository to a host.

    Attributes:
        repository: The repository.
        host: The host.
    """

    def __init__(self, repository: Path, host: Booted) -> None:
        self.repository = repository
        ssh = self._ssh = repository.parent / "ssh"
        self.reach(host)
        binaries = repository / ".venv/bin"
        binaries.mkdir(parents=True, exist_ok=True)
        for name in ("python", "ansible", "ansible-playbook"):
            (binaries / name).symlink_to(Path(sys.executable).with_name(name))
        (repository / "ansible/inventory.ini").write_text(
            f"[staging]\nhost ansible_ssh_executable={ssh} ansible_ssh_transfer_method=piped "
            "ansible_user=root ansible_python_interpreter=/usr/bin/python3\n"
        )
        self.variables = {
            "hub_environment": {
                "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": "/packages/wheels",
                "UV_OFFLINE": "1",
                "UV_CACHE_DIR": "/packages/cache",
            }
        }

    def reach(self, host: Booted) -> None:
        """Deploy to this host from now on, as if it were the one from before, booted again."""
        self.host = host
        self._ssh.write_text(SSH.format(enter=" ".join(host.enter)))
        self._ssh.chmod(0o755)

    def commit(self, message: str) -> None:
        """Commit what has changed."""
        git("add", "--all", cwd=self.repository)
        git("commit", "--quiet", "--no-verify", "--message", message, cwd=self.repository)

    def stand_in(self) -> None:
        """Let make take the repository's .venv for what its locks say."""
        (self.repository / ".venv/installed").touch()

    def make(self, *words: str, **variables: str) -> Run:
        """Run make in the repository, whose .venv stands in for what its locks say."""
        self.stand_in()
        return run("make", *words, cwd=self.repository, ANSIBLE_NOCOLOR="1", **variables)

    def variables_file(self) -> Path:
        """Write the variables for hosts without a network, and return their file."""
        file = self.repository.parent / "variables.json"
        file.write_text(json.dumps(self.variables))
        return file

    def arguments(self, *options: str) -> str:
        """Return what `make deploy ARGUMENTS=…` gets."""
        return " ".join((f"--extra-vars @{self.variables_file()}", *options))

    def deploy(self, *words: str, options: Sequence[str] = ()) -> Run:
        """Run `make deploy`."""
        return self.make("deploy", "TO=staging", *words, ARGUMENTS=self.arguments(*options))
