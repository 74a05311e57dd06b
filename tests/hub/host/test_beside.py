"""What a host has beside the hub, tried on one: what users must not reach, and what is logged."""

import secrets
import sys
from itertools import product
from pathlib import Path

import pytest

from nblint.hub import listening
from tests.hosts import ROOT, Booted

pytestmark = pytest.mark.slow
GONE = "The rules that keep users from the metadata server were gone, and are loaded again."
NBLINT = f"{sys.executable} -P -m nblint"
HUB = """\
address = "https://localhost"
provider = { issuer = "https://login.example.com", client-id = "hub" }
groups = { users = ["analysts"] }
tls = { by = "internal" }
"""
# A metadata server of the host's own, which has no other network, and DNS at the same address.
METADATA = """\
import http.server, socket, threading
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"identity")
for port in (80, 8080):
    threading.Thread(target=Server(("::", port), Handler).serve_forever).start()
def answer(port, kind):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("169.254.169.254", port))
        while True:
            data, sender = sock.recvfrom(100)
            sock.sendto(kind, sender)
for port, kind in ((53, b"dns"), (123, b"time")):
    threading.Thread(target=answer, args=(port, kind)).start()
"""
MANY = """\
import contextlib, socket, sys
kept = []
with contextlib.suppress(OSError):
    for _ in range(150):
        kept.append(socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5))
print(len(kept), end="")
"""
ASK = """\
import concurrent.futures, socket, urllib.request
def http(address):
    try:
        return urllib.request.urlopen(f"http://{address}/", timeout=1).read().decode()
    except OSError as error:
        return type(error).__name__
def udp(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(1)
        try:
            sock.connect(("169.254.169.254", port)); sock.send(b"?")
            return sock.recv(100).decode()
        except OSError as error:
            return "refused"
addresses = "169.254.169.254 169.254.169.254:8080 [fd00:ec2::254] 100.100.100.200 127.0.0.1"
with concurrent.futures.ThreadPoolExecutor() as pool:
    found = list(pool.map(http, addresses.split()))
print(*found, udp(53), udp(123))
"""
# What stands behind the web server: says what it was asked for, and echoes what a websocket sends.
BACKEND = """\
import asyncio
from tornado import web, websocket
class Page(web.RequestHandler):
    def get(self):
        self.set_cookie("session", self.get_argument("code", ""))
        self.write("page")
class Echo(websocket.WebSocketHandler):
    def on_message(self, message):
        self.write_message(message)
async def main():
    web.Application([("/echo", Echo), (".*", Page)]).listen(800, "127.0.0.1")
    await asyncio.Event().wait()
asyncio.run(main())
"""
BROWSER = """\
import asyncio, ssl, sys
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect
code = sys.argv[1]
async def main():
    context = ssl._create_unverified_context()
    headers = {"Cookie": f"session={code}", "Authorization": f"token {code}"}
    def request(address, **keywords):
        return HTTPRequest(address, headers=headers, ssl_options=context, **keywords)
    page = request(f"https://localhost/hub/oauth_callback?code={code}")
    answer = await AsyncHTTPClient().fetch(page)
    said = answer.headers
    print(answer.body.decode(), said["Strict-Transport-Security"], "Server" in said)
    plain = request("http://localhost/hub", follow_redirects=False)
    print((await AsyncHTTPClient().fetch(plain, raise_error=False)).headers["Location"])
    socket = await websocket_connect(request(f"wss://localhost/echo?token={code}"))
    await socket.write_message("hello")
    print(await socket.read_message())
asyncio.run(main())
"""


