"""The command line: one module per command, imported when the command is used."""

import gc
import sys
from collections.abc import Sequence

# How many objects Python may create before it looks for reference cycles.
_GC_THRESHOLD = 200_000
# What click expands on Windows, whose shells do not.
_WILDCARDS = frozenset("*?[~$%")


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line.

    Args:
        arguments: What follows `nblint`; None: the arguments of this process.

    Raises:
        SystemExit: Always, with the exit status.
    """
    # A run creates next to no cycles, so looking for them as often as Python does by default is
    # wasted: without this threshold and the freeze below, one notebook takes 22 % more processor
    # time, and 122 notebooks take 8 % more; with a quarter of this threshold, 500 notebooks take
    # 5 % more, and each process 14 MB less (medians of alternating runs).
    gc.set_threshold(_GC_THRESHOLD)
    try:
        _run(arguments)
    finally:
        gc.freeze()  # skips the collection at exit: the process is about to free everything


def _run(arguments: Sequence[str] | None) -> None:
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["check"] and (plain := _plain(given[1:])) is not None:
        # How hooks call it. There is nothing to parse, and with click the check of one notebook
        # takes 25 % more processor time.
        from nblint.cli.process import escape_unencodable, guarded

        escape_unencodable()
        sys.exit(guarded(lambda: _check(*plain)))
    from nblint.cli.main import main

    main(arguments, prog_name="nblint")


def _plain(given: list[str]) -> tuple[tuple[str, ...] | None, list[str]] | None:
    """Read the arguments of `nblint check` that hooks give: `[--select FAMILIES] [--] [PATHS]`.

    Returns:
        The families, None without --select, and the paths; None if click must parse them.
    """
    select = None
    if given[:1] == ["--select"] and len(given) > 1 and given[1].startswith("NBL"):
        select, given = tuple(given[1].split(",")), given[2:]
    paths = given[1:] if given[:1] == ["--"] else given
    if not all(map(_is_plain_path, paths)):
        return None
    _load_msgspec()
    if select is not None:
        from nblint.linting.registry import FAMILIES

        if not FAMILIES.keys() >= set(select):
            return None
    return select, paths


def _load_msgspec() -> None:
    """Load msgspec without typing_extensions, which takes longer to load than msgspec itself.

    msgspec only needs it for types that nblint does not use, and works where it is not installed.
    """
    if "typing_extensions" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # as if not installed
    try:
        import msgspec  # noqa: F401
    finally:
        del sys.modules["typing_extensions"]


def _is_plain_path(argument: str) -> bool:
    """Tell whether an argument is a path as it stands: no option, and no wildcard for Windows."""
    return argument[:1] not in ("", "-") and _WILDCARDS.isdisjoint(argument)


def _check(select: tuple[str, ...] | None, paths: Sequence[str]) -> int:
    from pathlib import Path

    from nblint.cli.arguments import CheckArguments
    from nblint.cli.check_run import check

    return check(CheckArguments(select=select, paths=tuple(map(Path, paths))))
