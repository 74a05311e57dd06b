"""The circle: a notebook, its tag, its package, a deploy, an analyst's run, and back."""

import itertools
import json
import re
import secrets
import shutil
import ssl
import sys
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest
import requests

from tests.hosts import Booted, booted, debian
from tests.hub.host.deployed import ADDRESS, STATE, DeployedHub, Story, repository_of_a_hub
from tests.hub.host.deploying import packages
from tests.hub.host.hub_host import in_network_of
from tests.hub.running import (
    Kernel,
    until,
)
from tests.template.conftest import Generate, git

pytestmark = pytest.mark.slow


@pytest.fixture
def story(
    tmp_path: Path, shared: Path, generate: Generate, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Story]:
    repository, binds = repository_of_a_hub(shared, generate, monkeypatch)
    with booted(debian(), tmp_path / "host", binds) as host, in_network_of(host):
        story = Story(repository, host, shared, tmp_path)
        # It begins with an older JupyterHub.
        shutil.copy(packages(repository) / "older-hub.txt", repository / "requirements/hub.txt")
        story.deployer.commit("Take an older hub")
        yield story


def changed(said: str) -> str:
    """Return how many tasks changed something."""
    found = re.search(r"changed=(\d+)", said)
    assert found, said
    return found[1]


def test_the_circle(story: Story, generate: Generate, tmp_path: Path) -> None:
    """From a notebook's tag to an analyst's run, and back by a reverted commit."""
    host, hub = story.host, story.hub
    notebooks = generate()
    requirements = (notebooks / "requirements.txt").read_text()
    story.channel.publish(notebooks, "1.0.0", "1.1.0")
    (notebooks / "requirements.txt").write_text(f"{requirements}polars>=1\n")
    story.channel.publish(notebooks, "2.0.0")
    canary = secrets.token_hex(16)

    # Killed in the middle; then refused, because secrets are missing: nothing runs.
    story.interrupted()
    ran = story.deployer.deploy()
    assert ran.status != 0
    assert "client-secret" in ran.out
    assert "make secret TO=… NAME=client-secret" in ran.out
    assert host.run("systemctl cat jupyterhub").status != 0
    assert host.run("ls /etc/jupyterhub/hub.toml").status != 0
    ran = story.secret("datadog-api-kye", canary)
    assert ran.status != 0
    assert "datadog-api-kye: environment.toml has no file of this name" in ran.err
    assert story.secret("client-secret", hub.provider.secret).status == 0
    assert story.secret("datadog-api-key", f"{canary}\n").status == 0

    hub.provider.add("alice", "analysts")
    hub.provider.add("bob", "analysts")
    with hub.provider.running():
        story.notebooks(first="1.0.0")
        assert "note: no backups are made: /etc/jupyterhub/hub.toml" in story.deploys()
        kernel = _first_release(story, canary)
        token = hub.call("POST", "/users/alice/tokens", json={})["token"]
        _second_release(story, kernel)
        assert hub.is_version("6.")
        assert hub.lets_in(token)
        _refusals(story)
        _run_now(story)
        # The commits are reverted: the older versions are back, while the newer stay published.
        git("revert", "--no-edit", "HEAD~2..HEAD", cwd=story.repository)
        story.deploys()
        assert host.must("rpm -qa 'notebook-*' --queryformat '%{version}'") == "1.0.0"
        assert hub.is_version("5.5")
        assert hub.lets_in(token)
        until(lambda: "1.0.0" in _landing(hub), "the older version on the page")
        # And `make rollback` is the commit before: the newer ones.
        ran = story.deployer.make("rollback", "TO=staging", ARGUMENTS=story.deployer.arguments())
        assert ran.status == 0, ran
        assert host.must("rpm -qa 'notebook-*' --queryformat '%{version}'") == "1.1.0"
        assert hub.is_version("6.")
        _backup(story, token)

    assert host.must("systemctl --failed --no-legend").strip() == ""
    seen = [
        story.said,
        host.must("journalctl --no-pager --output verbose"),
        host.must("systemctl show '*'"),
        host.must("cat /var/log/*.log /var/log/*/*.log 2>/dev/null || true"),
    ]
    for secret in (canary, hub.provider.secret, *hub.provider.issued.read_text().split()):
        assert all(secret not in text for text in seen)