# What the hub does to accounts, as its unit lets it.
LEAVER = f"""\
import asyncio, subprocess, sys, time
sys.path[:0] = {[str(ROOT)]!r}
from nblint.hub.servers.accounts import ensure_account
from nblint.hub.servers.homes import set_right
from nblint.hub.servers.ports import keep_port
from nblint.hub.servers.processes import end_account, processes_of
account = ensure_account("dora")
assert not asyncio.run(set_right(account, {{"Notebooks": "/usr/share/notebooks"}}))
keep_port(4000, account.pw_uid)
def start(*command):
    subprocess.run(("systemd-run", "--quiet", *command), check=True)
start("--unit=leaver-process", "--uid=dora", "sleep", "1000")
# One that only borrows their rights: no signal of theirs reaches it, so that root's must.
borrow = f"import os, time; os.setresuid(65534, {{account.pw_uid}}, 65534); time.sleep(1000)"
start("--unit=borrowing-process", "/usr/bin/python3", "-c", borrow)
while len(processes_of(account.pw_uid)) < 2:
    time.sleep(0.01)
print("made dora, and ended:", end_account("dora"))
"""
# The tests' own Python may lie in /tmp.
PROGRAM = f"""\
[Service]
Type=oneshot
Restart=no
PrivateTmp=no
ExecStart=
ExecStart={sys.executable} /shared/leaver.py
"""


@pytest.fixture
def prepared(host: Booted, shared: Path) -> Booted:
    """A host with the files of a hub, and two users, of whom one has an account of the hub's."""
    (shared / "hub.toml").write_text(HUB)
    (shared / "tests.conf").write_text(PROGRAM)
    for name, text in {
        "leaver": LEAVER, "metadata": METADATA, "ask": ASK, "many": MANY,
        "backend": BACKEND, "browser": BROWSER,
    }.items():  # fmt: skip
        (shared / f"{name}.py").write_text(text)
    said = host.must(f"{NBLINT} hub render / --config /shared/hub.toml 2>&1")
    assert "Wrote /etc/caddy/Caddyfile" in said
    assert host.must(f"{NBLINT} hub render / --config /shared/hub.toml 2>&1") == ""
    host.must("groupadd --system hub-users; useradd -m -G hub-users alice; useradd -m carol")
    host.must("systemctl daemon-reload; systemctl restart polkit")
    return host


def run_as(user: str, command: str) -> str:
    return f"setpriv --reuid {user} --regid {user} --init-groups sh -c '{command}'"


def test_users_do_not_reach(prepared: Booted) -> None:
    """The machine's identity; and ways to let something run that nobody ends."""
    host = prepared
    host.must("systemctl stop caddy; systemctl start nblint-hub-firewall")
    host.must(
        "for address in 169.254.169.254/32 100.100.100.200/32 fd00:ec2::254/128; "
        "do ip address add $address dev lo; done"
    )
    host.must(f"systemd-run --quiet --unit=metadata {sys.executable} /shared/metadata.py")
    ask = "/usr/bin/python3 /shared/ask.py"
    host.until(f"{ask} | grep -q '^identity identity identity identity identity'")
    closed = "URLError URLError URLError URLError identity dns refused"
    assert host.must(ask).split()[5:] == ["dns", "time"]
    assert host.must(run_as("alice", ask)).strip() == closed
    # A service of a user that is none of the hub's, such as a scheduled run, as well.
    dynamic = f"systemd-run --quiet --pipe --wait -p DynamicUser=yes {ask}"
    assert host.must(dynamic).strip() == closed
    # The system's own services get the time there, and nothing else.
    own = host.must(run_as("systemd-network", ask)).split()
    assert own == [*closed.split()[:-1], "time"]
    # Whoever flushes all rules by Debian's own unit has these again, and the hub goes on.
    for verb in ("start", "reload", "restart", "stop"):
        host.must(f"systemctl {verb} nftables")
        assert host.must(run_as("alice", ask)).strip() == closed, verb
    # By hand, as nftables' own documentation says: until it is noticed, the machine's identity is
    # everybody's.
    host.must("nft --file /etc/nftables.conf")
    assert host.must(run_as("alice", ask)).split()[0] == "identity"
    # Ten seconds are long for a test.
    host.must(
        "mkdir /run/systemd/system/nblint-hub-firewall.timer.d; cd $_; "
        "printf '[Timer]\\nOnActiveSec=\\nOnActiveSec=1s\\n' >soon.conf; "
        "systemctl daemon-reload; systemctl start nblint-hub-firewall.timer"
    )
    host.until("nft list table inet nblint_hub")
    assert host.must(run_as("alice", ask)).strip() == closed
    said = host.must("journalctl --unit nblint-hub-firewall-again --no-pager --output cat")
    assert said.splitlines() == [GONE]

    for command in ("loginctl enable-linger alice", "echo true | at now", "echo | crontab -"):
        assert host.run(run_as("alice", command)).status != 0, command
    host.must("rm /etc/polkit-1/rules.d/10-nblint-hub.rules /etc/at.allow /etc/cron.allow")
    host.must("systemctl restart polkit")
    for command in ("loginctl enable-linger alice", "echo true | at now", "echo | crontab -"):
        assert host.run(run_as("alice", command)).status == 0, command


