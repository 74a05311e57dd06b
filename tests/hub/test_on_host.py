"""`nblint hub check` of what a host has beside the hub: certificate, proxy, names."""

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from nblint.hub.outgoing import login_options, proxy_for, write_authorities
from nblint.hub.settings import HubFile
from tests.hub.test_checks import check, hub, problems, provider

__all__ = ["hub", "provider"]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="a hub's host is Linux")


def say(hub: Path, line: str) -> None:
    path = hub / "hub.toml"
    path.write_text(f"{line}\n{path.read_text()}")


def certify(folder: Path, *names: str, days: int = 90, since: int = -1) -> Path:
    """Make a certificate and its key, as an authority would."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(timezone.utc)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hub.example.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=since))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(list(map(x509.DNSName, names))), False)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(exist_ok=True)
    (folder / "hub.crt").write_bytes(made.public_bytes(Encoding.PEM))
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "hub.key").write_bytes(text)
    (folder / "hub.key").chmod(0o640)
    return folder


def serve(hub: Path, folder: Path) -> None:
    files = f'certificate = "{folder}/hub.crt", key = "{folder}/hub.key"'
    say(hub, f'tls = {{ by = "files", {files} }}')


@pytest.fixture
def files(hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub whose certificate is in files, which this machine's web server would not reach."""
    monkeypatch.setattr("nblint.hub.host.certificates.WEB_SERVER", "root")
    folder = certify(tmp_path / "tls", "hub.example.com")
    serve(hub, folder)
    return folder


def test_a_certificate(hub: Path, files: Path) -> None:
    status, said, wrong = check(hub)
    assert (status, wrong) == (0, "")
    assert f"ok: {files}/hub.crt: a certificate for https://hub.example.com" in said
    certify(files, "*.example.com", days=9)
    status, said, _ = check(hub)
    end = datetime.now(timezone.utc) + timedelta(days=9)
    assert status == 0
    assert f"{files}/hub.crt: runs out on {end:%Y-%m-%d}; get a new one" in said


@pytest.mark.parametrize(
    ("names", "days", "since", "said"),
    [
        ((), 90, -1, "hub.crt: is not for hub.example.com, but for no name"),
        (("example.com",), 90, -1, "is not for hub.example.com, but for example.com"),
        (("*.com", "a.hub.example.com"), 90, -1, "is not for hub.example.com, but for"),
        (("hub.example.com",), -1, -9, "hub.crt: ran out on "),
        (("hub.example.com",), 9, 3, "hub.crt: holds only from "),
    ],
)
def test_a_wrong_certificate(
    hub: Path, files: Path, names: tuple[str, ...], days: int, since: int, said: str
) -> None:
    certify(files, *names, days=days, since=since)
    assert said in "\n".join(problems(hub))


def test_subdomains_need_their_own_names(hub: Path, files: Path) -> None:
    say(hub, "subdomains = true")
    assert "is not for *.hub.example.com" in "\n".join(problems(hub))
    certify(files, "hub.example.com", "*.hub.example.com")
    assert "hub.crt" not in check(hub)[2]


def test_a_wrong_key(hub: Path, files: Path, tmp_path: Path) -> None:
    other = certify(tmp_path / "other", "hub.example.com")
    own = (files / "hub.key").read_bytes()
    for text, said in {
        (other / "hub.key").read_bytes(): "hub.crt: does not fit the key in ",
        b"nothing": "hub.key: holds no private key in PEM, without a password",
    }.items():
        (files / "hub.key").write_bytes(text)
        assert said in "\n".join(problems(hub))
    (files / "hub.key").write_bytes(own)
    (files / "hub.key").chmod(0o644)
    assert "hub.key: is accessible to others (mode 0644); make it 0640" in "\n".join(problems(hub))
    (files / "hub.key").unlink()
    assert "hub.key: cannot be read: No such file or directory" in "\n".join(problems(hub))
    (files / "hub.crt").write_text("nothing")
    assert "hub.crt: holds no certificate in PEM" in "\n".join(problems(hub))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("subdomains = true", "tls.by: subdomains need a certificate for all names"),
        ('tls = { by = "files", certificate = "a", key = "b" }', "must be absolute paths"),
        ('tls = { by = "files" }', "tls: certificate and key go together"),
        ('state = "/var/lib/my hub"', "state: '/var/lib/my hub' has a space or a mark"),
        ('timezone = "Europe/Praha"', "timezone: 'Europe/Praha' is not a time zone"),
        ('http-proxy = "proxy:3128"', "http-proxy: must be an address such as http://"),
        ('http-proxy = "http://a:b@proxy"', "http-proxy: must be an address such as http://"),
        ('no-proxy = ["a b"]', "no-proxy: 'a b' is not a host"),
        ('metadata-addresses = ["fe80::1%eth0"]', "'fe80::1%eth0' is not an IP address"),
        ('metadata-addresses = ["10.0.0.0/8"]', "'10.0.0.0/8' is not an IP address"),
    ],
)
def test_what_no_host_can_be_given(hub: Path, line: str, said: str) -> None:
    path = hub / "hub.toml"
    path.write_text(path.read_text().replace('state = "state"\n', ""))
    say(hub, line)
    assert said in "\n".join(problems(hub))


def test_a_port_that_users_can_take(hub: Path) -> None:
    say(hub, 'bind = "http://127.0.0.1:8000"')
    assert "note: bind has the port 8000, on which each user" in check(hub)[1]


def test_the_way_out(hub: Path, tmp_path: Path) -> None:
    """By the proxy, but for what is named; trusting the company besides whom the system does."""
    authority = certify(tmp_path / "tls", "authority") / "hub.crt"
    text = (hub / "hub.toml").read_text()

    def file(*lines: str) -> HubFile:
        (hub / "hub.toml").write_text("\n".join((*lines, text)))
        return HubFile.read(hub / "hub.toml")

    proxy = 'http-proxy = "http://proxy.example.com:3128"'
    asked = ("https://login.example.org", "https://a.example.com", "http://127.0.0.1:9")
    settings = file(proxy, 'no-proxy = [".example.com"]').settings
    assert [proxy_for(settings, each) for each in asked] == [
        ("proxy.example.com", 3128),
        None,
        None,
    ]
    assert proxy_for(file().settings, asked[0]) is None
    # The provider of the test is on this machine.
    assert login_options(file(proxy), tmp_path) == {}

    trusting = file(f'ca-file = "{authority}"')
    write_authorities(trusting, tmp_path)
    bundle = Path(login_options(trusting, tmp_path)["ca_certs"])
    assert bundle.read_bytes().endswith(authority.read_bytes())
    assert bundle.stat().st_mode & 0o777 == 0o644
