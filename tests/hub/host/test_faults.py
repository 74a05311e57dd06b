"""What breaks: each time a person sees a sentence, nothing is lost, and the hub comes back."""

import os
import random
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.hosts import booted, debian
from tests.hub.host.deployed import ADDRESS, DeployedHub, Story, replace, repository_of_a_hub
from tests.hub.host.hub_host import in_network_of
from tests.hub.host.power import cut_power, make_disk
from tests.hub.running import Kernel, answers, until
from tests.system import needs
from tests.template.conftest import Generate

pytestmark = pytest.mark.slow
NBLINT = "/opt/jupyterhub/hub/current/bin/nblint hub {} --config /etc/jupyterhub/hub.toml"
# What a deploy changes what people use with, by its tasks; the power is cut in one of them.
POINTS = (
    "Say what this repository says",
    "Switch the environments",
    "Write what the host has beside the hub",
    "Install the notebooks",
    "Write the landing page",
    "Start everything",
    "Wait until people can sign in",
)
# All the room that there is, to the last block.
FILL = """
import os
with open("/filler", "wb") as file:
    place, step = 0, 1 << 30
    while step >= 4096:
        try:
            os.posix_fallocate(file.fileno(), place, step)
            place += step
        except OSError:
            step //= 2
"""
# A file of /proc cannot be another one for a service.
MEMORY = """
from pathlib import Path
from nblint.hub.servers import memory
memory._MEMORY = Path("/run/meminfo")
"""
NOTEBOOK = {
    "cells": [], "metadata": {"kept": True}, "nbformat": 4, "nbformat_minor": 5,
}  # fmt: skip


def notebook(letters: int) -> dict[str, Any]:
    cell = {"cell_type": "raw", "id": "a", "metadata": {}, "source": "x" * letters}
    return {"type": "notebook", "format": "json", "content": {**NOTEBOOK, "cells": [cell]}}


