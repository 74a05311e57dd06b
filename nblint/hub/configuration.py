"""What JupyterHub is told: `hub.toml` in its own words."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from nblint.errors import SettingsError, unwritable
from nblint.hub import listening, traits
from nblint.hub.environment import SecretFile, spawner_environment
from nblint.hub.outgoing import environment as outgoing_environment
from nblint.hub.outgoing import login_options, write_authorities
from nblint.hub.secret_files import read_secret
from nblint.hub.servers.kernels import write_kernels
from nblint.hub.servers.memory import concurrent_starts
from nblint.hub.settings import HubFile, HubSettings

_SPAWNER = "nblint.hub.servers.spawner.AccountSpawner"
# Until an account, a home and a unit are there, and then until the server in it answers: when many
# start together, each waits for all. JupyterHub's own are for one at a time.
_START_SECONDS, _ANSWER_SECONDS = 180, 180
_TEMPLATES = Path(__file__).with_name("templates")
_CULLER_SCOPES = ("list:users", "read:users:activity", "read:servers", "delete:servers")


def configure(c: Any, path: str | os.PathLike[str]) -> None:
    """Configure a JupyterHub.

    What it sets can be changed in the lines that follow it in `jupyterhub_config.py`.

    Args:
        c: The configuration: what `get_config()` returns.
        path: The `hub.toml`.

    Raises:
        SettingsError: The settings, the catalogue or a secret cannot be used, or the provider does
            not say where it is asked for what; the text says which and why.
    """
    file = HubFile.read(Path(path).absolute())
    state = state_folder(file)
    _configure_hub(c, file, state)
    _configure_login(c, file, state)
    _configure_operators(c, file.settings)
    _configure_servers(c, file, state)
    _configure_culling(c, file.settings)
    _configure_metrics(c, file)


def state_folder(file: HubFile) -> Path:
    """Return the folder of what the hub keeps, closed to others; it is made if needed."""
    state = file / file.settings.state
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        state.chmod(0o700)
    except OSError as error:
        raise SettingsError(f"{file.path}: state: {unwritable(state, error)}") from None
    return state


def shown_folder(state: Path) -> Path:
    """Return the folder of what the hub writes for all users to read."""
    return state.with_name(f"{state.name}-kernels")


def _configure_hub(c: Any, file: HubFile, state: Path) -> None:
    address = file.settings.address.rstrip("/")
    c.JupyterHub.bind_url = file.settings.bind
    c.JupyterHub.public_url = f"{address}/"
    c.JupyterHub.db_url = f"sqlite:///{state / 'jupyterhub.sqlite'}"
    c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")
    c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")
    c.JupyterHub.template_paths = [*_listed(c.JupyterHub, "template_paths"), str(_TEMPLATES)]
    # A deploy restarts the hub, and must not stop what people are running.
    c.JupyterHub.cleanup_servers = False
    if file.settings.unix_accounts:  # on a host, the proxy is a unit of its own
        c.JupyterHub.cleanup_proxy = False
        c.ConfigurableHTTPProxy.should_start = False
        c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{listening.PROXY_API}"
        c.JupyterHub.hub_port = listening.HUB
        # How often, in seconds, it is told the routes that it has lost, whatever became of it.
        c.JupyterHub.last_activity_interval = 30
    if file.settings.subdomains:
        c.JupyterHub.subdomain_host = address


def _configure_login(c: Any, file: HubFile, state: Path) -> None:
    from nblint.hub.login.discovery import endpoints

    settings, provider = file.settings, file.settings.provider
    found = endpoints(file, state / "provider.json")
    login = c.ProviderAuthenticator
    c.JupyterHub.authenticator_class = traits.AUTHENTICATOR
    c.CryptKeeper.keys = crypt_keys(file)
    login.update(traits.login(settings))
    login.client_secret = own_secret(
        file, provider.client_secret_file, "provider.client-secret-file"
    )
    login.authorize_url = found.authorize
    login.token_url = found.token
    login.userdata_url = found.userinfo
    login.basic_auth = found.basic_auth
    write_authorities(file, shown_folder(state))
    if options := login_options(file, shown_folder(state)):
        login.http_request_kwargs = options
    login.identities_file = str(state / "identities.sqlite")
    login.unix_accounts = settings.unix_accounts


def _configure_operators(c: Any, settings: HubSettings) -> None:
    """Give admins what runs a hub."""
    if role := traits.operators(settings):
        c.JupyterHub.load_roles = [*_listed(c.JupyterHub, "load_roles"), role]


def _configure_servers(c: Any, file: HubFile, state: Path) -> None:
    settings = file.settings
    python = settings.servers.python or sys.executable
    if python == sys.executable and sys.version_info < (3, 11):
        raise SettingsError(
            f"{file.path}: servers.python: missing, and the hub's own Python is older than 3.11"
        )
    c.Spawner.cmd = [python, "-P", "-m", "jupyterhub.singleuser"]
    c.Spawner.default_url = traits.DEFAULT_URL
    environment = spawner_environment(file / settings.environment, file / settings.secrets)
    c.ProviderAuthenticator.shared_secrets = [
        name
        for name in environment
        if isinstance(secret := environment[name], SecretFile) and not secret.is_personal
    ]
    folder = shown_folder(state)
    # Only a unit of systemd says whose server an entry of the journal is from.
    told = file / settings.landing.notebooks if settings.unix_accounts else None
    environment.update(write_kernels(folder, told))
    for name, value in outgoing_environment(file, folder).items():
        environment.setdefault(name, value)  # the catalogue's win
    c.Spawner.environment = environment
    c.Spawner.mem_limit = settings.servers.memory
    c.Spawner.cpu_limit = settings.servers.cpus
    _configure_load(c, settings)
    if settings.unix_accounts:
        _configure_accounts(c, file, state)


def _configure_load(c: Any, settings: HubSettings) -> None:
    """Say how many servers there are, and how long people wait when many start together."""
    servers = settings.servers
    c.JupyterHub.active_server_limit = servers.active_server_limit
    c.JupyterHub.concurrent_spawn_limit = servers.concurrent_spawn_limit or concurrent_starts()
    c.Spawner.start_timeout = _START_SECONDS
    c.Spawner.http_timeout = _ANSWER_SECONDS


def _configure_accounts(c: Any, file: HubFile, state: Path) -> None:
    """Give each server an account of the machine, and a unit of systemd."""
    settings, landing = file.settings, file.settings.landing
    c.JupyterHub.spawner_class = _SPAWNER
    # Not where the hub itself looks for programs and modules.
    c.Spawner.env_keep = ["LANG", "LC_ALL", "TZ"]
    links = {
        "Welcome.ipynb": landing.page,
        "Notebooks": landing.notebooks,
        "Results": "/var/lib/notebook-results",
    }
    if landing.examples:
        links["Examples"] = landing.examples
    servers = c.AccountSpawner
    servers.links = {name: str(file / target) for name, target in links.items()}
    servers.data = list(settings.servers.data)
    hidden = (
        *(settings.secrets, settings.provider.client_secret_file, settings.crypt_key_file),
        *(settings.backup.password_file, settings.backup.access_file, settings.metrics.token_file),
    )
    servers.hidden = [str(state), *(str(file / name) for name in hidden if name)]


def _configure_culling(c: Any, settings: HubSettings) -> None:
    if (found := traits.culling(settings)) is None:
        return
    idle, longest, every = found
    command = [
        *(sys.executable, "-P" if sys.version_info >= (3, 11) else "-E"),
        *("-m", "jupyterhub_idle_culler"),
        *(f"--timeout={idle}", f"--max-age={longest}", f"--cull-every={every}"),
    ]
    service = {"name": "idle-culler", "command": command}
    role = {"name": "idle-culler", "scopes": list(_CULLER_SCOPES), "services": ["idle-culler"]}
    c.JupyterHub.services = [*_listed(c.JupyterHub, "services"), service]
    c.JupyterHub.load_roles = [*_listed(c.JupyterHub, "load_roles"), role]


def _configure_metrics(c: Any, file: HubFile) -> None:
    """Let Prometheus read metrics, and do nothing else."""
    # JupyterHub's own default, which a line above could have turned off for everybody.
    c.JupyterHub.authenticate_prometheus = True
    name = file.settings.metrics.token_file
    if name is None:
        return
    token = own_secret(file, name, "metrics.token-file")
    service = {"name": "prometheus", "api_token": token}
    role = {"name": "prometheus", "scopes": ["read:metrics"], "services": ["prometheus"]}
    c.JupyterHub.services = [*_listed(c.JupyterHub, "services"), service]
    c.JupyterHub.load_roles = [*_listed(c.JupyterHub, "load_roles"), role]


def _listed(section: Any, key: str) -> list[Any]:
    """Return what lines above have put into a list of the configuration."""
    found = section.get(key) if key in section else None
    return list(found) if isinstance(found, list) else []


def crypt_keys(file: HubFile) -> list[bytes]:
    """Return the keys that people's tokens are encrypted with, the one for new ones first.

    Raises:
        SettingsError: There is none, others can read them, or one is none.
    """
    text = own_secret(file, file.settings.crypt_key_file, "crypt-key-file")
    try:
        keys = [bytes.fromhex(line) for line in text.split()]
    except ValueError:
        keys = []
    if {len(key) for key in keys} != {32}:
        raise SettingsError(
            f"{file.path}: crypt-key-file: {file / file.settings.crypt_key_file}: "
            "must hold 64 hexadecimal digits, or several lines of so many; `openssl rand -hex 32` "
            "makes one"
        )
    return keys


def own_secret(file: HubFile, name: str, key: str) -> str:
    """Return a secret of the hub's own, which no user may get by the catalogue.

    Args:
        file: The settings.
        name: Its file, as they name it.
        key: The key that names it.

    Raises:
        SettingsError: There is none, or others can read it.
    """
    path = file / name
    if path.resolve().is_relative_to((file / file.settings.secrets).resolve()):
        raise SettingsError(
            f"{file.path}: {key}: must not lie in the folder of secrets, which are people's; "
            "keep it beside hub.toml"
        )
    return read_secret(path, f"{file.path}: {key}")
