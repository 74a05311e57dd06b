"""Format measurements as tables for a terminal and for a page."""

from collections.abc import Iterator, Sequence

from bench.measure import Measured, ratios

_HEADINGS = ("", "time", "processors", "memory", "MB/s", "nblint / it: time", "processors")


def rows(measured: Sequence[Measured], size: int) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a table, one per command.

    Args:
        measured: The measurements; all are compared with the first.
        size: The total size of the notebooks in bytes.
    """
    first = measured[0]
    for one in measured:
        if not (one.costs and first.costs):
            yield (one.command.name, one.why, "", "", "", "", "")
            continue
        time, processors = ratios(first, one)
        yield (
            one.command.name,
            _seconds(one.wall),
            _seconds(one.cpu),
            f"{one.peak / 2**20:.0f} MiB" if one.peak else "",  # it ended before the first sample
            f"{size / 1e6 / one.wall:.3g}",
            f"{time:.2f}",
            f"{processors:.2f}",
        )


def text(table: Sequence[tuple[str, ...]]) -> str:
    """Return a table for a terminal."""
    whole = [_HEADINGS, *table]
    widths = [max(len(row[column]) for row in whole) for column in range(len(_HEADINGS))]
    lines = []
    for first, *others in whole:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *cells]))
    return "\n".join(lines)


def markdown(table: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    line = "| --- |" + " ---: |" * (len(_HEADINGS) - 1)
    whole = [f"| {' | '.join(row)} |" for row in (_HEADINGS, *table)]
    return "\n".join([whole[0], line, *whole[1:]])


def _seconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"
