from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.header.header import Header


class MissingTitle(Rule):
    """The notebook's first heading is not a level-1 title.

    Lists of notebooks, search results and browser tabs show a notebook by its title. Start the
    first Markdown cell with one: `# Phishing triage`.

    A title in bold or in HTML is reported by NBL111 instead.

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
        advice = "start the first Markdown cell with '# ' and the notebook's title"
        place = header.start
        if header.headings:
            first = header.headings[0]
            what = "a section" if first.section else f"level {first.level}"
            place, advice = first.place, f"{advice}; the first heading is {first.title!r} ({what})"
        yield self.at(place, "missing title", help=advice)
