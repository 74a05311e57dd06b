"""The number of findings of each rule, for people and for programs."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from nblint.linting.results import Result
from nblint.linting.tally import Tally
from nblint.reports.terminal import PLAIN, Style
from nblint.reports.text import summary_line


def render(results: Iterable[Result], output_format: str, style: Style = PLAIN) -> Iterator[str]:
    """Yield the counts, the largest first.

    Args:
        results: The results of a run.
        output_format: "json": an array with an object per rule; "text": a line per rule.
        style: How the text looks.
    """
    tally = Tally()
    found: Counter[tuple[str, str]] = Counter()
    fixable: Counter[str] = Counter()
    for result in tally.counted(results):
        for reported in result.findings:
            finding = reported.finding
            found[finding.code, finding.name] += 1
            fixable[finding.code] += bool(finding.fix and finding.fix.safe)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    if output_format == "json":
        yield _json(ranked, fixable)
        return
    width = len(str(ranked[0][1])) if ranked else 0
    for (code, name), number in ranked:
        mark = "[*]" if fixable[code] == number else "[-]" if fixable[code] else "[ ]"
        painted = style.paint(code, "bad")
        yield f"{number:>{width}}  {painted}  {style.paint(mark, 'quiet')} {name}\n"
    if not style.quiet:
        if fixable.total():
            yield f"[*] all fixable with {style.fix_command}, [-] some fixable\n"
        yield summary_line(tally, style)


def _json(ranked: list[tuple[tuple[str, str], int]], fixable: Counter[str]) -> str:
    objects = [
        {
            "code": code,
            "name": name,
            "count": number,
            "fixable": fixable[code] == number,
            "fixable_count": fixable[code],
        }
        for (code, name), number in ranked
    ]
    return json.dumps(objects, indent=2) + "\n"
