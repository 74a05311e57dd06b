from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.header import Header


class MissingTitle(Rule):
    """The notebook's first heading is not a level-1 title.

    Lists of notebooks, search results and a colleague's browser tab show a notebook by its title.
    Open the first markdown cell with one: `# Phishing triage`.

    A title in bold or in HTML is one to a reader, and NBL111's affair.
    """

    code = "NBL101"

    def check(self, header: Header) -> Iterator[Finding]:
        if header.title:
            return
        advice = "open the first markdown cell with '# ' and the notebook's name"
        if not header.headings:
            yield self.at(header.start, "the notebook has no title", help=advice)
            return
        first = header.headings[0]
        what = "the section" if first.section else f"the level-{first.level} heading"
        yield self.at(
            first.place, f"the notebook opens with {what} {first.title!r}, not a title", help=advice
        )
