from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.header.header import Header


class DuplicateSection(Rule):
    """The header has a section more than once.

    Readers who find one of the sections do not look for the other. The two also drift apart: one is
    updated, the other stays as it was.

    Merge their texts under one heading. A title and its aliases name the same section.

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
                    f"duplicate section {title!r}",
                    subject=title,
                    help="move its text under the first of the headings",
                )
            seen.add(title)
