import importlib.metadata
import sys
from typing import Any

import pytest
from click.testing import CliRunner

from nblint.cli.main import main
from nblint.server.spec import jupyter_lsp_spec


def test_without_pygls_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith("nblint.server.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    monkeypatch.setitem(sys.modules, "pygls", None)
    result = CliRunner().invoke(main, ["server", "--stdio"])
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: nblint server needs pygls: pip install 'nblint-suite[server]'\n"
    )


def test_jupyterlab_lsp_is_told_how_to_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    (point,) = importlib.metadata.entry_points(group="jupyter_lsp_spec_v1", name="nblint")
    assert point.load() is jupyter_lsp_spec
    ((key, spec),) = jupyter_lsp_spec(None).items()
    # Of servers of one rank, JupyterLab takes the first by name.
    assert all(key > other for other in ("jedi-language-server", "pylsp", "pyright", "ruff"))
    assert spec["argv"] == [sys.executable, "-m", "nblint", "server"]
    assert spec["requires_documents_on_disk"] is False

    def find_nothing(name: str) -> Any:
        assert name == "pygls"

    monkeypatch.setattr("nblint.server.spec.find_spec", find_nothing)
    assert jupyter_lsp_spec(None) == {}
