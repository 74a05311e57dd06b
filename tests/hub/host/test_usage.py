"""Usage of a real hub: who opened and ran what, by what the journal says of who wrote."""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.hub.host.hub_host import HostHub, hub_host
from tests.hub.running import Kernel

pytestmark = pytest.mark.slow
WEEKLY = "weekly/notebooks/weekly.ipynb"
EMPTY = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
# What somebody can write: other people's fields, other people's identifiers, and what hurts.
FORGED = f"""
import os, socket, struct
def send(*fields, to="/run/systemd/journal/socket", **more):
    data = b"".join(
        name.encode() + b"\\n" + struct.pack("<Q", len(value)) + value + b"\\n"
        for name, value in [*fields, *((n, os.fsencode(v)) for n, v in more.items())]
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        try: journal.sendto(data, to)
        except OSError as error: print(error)
alice = dict(_UID="ALICE", _SYSTEMD_UNIT="jupyter-alice.service", _PID="1",
    OBJECT_UID="ALICE", OBJECT_SYSTEMD_UNIT="jupyter-alice.service", MESSAGE="x",
    SYSLOG_IDENTIFIER="nblint-usage", SYSLOG_PID="1")
for kind in ("open", "run", "made"):
    send(**alice, NBLINT_USAGE=kind, NBLINT_NOTEBOOK="{WEEKLY}")
for identity in ("39f53479d3a045ac8e11786248231fbf", "be02cf6855d2428ba40df7e9d022f03d"):
    for unit in ("notebook-weekly.service", "jupyter-carol.service"):
        send(MESSAGE="x", MESSAGE_ID=identity, UNIT=unit, _PID="1", _UID="0")
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
    journal.sendto(b"<14>nblint-usage[1]: notebook: open NBLINT_USAGE=open", "/dev/log")
MORE
"""
HOSTILE = """
for value in (b"\\xff\\xfe", b"a\\nb\\0", "\\ud800".encode(errors="surrogatepass"), b"x" * 150_000):
    for name in ("NBLINT_NOTEBOOK", "NBLINT_USAGE", "MESSAGE"):
        send((name, value), NBLINT_USAGE="open")
send(*[("NBLINT_NOTEBOOK", b"%d" % number) for number in range(500)], NBLINT_USAGE="open")
send(NBLINT_USAGE="open", __REALTIME_TIMESTAMP="99999999999999999999", __CURSOR="x")
for number in range(8000):
    send(NBLINT_USAGE="open", NBLINT_NOTEBOOK="invented/%d" % number)
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostHub]:
    with hub_host(tmp_path_factory.mktemp("host")) as running:
        folder = f"/usr/share/notebooks/{Path(WEEKLY).parent}"
        running.host.must(f"mkdir -p {folder}; cd {folder}; echo '{json.dumps(EMPTY)}' > new.ipynb")
        running.host.must(f"cd {folder}; cp new.ipynb weekly.ipynb; mv new.ipynb dusty.ipynb")
        # The unit, with the Python of the tests, which is in root's home.
        python, unit = f"{running.python} -m nblint", "systemd/system/nblint-hub-usage.service"
        running.host.must(
            f"{python} hub render /srv/rendered --config /etc/jupyterhub/hub.toml; sed -e "
            f"'s|^ExecStart=[^ ]*|ExecStart={python}|; s|^ProtectHome=.*||' "
            f"/srv/rendered/etc/{unit} > /etc/{unit}"
        )
        yield running


def ask(hub: HostHub, name: str, method: str, path: str, **keywords: Any) -> Any:
    """Ask somebody's server for a file, as JupyterLab does."""
    answer = requests.request(
        method,
        f"{hub.url}/user/{name}/api/contents/{path}",
        headers={"Authorization": f"token {hub.token}"},
        timeout=60,
        **keywords,
    )
    answer.raise_for_status()
    return answer.json()


def usage(hub: HostHub, options: str) -> str:
    command = f"{hub.python} -m nblint hub usage --config /etc/jupyterhub/hub.toml"
    return hub.host.must(f"{command} {options}")


def collected(hub: HostHub) -> dict[str, Any]:
    """Collect, and return the report."""
    hub.host.must("systemctl start nblint-hub-usage")
    told: dict[str, Any] = json.loads(usage(hub, "--output-format json"))
    return told


