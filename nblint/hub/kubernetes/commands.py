"""The commands that make what no file holds: Secrets, by the names of files on your machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from shlex import quote

from nblint.hub.kubernetes import layout, variables
from nblint.hub.settings import HubFile, Tls

_HEAD = """\
# What the cluster needs and no file holds. Run these in bash, in the folder of hub.toml, where the
# files named here hold the values, closed to others. Add `--namespace` if the hub has one of its
# own. To change one, run `kubectl delete secret NAME` before.

# The value of a file, without the line break at its end; nobody sees it in a list of processes.
value() { printf %s "$(cat -- "$1")"; }
"""


def commands(file: HubFile) -> str:
    """Return the commands, a line for each value.

    Args:
        file: The settings, which name the files.

    Raises:
        SettingsError: The catalogue cannot be used.
    """
    return f"{_HEAD}\n{chr(10).join(_commands(file))}"


def _commands(file: HubFile) -> Iterator[str]:
    settings, folder = file.settings, PurePath(file.settings.secrets)
    # No name in a comment begins a line of its own.
    catalogue = " ".join(settings.environment.split())
    yield "# hub.toml: provider.client-secret-file, crypt-key-file"
    own = {
        "client-secret": settings.provider.client_secret_file,
        "crypt-key": settings.crypt_key_file,
    }
    yield _generic(layout.HUB_SECRET, own)
    shared = variables.shared_secrets(file)
    if shared:
        yield f"# {catalogue}: what everybody can read"
        files = {each.name: str(folder / (each.declaration.file or "")) for each in shared}
        yield _generic(layout.SHARED_SECRET, files)
    for variable in variables.personal_secrets(file):
        yield f"# {catalogue}: environment.{variable.name}; a line for each user"
        path = str(folder / (variable.declaration.file or "").replace("{username}", "alice"))
        yield _generic(layout.secret_of(variable.name), {layout.key_of("alice"): path})
    yield "# The repository of the packages, as in /etc/yum.repos.d of a host, and its key"
    chosen = "--from-file=notebooks.repo --from-file=notebooks.asc"
    yield f"kubectl create secret generic {layout.REPOSITORY_SECRET} {chosen}"
    yield from _certificate(settings.tls)
    yield ""


def _certificate(tls: Tls) -> Iterator[str]:
    create = f"kubectl create secret tls {layout.TLS_SECRET}"
    if tls.certificate is not None and tls.key is not None:
        yield "# hub.toml: tls.certificate, tls.key"
        yield f"{create} --cert={quote(tls.certificate)} --key={quote(tls.key)}"
    else:
        yield f"# hub.toml: tls.by is {tls.by!r}, which nothing does in a cluster by itself: let"
        yield f"# cert-manager write the Secret {layout.TLS_SECRET}, or run this with your files:"
        yield f"# {create} --cert=FILE --key=FILE"


def _generic(name: str, files: dict[str, str]) -> str:
    lines = [f"kubectl create secret generic {name}"]
    lines += [f"  --from-file={key}=<(value {quote(path)})" for key, path in files.items()]
    return " \\\n".join(lines)