@pytest.fixture
def scenes(
    tmp_path: Path, shared: Path, generate: Generate, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """What boots a host, each time the one from before, and gives its story."""
    repository, binds = repository_of_a_hub(shared, generate, monkeypatch)
    disk = make_disk(tmp_path / "disk")
    stories: list[Story] = []

    @contextmanager
    def boot() -> Iterator[Story]:
        with booted(debian(), tmp_path / "host", binds, disk) as host, in_network_of(host):
            if stories:
                stories[0].reach(host)
            else:
                stories.append(Story(repository, host, shared, tmp_path))
            yield stories[0]

    boot.disk = disk  # type: ignore[attr-defined]
    return boot


def test_faults(scenes: Any, generate: Generate) -> None:
    needs("restic")
    with scenes() as story:
        story.channel.publish(generate(), "1.0.0", "1.1.0")
        for name in ("alice", "bob"):
            story.hub.provider.add(name, "analysts")
        with (story.repository / "jupyterhub_config.py").open("a") as file:
            file.write(MEMORY)
        _write_secrets(story)
        replace(
            story.repository / "hub.toml", ("[groups]", "[leavers]\nsweep-seconds = 3\n\n[groups]")
        )
        story.notebooks(first="1.0.0")
        with story.hub.provider.running():
            story.deploys()
            browser, page = story.hub.sign_in("alice")
            assert page.status_code == 200
            bob, _ = story.hub.sign_in("bob")
            story.hub.start("alice")
            _hub_killed(story, browser)
            _repository_down(story)
            _no_memory(story, bob)
            _server_ends(story, browser)
            _homes_full(story)
            _hub_full(story, browser)
        _provider_down(story, browser)
        with story.hub.provider.running():
            _cut_in_a_deploy(story, scenes.disk)
    with scenes() as story, story.hub.provider.running():
        _after_the_cut(story)


def _write_secrets(story: Story) -> None:
    folder = "/etc/jupyterhub"
    story.host.must(f"mkdir -p -m 755 {folder}; mkdir -p -m 700 {folder}/secrets")
    for name, value in {
        "client-secret": story.hub.provider.secret,
        "secrets/datadog-api-key": "k" * 20,
        "backup-password": "p" * 20,
    }.items():
        story.host.must(f"umask 077; printf %s {value} > {folder}/{name}; sync {folder}/{name}")


def _is_up(story: Story) -> None:
    until(lambda: answers(f"{story.hub.url}/hub/health"), "the hub is back")


def _hub_killed(story: Story, browser: Any) -> None:
    """The kernel and the websocket go on, the hub is back, and nobody signs in anew."""
    kernel, printed = Kernel(story.hub, "alice", "killed.ipynb"), []
    code = "import os, time\nwhile not os.path.exists('go'): time.sleep(.1)\nprint('still')"
    waiting = threading.Thread(target=lambda: printed.append(kernel.run(code)))
    kernel.run("import os; os.chdir('/home/alice'); kept = 42")
    waiting.start()
    main = "systemctl show --property MainPID --value jupyterhub"
    before = story.host.must(main)
    story.host.must(f"kill -9 {before}")
    story.host.until(f"test $({main}) != 0 -a $({main}) != {before.strip()}")
    _is_up(story)
    story.host.must("touch /home/alice/go")
    waiting.join(60)
    assert printed == ["still"]
    assert kernel.run("print(kept)") == "42"
    _is_in(browser)


def _is_in(browser: Any) -> None:
    def home() -> bool:
        page = browser.get(f"{ADDRESS}/hub/home", timeout=60, allow_redirects=False)
        return bool(page.status_code == 200)

    until(home, "the person is signed in")


def _repository_down(story: Story) -> None:
    """What is installed stays; another version is refused, before anything is changed."""
    host = story.host
    host.must("mv /shared/channel /shared/away")
    unchanged = host.must(NBLINT.format("install --check"))
    assert unchanged == ""
    host.must("cp /etc/jupyterhub/notebooks.toml /root/kept")
    host.must("sed -i s/1.0.0/1.1.0/ /etc/jupyterhub/notebooks.toml")
    ran = host.run(NBLINT.format("install"))
    assert ran.status == 2, ran
    assert "Traceback" not in ran.err
    assert "dnf: Error: Failed to download metadata for repo 'notebooks'" in ran.err
    assert host.must("rpm -qa 'notebook-*' --queryformat '%{version}'") == "1.0.0"
    host.must("mv /shared/away /shared/channel; mv /root/kept /etc/jupyterhub/notebooks.toml")


def _no_memory(story: Story, browser: Any) -> None:
    """Who comes when the host's memory is in use is told so; a hub that runs reads it each time."""
    story.host.must("sed 's/^MemAvailable:.*/MemAvailable: 1000 kB/' /proc/meminfo > /run/meminfo")
    said = _start(browser, "bob")
    assert "the host has no memory left for another server" in said
    assert "nothing of yours is lost" in said
    story.host.must("rm /run/meminfo")


def _start(browser: Any, name: str) -> str:
    """Start a server as a person does; return what the page says in the end."""
    browser.get(f"{ADDRESS}/hub/spawn/{name}", timeout=60)
    url = f"{ADDRESS}/hub/spawn-pending/{name}"
    until(lambda: "is starting" not in browser.get(url, timeout=60).text, "an end of the start")
    text = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]*>", " ", browser.get(url, timeout=60).text)
    return " ".join(text.split())


def _stop(story: Story, name: str) -> None:
    story.hub.call("DELETE", f"/users/{name}/server")
    until(lambda: not story.hub.user(name)["servers"], f"the end of the server of {name}")


def _server_ends(story: Story, browser: Any) -> None:
    """Nobody waits for a server that has ended."""
    _stop(story, "alice")
    own = ".jupyter/jupyter_server_config.py"
    as_alice = "runuser -u alice -- sh -c 'cd; mkdir -p .jupyter; {}'"
    story.host.must(as_alice.format(f'echo "import os; os._exit(3)" > {own}'))
    assert "your server ended as soon as it had started" in _start(browser, "alice")
    story.host.must(as_alice.format(f"rm {own}"))


