"""Findings as a page for people who would rather look than read a terminal.

The page is one file that loads nothing and runs nothing: its policy lets a browser apply the one
stylesheet that is in it, and forbids all else. What it lets a reader choose, it does by CSS.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from tempfile import SpooledTemporaryFile

from nblint._version import __version__
from nblint.linting.results import Result
from nblint.linting.tally import Tally
from nblint.reports.html.kinds import CHOICES
from nblint.reports.html.markup import Markup, element
from nblint.reports.html.overview import Overview
from nblint.reports.text import count

# The summary stands above the findings and is known after them: they wait, above this many
# characters in a temporary file.
_KEPT = 8_000_000
_PIECE = 65_536
# Without a finding of the choice nothing is shown, but for what a link has led to.
_CHOSEN = """\
body:has(#only-{0}:checked) :is(tbody tr, .notebook, .cell, .finding):not(.{0}):not(:has(.{0}))\
:not(:target):not(:has(:target)) {{ display: none; }}
"""


def render(results: Iterable[Result]) -> Iterator[str]:
    """Yield the page: what there is, notebooks by families of rules, each notebook's findings."""
    tally, overview = Tally(), Overview()
    with SpooledTemporaryFile(_KEPT, "w+", encoding="ascii", newline="\n") as sections:
        for result in tally.counted(results):
            sections.writelines(overview.sections(result))
        yield from _head(_verdict(tally)[1])
        yield from _summary(tally, overview)
        if overview.rows:
            yield from overview.choices(tally)
            yield from overview.table()
        yield from overview.clean_notebooks()
        if overview.rows:
            yield element("h2", "Findings", id="findings") + "\n"
        sections.seek(0)
        yield from iter(lambda: sections.read(_PIECE), "")
    yield "</main>\n"
    version = f"Made by nblint {__version__}. The page loads and runs nothing."
    yield element("footer", element("p", version)) + "\n</body>\n</html>\n"


def _head(title: str) -> Iterator[str]:
    style = files("nblint.reports.html").joinpath("page.css").read_text("utf-8")
    style = f"\n{style}{''.join(map(_CHOSEN.format, CHOICES))}"
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n'
    yield element("meta", charset="utf-8") + "\n"
    yield element("meta", http_equiv="Content-Security-Policy", content=policy) + "\n"
    yield element("meta", name="viewport", content="width=device-width, initial-scale=1") + "\n"
    yield element("meta", name="referrer", content="no-referrer") + "\n"
    yield element("title", f"nblint: {title}") + "\n"
    yield element("style", Markup(style)) + "\n</head>\n<body>\n"


def _verdict(tally: Tally) -> tuple[str, str]:
    """Return how it is, in a class and in words."""
    if not tally.errors and not tally.warnings:
        return ("good", "All clean") if tally.notebooks else ("doubtful", "No notebook to check")
    counts = ((tally.errors, "error"), (tally.warnings, "warning"))
    words = " and ".join(count(number, noun) for number, noun in counts if number)
    return "bad" if tally.errors else "doubtful", words


def _summary(tally: Tally, overview: Overview) -> Iterator[str]:
    kind, words = _verdict(tally)
    checked = count(tally.notebooks, "notebook")
    said: list[str] = []
    if overview.guilty:
        said.append(f"In {overview.guilty:,} of {checked}. ")
    elif tally.notebooks:
        said.append(f"{checked} checked. ")
    if tally.fixable:
        command = element("code", "nblint check --fix")
        said += [command, f" fixes {tally.fixable:,} of them. "]
    if overview.recorded:
        recorded = count(overview.recorded, "finding")
        said.append(f"{recorded} not shown: the baseline records them.")
    about = element("p", *said)
    product = element("p", "nblint", class_="product")
    verdict = element("div", element("h1", words), about, class_=f"verdict {kind}")
    yield element("header", product, verdict) + "\n<main>\n"
