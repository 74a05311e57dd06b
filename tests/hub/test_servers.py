"""What everybody's server is: the same environment, a landing page, and kernels that only run what
they are told to."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from nblint.hub.servers.kernels import write_kernels
from tests.conftest import complete_header, notebook_bytes
from tests.hub.running import Hub, Kernel, needs_hub, until, write_secret
from tests.hub.test_index import HEADER, HOSTILE, install
from tests.system import needs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a hub's host is Linux"),
]

CATALOGUE = """
[environment.DATADOG_API_KEY]
file = "datadog-api-key"

[environment.OPTIONAL_TOKEN]
file = "optional"
required = false

[environment.JIRA_TOKEN]
file = "jira-{username}"
required = false

[environment.DATADOG_SITE]
value = "datadoghq.com"
users = { alice = "datadoghq.eu" }
"""
# Modules that a kernel imports, would like to import, or reads as its settings while it starts.
TRAPS = (
    *("ipykernel_launcher.py", "json.py", "IPython/__init__.py", "ipykernel/__init__.py"),
    *("sitecustomize.py", "usercustomize.py", "trio.py", "curio.py", "docrepr.py", "typing.py"),
    *("ipython_config.py", "ipython_kernel_config.py", "profile_default/startup/00-first.py"),
    *("jupyter_config.py", "matplotlib/__init__.py", "pandas.py", "faulthandler.py"),
)


def set_traps(folder: Path, ran: Path | None = None) -> Path:
    """Lay a colleague's files beside a notebook; return the file in which each says that it ran."""
    ran = ran or folder / "ran"
    for name in TRAPS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"open({str(ran)!r}, 'a').write({name!r} + ' ')\n")
    (folder / "beside.py").write_text("VALUE = 42\n")
    (folder / "triage.ipynb").write_bytes(notebook_bytes(("code", "1")))
    return ran


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with a colleague's files, installed notebooks, and alice, who has a server."""
    needs_hub()
    needs("node", "npm")
    made = Hub(tmp_path_factory.mktemp("hub"))
    made.configure(CATALOGUE, landing={"notebooks": "notebooks", "page": "Welcome.ipynb"})
    write_secret(made.folder / "secrets" / "datadog-api-key", secrets.token_hex(20))
    (made.folder / "welcome.md").write_text("# Our notebooks\n\nBe kind.\n")
    for number, text in enumerate(HOSTILE):
        header = HEADER.format(title=text.replace("\n", " "), text=text)
        install(made.folder / "notebooks", f"hostile-{number:02}", header)
    install(made.folder / "notebooks", "triage", complete_header("Phishing triage"))
    home = made.folder / "home" / "alice"
    home.mkdir(parents=True)
    (home / "Welcome.ipynb").symlink_to(made.folder / "Welcome.ipynb")
    (home / "Notebooks").symlink_to(made.folder / "notebooks")
    (home / "Colleagues").symlink_to(made.folder / "home")
    command = [sys.executable, "-m", "nblint", "hub", "index"]
    subprocess.run(command, cwd=made.folder, check=True)
    made.provider.add("alice", "analysts")
    with made.provider.running(), made.running():
        made.sign_in("alice")
        made.start("alice")
        yield made


@pytest.mark.parametrize("where", ["home/bob/work", "notebooks/triage/notebooks"])
def test_opening_is_not_running(hub: Hub, where: str) -> None:
    """Neither that a kernel starts, nor that the browser asks it something, runs a file beside."""
    folder = hub.folder / where
    folder.mkdir(parents=True, exist_ok=True)
    ran = set_traps(folder)
    path = where.replace("home", "Colleagues").replace("notebooks", "Notebooks", 1)
    kernel = Kernel(hub, "alice", f"{path}/triage.ipynb")
    assert kernel.ask("kernel_info_request")[0]["status"] == "ok"
    code = "import matplotlib.pyplot\npandas."
    assert kernel.ask("complete_request", code="impo", cursor_pos=4)[0]["status"] == "ok"
    # For which IPython imports the module, whatever it does.
    typed = "from docrepr import "
    reply, _ = kernel.ask("complete_request", code=typed, cursor_pos=len(typed))
    assert reply["status"] == "ok"
    assert kernel.ask("inspect_request", code="print", cursor_pos=5, detail_level=0)[0]["found"]
    assert kernel.ask("is_complete_request", code=code)[0]["status"]
    assert kernel.ask("comm_info_request")[0]["status"] == "ok"
    assert not ran.exists(), ran.read_text()
    # The kernel is in that folder, where a module beside the notebook is found as always.
    assert kernel.run("import os; print(os.getcwd())") == str(folder)
    assert kernel.run("import beside; print(beside.VALUE)") == "42"
    assert kernel.run("import json; print(json.dumps([1]))") == "[1]"
    assert not ran.exists(), ran.read_text()
    # Nor does a program that it starts there.
    kernel.run("import subprocess, sys; subprocess.run([sys.executable, '-c', 'import json'])")
    assert not ran.exists(), ran.read_text()
    # Whoever does import what is not installed gets what the author has put there.
    kernel.run("import docrepr")
    assert ran.read_text() == "docrepr.py "


def test_the_traps_would_work(tmp_path: Path) -> None:
    """As Jupyter starts a kernel by itself."""
    ran = set_traps(tmp_path)
    command = [sys.executable, "-m", "ipykernel_launcher", "--version"]
    environment = {name: os.environ[name] for name in os.environ if name != "PYTHONSAFEPATH"}

    def run(command: list[str]) -> None:
        subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)

    # The kernel is safe by itself, where somebody has taken the variable out of their environment.
    write_kernels(tmp_path / "kernels")
    spec = json.loads((tmp_path / "kernels/kernels/python3/kernel.json").read_text())
    assert spec["argv"][0] == "python"  # for which Jupyter takes its own
    run([sys.executable, *spec["argv"][1 : spec["argv"].index("-f")], "--version"])
    assert not ran.exists(), ran.read_text()
    run(command)
    assert ran.read_text().startswith("ipykernel_launcher.py")


