from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.header.header import Header


class MissingTitle(Rule):
    """The notebook's first heading is not a level-1 title.

    Lists of notebooks, search results and a colleague's browser tab show a notebook by its title.
    Open the first markdown cell with one: `# Phishing triage`.

    A title in bold or in HTML is one to a reader, and NBL111's affair.

    Refused:

    ```markdown
    This notebook ranks reported mails.
    ```

    Instead:

    ```markdown
    # Phishing triage

    This notebook ranks reported mails.
    ```
    """

    code = "NBL101"

    def check(self, header: Header) -> Iterator[Finding]:
        if header.title:
            return
        advice = "open the first markdown cell with '# ' and the notebook's name"
        place = header.start
        # What it opens with instead is no part of the message: other fixes can change it.
        if header.headings:
            first = header.headings[0]
            what = "the section" if first.section else f"the level-{first.level} heading"
            place, advice = first.place, f"{advice}; now it opens with {what} {first.title!r}"
        yield self.at(place, "the notebook does not open with a title", help=advice)
