"""A real Jupyter Server, for what lives in one."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

AUTHORIZATION = {"Authorization": "token loopback"}


class JupyterServer:
    """Jupyter Server on the loopback interface; nothing of the machine's own settings holds.

    Args:
        folder: An empty folder, for all that it writes.
        configuration: Its `jupyter_server_config.py`.
        extensions: Which of its extensions are on, by their modules.

    Attributes:
        root: The folder that it shows, a repository.
        log: What it prints.
        url: Its address, with a slash at the end.
    """

    def __init__(self, folder: Path, configuration: str = "", **extensions: bool) -> None:
        self.root, runtime = folder / "work", folder / "runtime"
        self.root.mkdir()
        (self.root / ".git").mkdir()
        file = folder / "jupyter_server_config.py"
        file.write_text(configuration)
        switches = folder / "config" / "jupyter_server_config.d" / "extensions.json"
        switches.parent.mkdir(parents=True)
        switches.write_text(json.dumps({"ServerApp": {"jpserver_extensions": extensions}}))
        self.log = folder / "log"
        command = [
            *(sys.executable, "-m", "jupyter_server", f"--config={file}"),
            *("--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"),
            *(f"--ServerApp.root_dir={self.root}", "--IdentityProvider.token=loopback"),
        ]
        places = {
            f"JUPYTER_{name.upper()}_DIR": str(folder / name)
            for name in ("config", "data", "runtime")
        }
        # What is switched off above must win against what the environment switches on.
        places["JUPYTER_PREFER_ENV_PATH"] = "0"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, **places}, cwd=folder
            )
        self.url = self._wait(runtime)

    def _wait(self, runtime: Path) -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            for file in runtime.glob("jpserver-*.json"):
                try:
                    url = str(json.loads(file.read_text())["url"])
                    urllib.request.urlopen(f"{url}api", timeout=5).close()
                except (ValueError, OSError):
                    continue
                return url
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)
