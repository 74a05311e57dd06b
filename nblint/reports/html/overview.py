"""The table of notebooks by rule families, and the filters for findings."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from urllib.parse import quote

from nblint.credentials.masking.redaction import mask_path
from nblint.linting.registry import FAMILIES, family_name
from nblint.linting.results import Reported, Result
from nblint.linting.tally import Tally
from nblint.reports.html.by_rule import RuleTable
from nblint.reports.html.findings import path_of, section
from nblint.reports.html.kinds import CHOICES, counts_of, family_of, kinds_of
from nblint.reports.html.markup import Markup, element, heading
from nblint.reports.text import count


class Overview:
    """What comes before the findings, counted while they pass through.

    Attributes:
        by_rule: The table of rules.
        rows: The rows of the table of notebooks, one per notebook with findings: the heading, and
            the number of each family that has any.
        families: The columns: nblint's families, and those of plugins that have findings.
        with_findings: The number of notebooks with findings.
    """

    def __init__(self) -> None:
        self.by_rule = RuleTable()
        self.rows: list[tuple[Markup, dict[str, Markup]]] = []
        self.families = dict(FAMILIES)
        self.with_findings = 0
        self._clean: list[str] = []
        self._totals: Counter[str] = Counter()
        self._anchors: Counter[str] = Counter()

    def sections(self, result: Result) -> Iterator[str]:
        """Yield the findings of a notebook, or of each file if they are about all notebooks."""
        self.with_findings += result.notebooks if result.findings else 0
        if not result.findings and result.path:
            self._clean.append(result.path)
        for path, group in groupby(result.findings, lambda one: result.path or one.path):
            findings = tuple(group)
            anchor = self._anchor(path)
            targets = [f"{anchor}:{number}" for number in range(1, len(findings) + 1)]
            self.by_rule.add(path, zip(findings, targets, strict=True))
            self.rows.append(self._row(path, anchor, findings))
            yield from section(path, anchor, findings)

    def _anchor(self, path: str) -> str:
        """Return the target of links to a notebook: the same in tomorrow's report."""
        anchor = quote(mask_path(path), safe="/", errors="replace")
        self._anchors[anchor] += 1
        number = self._anchors[anchor]
        return anchor if number == 1 else f"{anchor}::{number}"

    def _row(
        self, path: str, anchor: str, findings: tuple[Reported, ...]
    ) -> tuple[Markup, dict[str, Markup]]:
        link = element("a", path_of(path), href=f"#{anchor}")
        by_family: dict[str, dict[int, Reported]] = {}
        for number, reported in enumerate(findings, 1):
            by_family.setdefault(family_of(reported), {})[number] = reported
        numbers = {}
        for family, found in by_family.items():
            self.families.setdefault(family, family_name(family))
            self._totals[family] += len(found)
            kinds = sorted({kind for one in found.values() for kind in kinds_of(one)})
            numbers[family] = element(
                "a",
                f"{len(found):,}",
                href=f"#{anchor}:{min(found)}",
                class_=" ".join(kinds),
                title=counts_of(found.values()),
            )
        return element("th", link, scope="row"), numbers

    def filters(self) -> dict[str, str]:
        """Return the words of all filters, by their CSS classes."""
        return CHOICES | self.families

    def choices(self, tally: Tally) -> Iterator[str]:
        """Yield the filters."""
        numbers = {
            "error": tally.errors,
            "warning": tally.warnings,
            "fixable": tally.fixable,
            **self._totals,
        }
        shown = [("all", "all", tally.errors + tally.warnings)]
        shown += [
            (name, words, numbers[name])
            for name, words in self.filters().items()
            if numbers.get(name)
        ]
        yield '<fieldset class="choices">\n'
        yield element("legend", "Show") + "\n"
        for name, words, number in shown:
            key = f"only-{name}"
            checked = "" if name == "all" else None
            yield element("input", type="radio", name="only", id=key, checked=checked)
            yield element("label", f"{words} ", element("b", f"{number:,}"), for_=key) + "\n"
        yield "</fieldset>\n"

    def table(self) -> Iterator[str]:
        """Yield the table of notebooks by rule families."""
        yield heading("h2", "Notebooks", "notebooks") + "\n"
        yield '<div class="wide">\n<table>\n'
        heads = [
            element("th", element("span", name), element("code", prefix), scope="col")
            for prefix, name in self.families.items()
        ]
        yield element(
            "thead", element("tr", element("th", element("span", "notebook"), scope="col"), *heads)
        )
        yield "\n<tbody>\n"
        none = element("td", "0", class_="none")
        for heading_cell, numbers in self.rows:
            cells = (
                element("td", numbers[family]) if family in numbers else none
                for family in self.families
            )
            yield element("tr", heading_cell, *cells) + "\n"
        yield "</tbody>\n"
        if len(self.rows) > 1:
            totals = [element("td", f"{self._totals[family]:,}") for family in self.families]
            total = element("th", "Total", scope="row")
            yield element("tfoot", element("tr", total, *totals)) + "\n"
        yield "</table>\n</div>\n"

    def clean_notebooks(self) -> Iterator[str]:
        """Yield the names of the notebooks without findings."""
        if not self._clean:
            return
        number = len(self._clean)
        verb = "is" if number == 1 else "are"
        yield '<details class="clean">\n'
        yield element("summary", f"{count(number, 'notebook')} {verb} clean") + "\n<ul>\n"
        yield from (f"{element('li', path_of(path))}\n" for path in self._clean)
        yield "</ul>\n</details>\n"
