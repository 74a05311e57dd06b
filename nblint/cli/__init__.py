"""The command line: one module a command, imported when the command is used."""

import gc
import sys
from collections.abc import Sequence


def run(arguments: Sequence[str] | None = None) -> None:
    """Run what the command line says.

    Args:
        arguments: What follows `nblint`; None: what this process was called with.

    Raises:
        SystemExit: Always; with the exit status.
    """
    # What is loaded stays, and a notebook leaves next to nothing that refers to itself: looking for
    # such garbage as often as Python does takes a tenth of a run.
    gc.set_threshold(_OBJECTS)
    try:
        _run(arguments)
    finally:
        gc.freeze()  # Python would look once more before it ends, and all goes with the process


def _run(arguments: Sequence[str] | None) -> None:
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["check"] and all(map(_is_plain, given[1:])):
        # As hooks call it: there is nothing to parse, and click takes as long to load as a
        # notebook takes to check.
        _load_msgspec()
        from nblint.cli.running import guarded, print_leniently

        print_leniently()
        sys.exit(guarded(lambda: _check(given[1:])))
    from nblint.cli.group import main

    main(arguments, prog_name="nblint")


def _load_msgspec() -> None:
    """Load msgspec without typing_extensions, which takes longer to load than msgspec itself.

    It is only there for types that nblint does not use, and msgspec does without it where it is
    not installed.
    """
    if "typing_extensions" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # as if not installed
    try:
        import msgspec  # noqa: F401
    finally:
        del sys.modules["typing_extensions"]


def _is_plain(argument: str) -> bool:
    """Tell whether an argument is a path as it stands: no option, and no pattern for Windows."""
    return argument[:1] not in ("", "-") and _PATTERNS.isdisjoint(argument)


# What may be made before Python looks for garbage.
_OBJECTS = 50_000
# What click expands on Windows, whose shells do not.
_PATTERNS = frozenset("*?[~$%")


def _check(paths: Sequence[str]) -> int:
    from pathlib import Path

    from nblint.cli.asked import Asked
    from nblint.cli.checking import check

    return check(Asked(paths=tuple(map(Path, paths))))
