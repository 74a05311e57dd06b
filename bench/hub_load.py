"""Measure a hub on a host when many people come together: time until all work, memory of each.

    python -m bench.hub_load             # 10, 20 and 40 people
    python -m bench.hub_load 5 80

As root, who boots a host of systemd-nspawn with a hub on it, as the tests do. For each number, that
many people have signed in, and their servers start together, each a unit of systemd with an account
of its own; then each gets a kernel. Memory is the proportional set size of all that runs as a
person, in which what people share counts once. At a limit, the hub says a sentence: what it said is
printed, and how many servers there were.
"""

import argparse
import json
import re
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import psutil
import requests

from tests.hub.host.hub_host import HostHub, hub_host
from tests.hub.running import Kernel, until

# The hub asks as often as it does by itself.
_LINES = """
c.Spawner.poll_interval = 30
"""
# The proxy of tests lets few ask at a time.
_AT_A_TIME = 5
# Until a server that has answered has loaded what it loads by itself.
_SETTLED = 5


class Cost(NamedTuple):
    """What a number of people costs.

    Attributes:
        people: How many came.
        first: Seconds until the first one's server answered.
        median: Seconds until half of the servers answered.
        last: Seconds until all did.
        kernels: Seconds from then on until all have a kernel.
        memory: Of each with their kernel, in bytes.
        refused: What those were told who got none.
    """

    people: int
    first: float
    median: float
    last: float
    kernels: float
    memory: float
    refused: list[str]


def measure(hub: HostHub, names: list[str]) -> Cost:
    """Start people's servers together, and stop them when all is measured."""
    began = time.perf_counter()
    refused: list[str] = []
    headers, api = {"Authorization": f"token {hub.token}"}, _address(hub)

    def start(name: str) -> float | None:
        answer = requests.post(f"{api}/users/{name}/server", headers=headers, timeout=600)
        if not answer.ok:
            refused.append(answer.json()["message"])
            return None
        until(lambda: _state(hub, name) != "starting", f"a server of {name}")
        if _state(hub, name) == "ready":
            return time.perf_counter() - began
        refused.append("the start failed")
        return None

    with ThreadPoolExecutor(len(names)) as threads:
        times = dict(zip(names, threads.map(start, names), strict=True))
        there = {name: found for name, found in times.items() if found is not None}
        time.sleep(_SETTLED)
        began = time.perf_counter()
        with ThreadPoolExecutor(_AT_A_TIME) as few:
            list(few.map(lambda name: Kernel(hub, name, "load.ipynb").run("1"), there))
        kernels = time.perf_counter() - began
        time.sleep(_SETTLED)
        memory = sum(_memory(hub, name) for name in there) / max(1, len(there))
        list(threads.map(hub.stop, there))
    took = sorted(there.values()) or [0.0]
    return Cost(len(names), took[0], statistics.median(took), took[-1], kernels, memory, refused)


def _address(hub: HostHub) -> str:
    """Return where the hub itself answers, without the proxy of tests."""
    text = (hub.folder / "jupyterhub_config.py").read_text()
    found = re.search(r'hub_bind_url = "(.+)"', text)
    assert found
    return f"{found[1]}/hub/api"


def _state(hub: HostHub, name: str) -> str:
    server = hub.user(name)["servers"].get("")
    if server is None:
        return "gone"
    return "ready" if server["ready"] else "starting"


def _memory(hub: HostHub, name: str) -> int:
    """Return the memory of all that runs as somebody, in bytes; what is shared, in parts."""
    said = hub.host.must(f"for p in $(pgrep -u {name}); do cat /proc/$p/smaps_rollup; done")
    return sum(int(line.split()[1]) * 1024 for line in said.splitlines() if line[:4] == "Pss:")


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.hub_load", description=__doc__)
    parser.add_argument("numbers", nargs="*", type=int, default=[10, 20, 40])
    numbers = parser.parse_args().numbers
    print(f"{psutil.cpu_count()} processors, {psutil.virtual_memory().total / 1e9:.3g} GB")
    names = [f"load-{number}" for number in range(max(numbers))]
    with tempfile.TemporaryDirectory() as folder, hub_host(Path(folder, "hub"), _LINES) as hub:
        for name in names:
            hub.provider.add(name, "analysts")
        for number in numbers:
            # Anew, because the provider of tests forgets tokens when it has many.
            for name in names[:number]:
                hub.sign_in(name)
            cost = measure(hub, names[:number])
            print(
                f"{cost.people} people: the first server answers after {cost.first:.1f} s, half "
                f"after {cost.median:.1f} s, all after {cost.last:.1f} s; all have a kernel "
                f"{cost.kernels:.1f} s later; {cost.memory / 1e6:.0f} MB each",
                flush=True,
            )
            for said in dict.fromkeys(cost.refused):
                print(f"  {cost.refused.count(said)} were told: {json.dumps(said)}")


if __name__ == "__main__":
    main()
