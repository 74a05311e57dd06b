"""Packages with rules: some made up and put where installers put packages, one installed by pip."""

import importlib
import shutil
import sys
from collections.abc import Callable, Iterator

import pytest

from nblint.linting import plugins, suppression

RULE = '''
from nblint import Fix, Notebook, Rule

class NoPrint(Rule):
    """A cell prints."""
    code = "{code}"

    def check(self, notebook: Notebook):
        {check}
'''
FINDING = 'yield self.at(notebook.cells[0].place(1), "printed")'

Install = Callable[..., None]


def rule(code: str = "ACME101", check: str = FINDING) -> str:
    """Return a module with one rule."""
    return RULE.format(code=code, check=check)


@pytest.fixture
def install(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Install]:
    """Put a package with rules where installers would."""
    site = tmp_path_factory.mktemp("site-packages")
    monkeypatch.setattr(plugins, "_site_packages", lambda: [str(site)])
    monkeypatch.syspath_prepend(str(site))
    before = set(sys.modules)
    _forget()

    def put(
        package: str,
        entry: str,
        module: str | None,
        *,
        version: str = "1.0",
        metadata: str | None = None,
    ) -> None:
        prefix, _, name = entry.partition("=")
        sys.modules.pop(name, None)
        for old in site.glob(f"{package.replace('-', '_')}-*.dist-info"):
            shutil.rmtree(old)
        folder = site / f"{package.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
        )
        offered = metadata or f"[nblint.rules]\n{prefix} = {name}\n"
        (folder / "entry_points.txt").write_text(offered)
        if module is not None:
            (site / f"{name}.py").write_text(module)
        importlib.invalidate_caches()
        _forget()

    yield put
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(site) in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]
    _forget()


def _forget() -> None:
    for remembered in (plugins.installed, plugins._load, plugins._places, suppression._is_known):
        remembered.cache_clear()