def _homes_full(story: Story) -> None:
    """A save fails with a sentence and leaves the old notebook; servers start, to make room."""
    host, hub = story.host, story.hub
    host.must("mount -t tmpfs -o size=30M none /home")
    hub.start("alice")
    # As in any home that is not new: nothing of IPython 3 is migrated any more.
    host.must("runuser -u alice -- sh -c 'cd; mkdir -p .jupyter; date > .jupyter/migrated'")
    assert hub.contents("PUT", "kept.ipynb", json=notebook(10)).status_code == 201
    before = hub.contents("GET", "kept.ipynb").json()["content"]
    full = "homes is 100% full"
    assert full not in _page(hub)
    host.must("dd if=/dev/zero of=/home/alice/filler bs=64k || chown alice: /home/alice/filler")
    said = hub.contents("PUT", "kept.ipynb", json=notebook(400_000))
    assert said.status_code == 500
    assert "No space left on device" in said.json()["message"]
    assert hub.contents("GET", "kept.ipynb").json()["content"] == before
    ran = host.run(NBLINT.format("disk"))
    assert ran.status == 1
    assert ran.err == "nblint: /home: its disk is 100% full, 0 bytes are left\n"
    host.run("systemctl start nblint-hub-disk nblint-hub-index")
    assert "nblint-hub-disk" in host.must("systemctl --failed --no-legend")
    assert full in _page(hub)
    # A server that starts now is how its user makes room.
    _stop(story, "alice")
    hub.start("alice")
    assert hub.contents("DELETE", "filler").status_code == 204
    assert hub.contents("PUT", "kept.ipynb", json=notebook(400_000)).status_code == 200
    host.must("systemctl start nblint-hub-disk nblint-hub-index")
    assert full not in _page(hub)
    _stop(story, "alice")
    host.must("umount /home")


def _page(hub: DeployedHub) -> str:
    return str(hub.contents("GET", "Welcome.ipynb").json()["content"])


def _hub_full(story: Story, browser: Any) -> None:
    """The hub says why it lets nobody in, and is back by itself when there is room."""
    host, hub = story.host, story.hub
    databases = "sha256sum /var/lib/jupyterhub/identities.sqlite"
    before = host.must(databases)
    host.must(f"python3 -c '{FILL}'")
    for command in ("usage --collect", "backup"):
        ran = host.run(NBLINT.format(command))
        assert ran.status == 2, ran
        assert re.search("disk is full|No space left on device", ran.err)
        assert len(ran.err.splitlines()) == 1
    page = hub.sign_in("bob")[1]
    assert page.status_code == 500
    assert "The disk of the hub is full" in page.text
    # The sweep uses up nobody's login, since it could not keep what comes instead.
    stays = "alice was not asked about, because the hub.s database cannot be used: database or disk"
    host.until(f"journalctl -u jupyterhub | grep -q '{stays}'")
    host.must("systemctl restart jupyterhub")
    host.must("rm /filler")
    _is_up(story)
    _is_in(browser)
    for command in ("usage --collect", "backup", "index"):
        host.must(NBLINT.format(command))
    assert host.must(databases) == before
    assert host.must("find / -xdev -name '.nblint-*'") == ""


def _provider_down(story: Story, browser: Any) -> None:
    """Who is in stays, and starts a server; the sweep says that it cannot ask."""
    _is_in(browser)
    assert "JupyterLab" in _start(browser, "alice")
    story.host.until("journalctl -u jupyterhub | grep -q 'The provider could not be asked about'")
    assert story.hub.user("alice")["servers"]


def _cut_in_a_deploy(story: Story, disk: Path) -> None:
    for name in ("jupyterhub_config.py", "requirements/user.txt", "environment.toml"):
        with (story.repository / name).open("a") as file:
            file.write("# Another line\n")
    story.notebooks(second="1.1.0")
    task, wait = random.choice(POINTS), random.random()
    print(f"The power is cut {wait:.2f} s after the task {task!r} has begun")
    story.deployer.stand_in()
    command = ["make", "deploy", "TO=staging", f"ARGUMENTS={story.deployer.arguments()}"]
    shown = {"ANSIBLE_DISPLAY_OK_HOSTS": "1", "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "1"}
    with subprocess.Popen(
        command, cwd=story.repository, env={**os.environ, **shown}, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as deploying:  # fmt: skip
        assert deploying.stdout is not None
        lines: list[str] = []
        for line in deploying.stdout:
            lines.append(line)
            if line.startswith("TASK") and task in line:
                break
        else:
            pytest.fail("".join(lines[-40:]), pytrace=False)
        time.sleep(wait)
        cut_power(story.host, disk)
        deploying.stdout.read()
    assert deploying.returncode != 0


def _after_the_cut(story: Story) -> None:
    _is_up(story)
    # The provider has forgotten whom it let in, as it was down.
    assert story.hub.sign_in("alice")[1].status_code == 200
    story.hub.start("alice")
    story.deploys()
    host = story.host
    assert host.must("rpm -qa 'notebook-*' --queryformat '%{version}'") == "1.1.0"
    assert host.must("tail -n1 /etc/jupyterhub/jupyterhub_config.py") == "# Another line\n"
    assert host.must("systemctl --failed --no-legend").strip() == ""
