"""The system's Chromium, without a window: what a browser makes of a page, and what it loads."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from tests.system import needs

_FLAGS = (
    "--headless",
    "--no-sandbox",  # root has none
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--virtual-time-budget=3000",
    # Nothing leaves this machine: not what a page asks for, nor what the browser wants for itself.
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    # Pictures are alike on screens of any kind.
    "--force-device-scale-factor=1",
    "--force-color-profile=srgb",
    "--disable-lcd-text",
)
# Where the browser looks for a newer one, however often it is told not to.
_OWN = re.compile(r"\.google(apis)?\.com[:/]")
# A browser that does not end would hold the tests for ever.
_SECONDS = 120


def browse(page: Path, *flags: str) -> str:
    """Open a file in a browser that has never been used, and return what it prints.

    Args:
        page: The file.
        flags: What is done with it: "--dump-dom", "--screenshot=…", "--window-size=…".
    """
    needs("chromium")
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        ran = subprocess.run(
            ["chromium", *_FLAGS, f"--user-data-dir={profile}", *flags, page.as_uri()],
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            encoding="utf-8",
        )
    return ran.stdout


@contextmanager
def recording() -> Iterator[tuple[str, list[str]]]:
    """Stand in for every server there is.

    Yields:
        The flag that leads a browser here, and what pages ask for.
    """
    asked: list[str] = []

    class Recorder(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not _OWN.search(self.path):
                asked.append(self.path)
            self.send_error(404)

        # Of an address with https, a proxy learns only the host.
        do_CONNECT = do_POST = do_GET  # noqa: N815 - as http.server wants them

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"--proxy-server=http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
