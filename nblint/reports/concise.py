"""Findings for people who know them, one per line: `path:cell 5:4:7: NBL105 [*] message`.

`[*]` marks those that --fix fixes, as in ruff's report of that name.
"""

from collections.abc import Iterable, Iterator

from nblint.linting.results import Result
from nblint.linting.tally import Tally
from nblint.reports.terminal import PLAIN, Style
from nblint.reports.text import headline, notes, summary_line


def render(results: Iterable[Result], style: Style = PLAIN) -> Iterator[str]:
    """Yield the findings in the notebook's order, and at the end a summary, unless it is quiet."""
    tally = Tally()
    for result in tally.counted(results):
        for reported in result.findings:
            fix = reported.finding.fix
            yield headline(reported, style, "[*] " if fix and fix.safe else "")
    yield from notes(tally, style)
    if not style.quiet:
        yield summary_line(tally, style)
