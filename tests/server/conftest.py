import asyncio
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.editor import Editor, editor


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def one(
    loop: asyncio.AbstractEventLoop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Editor]:
    """An editor for all tests that need no other: starting a server takes a second."""
    context = editor(tmp_path_factory.mktemp("editor"))
    yield loop.run_until_complete(context.__aenter__())
    loop.run_until_complete(context.__aexit__(None, None, None))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a repository."""
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run tests that are coroutines."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    running = pyfuncitem.funcargs["loop"]
    assert isinstance(running, asyncio.AbstractEventLoop)
    running.run_until_complete(asyncio.wait_for(pyfuncitem.obj(**arguments), timeout=120))
    return True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.fixturenames.insert(0, "loop")
