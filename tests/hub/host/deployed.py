"""A host that a deploy has made a hub of, from a repository that the template has made."""

import os
import secrets
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.hosts import ROOT, Booted, python_binds
from tests.hub.host.conftest import CHANNEL, Channel
from tests.hub.host.deploying import Deployer, packages, wheel
from tests.hub.running import Hub, Provider, answers, installed_modules, needs_hub, until
from tests.system import PATIENCE, needs
from tests.template.conftest import Generate
from tests.template.packages import Run

ADDRESS = "https://localhost"
CACHE = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
LINES = """
c.JupyterHub.services = [*c.JupyterHub.services, {"name": "test", "api_token": "TOKEN"}]
c.JupyterHub.load_roles = [*c.JupyterHub.load_roles, {
    "name": "test", "services": ["test"],
    "scopes": ["admin:users", "admin:servers", "access:servers", "tokens"],
}]
"""
# All that a deploy may change of what people use.
USED = "/etc/jupyterhub /etc/systemd/system /etc/caddy -path /etc/jupyterhub/next -prune -o"
STATE = (
    f"find {USED} -type f -exec sha256sum {{}} + | grep -v -e crypt-key | sort; rpm -qa | sort; "
    "for place in hub user; do readlink /opt/jupyterhub/$place/current; done; "
    "systemctl show -p MainPID jupyterhub jupyterhub-proxy caddy"
)


class DeployedHub(Hub):
    """A hub that a deploy has made; its API is asked behind the web server."""

    def __init__(self, folder: Path, host: Booted) -> None:
        folder.mkdir()
        self.folder, self.host = folder, host
        self.url = "http://127.0.0.1:800"
        self.token = secrets.token_hex(20)
        self.provider = Provider(folder / "provider", f"{ADDRESS}/hub/oauth_callback")

    def sign_in(self, name: str, *, second_factor: bool = True) -> tuple[Any, Any]:
        authority = self.folder / "authority.pem"
        authority.write_text(
            self.host.must("cat /var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt")
        )
        browser = requests.Session()
        browser.trust_env = False  # this machine's variables name authorities of its own
        browser.verify = str(authority)
        page = browser.get(f"{ADDRESS}/hub/home", timeout=60)
        sent = {"login": name, "password": self.provider.people[name]["password"]}
        if second_factor:
            sent["code"] = self.provider.code(name)
        return browser, browser.post(page.url, data=sent, timeout=60)

    def start(self, name: str) -> None:
        self.call("POST", f"/users/{name}/server")
        until(lambda: self.user(name)["servers"].get("", {}).get("ready"), f"a server of {name}")

    def lets_in(self, token: str) -> bool:
        """Tell whether somebody's token counts."""
        headers = {"Authorization": f"token {token}"}
        return requests.get(f"{self.url}/hub/api/user", headers=headers, timeout=60).ok

    def is_version(self, version: str) -> bool:
        """Wait until the hub answers; tell whether it is a version of JupyterHub."""
        until(lambda: answers(f"{self.url}/hub/api/"), "the hub answers")
        return str(self.call("GET", "/")["version"]).startswith(version)

    def contents(self, method: str, path: str, **keywords: Any) -> Any:
        """Ask the server of alice for a file, or to save one."""
        headers = {"Authorization": f"token {self.token}"}
        url = f"{self.url}/user/alice/api/contents/{path}"
        return requests.request(method, url, headers=headers, timeout=60, **keywords)


