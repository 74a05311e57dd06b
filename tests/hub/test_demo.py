"""`nblint hub demo`: a whole hub on a laptop, in one command."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import requests

from tests.command import nblint
from tests.hub.running import needs_hub, until
from tests.system import PATIENCE, needs
from tests.template_hub.conftest import stand_in

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a hub's host is Linux"),
]

DEMO = [sys.executable, "-m", "nblint", "hub", "demo"]


def generated(folder: Path) -> Path:
    """Generate the repository of a hub, with what `make setup` makes."""
    arguments = ["--hub", "--no-input", "--local", "-o", str(folder), "git_init=no"]
    made = nblint("new", *arguments, "title=Acme hub", "users=Blue Team, soc")
    assert made.exit_code == 0, made.output
    stand_in(folder / "acme-hub")
    return folder / "acme-hub"


def test_a_browser_plays_it(tmp_path: Path) -> None:
    """With what a generated repository has."""
    needs_hub()
    needs("chromium")
    picture = tmp_path / "page.png"
    repository = generated(tmp_path)
    # Chromium has a socket in its folder, and its path must be short.
    with TemporaryDirectory(dir="/tmp") as temporary:
        ran = subprocess.run(
            [*DEMO, "--config", "hub.toml", "--check", "--screenshot", str(picture)],
            cwd=repository,
            env={**os.environ, "TMPDIR": temporary},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        left = list(Path(temporary).glob("nblint-hub-*"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "mallory is refused: no second factor." in ran.stdout
    assert "alice lands on the page of rules, which lists the installed notebook." in ran.stdout
    assert "It links 2 examples." in ran.stdout
    assert re.search(r"alice opens it, runs it, and reads: \S+ +4 https://app\.", ran.stdout)

    assert picture.read_bytes().startswith(b"\x89PNG")
    assert not left


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[str]:
    """Run the demonstration, and end it by Ctrl-C; it must leave nothing."""
    running = subprocess.Popen(
        [*DEMO, *options],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        address = running.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
        yield address
        running.send_signal(signal.SIGINT)
        assert running.wait(PATIENCE) == 0
    finally:
        running.terminate()
        running.wait(PATIENCE)
    leaves_nothing(folder)


def leaves_nothing(folder: Path) -> None:
    assert not list(folder.glob("nblint-hub-*"))
    assert not [process for process in processes() if str(folder) in process]


def processes() -> list[str]:
    """Return the command lines of all processes."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with_arguments = read(entry)
        if with_arguments:
            found.append(with_arguments)
    return found


def read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:  # it has ended
        return ""


def sign_in(url: str, name: str) -> tuple[Any, Any]:
    browser = requests.Session()
    page = browser.get(url, timeout=60)
    return browser, browser.post(page.url, data={"sub": name}, timeout=PATIENCE)


def test_a_person_plays_it(tmp_path: Path) -> None:
    """With settings, text and catalogue of one's own."""
    needs_hub()
    own = tmp_path / "own"
    own.mkdir()
    (own / "hub.toml").write_text(
        'address = "https://hub.acme.example"\n'
        'provider = { issuer = "https://login.acme.example", client-id = "hub" }\n'
        'groups = { users = ["blue-team"] }\n'
        'landing = { welcome = "text.md" }\n'
    )
    (own / "text.md").write_text("# Notebooks of Acme\n\nBe kind.\n")
    (own / "environment.toml").write_text('[environment.TEAM_KEY]\nfile = "keys/{username}"\n')
    with demo(tmp_path, "--config", str(own / "hub.toml")) as url:
        _, answer = sign_in(url, "mallory")
        assert answer.status_code == 403
        assert "Sign in with a second factor" in answer.text
        browser, answer = sign_in(url, "alice")
        codes = [
            found[1]
            for step in answer.history
            if (found := re.search(r"[?&]code=([^&]+)", step.headers.get("Location", "")))
        ]
        assert codes
        lab = f"{url}/user/alice/lab"
        until(lambda: browser.get(lab, timeout=60).url.startswith(lab), "a server of alice")
        contents = f"{url}/user/alice/api/contents/Welcome.ipynb"
        page = browser.get(contents, timeout=60).json()
        assert "Notebooks of Acme" in str(page)
        assert "Failed logins" in str(page)
        (folder,) = tmp_path.glob("nblint-hub-*")
        log = (folder / "log").read_text()
        secrets = [read(path).strip() for path in (folder / "secrets").rglob("*") if path.is_file()]
        own_secrets = [read(folder / name).strip() for name in ("client-secret", "crypt-key")]
        assert all(len(secret) > 10 for secret in [*secrets, *own_secrets])
        assert not [one[:4] for one in [*codes, *secrets, *own_secrets] if one in log]


def test_a_window_that_is_closed(tmp_path: Path) -> None:
    """While `make demo` runs in a generated repository, which says where to go, and who may."""
    needs_hub()
    running = subprocess.Popen(
        ["make", "demo"],
        cwd=generated(tmp_path),
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert running.stdout is not None
        url, empty, alice, mallory = (running.stdout.readline().strip() for _ in range(4))
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        assert (empty, alice.split()[0], mallory.split()[0]) == ("", "alice", "mallory")
        assert sign_in(url, "mallory")[1].status_code == 403
    finally:
        os.killpg(running.pid, signal.SIGHUP)
        running.wait(PATIENCE)
    until(lambda: not list(tmp_path.glob("nblint-hub-*")), "the demonstration is over")
    until(
        lambda: not [one for one in processes() if "nblint-hub-" in one and str(tmp_path) in one],
        "all of it",
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (None, "hub.toml: cannot be read: No such file or directory"),
        ("adress = 1\n", "unknown key 'adress'"),
    ],
)
def test_what_cannot_be_shown(tmp_path: Path, settings: str | None, said: str) -> None:
    needs_hub()
    if settings:
        (tmp_path / "hub.toml").write_text(settings)
    ran = subprocess.run(
        [*DEMO, "--config", "hub.toml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