# Ways to write the address of what a server answers to anybody.
WAYS = (
    *("/user/alice/api", "//user/alice/api", "/%75ser/alice/api", "/user//alice/api"),
    *("/user/al%69ce/api", "/user\\alice\\api", "/\\user/alice/api", "/user%2falice/api"),
    *("/user/alice/..%2f..%2fuser/alice/api", "/user/bob/..%2falice/api", "/user/alice/./api"),
    *("/hub/..%2fuser/alice/api", "/hub/../user/alice/api", "/user/alice/api?token=a"),
    *("/user/alice/%2e%2e%2f%2e%2e%2fhub/", "/user/alice/api#/hub/", "/user/alice;/api"),
    *("/user/alice/", "/USER/alice/api"),
)
ASKING: tuple[dict[str, str], ...] = (
    {},
    {"Authorization": "Basic YTpi"},
    {"Sec-Fetch-Dest": "script"},
    {"X-Forwarded-Uri": "/hub/"},
    {"X-Forwarded-Uri": "/hub/", "Upgrade": "websocket", "Connection": "Upgrade"},
)


def _owners(hub: DeployedHub, alice: requests.Session) -> None:
    """A browser reaches the server of whoever is signed in there, and no colleague's."""
    path = "/user/alice/api/status"
    assert alice.get(f"{ADDRESS}/user/alice/lab", timeout=60).status_code == 200
    assert "started" in alice.get(f"{ADDRESS}{path}", timeout=60).json()
    bob, _ = hub.sign_in("bob")
    said = bob.get(f"{ADDRESS}{path}", timeout=60)
    assert said.status_code == 403
    assert "This server is alice" in said.text

    def ask(connection: HTTPConnection, way: str, headers: dict[str, str]) -> bytes:
        connection.putrequest("GET", way)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        with connection.getresponse() as answer:
            return answer.read()

    # Behind the web server, some of the ways lead to the server; in front of it, none does.
    behind = HTTPConnection("127.0.0.1", 800, timeout=60)
    assert sum(b'"version"' in ask(behind, way, {}) for way in WAYS) >= 6
    before = HTTPSConnection(
        "localhost", timeout=60, context=ssl.create_default_context(cafile=str(alice.verify))
    )
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in bob.cookies)
    for signed_in in ({"Cookie": cookies}, {"Cookie": "__Host-nblint-hub-user=alice"}, {}):
        for way, headers in itertools.product(WAYS, ASKING):
            assert b'"version"' not in ask(before, way, headers | signed_in), (way, headers)
    # Programs bring a token.
    assert b'"started"' in ask(before, path, {"Authorization": f"token {hub.token}"})


def _environments(host: Booted) -> None:
    """Leave environments of earlier deploys: one that is used, one of before, one that goes."""
    for name in ("used", "before", "left"):
        host.must(f"mkdir -p /opt/jupyterhub/user/{name}/bin")
    host.must(
        "touch /opt/jupyterhub/user/before/deployed; cp /bin/sleep /opt/jupyterhub/user/used/bin"
    )
    host.must("systemd-run --quiet /opt/jupyterhub/user/used/bin/sleep 600")


def _landing(hub: DeployedHub) -> str:
    return json.dumps(hub.contents("GET", "Welcome.ipynb").json())


