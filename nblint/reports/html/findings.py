"""The findings of a notebook, one after the other, each with the rows that it is about."""

import re
from collections.abc import Iterator
from itertools import count as count_from
from itertools import groupby

from nblint.credentials.masking.redaction import mask_path
from nblint.linting.documentation import url
from nblint.linting.results import Excerpt, Reported
from nblint.reports.html.kinds import counts_of, kinds_of
from nblint.reports.html.markup import Markup, element, link_here, verbatim
from nblint.reports.sentences import inside
from nblint.reports.terminal import printable_characters

# The rows of a cell that are shown: on either side of the finding, and of the finding itself.
_CONTEXT, _MOST_ROWS = 2, 10
_BREAK = Markup("<wbr>")


def section(path: str, anchor: str, findings: tuple[Reported, ...]) -> Iterator[str]:
    """Yield a notebook's findings, cell by cell.

    Args:
        path: The notebook, or another file that the findings are about.
        anchor: The target of links to the notebook; with a number, of links to a finding.
        findings: The findings, in order.
    """
    yield f'<details class="notebook" id="{anchor}" open>\n'
    counts = element("span", counts_of(findings))
    title = element("h3", path_of(path), " ", link_here(anchor, mask_path(path)))
    yield element("summary", title, counts) + "\n"
    numbers = count_from(1)
    above = None
    for (file, cell), group in groupby(findings, lambda one: (one.path, one.finding.place.cell)):
        yield '<section class="cell">\n'
        yield element("h4", *_heading(path, file, cell, first := next(group))) + "\n<ol>\n"
        for reported in (first, *group):
            yield _finding(reported, f"{anchor}:{next(numbers)}", above) + "\n"
            above = reported
        yield "</ol>\n</section>\n"
    yield "</details>\n"


def path_of(path: str) -> Markup:
    """Return a path with the file's name emphasised, which breaks between its words if it must."""
    folder, slash, name = mask_path(path).rpartition("/")
    words = re.split(r"(?<=[_-])(?=\w)", name)
    parts = (part for word in words for part in (_BREAK, word))
    within = element("span", f"{folder}{slash}", class_="folder")
    return element("code", within, _BREAK, element("span", *parts, class_="name"))


def _heading(path: str, file: str, cell: int | None, reported: Reported) -> Iterator[Markup]:
    """Yield what the findings below are about: a cell, or a file."""
    if cell is not None:
        yield element("span", f"Cell {cell:,}")
        yield element("code", reported.first_line or reported.cell_type or "")
    elif file != path:
        yield element("code", mask_path(file))
    else:
        yield element("span", "The file")


def _finding(reported: Reported, key: str, above: Reported | None) -> Markup:
    finding = reported.finding
    code = element("a", f"{finding.code} {finding.name}", href=url(finding.code), rel="noreferrer")
    rule = element(
        "p",
        element("span", finding.severity, class_="severity"),
        " ",
        code,
        " ",
        element("span", _where(reported), class_="where"),
        " ",
        link_here(key, "this finding"),
        class_="rule",
    )
    parts = [rule, element("p", finding.message, class_="message")]
    repeated = above is not None and _shows(above, reported)
    if reported.excerpt and not repeated and (excerpt := _excerpt(reported.excerpt)):
        parts.append(excerpt)
    advice: list[Markup] = []
    if finding.help:
        advice += element("dt", "Help"), Markup(" "), element("dd", finding.help)
    if finding.fix:
        option = "--fix" if finding.fix.safe else "--fix --unsafe-fixes"
        how = element("code", f"nblint check {option}")
        advice += element("dt", "Fix"), Markup(" "), element("dd", f"{finding.fix.message}: ", how)
    if advice:
        parts.append(element("dl", *advice, class_="advice"))
    return element("li", *parts, class_=" ".join(["finding", *kinds_of(reported)]), id=key)


def _shows(above: Reported, reported: Reported) -> bool:
    """Tell whether the finding above quotes the same, whichever findings are filtered out."""
    places = [(one.path, one.finding.place) for one in (above, reported)]
    return places[0] == places[1] and set(kinds_of(reported)) <= set(kinds_of(above))


def _where(reported: Reported) -> str:
    place = reported.finding.place
    parts = [inside(reported)]
    if parts[0] and place.column is not None:
        parts.append(f"column {place.column:,}")
    if reported.one_line:
        parts.append("the file is a single line")
    elif reported.file_line:
        parts.append(f"line {reported.file_line:,} of the file")
    return ", ".join(filter(None, parts))


def _excerpt(excerpt: Excerpt) -> Markup | None:
    """Return the rows of a finding, marked, with some around them; None where all are blank."""
    last = min(excerpt.end_row, excerpt.row + _MOST_ROWS - 1)
    around = range(excerpt.row - _CONTEXT, last + _CONTEXT + 1)
    rows = [(n, row) for n, row in enumerate(excerpt.rows, excerpt.first) if n in around]
    if not any(row.strip() for _, row in rows):
        return None
    # Without blank rows at either end.
    shown = [n for n, row in rows if row.strip() or excerpt.row <= n <= last]
    lines = [
        element(
            "span",
            element("span", str(n), class_="number"),
            " ",
            element("code", *_marked(excerpt, n, row), Markup("\n")),
            class_="row",
        )
        for n, row in rows
        if shown[0] <= n <= shown[-1]
    ]
    return element("pre", *lines, class_="excerpt")


def _marked(excerpt: Excerpt, number: int, row: str) -> Iterator[Markup]:
    """Yield a row, with the part that belongs to the finding marked."""
    shown = printable_characters(row)
    if not excerpt.row <= number <= excerpt.end_row:
        yield verbatim("".join(shown))
        return
    start = excerpt.column - 1 if number == excerpt.row else 0
    end = excerpt.end_column - 1 if number == excerpt.end_row else len(row)
    # The end of the row is a place, too.
    end = max(end, start + 1)
    yield verbatim("".join(shown[:start]))
    yield element("mark", verbatim("".join(shown[start:end]) or " "))
    yield verbatim("".join(shown[end:]))
