"""The circle: a notebook, its tag, its package, a deploy, an analyst's run, and back."""

import json
import re
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts import booted, debian
from tests.hub.host.deployed import ADDRESS, DeployedHub, Story, repository_of_a_hub
from tests.hub.host.hub_host import in_network_of
from tests.hub.running import Kernel, until
from tests.template.conftest import Generate, git

pytestmark = pytest.mark.slow


@pytest.fixture
def story(
    tmp_path: Path, shared: Path, generate: Generate, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Story]:
    repository, binds = repository_of_a_hub(shared, generate, monkeypatch)
    with booted(debian(), tmp_path / "host", binds) as host, in_network_of(host):
        yield Story(repository, host, shared, tmp_path)


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
    assert host.run("systemctl cat jupyterhub").status != 0
    assert host.run("ls /etc/jupyterhub/hub.toml").status != 0
    ran = story.secret("datadog-api-kye", canary)
    assert ran.status != 0
    assert "datadog-api-kye: environment.toml has no file of this name" in ran.err
    assert story.secret("client-secret", hub.provider.secret).status == 0
    assert story.secret("datadog-api-key", f"{canary}\n").status == 0

    hub.provider.add("alice", "analysts")
    with hub.provider.running():
        story.notebooks(first="1.0.0")
        story.deploys()
        _second_release(story, _first_release(story, canary))
        _refusals(story)
        # The commit is reverted: the older version is back, while the newer stays published.
        git("revert", "--no-edit", "HEAD", cwd=story.repository)
        story.deploys()
        assert host.must("rpm -qa 'notebook-*' --queryformat '%{version}'") == "1.0.0"
        until(lambda: "1.0.0" in _landing(hub), "the older version on the page")
        # And `make rollback` is the commit before: the newer one.
        ran = story.deployer.make("rollback", "TO=staging", ARGUMENTS=story.deployer.arguments())
        assert ran.status == 0, ran
        assert host.must("rpm -qa 'notebook-*' --queryformat '%{version}'") == "1.1.0"

    assert host.must("systemctl --failed --no-legend").strip() == ""
    seen = [
        story.said,
        host.must("journalctl --no-pager --output verbose"),
        host.must("systemctl show '*'"),
        host.must("cat /var/log/*.log /var/log/*/*.log 2>/dev/null || true"),
    ]
    for secret in (canary, hub.provider.secret, *hub.provider.issued.read_text().split()):
        assert all(secret not in text for text in seen)


def _landing(hub: DeployedHub) -> str:
    return json.dumps(hub.contents("GET", "Welcome.ipynb").json())


def _first_release(story: Story, canary: str) -> Kernel:
    host, hub = story.host, story.hub
    modes = (
        "stat -c '%a %U' /etc/jupyterhub/secrets /etc/jupyterhub/secrets/* /etc/jupyterhub/c*t* "
    )
    said = host.must(f"{modes} /var/lib/jupyterhub").splitlines()
    assert {line for line in said if not line.startswith("644")} <= {"700 root", "600 root"}
    units = "jupyterhub jupyterhub-proxy nblint-hub-firewall nblint-hub-index"
    paths = " ".join(f"/etc/systemd/system/{unit}.service" for unit in units.split())
    assert host.must(f"systemd-analyze verify {paths} 2>&1").strip() == ""

    _, page = hub.sign_in("alice", second_factor=False)
    assert ADDRESS not in page.url or page.status_code == 403
    _, page = hub.sign_in("alice")
    assert page.status_code == 200, page.text
    hub.start("alice")
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

    # Again: nothing to do; what somebody has edited by hand is put back.
    assert changed(story.deploys()) == "0"
    host.must("echo '# by hand' >> /etc/systemd/system/jupyterhub-proxy.service")
    host.must("echo '# by hand' >> /etc/jupyterhub/welcome.md")
    assert int(changed(story.deploys(options=("-vvv", "--diff")))) >= 2
    assert host.run("grep -r 'by hand' /etc/systemd/system /etc/jupyterhub/welcome.md").out == ""
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


def _refusals(story: Story) -> None:
    kept = (story.repository / "notebooks.toml").read_text()
    for text, sentence in {
        kept.replace("failed-logins", "failed-login"): "notebook-failed-login; did you mean",
        kept.replace("1.1.0", "9.9.9"): "9.9.9 is not published; there is 1.0.0, 1.1.0, 2.0.0",
        kept.replace("1.1.0", "2.0.0"): "polars",
    }.items():
        (story.repository / "notebooks.toml").write_text(text)
        story.deployer.commit("Try what cannot be")
        assert sentence in story.refused()
        git("reset", "--quiet", "--hard", "HEAD^", cwd=story.repository)
