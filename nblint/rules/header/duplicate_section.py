from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.header.header import Header


class DuplicateSection(Rule):
    """The header has a section twice.

    Of two sections on the same matter a reader finds one, and believes that it is all. They also
    drift apart: somebody updates the first, and the second stays as it was.

    Put both texts under one heading. A section counts as the same under any of its names.

    Refused:

    ```markdown
    # Phishing triage

    ## Purpose
    Rank reported mails.

    ## Purpose
    Show the most likely ones first.
    ```

    Instead:

    ```markdown
    # Phishing triage

    ## Purpose
    Rank reported mails. Show the most likely ones first.
    ```
    """

    code = "NBL106"
    settings = ("header.sections",)

    def check(self, header: Header) -> Iterator[Finding]:
        seen = set()
        for section in header.sections:
            title = section.settings.title
            if title in seen:
                yield self.at(
                    section.heading.place,
                    f"the header has the section {title!r} twice",
                    help="put both texts under the first of the headings",
                )
            seen.add(title)