def test_nobody_takes_all_connections_of_the_hub(prepared: Booted) -> None:
    host, port = prepared, listening.HUB
    host.must("systemctl start nblint-hub-firewall")
    serve = f"{sys.executable} -m http.server --bind 127.0.0.1 {port}"
    host.must(f"systemd-run --quiet --unit=hub-stand-in {serve}")
    host.until(f"curl --silent --output /dev/null http://127.0.0.1:{port}")
    many = f"/usr/bin/python3 /shared/many.py {port}"
    assert host.must(many) == "150"
    assert host.must(run_as("alice", many)) == "100"
    host.must("systemctl stop hub-stand-in")


def test_nobody_else_answers_on_the_port_of_a_server(prepared: Booted) -> None:
    """Not even when its server has ended, and the hub has not noticed yet."""
    host = prepared
    keep = "from nblint.hub.servers.ports import keep_port; import pwd; "
    for port, user in ((4000, "alice"), (4001, "alice"), (4001, "carol")):
        call = f'{keep}keep_port({port}, pwd.getpwnam("{user}").pw_uid)'
        host.must(f"cd {ROOT}; {sys.executable} -c '{call}'")
    get = "/usr/bin/python3 -c 'import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=1)'"
    answers = {}
    for port, user in product((4000, 4001, 4002), ("alice", "carol")):
        address = f"http://127.0.0.1:{port}"
        server = (
            f"/usr/bin/python3 -m http.server {port} --bind 127.0.0.1 --directory /usr/share/doc"
        )
        host.must(f"systemd-run --quiet --unit=server --uid={user} {server}")
        host.until(f"ss -lnt | grep -q 127.0.0.1:{port}")
        answers[port, user] = host.run(f"{get} {address}").status == 0
        host.must("systemctl stop server")
    refused = [key for key, is_answer in answers.items() if not is_answer]
    assert refused == [(4000, "carol"), (4001, "alice")]
    # While the hub or its proxy restarts, nobody takes their place.
    listen = 'import socket, sys; socket.create_server(("127.0.0.1", int(sys.argv[1])))'
    for port in (listening.PROXY, listening.PROXY_API, listening.HUB, 4003):
        ran = host.run(
            f"setpriv --reuid alice --clear-groups /usr/bin/python3 -c '{listen}' {port}"
        )
        assert ("PermissionError" in ran.err) == (port != 4003), (port, ran)


def test_the_files_are_in_order(prepared: Booted) -> None:
    """By what reads them; a hub's unit may do all that the hub must."""
    host = prepared
    host.must("install -D -m 755 /bin/true /opt/jupyterhub/hub/current/bin/nblint; "
              "cp /bin/true /opt/jupyterhub/hub/current/bin/jupyterhub")  # fmt: skip
    units = "/etc/systemd/system"
    names = host.must(f"cd {units}; grep -rl 'Written by `nblint' . --include=*.*").split()
    own = [name.removeprefix("./").replace("@.", "@x.") for name in names if ".d/" not in name]
    assert len(own) > 8
    # With their drop-ins.
    verified = " ".join([*own, "nftables.service", "caddy.service"])
    assert host.must(f"systemd-analyze verify --man=no {verified} 2>&1") == ""
    host.must("nft --check --file /etc/nblint/metadata.nft")
    host.must("caddy validate --config /etc/caddy/Caddyfile")
    host.must("systemd-tmpfiles --create nblint-hub.conf; systemctl restart systemd-journald")
    assert host.must("stat -c %a /var/lib/jupyterhub").strip() == "700"

    # The unit of the hub, with a program that makes an account and its home, and ends it.
    host.must(f"""
        groupadd --force developers; mkdir -p {units}/jupyterhub.service.d
        printf 'X=\n' >/var/lib/jupyterhub/proxy.env
        cp /shared/tests.conf {units}/jupyterhub.service.d/
        systemctl daemon-reload; systemctl start nblint-hub-firewall
        systemctl start jupyterhub || journalctl --unit jupyterhub
    """)
    said = host.must("journalctl --unit jupyterhub --no-pager --output cat")
    assert "made dora, and ended: []" in said
    for process in ("leaver-process", "borrowing-process"):
        assert host.run(f"systemctl is-active {process}").status != 0


