"""The certificate of the hub's address, where it comes from files."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from nblint.errors import SettingsError, unreadable

# Long enough to get a new one.
SOON = timedelta(days=21)
# The account of the web server, which Debian's and Red Hat's packages of Caddy make.
WEB_SERVER = "caddy"


def read_certificate(path: Path) -> x509.Certificate:
    """Read a certificate: the first one of a file in PEM.

    Args:
        path: The file.

    Raises:
        SettingsError: There is none, or it cannot be read.
    """
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())[0]
    except OSError as error:
        raise SettingsError(unreadable(path, error)) from None
    except ValueError:
        raise SettingsError(f"{path}: holds no certificate in PEM") from None


def problems(path: Path, key: Path, names: list[str]) -> Iterator[str]:
    """Yield why a certificate cannot be served, in sentences that say nothing of the key's text.

    Args:
        path: The file with the certificate.
        key: The file with its private key, in PEM.
        names: The names that it must be for; `*.` and a domain for all that are in it.

    Raises:
        SettingsError: There is no certificate.
    """
    certificate, now = read_certificate(path), datetime.now(timezone.utc)
    if certificate.not_valid_after_utc < now:
        yield f"{path}: ran out on {certificate.not_valid_after_utc:%Y-%m-%d}"
    if certificate.not_valid_before_utc > now:
        yield f"{path}: holds only from {certificate.not_valid_before_utc:%Y-%m-%d} on"
    named = _names(certificate)
    for name in names:
        if name not in named and f"*.{name.partition('.')[2]}" not in named:
            yield f"{path}: is not for {name}, but for {', '.join(sorted(named)) or 'no name'}"
    try:
        mode = key.stat().st_mode
        own = load_pem_private_key(key.read_bytes(), None).public_key()
    except OSError as error:
        raise SettingsError(unreadable(key, error)) from None
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise SettingsError(f"{key}: holds no private key in PEM, without a password") from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if own.public_bytes(*form) != certificate.public_key().public_bytes(*form):
        yield f"{path}: does not fit the key in {key}"
    if mode & stat.S_IRWXO:
        yield (
            f"{key}: is accessible to others (mode {stat.S_IMODE(mode):04o}); make it 0640, for "
            f"the group {WEB_SERVER}"
        )
    elif not _web_server_reads(key):
        yield (
            f"{key}: cannot be read by the web server; give it to the group {WEB_SERVER} (mode "
            "0640), in a folder that this group can enter"
        )


def runs_out_soon(path: Path) -> str:
    """Return on which day a certificate runs out, if that is soon; empty otherwise.

    Raises:
        SettingsError: There is no certificate.
    """
    end = read_certificate(path).not_valid_after_utc
    is_soon = timedelta() < end - datetime.now(timezone.utc) < SOON
    return f"{end:%Y-%m-%d}" if is_soon else ""


def _names(certificate: x509.Certificate) -> set[str]:
    """Return the names that browsers read, which are those of the extension only."""
    try:
        said = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return {
        *map(str.lower, said.get_values_for_type(x509.DNSName)),
        *map(str, said.get_values_for_type(x509.IPAddress)),
    }


def _web_server_reads(path: Path) -> bool:
    """Tell whether the web server's account can read a file, as far as that can be tried."""
    import pwd

    if os.geteuid() != 0:
        return True
    try:
        account = pwd.getpwnam(WEB_SERVER)
    except KeyError:  # which the first deploy makes
        return True
    groups = os.getgrouplist(WEB_SERVER, account.pw_gid)
    tried = subprocess.run(
        ["/usr/bin/test", "-r", path],
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=groups,
        check=False,
    )
    return tried.returncode == 0
