"""The settings of a hub, `hub.toml`, typed: validation, defaults and schema follow from them.

Paths are relative to the folder of the file. No secret stands in it: keys that end in `-file` name
a file that only its owner can read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from nblint.errors import SettingsError
from nblint.hub import listening
from nblint.hub.addresses import (
    address_problem,
    is_bind,
    is_ip_address,
    is_origin,
    is_proxy,
)
from nblint.hub.backup.settings import Backup, Metrics, backup_problems
from nblint.settings import Table
from nblint.toml import convert_toml, read_toml

Seconds = Annotated[int, Meta(ge=1)]
# As systemd and JupyterHub read them.
_MEMORY = re.compile(r"[1-9][0-9]*[KMGT]")
_NO_PROXY = re.compile(r"[A-Za-z0-9.:_-]+")
_MAIL = re.compile(r"[A-Za-z0-9._%+][A-Za-z0-9._%+-]*@[A-Za-z0-9.-]+")

# A second factor, by RFC 8176, section 2, and by REFEDS.
SECOND_FACTORS = ("mfa", "otp", "hwk", "https://refeds.org/profile/mfa")


class Provider(Table, frozen=True):
    """`[provider]`: the company's OpenID provider, where people sign in.

    Attributes:
        issuer: Its address, as the claim `iss` of its tokens says it; what else is needed is
            found below it, at `/.well-known/openid-configuration`.
        client_id: What the provider knows the hub by.
        client_secret_file: The file with the secret that the provider has given to the hub.
        name_claim: The claim that names the account.
        name_domain: Only addresses of this domain are let in, and what stands before the `@` names
            the account; for providers that name people by mail addresses.
        groups_claim: The claim that lists groups; `a.b` is `b` inside of `a`.
        scopes: What the hub asks to know; the groups must be among it. With `offline_access`, the
            provider gives the hub a token to ask with while nobody has a browser open.
        ca_file: The company's certificate authority, if the system does not know it.
        authorize_url: Where people sign in; found below the issuer if it is left out.
        token_url: Where the hub gets tokens; found below the issuer if it is left out.
        userinfo_url: Where the hub asks about people; found below the issuer if it is left out.
    """

    issuer: str
    client_id: str
    client_secret_file: str = "client-secret"  # noqa: S105 - a file's name
    name_claim: str = "preferred_username"
    name_domain: str | None = None
    groups_claim: str = "groups"
    scopes: tuple[str, ...] = ("openid", "profile", "groups", "offline_access")
    ca_file: str | None = None
    authorize_url: str | None = None
    token_url: str | None = None
    userinfo_url: str | None = None


class SecondFactor(Table, frozen=True):
    """`[mfa]`: how the hub knows that somebody signed in with a second factor.

    Attributes:
        proof: `claim`: the provider says so in the claims `amr` or `acr` of its token, and nobody
            enters without; `provider`: the provider enforces it, and the hub does not check.
        values: One of these must be in `amr`, or be `acr`.
        request: What the hub asks for with `acr_values`, if the provider wants to be asked.
        refresh: What holds when the hub asks again, and the answer has neither claim: with `prove`
            the person has to sign in once more, with `keep` the proof of the login counts on.
    """

    proof: Literal["claim", "provider"] = "claim"
    values: tuple[str, ...] = SECOND_FACTORS
    request: tuple[str, ...] = ()
    refresh: Literal["prove", "keep"] = "prove"


class Groups(Table, frozen=True):
    """`[groups]`: who may enter, by the groups that the provider says they are in.

    Attributes:
        users: Members of one of these may enter.
        admins: Members of one of these may enter, see who is there, and start and stop servers.
    """

    users: tuple[str, ...]
    admins: tuple[str, ...] = ()


class Leavers(Table, frozen=True):
    """`[leavers]`: how those who have left are put out.

    Attributes:
        sweep_seconds: How often the provider is asked about everybody who has a server or a token.
        grace_seconds: How long people stay in while the provider does not answer.
    """

    sweep_seconds: Seconds = 300
    grace_seconds: Seconds = 3600


class Servers(Table, frozen=True):
    """`[servers]`: what everybody's notebook server is.

    Attributes:
        python: The Python of the environment that all notebooks run in, 3.11 or newer.
        requirements: Its packages, locked with `==`: what installed notebooks need is checked
            against it.
        memory: What a server may use, such as `4G`; without it, as much as there is.
        cpus: How many processors a server may keep busy.
        idle_seconds: A server is stopped after so long without use; 0: never.
        longest_seconds: A server is stopped after so long in any case; 0: never.
        active_server_limit: How many servers may run at a time; 0: as many as there is memory for.
        concurrent_spawn_limit: How many may start at a time; by default, what the processors start
            before people have waited too long. Who comes then is asked to try again.
        data: Folders that must be there when a server starts, such as a mounted share; it can only
            read them. With `unix-accounts` only.
    """

    python: str | None = None
    requirements: str | None = None
    memory: str | None = None
    cpus: Annotated[float, Meta(gt=0, le=10_000)] | None = None
    idle_seconds: Annotated[int, Meta(ge=0)] = 3600
    longest_seconds: Annotated[int, Meta(ge=0)] = 0
    active_server_limit: Annotated[int, Meta(ge=0)] = 0
    concurrent_spawn_limit: Annotated[int, Meta(ge=1)] | None = None
    data: tuple[str, ...] = ()


class Landing(Table, frozen=True):
    """`[landing]`: the page on which people land.

    Attributes:
        welcome: The organisation's own text, in Markdown.
        notebooks: The folder of installed notebooks.
        examples: The folder of example notebooks, if there are any.
        page: Where the page is written to: what `Welcome.ipynb` in each home leads to.
    """

    welcome: str = "welcome.md"
    notebooks: str = "/usr/share/notebooks"
    examples: str | None = None
    page: str = "/usr/share/jupyterhub/Welcome.ipynb"


class Tls(Table, frozen=True):
    """`[tls]`: who has the certificate of the hub's address.

    Attributes:
        by: `caddy`: the host's Caddy gets one from Let's Encrypt by itself, which needs ports 80
            and 443 to be reached from the internet; `files`: it serves the one in these files;
            `internal`: it makes one that browsers refuse, to try a host.
        certificate: The certificate and those between it and its authority, in PEM.
        key: Its private key, in PEM.
    """

    by: Literal["caddy", "files", "internal"] = "caddy"
    certificate: str | None = None
    key: str | None = None


class Notify(Table, frozen=True):
    """`[notify]`: who hears of what failed: a scheduled run, a backup, or the landing page.

    Attributes:
        mail: The address that the host's `sendmail` sends it to.
        command: The program that gets it on standard input, and the name of the failed unit as its
            argument.
    """

    mail: str | None = None
    command: str | None = None


class HubSettings(Table, frozen=True):
    """`hub.toml`.

    Attributes:
        address: Where people find the hub.
        bind: Where its proxy listens, which what ends TLS talks to. Below port 1024 no user of the
            host can listen in its place while it restarts.
        state: The folder of what the hub keeps: its database, and who has which account.
        environment: The catalogue of environment variables.
        notebooks: The file that says which notebook packages are installed, in which version.
        secrets: The folder that the catalogue's `file` keys are relative to.
        crypt_key_file: The file with the key that the hub encrypts people's tokens with; `openssl
            rand -hex 32` makes one. Keys in further lines still decrypt what they have encrypted.
        subdomains: Whether each server gets an origin of its own, `NAME.` before the address; needs
            DNS and a certificate for all of them. Without, admins cannot open people's servers.
        unix_accounts: Whether each user gets an account of the machine, and a server that is a unit
            of systemd; the machine's own names are then refused.
        provider: The company's OpenID provider.
        mfa: How a second factor is proven.
        groups: Who may enter.
        leavers: How those who have left are put out.
        servers: What everybody's notebook server is.
        landing: The page on which people land.
        tls: Who has the certificate of the address.
        backup: Where copies of homes and of the hub's state are kept.
        metrics: What Prometheus is told.
        timezone: The time zone of schedules, such as `Europe/Prague`; by default, the host's.
        notify: Who hears of what failed.
        http_proxy: The proxy by which the host, and everybody's programs on it, reach the internet,
            if they need one.
        no_proxy: What is reached without it: hosts, and domains such as `.example.com`.
        ca_file: The company's certificate authorities, which everybody's programs then trust
            besides those that the system does.
        metadata_addresses: Where else the machine's cloud tells its identity to whoever asks.
            Users cannot reach these, and those of the usual clouds, but for DNS.
    """

    address: str
    provider: Provider
    groups: Groups
    bind: str = f"http://127.0.0.1:{listening.PROXY}"
    state: str = "/var/lib/jupyterhub"
    environment: str = "environment.toml"
    notebooks: str | None = None
    secrets: str = "secrets"
    crypt_key_file: str = "crypt-key"
    subdomains: bool = False
    unix_accounts: bool = True
    mfa: SecondFactor = SecondFactor()
    leavers: Leavers = Leavers()
    servers: Servers = Servers()
    landing: Landing = Landing()
    tls: Tls = Tls()
    backup: Backup = Backup()
    metrics: Metrics = Metrics()
    timezone: str | None = None
    notify: Notify = Notify()
    http_proxy: str | None = None
    no_proxy: tuple[str, ...] = ()
    ca_file: str | None = None
    metadata_addresses: tuple[str, ...] = ()


class HubFile(msgspec.Struct, frozen=True):
    """A `hub.toml` that was read.

    Attributes:
        path: The file.
        settings: What it says.
    """

    path: Path
    settings: HubSettings

    @classmethod
    def read(cls, path: Path) -> HubFile:
        """Read the settings of a hub.

        Args:
            path: The file; messages call it, and what it names, as this does.

        Raises:
            SettingsError: The file cannot be read or used; the text says which key, and why.
        """
        settings: HubSettings = convert_toml(read_toml(path), HubSettings, f"{path}: ")
        problem = next(_problems(settings), None)
        if problem:
            raise SettingsError(f"{path}: {problem}")
        return cls(path, settings)

    def __truediv__(self, name: str) -> Path:
        """Return the path that a key names."""
        return self.path.parent / name


def _problems(settings: HubSettings) -> Iterator[str]:
    """Yield what is wrong with settings whose keys and types are right."""
    provider, groups = settings.provider, (*settings.groups.users, *settings.groups.admins)
    addresses = {
        "address": settings.address,
        "provider.issuer": provider.issuer,
        "provider.authorize-url": provider.authorize_url,
        "provider.token-url": provider.token_url,
        "provider.userinfo-url": provider.userinfo_url,
    }
    for key, address in addresses.items():
        if address is not None and (problem := address_problem(address)):
            yield f"{key}: {problem}"
    wrong = {
        "address: must not have a path": not is_origin(settings.address),
        "bind: must be an address such as http://127.0.0.1:8000": not is_bind(settings.bind),
        "groups.users: is empty, so nobody could enter; name a group of the provider": not groups,
        "groups: nobody is in a group whose name is empty": not all(map(str.strip, groups)),
        "mfa.values: is empty, so nobody could enter; take the key out for the usual ones": (
            settings.mfa.proof == "claim" and not settings.mfa.values
        ),
        "provider.scopes: must have 'openid', without which the provider says nobody's name": (
            "openid" not in provider.scopes
        ),
        "notify.command: must be an absolute path": (
            settings.notify.command is not None and not settings.notify.command.startswith("/")
        ),
        "notify.mail: must be an address such as hub@example.com": (
            settings.notify.mail is not None and not _MAIL.fullmatch(settings.notify.mail)
        ),
        "servers.data: must be absolute paths": not all(map(os.path.isabs, settings.servers.data)),
        f"servers.memory: {settings.servers.memory!r} is not an amount such as 4G or 512M": (
            settings.servers.memory is not None and not _MEMORY.fullmatch(settings.servers.memory)
        ),
        "tls: certificate and key go together, with by = 'files'": (
            settings.tls.by == "files",
            settings.tls.by == "files",
        )
        != (settings.tls.certificate is not None, settings.tls.key is not None),
        "tls: certificate and key must be absolute paths, on the host": not all(
            map(os.path.isabs, filter(None, (settings.tls.certificate, settings.tls.key)))
        ),
    }
    yield from (problem for problem, is_so in wrong.items() if is_so)
    yield from backup_problems(settings.backup)
    if settings.http_proxy is not None and not is_proxy(settings.http_proxy):
        yield "http-proxy: must be an address such as http://proxy.example.com:3128"
    for name in settings.no_proxy:
        if not _NO_PROXY.fullmatch(name):
            yield f"no-proxy: {name!r} is not a host such as git.example.com, or .example.com"
    for address in settings.metadata_addresses:
        if not is_ip_address(address):
            yield f"metadata-addresses: {address!r} is not an IP address"