def _first_release(story: Story, canary: str) -> Kernel:
    host, hub = story.host, story.hub
    modes = (
        "stat -c '%a %U' /etc/jupyterhub/secrets /etc/jupyterhub/secrets/* /etc/jupyterhub/c*t* "
    )
    said = host.must(f"{modes} /var/lib/jupyterhub").splitlines()
    assert {line for line in said if not line.startswith("644")} <= {"700 root", "600 root"}
    paths = "/etc/systemd/system/jupyterhub*.service /etc/systemd/system/nblint-hub-*"
    assert host.must(f"systemd-analyze verify {paths} 2>&1").strip() == ""

    _, page = hub.sign_in("alice", second_factor=False)
    assert ADDRESS not in page.url or page.status_code == 403
    browser, page = hub.sign_in("alice")
    assert page.status_code == 200, page.text
    # Her server may not write what it would have to compile, at each start.
    host.must("ls /opt/jupyterhub/user/current/lib/*/site-packages/jupyterlab/__pycache__/labapp.*")
    hub.start("alice")
    _owners(hub, browser)
    assert host.must("stat -c '%U %a' /home/alice").strip() == "alice 750"
    assert "1.0.0" in _landing(hub)
    # Installed notebooks are read and run, and not changed.
    found = host.must("ls /usr/share/notebooks/failed-logins/notebooks/*.ipynb").split()[0]
    path = "Notebooks" + found.removeprefix("/usr/share/notebooks")
    model = hub.contents("GET", path).json()
    assert model["type"] == "notebook", model
    assert hub.contents("PUT", path, json=model).status_code >= 400
    kernel = Kernel(hub, "alice", path)
    for cell in model["content"]["cells"]:
        if cell["cell_type"] == "code":
            kernel.run(cell["source"])
    assert kernel.run("import os; print(os.environ['DATADOG_API_KEY'])") == canary

    # Nobody comes in past the hub, by a key that they wrote into their home themselves.
    host.must(
        "ssh-keygen -q -N '' -t ed25519 -f /home/alice/key; mkdir -p /home/alice/.ssh; "
        "mv /home/alice/key.pub /home/alice/.ssh/authorized_keys; chmod 700 /home/alice/.ssh; "
        "chown -R alice: /home/alice/.ssh /home/alice/key; chmod 600 /home/alice/key"
    )
    ssh = "ssh -i /home/alice/key -o BatchMode=yes -o StrictHostKeyChecking=no alice@127.0.0.1 true"
    assert "Permission denied" in host.run(f"su alice -c '{ssh}'").err
    rule = "/etc/ssh/sshd_config.d/60-nblint-hub.conf"
    host.must(f"mv {rule} /root/rule; systemctl restart ssh; su alice -c '{ssh}'")
    host.must(f"mv /root/rule {rule}; systemctl restart ssh")

    # The machine's cloud tells its identity to root, and to nobody's server.
    serve = f"{sys.executable} -m http.server --bind 169.254.169.254 --directory /srv 8080"
    host.must(f"ip address add 169.254.169.254/32 dev lo; systemd-run --quiet {serve}")
    ask = "curl --silent --max-time 5 --output /dev/null http://169.254.169.254:8080/"
    host.until(ask)
    asks = f"import subprocess; print(subprocess.call({ask.split()}))"
    assert kernel.run(asks) in ("7", "28")  # refused, or not heard

    # Again: nothing to do; what somebody has edited by hand is put back, and said before.
    assert changed(story.deploys()) == "0"
    host.must("echo '# by hand' >> /etc/systemd/system/jupyterhub-proxy.service")
    host.must("echo '# by hand' >> /etc/jupyterhub/welcome.md")
    host.must("touch /etc/jupyterhub/examples/left.ipynb")
    _environments(host)
    before = host.must(STATE)
    shown = story.deploys(options=("--check", "--diff"))
    assert "-# by hand" in shown
    assert "examples/left.ipynb: removed" in shown
    assert host.must(STATE) == before
    assert int(changed(story.deploys(options=("-vvv", "--diff")))) >= 2
    assert host.run("ls /etc/jupyterhub/examples/left.ipynb").status != 0
    assert host.run("grep -r 'by hand' /etc/systemd/system /etc/jupyterhub/welcome.md").out == ""
    environments = set(host.must("ls /opt/jupyterhub/user").split())
    assert {"used", "before"} < environments
    assert "left" not in environments
    return kernel


