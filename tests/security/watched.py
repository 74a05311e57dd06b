"""`python -m tests.security.watched ARGUMENTS`: nblint, with all that it does to the system noted.

The last line of stderr is JSON: what was executed, started, connected to and written, as Python's
audit events say it: https://docs.python.org/3/library/audit_events.html
"""

import json
import os
import sys
from collections.abc import Callable
from types import CodeType
from typing import Any

_STARTS = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile")
_CONNECTS = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "ssl.")
_CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.link", "os.symlink")
# Classes that the standard library makes of text: named tuples, dataclasses.
_MADE = ("<string>", "<frozen", "<attrs")


def watch() -> Callable[[], dict[str, list[str]]]:
    """Begin to note events; return what gives those so far."""
    noted: dict[str, list[str]] = {"executed": [], "started": [], "connected": [], "written": []}
    here = os.path.realpath(os.curdir)

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "exec" and isinstance(arguments[0], CodeType):
            file = arguments[0].co_filename
            if not file.startswith(_MADE) and (file[:1] == "<" or _is_in(file, here)):
                noted["executed"].append(file)
        elif event == "import" and arguments[1] and _is_in(str(arguments[1]), here):
            noted["executed"].append(str(arguments[1]))
        elif event.startswith(_STARTS):
            noted["started"].append(event)
        elif event.startswith(_CONNECTS):
            noted["connected"].append(event)
        elif event.startswith(_CHANGES):
            noted["written"].append(f"{event} {arguments[0]}")
        elif event == "open" and not isinstance(arguments[0], int) and _writes(arguments):
            noted["written"].append(f"open {arguments[0]}")

    sys.addaudithook(note)
    return lambda: {kind: list(events) for kind, events in noted.items()}


def _is_in(file: str, folder: str) -> bool:
    return os.path.realpath(file).startswith(folder + os.sep)


def _writes(arguments: tuple[Any, ...]) -> bool:
    flags = arguments[2] if isinstance(arguments[2], int) else 0
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)) and arguments[0] != os.devnull


if __name__ == "__main__":
    # What Python has read to begin with, and its caches of bytecode, are not nblint's.
    sys.dont_write_bytecode = True
    noted = watch()
    from nblint.cli.main import main

    try:
        main(sys.argv[1:], prog_name="nblint")
    finally:
        print("\n" + json.dumps(noted()), file=sys.stderr)