def test_everybody_has_the_same_environment(hub: Hub) -> None:
    kernel = Kernel(hub, "alice", "new.ipynb")
    names = "DATADOG_API_KEY DATADOG_SITE OPTIONAL_TOKEN JIRA_TOKEN JUPYTERHUB_USER".split()
    found = kernel.run(f"import os; print([n for n in {names} if n in os.environ])")
    # What is missing and optional is absent, and not empty.
    assert found == "['DATADOG_API_KEY', 'DATADOG_SITE', 'JUPYTERHUB_USER']"
    assert kernel.run("print(os.environ['DATADOG_SITE'])") == "datadoghq.eu"
    secret = (hub.folder / "secrets" / "datadog-api-key").read_text()
    digest = "hashlib.sha256(os.environ['DATADOG_API_KEY'].encode()).hexdigest()"
    expected = hashlib.sha256(secret.encode()).hexdigest()
    assert kernel.run(f"import hashlib; print({digest})") == expected
    # What the hub itself has is nobody's.
    own = "[n for n in os.environ if re.search('CRYPT|SECRET|CONFIGPROXY', n)]"
    assert kernel.run(f"import re; print({own})") == "[]"
    assert secret not in hub.logs()
    assert not [one[:4] for one in hub.secrets() if one in hub.logs()]


def test_nobody_is_asked_whether_they_want_news(hub: Hub) -> None:
    headers = {"Authorization": f"token {hub.token}"}
    page = requests.get(f"{hub.url}/user/alice/lab", headers=headers, timeout=60).text
    config = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.S)
    assert config
    disabled = json.loads(config[1])["disabledExtensions"]
    assert "@jupyterlab/apputils-extension:announcements" in disabled


def test_a_required_secret_that_is_missing_stops_a_server(hub: Hub) -> None:
    path = hub.folder / "secrets" / "datadog-api-key"
    text = path.read_text()
    path.unlink()
    try:
        hub.provider.add("bob", "analysts")
        hub.sign_in("bob")
        (hub.folder / "home" / "bob").mkdir(parents=True, exist_ok=True)
        with pytest.raises(requests.HTTPError):
            hub.call("POST", "/users/bob/server")
        assert not hub.user("bob")["servers"]
        assert re.search(r"DATADOG_API_KEY: \S+datadog-api-key: no such file", hub.log.read_text())
    finally:
        write_secret(path, text)


@pytest.mark.parametrize("who", ["themselves", "an operator"])
def test_who_has_left_gets_no_server(hub: Hub, who: str) -> None:
    """Not by a token that the provider was not asked about yet, and not by somebody else."""
    name = f"leaver-{len(who)}"
    hub.provider.add(name, "analysts")
    hub.provider.add("carol", "hub-admins")
    browser, _ = hub.sign_in(name)
    token = hub.ask(browser, "POST", f"/users/{name}/tokens").json()["token"]
    operator, _ = hub.sign_in("carol")
    del hub.provider.people[name]
    hub.provider.save()
    if who == "an operator":
        answer = hub.ask(operator, "POST", f"/users/{name}/server")
    else:
        headers = {"Authorization": f"token {token}"}
        url = f"{hub.url}/hub/api/users/{name}/server"
        answer = requests.post(url, headers=headers, timeout=60)
    assert answer.status_code == 403
    assert not hub.user(name)["servers"]
    assert f"{name} was put out" in hub.log.read_text()


def test_hostile_headers_in_a_browser(hub: Hub) -> None:
    """What JupyterLab makes of the landing page: a row for each notebook, and no more."""
    needs("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 3000})
        page.set_default_timeout(120_000)
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        page.goto(f"{hub.url}/hub/home")
        page.fill("input[name=login]", "alice")
        page.fill("input[name=password]", hub.provider.people["alice"]["password"])
        page.fill("input[name=code]", hub.provider.code("alice"))
        page.click("button")
        page.wait_for_url("**/hub/home")
        # Where somebody lands who only types in the address.
        page.goto(hub.url)
        page.wait_for_url("**/lab/tree/Welcome.ipynb**")
        rows = page.locator(".jp-NotebookPanel table tbody tr")
        page.get_by_role("link", name="Phishing triage").wait_for()
        page.wait_for_timeout(2000)  # for mathematics, which is drawn later
        assert rows.count() == len(HOSTILE) + 1
        assert page.locator(".jp-NotebookPanel table td").count() == 7 * (len(HOSTILE) + 1)
        assert page.locator(".jp-NotebookPanel table a").count() == len(HOSTILE) + 1
        for tag in ("script", "img", "iframe", "mjx-container", "h1"):
            assert page.locator(f".jp-NotebookPanel table {tag}").count() == 0, tag
        assert page.locator(".jp-NotebookPanel a[href^='javascript:']").count() == 0
        assert "pwned" not in page.title()
        assert not dialogs
        shown = rows.nth(0).inner_text()
        assert HOSTILE[0] in shown
        browser.close()


def test_idle_servers_are_stopped(tmp_path: Path) -> None:
    needs_hub()
    needs("node", "npm")
    hub = Hub(tmp_path)
    hub.configure(servers={"idle-seconds": 3})
    hub.provider.add("alice", "analysts")
    with hub.provider.running(), hub.running():
        hub.sign_in("alice")
        hub.start("alice")
        until(lambda: not hub.user("alice")["servers"], "an idle server is stopped")
        assert "idle-culler" in hub.log.read_text()
