"""A hub's repository for a cluster: one choice more, a lock more, a command more."""

from __future__ import annotations

import subprocess

import pytest

from tests.command import nblint
from tests.template_hub.conftest import Generate

LOCK = "requirements/kubernetes"


@pytest.mark.slow
def test_the_choice(hub: Generate) -> None:
    host, cluster = hub(slug="one-host"), hub(slug="many", runs_on="kubernetes")
    for name in (f"{LOCK}.in", f"{LOCK}.txt"):
        assert not (host / name).exists()
        assert (cluster / name).is_file()
        assert f"\n| `{name}` |" in (cluster / "README.md").read_text("utf-8")
    for name in ("hub.toml", "environment.toml", "notebooks.toml", "requirements/user.txt"):
        assert (host / name).read_bytes() == (cluster / name).read_bytes()
    for name in ("README.md", "Makefile"):
        assert "kubernetes" not in (host / name).read_text("utf-8")
    readme = (cluster / "README.md").read_text("utf-8")
    assert "\n| `make kubernetes REGISTRY=…` |" in readme
    shown = subprocess.run(
        ["make"], cwd=cluster, capture_output=True, encoding="utf-8", check=True
    ).stdout
    assert "  make kubernetes - Write the hub" in shown

    out = cluster / "build/kubernetes"
    arguments = ["--config", str(cluster / "hub.toml"), "--registry", "registry.example.com/hub"]
    ran = nblint("hub", "kubernetes", *arguments, str(out))
    assert ran.exit_code == 0, ran.output
    assert (out / "images/notebooks/examples/take-parameters.ipynb").is_file()
    commit = (cluster / "requirements/nblint.txt").read_text("utf-8")
    assert (out / "images/hub/nblint.txt").read_text("utf-8") == commit