def _second_release(story: Story, kernel: Kernel) -> None:
    """The hub, the environment of notebooks and a notebook change; what people run goes on."""
    host, hub = story.host, story.hub
    which = "readlink /opt/jupyterhub/user/current; systemctl show -p MainPID jupyterhub"
    before = host.must(which)
    code = "import os, time\nwhile not os.path.exists('go'): time.sleep(.1)\nprint('still')"
    printed: list[str] = []
    waiting = threading.Thread(target=lambda: printed.append(kernel.run(code)))
    kernel.run("import os; os.chdir('/home/alice'); kept = 42")
    waiting.start()
    (story.repository / "requirements/hub.txt").write_text(story.newer)
    with (story.repository / "requirements/user.txt").open("a") as file:
        file.write("# Another lock\n")
    with (story.repository / "jupyterhub_config.py").open("a") as file:
        file.write("# Another line\n")
    story.deployer.commit("Change what the hub reads")
    story.notebooks(second="1.1.0")
    story.deploys()
    assert not set(before.split()) & set(host.must(which).split())
    host.must("touch /home/alice/go")
    waiting.join(60)
    assert printed == ["still"]
    assert kernel.run("print(kept)") == "42"
    until(lambda: "1.1.0" in _landing(hub), "the newer version on the page")


def _run_now(story: Story) -> None:
    """`make run` and `make usage` say what the host says."""
    said = story.makes("run", "NOTEBOOK=failed-logins")
    assert "failed-logins/yearly succeeded: /var/lib/notebook-results/failed-logins@yearly" in said
    ran = story.deployer.make("run", "NOTEBOOK=failed-login", "TO=staging")
    assert ran.status != 0
    assert "there is no schedule 'failed-login'; did you mean 'failed-logins/yearly'?" in ran.out
    story.host.must("systemctl start nblint-hub-usage")
    assert "1 person came" in story.makes("usage")


def _backup(story: Story, token: str) -> None:
    """Backups are made and tested by their units; files and the hub come back from them."""
    host, hub = story.host, story.hub
    assert story.secret("backup-password", secrets.token_hex(16)).status == 0
    until(lambda: hub.lets_in(token), "the hub that was restarted")
    host.must("echo precious > /home/alice/precious; chown alice: /home/alice/precious")
    host.must("systemctl start nblint-hub-backup; systemctl start nblint-hub-backup-test")
    for unit in ("backup", "backup_test"):
        path = f"/var/lib/prometheus/node-exporter/nblint_hub_{unit}.prom"
        assert "last_run_succeeded 1.0" in host.must(f"cat {path}")
    before = hub.user("alice")
    host.must("rm /home/alice/precious; systemctl stop jupyterhub; rm /var/lib/jupyterhub/*.sqlite")
    assert "Restored /home/alice/precious" in story.makes("restore", "WHAT=/home/alice/precious")
    assert host.must("cat /home/alice/precious; stat -c %U /home/alice/precious") == (
        "precious\nalice\n"
    )
    story.makes("restore", "WHAT=--hub")
    host.must("systemctl start jupyterhub")
    until(lambda: hub.lets_in(token), "the hub that was restored")
    after = hub.user("alice")
    for key in ("roles", "groups", "admin", "created"):
        assert after[key] == before[key]
    _, page = hub.sign_in("alice")
    assert page.status_code == 200, page.text


def _refusals(story: Story) -> None:
    path = story.repository / "notebooks.toml"
    path.write_text(path.read_text().replace("1.1.0", "2.0.0"))
    story.deployer.commit("Try what cannot be")
    assert "polars" in story.refused()
    git("reset", "--quiet", "--hard", "HEAD^", cwd=story.repository)
