"""Measure what a server of a hub costs on this machine: memory, and time until it answers.

    python -m bench.hub            # 1, 2, 4 and 8 servers
    python -m bench.hub 1 4 16

For each number, that many JupyterLab servers start together, the server that a hub starts for a
person, without the hub; then each gets one kernel. Memory is the proportional set size of a server
and its kernel (smaps_rollup), in which what servers share counts once; time is until the last of
them answers.
"""

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
from jupyter_client.blocking.client import BlockingKernelClient

_PATIENCE = 300
# Until a server that has answered has loaded what it loads by itself.
_SETTLED = 5


class Server(NamedTuple):
    """A server that runs.

    Attributes:
        process: Its process.
        url: Where it answers.
        token: What it wants to be asked with.
        runtime: The folder with the connection files of its kernels.
    """

    process: psutil.Process
    url: str
    token: str
    runtime: Path


class Cost(NamedTuple):
    """What a number of servers costs.

    Attributes:
        servers: How many there are.
        start: Seconds until all answer.
        idle: Memory of each, in bytes.
        kernel: Seconds until all have a kernel.
        used: Memory of each with its kernel, in bytes.
    """

    servers: int
    start: float
    idle: float
    kernel: float
    used: float


@contextmanager
def started(folder: Path) -> Iterator[Server]:
    """Start a server, and end it with all that it has started."""
    folder.mkdir()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    token = secrets.token_hex(16)
    command = [sys.executable, "-P", "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    environment = {**os.environ, "JUPYTER_TOKEN": token, "HOME": str(folder)}
    runtime = folder / "runtime"
    environment["JUPYTER_RUNTIME_DIR"] = str(runtime)
    running = psutil.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield Server(running, f"http://127.0.0.1:{port}", token, runtime)
    finally:
        for process in [*running.children(recursive=True), running]:
            process.send_signal(signal.SIGKILL)
        running.wait(60)


def ask(server: Server, path: str, data: bytes | None = None) -> bytes:
    """Ask a server until it answers."""
    deadline = time.monotonic() + _PATIENCE
    headers = {"Authorization": f"token {server.token}", "Content-Type": "application/json"}
    while True:
        request = urllib.request.Request(f"{server.url}{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                found: bytes = answer.read()
                return found
        except OSError:
            if time.monotonic() > deadline or not server.process.is_running():
                raise
            time.sleep(0.05)


def start_kernel(server: Server) -> None:
    """Start a kernel, and wait until it answers."""
    kernel = json.loads(ask(server, "/api/kernels", b"{}"))["id"]
    client = BlockingKernelClient(connection_file=f"{server.runtime}/kernel-{kernel}.json")
    client.load_connection_file()
    # The heart of a kernel that is still starting does not beat, so it is not asked for.
    client.start_channels(hb=False)
    client.kernel_info(reply=True, timeout=_PATIENCE)
    client.stop_channels()


def memory(server: Server) -> int:
    """Return the memory of a server and what it has started, in bytes; what is shared, in parts."""
    total = 0
    for process in (server.process, *server.process.children(recursive=True)):
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
    return total


def measure(number: int) -> Cost:
    """Start a number of servers together and return what they cost."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        began = time.perf_counter()
        servers = [
            stack.enter_context(started(Path(folder, str(index)))) for index in range(number)
        ]
        with ThreadPoolExecutor(number) as threads:
            list(threads.map(lambda server: ask(server, "/api/status"), servers))
            start = time.perf_counter() - began
            time.sleep(_SETTLED)
            idle = sum(map(memory, servers)) / number
            began = time.perf_counter()
            list(threads.map(start_kernel, servers))
            kernel = time.perf_counter() - began
        time.sleep(_SETTLED)
        used = sum(map(memory, servers)) / number
    return Cost(number, start, idle, kernel, used)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.hub", description=__doc__)
    parser.add_argument("numbers", nargs="*", type=int, default=[1, 2, 4, 8])
    print(f"{psutil.cpu_count()} processors, {psutil.virtual_memory().total / 1e9:.3g} GB")
    rows = [("servers", "all answer", "memory each", "all have a kernel", "memory each with it")]
    for number in parser.parse_args().numbers:
        cost = measure(number)
        row = f"{cost.start:.1f} s", f"{cost.idle / 1e6:.0f} MB"
        rows.append((str(number), *row, f"{cost.kernel:.1f} s", f"{cost.used / 1e6:.0f} MB"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for each in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(each, widths, strict=True)))


if __name__ == "__main__":
    main()