class Story:
    """A repository of a hub, a host that it is deployed to, and a channel of packages.

    Attributes:
        host: The host.
        deployer: Who deploys.
        hub: The hub, once it runs.
        channel: What is published.
    """

    def __init__(self, repository: Path, host: Booted, shared: Path, scratch: Path) -> None:
        self.repository, self.host = repository, host
        self.deployer = Deployer(repository, host)
        self.hub = DeployedHub(scratch / "hub", host)
        host.must(
            f"mkdir -p /etc/yum.repos.d; printf '%s' '{CHANNEL}' > /etc/yum.repos.d/notebooks.repo"
        )
        self.channel = Channel(shared / "channel")
        self.said = ""
        self.newer = (repository / "requirements/hub.txt").read_text()
        replace(
            repository / "hub.toml",
            ('by = "caddy"', 'by = "internal"'),
            ('proof = "claim"', 'proof = "claim"\nrequest = ["https://refeds.org/profile/mfa"]'),
            ("https://login.example.com", self.hub.provider.issuer),
        )
        with (repository / "jupyterhub_config.py").open("a") as file:
            file.write(LINES.replace("TOKEN", self.hub.token))
        self.deployer.commit("Try a host")

    def reach(self, host: Booted) -> None:
        """Go on with this host, which is the one from before, booted again."""
        self.host = self.hub.host = host
        self.deployer.reach(host)

    def secret(self, name: str, value: str) -> Run:
        """Write a secret to the host, from standard input."""
        ran = subprocess.run(
            ["make", "secret", f"NAME={name}", "TO=staging"],
            cwd=self.repository, input=value, encoding="utf-8", capture_output=True, check=False,
        )  # fmt: skip
        self.said += ran.stdout + ran.stderr
        return Run(ran.returncode, ran.stdout, ran.stderr)

    def makes(self, *words: str) -> str:
        """Run make, which must succeed; return what is said."""
        ran = self.deployer.make(*words, "TO=staging")
        self.said += ran.out + ran.err
        assert ran.status == 0, ran
        return ran.out

    def deploys(self, *words: str, options: tuple[str, ...] = ()) -> str:
        """Deploy what must be possible; return what is said."""
        ran = self.deployer.deploy(*words, options=options)
        self.said += ran.out + ran.err
        if ran.status:
            journal = self.host.run("journalctl -u jupyterhub -n 40 --no-pager").out
            pytest.fail(f"{ran.out[-4000:]}\n{ran.err[-1000:]}\n{journal}", pytrace=False)
        return ran.out

    def refused(self) -> str:
        """Deploy what must be refused before anything is changed; return what is said."""
        before = self.host.must(STATE)
        ran = self.deployer.deploy()
        self.said += ran.out + ran.err
        assert ran.status != 0, ran
        assert self.host.must(STATE) == before
        assert "Traceback" not in ran.out + ran.err
        return ran.out

    def notebooks(self, **versions: str) -> None:
        """Say which notebooks are installed, and commit that."""
        entries = (
            f'[notebooks.failed-logins]\nversion = "{v}"\n'
            '[notebooks.failed-logins.schedules.yearly]\ntime = "yearly"\n'
            for v in versions.values()
        )
        (self.repository / "notebooks.toml").write_text("".join(entries))
        self.deployer.commit(f"Install {versions}")

    def interrupted(self) -> None:
        """Deploy, and kill what that runs on the host while the hub's environment is half made."""
        command = ["make", "deploy", "TO=staging", f"ARGUMENTS={self.deployer.arguments()}"]
        self.deployer.stand_in()
        deploying = subprocess.Popen(
            command, cwd=self.repository, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.host.until("ls -d /opt/jupyterhub/hub/*/lib/python3*/site-packages/jupyterhub")
        self.host.run("pkill -9 -f '[m]ake-environment'; pkill -9 -x uv")
        assert deploying.wait(PATIENCE) != 0
        assert self.host.run("ls /opt/jupyterhub/hub/*/complete").status != 0


def replace(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text()
    for old, new in pairs:
        assert old in text, (path, old)
        text = text.replace(old, new)
    path.write_text(text)


def repository_of_a_hub(
    shared: Path, generate: Generate, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, list[str]]:
    """Generate a hub's repository; return it, and what a host that it is deployed to needs.

    Args:
        shared: A folder of this machine that the host has as /shared.
        generate: Generates a repository.
        monkeypatch: Sets where npm keeps what it has.
    """
    needs_hub()
    needs("node", "npm", "rpmbuild", "createrepo_c")
    # What has a network of the host cannot be installed from ours.
    monkeypatch.setenv("XDG_CACHE_HOME", CACHE)
    installed_modules()
    answers = {"address": ADDRESS, "users": "analysts", "client_id": "hub"}
    repository = generate(ROOT / "template-hub", **answers)
    (repository / ".git/hooks/pre-commit").unlink()
    requirement = f"nblint-suite[hub] @ file:///shared/{wheel(shared).name}\n"
    (repository / "requirements/nblint.txt").write_text(requirement)
    binds = [f"--bind={shared}:/shared", f"--bind={packages(repository)}:/packages"]
    return repository, [*binds, *python_binds()]