def test_the_web_server(prepared: Booted) -> None:
    """It ends TLS, lets websockets through, and logs no code, no cookie and no token."""
    host = prepared
    secret = secrets.token_hex(12)
    host.must(f"systemd-run --quiet --unit=backend {sys.executable} /shared/backend.py")
    # By root, because the tests' own Python may lie where the unit's user does not get.
    host.must(
        "systemd-run --quiet --unit=owners --setenv=CONFIGPROXY_AUTH_TOKEN=x -p Group=caddy "
        "-p RuntimeDirectory=nblint-hub-owners -p UMask=0007 "
        f"{NBLINT} hub owners /run/nblint-hub-owners/socket"
    )
    host.must("systemctl restart caddy")
    browser = f"{sys.executable} /shared/browser.py {secret}"
    assert host.until(f"{browser} 2>&1").splitlines() == [
        "page max-age=31536000 False", "https://localhost/hub", "hello"
    ]  # fmt: skip
    host.must("systemctl reload caddy")
    log = host.must("journalctl --unit caddy --no-pager --output cat")

    assert '"uri":"/hub/oauth_callback"' in log
    assert secret not in log
    # What fails is logged elsewhere, with the request.
    host.must("systemctl stop backend")
    assert "502" in host.run(f"{browser} 2>&1").out
    log = host.must("journalctl --unit caddy --no-pager --output cat")
    assert "connection refused" in log
    assert secret not in log
    _serve_a_certificate_of_files(host)
    # Users could change what it serves where it listens for that on a port.
    assert host.run("curl -s http://localhost:2019/config/").status != 0
    assert host.must("stat -c '%U %a' /run/caddy").strip() == "caddy 700"


def _serve_a_certificate_of_files(host: Booted) -> None:
    """Its key is refused until the web server, and nobody else, can read it."""
    files = 'tls = { by = "files", certificate = "/etc/tls/hub.crt", key = "/etc/tls/hub.key" }'
    host.must(f"""
        mkdir /etc/tls; cd /etc/tls
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \\
            -subj /CN=own -addext subjectAltName=DNS:localhost -keyout hub.key -out hub.crt 2>&1
        sed -i '/^tls/d' /shared/hub.toml; sed -i '1i {files}' /shared/hub.toml
        {NBLINT} hub render / --config /shared/hub.toml
    """)
    for modes, said in {
        "chmod 600 hub.key": "hub.key: cannot be read by the web server; give it to the group",
        "chmod 644 hub.key": "hub.key: is accessible to others (mode 0644)",
        "chgrp caddy hub.key; chmod 640 hub.key": "",
    }.items():
        ran = host.run(f"cd /etc/tls; {modes}; {NBLINT} hub check --config /shared/hub.toml")
        assert said in ran.err
        assert bool(said) == ("hub.key" in ran.err), ran
    host.must(f"systemd-run --quiet --unit=backend {sys.executable} /shared/backend.py")
    host.must("systemctl reload caddy")
    host.until("curl --silent --fail --cacert /etc/tls/hub.crt https://localhost/")
    # A new one, as docs/how-to/hub-upgrade.md says.
    host.must("""
        cd /etc/tls; cp hub.crt old.crt
        openssl req -x509 -key hub.key -days 60 -subj /CN=new \\
            -addext subjectAltName=DNS:localhost -out hub.crt 2>&1
        systemctl reload caddy
    """)
    host.until("curl --silent --fail --cacert /etc/tls/hub.crt https://localhost/")
    assert host.run("curl --silent --fail --cacert /etc/tls/old.crt https://localhost/").status
