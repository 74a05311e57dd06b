"""Compare nblint with its peers on one notebook, on hundreds and on thousands."""

import argparse
import platform
import shutil
from pathlib import Path

from bench.fleet import make_fleet, make_one, take_fleet
from bench.measure import measure
from bench.peers import commands
from bench.table import markdown, rows, text


def main() -> None:
    """Measure and print the tables."""
    options = _parser().parse_args()
    counts = (1, 60) if options.quick else (1, 500, 5000)
    rounds = 1 if options.quick else options.rounds
    work = options.work.resolve()
    extra = work / "fast" if (work / "fast").is_dir() else None
    print(f"Python {platform.python_version()} on {platform.system()}, {platform.machine()}")
    # Nearly all real notebooks have findings, and those made up are much alike.
    kind = "real" if options.notebooks else "made up: real ones take longer"
    pages = []
    for count in counts:
        folder, cache = work / f"fleet-{count}", work / f"cache-{count}"
        for old in (folder, cache):
            shutil.rmtree(old, ignore_errors=True)
        if options.notebooks:
            take_fleet(options.notebooks, folder, count)
        elif count == 1:
            make_one(folder)
        else:
            make_fleet(folder, count)
        found = sorted(folder.rglob("*.ipynb"))
        size = sum(path.stat().st_size for path in found)
        names = [path.relative_to(folder).as_posix() for path in found]
        plural = "" if count == 1 else "s"
        title = f"{count:,} notebook{plural}, {size / 1e6:.3g} MB, {kind}"
        print(f"\n{title}, {rounds} round{'s' if rounds > 1 else ''}\n", flush=True)
        wanted = list(commands(names, extra=extra, cache=cache, peers=options.peers))
        measured = measure(wanted, folder, rounds=rounds, patience=options.patience)
        table = list(rows(measured, size))
        print(text(table), flush=True)
        pages.append(f"### {title}\n\n{markdown(table)}\n")
        shutil.rmtree(folder)
        shutil.rmtree(cache, ignore_errors=True)
    if options.markdown:
        options.markdown.write_text("\n".join(pages), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--notebooks", type=Path, help="use the notebooks in this folder")
    parser.add_argument(
        "--quick", action="store_true", help="use 60 notebooks instead of thousands"
    )
    parser.add_argument(
        "--no-peers",
        dest="peers",
        action="store_false",
        help="measure only nblint and the lower bound",
    )
    parser.add_argument(
        "--rounds", type=int, default=5, help="number of runs of each command (default: 5)"
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=300,
        help="seconds after which a run is stopped (default: 300)",
    )
    parser.add_argument("--markdown", type=Path, help="also write the tables to this file")
    parser.add_argument(
        "--work", type=Path, default=Path("build/bench"), help="folder for the notebooks"
    )
    return parser


if __name__ == "__main__":
    main()
