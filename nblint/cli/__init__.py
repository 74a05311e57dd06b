"""The command line: one module a command, imported when the command is used."""

import sys
from collections.abc import Sequence


def run(arguments: Sequence[str] | None = None) -> None:
    """Run what the command line says.

    Args:
        arguments: What follows `nblint`; None: what this process was called with.

    Raises:
        SystemExit: Always; with the exit status.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["check"] and all(map(_is_plain, given[1:])):
        # As hooks call it: there is nothing to parse, and click takes as long to load as a
        # notebook takes to check.
        from nblint.cli.running import guarded, print_leniently

        print_leniently()
        sys.exit(guarded(lambda: _check(given[1:])))
    from nblint.cli.group import main

    main(arguments, prog_name="nblint")


def _is_plain(argument: str) -> bool:
    """Tell whether an argument is a path as it stands: no option, and no pattern for Windows."""
    return not argument.startswith("-") and _PATTERNS.isdisjoint(argument)


# What click expands on Windows, whose shells do not.
_PATTERNS = frozenset("*?[~$%")


def _check(paths: Sequence[str]) -> int:
    from pathlib import Path

    from nblint.cli.asked import Asked
    from nblint.cli.checking import check

    return check(Asked(paths=tuple(map(Path, paths))))
