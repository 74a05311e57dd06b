"""Runs the demonstration: a provider, a hub, people, and an installed notebook."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from nblint.errors import SettingsError
from nblint.hub.demo.provider import VARIABLE, Told
from nblint.hub.notebooks.index import EXAMPLES, NOTEBOOKS, write_index
from nblint.hub.notebooks.installed import examples
from nblint.hub.settings import HubFile, Landing, Leavers, Provider, SecondFactor, Servers
from nblint.paths import PACKAGE
from nblint.project.catalogue.loading import read_catalogue
from nblint.toml import changed_keys, toml_text

_SECONDS = 120
_WHO = ("author=Security operations", "email=security-operations@example.com")
# What notebooks need of what a package of the template installs: its packaging/notebook.spec.
_INSTALLED = ("notebooks", "README.md", "environment.toml", "pyproject.toml", "requirements.txt")
_VERSION = "1.0.0"

_CONFIGURATION = """\
import sys
from nblint.hub import configure
c = get_config()
configure(c, "hub.toml")
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy}"
proxy = [sys.executable, "-m", "nblint.hub.demo.proxy", "--log-level", "ERROR"]
c.ConfigurableHTTPProxy.command = proxy
# Nothing is left when it ends, and nobody needs an account of this machine.
c.JupyterHub.cleanup_servers = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/home/{{username}}"
c.Spawner.args = {arguments}
"""


class Place(Struct, frozen=True):
    """Where the demonstration lives.

    Attributes:
        folder: An empty folder, for all that it writes.
        url: Where people find the hub.
        issuer: The provider.
        key: What a browser must have to sign in there.
    """

    folder: Path
    url: str
    issuer: str
    key: str

    @property
    def log(self) -> Path:
        """What all of its programs print."""
        return self.folder / "log"

    @property
    def entry(self) -> str:
        """The address that leads to the hub, with the key."""
        return f"{self.issuer}/?key={self.key}"


def run(
    config: Path | None,
    say: Callable[[str], object],
    *,
    play: bool = False,
    screenshot: Path | None = None,
) -> None:
    """Run a hub on this machine until Ctrl-C, or until a browser has tried it.

    Args:
        config: The hub.toml whose text, examples, catalogue and groups are shown; None: what the
            hub's template makes.
        say: Tells the person what there is to see.
        play: Whether a browser tries it.
        screenshot: Where a picture of the landing page goes.

    Raises:
        SettingsError: Something that it needs cannot be read, or a program did not start.
    """
    # By themselves, these would leave its programs running.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _end)
    with tempfile.TemporaryDirectory(prefix="nblint-hub-", ignore_cleanup_errors=True) as folder:
        place = _place(Path(folder))
        own = HubFile.read(config or _generate(place.folder, "--hub") / "hub.toml")
        file = _settle(own, place)
        group = (*file.settings.groups.users, *file.settings.groups.admins)[0]
        try:
            with _provider(place, group), _hub(place) as hub:
                say(f"{place.entry}\n")
                say("  alice    signs in with a second factor, and lands on the page of rules")
                say("  mallory  has none, and is refused")
                if play:
                    from nblint.hub.demo.browser import play as browse

                    shown = examples(place.folder / "examples")
                    browse(
                        place.entry, place.url, say, [each.path.name for each in shown], screenshot
                    )
                else:
                    say("\nCtrl-C ends it.")
                    with contextlib.suppress(KeyboardInterrupt):
                        hub.wait()
        except SettingsError:
            say("\nThe last that its programs have said:\n")
            say(_last_rows(place.log))
            raise


def _end(number: int, _: object) -> None:
    sys.exit(128 + number)


def _last_rows(log: Path) -> str:
    text = log.read_text("utf-8", "replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-30:])


def _place(folder: Path) -> Place:
    hub, provider = (f"http://127.0.0.1:{_free_port()}" for _ in range(2))
    return Place(folder, hub, provider, secrets.token_urlsafe(24))


def _settle(own: HubFile, place: Place) -> HubFile:
    """Write all that a host would have: settings, secrets, a notebook, homes, the landing page."""
    folder, settings = place.folder, own.settings
    shutil.copyfile(own / settings.environment, folder / "environment.toml")
    (folder / "secrets").mkdir(mode=0o700)
    for variable in read_catalogue(folder / "environment.toml"):
        # A made-up value for each, so that notebooks find what they will find on the hub.
        if variable.declaration.file:
            secret = variable.declaration.file.replace("{username}", "alice")
            _write_secret(folder / "secrets" / secret, secrets.token_hex(20))
    _write_secret(folder / "client-secret", secrets.token_hex(20))
    _write_secret(folder / "crypt-key", secrets.token_hex(32))
    shutil.copyfile(own / settings.landing.welcome, folder / "welcome.md")
    _copy_examples(own, folder / "examples")
    _install_notebook(folder)
    changed = replace(
        settings,
        address=place.url,
        bind=place.url,
        state="state",
        environment="environment.toml",
        notebooks=None,
        secrets="secrets",
        crypt_key_file="crypt-key",
        subdomains=False,
        unix_accounts=False,
        provider=Provider(
            issuer=place.issuer, client_id="demo", scopes=("openid", "profile", "offline_access")
        ),
        mfa=SecondFactor(refresh="keep"),
        leavers=Leavers(),
        servers=Servers(),
        landing=Landing(
            notebooks="notebooks",
            page="Welcome.ipynb",
            examples="examples",
        ),
    )
    lines = (f"{key} = {toml_text(value)}" for key, value in changed_keys(changed).items())
    (folder / "hub.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    file = HubFile.read(folder / "hub.toml")
    write_index(file)
    _make_home(folder, "alice")
    return file


def _generate(folder: Path, *options: str) -> Path:
    """Make a repository by a template; return its folder."""
    made = folder / "repositories"
    command = [sys.executable, "-m", "nblint", "new", "--no-input", "--local", *options]
    command += ["-o", str(made), "git_init=no", *_WHO]  # not who shows it
    before = set(made.iterdir()) if made.exists() else set()
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SettingsError(f"the template did not run: {ran.stderr.strip()}")
    (repository,) = set(made.iterdir()) - before
    return repository


def _copy_examples(own: HubFile, target: Path) -> None:
    target.mkdir()
    source = own.settings.landing.examples
    for example in examples(own / source) if source else ():
        shutil.copyfile(example.path, target / example.path.name)
        (target / example.path.name).chmod(0o444)


def _install_notebook(folder: Path) -> None:
    """Make a notebook by the template, and put it where its package would."""
    repository = _generate(folder)
    target = folder / "notebooks" / repository.name
    target.mkdir(parents=True)
    for name in _INSTALLED:
        source = repository / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        else:
            shutil.copyfile(source, target / name)
    (target / "VERSION").write_text(f"{_VERSION}\n", encoding="utf-8")
    # As the package has it: nobody but root could change it on a host.
    for path in [target, *target.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    shutil.rmtree(repository.parent)


def _make_home(folder: Path, name: str) -> None:
    home = folder / "home" / name
    home.mkdir(parents=True)
    (home / "Welcome.ipynb").symlink_to(folder / "Welcome.ipynb")
    (home / NOTEBOOKS).symlink_to(folder / "notebooks")
    (home / EXAMPLES).symlink_to(folder / "examples")
    (home / "Colleagues").symlink_to(folder / "home")


@contextlib.contextmanager
def _provider(place: Place, group: str) -> Iterator[None]:
    people = [
        {"sub": "alice", "preferred_username": "alice", "groups": [group], "amr": ["pwd", "otp"]},
        {"sub": "mallory", "preferred_username": "mallory", "groups": [group], "amr": ["pwd"]},
    ]
    told = Told(int(place.issuer.rpartition(":")[2]), place.key, place.url, people)
    command = [sys.executable, "-m", "nblint.hub.demo.provider"]
    with _process(command, place, {VARIABLE: json.dumps(to_builtins(told))}) as running:
        _wait(f"{place.issuer}/.well-known/openid-configuration", running)
        yield


@contextlib.contextmanager
def _hub(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    text = _CONFIGURATION.format(
        hub=_free_port(),
        proxy=_free_port(),
        folder=place.folder,
        # Root is refused by default; in a container there is nobody else.
        arguments=["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [],
    )
    (place.folder / "jupyterhub_config.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "jupyterhub", "-f", "jupyterhub_config.py"]
    with _process(command, place) as running:
        _wait(f"{place.url}/hub/api/", running)
        yield running


@contextlib.contextmanager
def _process(
    command: list[str], place: Place, variables: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in the folder; it ends when the demonstration does."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent), **(variables or {})}
    with place.log.open("ab") as log:
        running = subprocess.Popen(
            command,
            cwd=place.folder,
            stdout=log,
            stderr=log,
            env=environment,
            # Ctrl-C is for the demonstration, which ends them in their order.
            start_new_session=True,
        )
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()


def _wait(url: str, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not _answers(url):
        if time.monotonic() > deadline or running.poll() is not None:
            raise SettingsError(f"{url}: does not answer")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - loopback
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _write_secret(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
