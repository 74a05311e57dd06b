"""Tells the journal that a notebook was opened, made or run; in servers and kernels of people.

The hub writes a copy of this file for them. They have no nblint: the standard library must do. A
server must neither wait nor fail because of it, so what cannot be told at once is not told.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from pathlib import Path
from typing import Any

# Like `/dev/log`, but for fields. The journal adds who has written an entry, by what the kernel
# says of a socket's other end. https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
JOURNAL = "/run/systemd/journal/socket"
# Longer paths than the kernel has.
_LONGEST = 4096


def tell(event: str, path: str, notebooks: str) -> None:
    """Tell the journal what has happened to a notebook.

    Which one is told of installed notebooks only; what people call their own is theirs.

    Args:
        event: `open`, `made` or `run`.
        path: The file.
        notebooks: The folder of installed notebooks.
    """
    with contextlib.suppress(OSError, ValueError):
        name = os.path.relpath(os.path.realpath(path), os.path.realpath(notebooks))
        is_installed = os.pardir not in Path(name).parts and len(name) < _LONGEST
        notebook = os.fsencode(name) if is_installed else b""
        entry = (
            f"MESSAGE=notebook: {event}\nPRIORITY=7\nSYSLOG_IDENTIFIER=nblint-usage\n"
            f"NBLINT_USAGE={event}\nNBLINT_NOTEBOOK\n"
        ).encode()
        # Names can hold line breaks.
        entry += struct.pack("<Q", len(notebook)) + notebook + b"\n"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
            journal.setblocking(False)
            journal.sendto(entry, JOURNAL)


def telling(base: Any, notebooks: str) -> Any:
    """Return a contents manager that tells what is opened and made.

    Not Jupyter's own events: their `get` is emitted for each file of a folder that is listed, and
    after each save. https://github.com/jupyter-server/jupyter_server/issues/1533

    Args:
        base: The contents manager, asynchronous.
        notebooks: The folder of installed notebooks.
    """

    def say(manager: Any, event: str, path: str) -> None:
        # It has no public name; and not every contents manager has files.
        with contextlib.suppress(Exception):
            tell(event, manager._get_os_path(path), notebooks)  # noqa: SLF001

    class Telling(base):  # type: ignore[misc]
        async def get(self, path: str, content: bool = True, *rest: Any, **more: Any) -> Any:
            model = await super().get(path, content, *rest, **more)
            if content and model.get("type") == "notebook":
                say(self, "open", path)
            return model

        async def save(self, model: Any, path: str = "", *rest: Any, **more: Any) -> Any:
            is_new = False
            # Files come in pieces where they are large.
            if path.endswith(".ipynb") and model.get("chunk", 1) == 1:
                with contextlib.suppress(Exception):
                    is_new = not await self.file_exists(path)
            saved = await super().save(model, path, *rest, **more)
            if is_new:
                say(self, "made", path)
            return saved

    return Telling


def tell_of_server(notebooks: str) -> None:
    """Let the server of this process tell what is opened and made.

    It is a default: who has chosen a contents manager of their own keeps it, and is not counted.

    Args:
        notebooks: The folder of installed notebooks.
    """
    from jupyter_server.serverapp import ServerApp
    from jupyter_server.services.contents.manager import AsyncContentsManager

    trait = ServerApp.contents_manager_class
    if issubclass(trait.default_value, AsyncContentsManager):
        trait.default_value = telling(trait.default_value, notebooks)


def tell_of_kernel(shell: Any, notebooks: str) -> None:
    """Let a kernel tell that its notebook is run, at its first cell.

    Args:
        shell: IPython's.
        notebooks: The folder of installed notebooks.
    """
    path = os.environ.get("JPY_SESSION_NAME", "")

    def tell_once(_cell: Any) -> None:
        shell.events.unregister("pre_run_cell", tell_once)
        tell("run", path, notebooks)

    if path.endswith(".ipynb"):
        shell.events.register("pre_run_cell", tell_once)
