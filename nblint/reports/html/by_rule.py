"""The table of rules: what each refuses, and how often and in how many notebooks."""

from collections.abc import Iterable, Iterator

from nblint.linting.documentation import summary, url
from nblint.linting.registry import rule_of
from nblint.linting.results import Reported
from nblint.reports.html.kinds import kinds_of
from nblint.reports.html.markup import Markup, element, heading


class _Row:
    """What is known of one rule so far."""

    def __init__(self, reported: Reported, first: str) -> None:
        self.name = reported.finding.name
        self.first = first
        self.findings = 0
        self.fixable = 0
        self.notebooks: set[str] = set()
        self.kinds: set[str] = set()


class RuleTable:
    """Findings counted by rule, while they pass through."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}

    def add(self, path: str, findings: Iterable[tuple[Reported, str]]) -> None:
        """Count findings.

        Args:
            path: The notebook that has them.
            findings: Each with the target of links to it.
        """
        for reported, target in findings:
            kinds = kinds_of(reported)
            row = self._rows.setdefault(reported.finding.code, _Row(reported, target))
            row.findings += 1
            row.fixable += "fixable" in kinds
            row.notebooks.add(path)
            row.kinds.update(kinds)

    def render(self) -> Iterator[str]:
        """Yield the table, by codes."""
        yield heading("h2", "Rules", "rules") + "\n"
        yield '<div class="wide">\n<table class="rules">\n<thead>'
        heads = ("rule", "what it refuses", "findings", "notebooks", "fixable")
        yield element("tr", *(element("th", element("span", head), scope="col") for head in heads))
        yield "</thead>\n<tbody>\n"
        for code in sorted(self._rows):
            yield self._row(code, self._rows[code]) + "\n"
        yield "</tbody>\n</table>\n</div>\n"

    def _row(self, code: str, row: _Row) -> Markup:
        link = element("a", f"{code} {row.name}", href=url(code), rel="noreferrer")
        number = element(
            "a", f"{row.findings:,}", href=f"#{row.first}", class_=" ".join(sorted(row.kinds))
        )
        return element(
            "tr",
            element("th", link, scope="row"),
            element("td", summary(rule_of(code))),
            element("td", number),
            element("td", f"{len(row.notebooks):,}"),
            element("td", f"{row.fixable:,}", class_=None if row.fixable else "none"),
            class_=" ".join(sorted(row.kinds)),
        )