def test_usage_is_counted_for_whose_it_is(hub: HostHub) -> None:
    host = hub.host
    first = collected(hub)
    assert first["people"] == 2
    assert first["notebooks"] == first["schedules"] == []

    # Opened, run, made; what is listed, saved and looked for is not opened.
    path = f"Notebooks/{WEEKLY}"
    for _ in range(2):
        ask(hub, "alice", "GET", path, params={"type": "notebook", "content": 1})
    ask(hub, "bob", "GET", "Notebooks/weekly/notebooks", params={"content": 1})
    ask(hub, "bob", "GET", path, params={"content": 0})
    model = {"type": "notebook", "format": "json", "content": EMPTY}
    for name in ("mine.ipynb", "line%0Abreak.ipynb", "mine.ipynb"):
        ask(hub, "alice", "PUT", name, json=model)
    kernel = Kernel(hub, "alice", path)
    kernel.run("first = 1")
    assert kernel.run("print('nblint_usage' in dir(), [n for n in dir() if 'tell' in n])") == (
        "False []"
    )
    kernel.ask("execute_request", code="exit()", silent=False)
    Kernel(hub, "bob", path)  # and runs nothing
    host.must("""cd /run/systemd/system
        printf '[Service]\\nType=oneshot\\nExecStart=/bin/true\\n' > notebook-weekly.service
        printf '[Service]\\nType=oneshot\\nExecStart=/bin/false\\n' > notebook-weekly@2.service
        systemctl daemon-reload; systemctl start notebook-weekly; systemctl start notebook-weekly
        ! systemctl start notebook-weekly@2""")

    expected = {
        "people": 2,
        "made": 2,
        "notebooks": [{"notebook": WEEKLY, "opened": 1, "run": 1}],
        "schedules": [
            {"unit": "notebook-weekly", "runs": 2, "failures": 0},
            {"unit": "notebook-weekly@2", "runs": 1, "failures": 1},
        ],
        "unopened": None,
    }
    told = collected(hub)
    assert {key: told[key] for key in expected} == expected

    _forge(hub)
    told = collected(hub)
    mine = {"notebook": WEEKLY, "opened": 2, "run": 2}  # as if bob had opened it, and no more
    others = {"notebook": "", "opened": 1, "run": 1}  # the shell that he does it in
    assert {key: told[key] for key in expected} == {
        **expected, "people": 3, "made": 3, "notebooks": [mine, others]
    }  # fmt: skip
    alice = json.loads(usage(hub, "--person alice --output-format json"))
    assert alice["notebooks"] == expected["notebooks"]
    assert alice["made"] == 2
    kept = (hub.folder / "state/usage.sqlite").read_bytes()
    assert WEEKLY.encode() in kept
    assert not [name for name in (b"carol", b"invented", b"mine.ipynb") if name in kept]

    # Only root reads whose usage it is, and counts nothing twice, whatever becomes of the journal.
    ran = host.run(
        f"su bob -c '{hub.python} -m nblint hub usage --config /etc/jupyterhub/hub.toml'"
    )
    assert ran.status == 2, ran
    assert "Traceback" not in ran.err
    host.must("journalctl --rotate; journalctl --vacuum-time=1s; journalctl --rotate")
    assert collected(hub) == told
    ask(hub, "bob", "GET", f"Notebooks/{Path(WEEKLY).parent}/dusty.ipynb", params={"content": 1})
    assert {"notebook": WEEKLY.replace("weekly.i", "dusty.i"), "opened": 1, "run": 0} in (
        collected(hub)["notebooks"]
    )
    said = usage(hub, "--days 90")
    assert "3 people came\n3 notebooks made\n" in said
    assert f"        2       2  {WEEKLY}\n" in said
    assert "   1       1  notebook-weekly@2\n" in said


def _forge(hub: HostHub) -> None:
    """Let bob write what he can, in his server and outside of it."""
    host = hub.host
    number = host.must("id -u alice").strip()
    script = textwrap.dedent(FORGED).replace("ALICE", number)
    outside = hub.folder / "forged.py"
    outside.write_text(script.replace("MORE", ""))
    # As cron or ssh would, and as a daemon; as bob's own server at the end.
    host.must("useradd --groups hub-users carol")
    for command in ("su bob -c", "su carol -c", "su -s /bin/sh nobody -c"):
        host.must(f"{command} 'python3 -' < /etc/jupyterhub/forged.py")
    # And as a program in a server that is somebody else.
    host.must("useradd --groups hub-users dora")
    host.must(
        "systemd-run --quiet --wait --pipe --unit=jupyter-dora --uid=carol "
        "sh -c 'python3 -; sleep 1' < /etc/jupyterhub/forged.py"
    )
    shell = hub.shell("bob")
    for command in (
        "echo NBLINT_USAGE=open | systemd-cat --identifier=nblint-usage",
        "logger --tag nblint-usage --id=1 NBLINT_USAGE=open",
    ):
        done, said = shell(command)
        assert done, said
    said = shell.run(script.replace("MORE", HOSTILE))
    assert len(said.splitlines()) < 20, said
