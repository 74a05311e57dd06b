from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.header.header import Header


class EmptySection(Rule):
    """A section of the header has nothing under its heading.

    A heading alone says that the author knew what was asked for and had no time for it. Say it in a
    sentence; where there is nothing to say, say that: `None`.

    Subheadings and their text count, comments do not. Headings that the settings do not name are
    the author's own and may be empty.

    Refused:

    ```markdown
    # Phishing triage

    ## Purpose

    ## Audience
    Analysts on duty.
    ```

    Instead:

    ```markdown
    # Phishing triage

    ## Purpose
    Rank reported mails by how likely they are phishing.

    ## Audience
    Analysts on duty.
    ```
    """

    code = "NBL103"
    settings = ("header.sections",)

    def check(self, header: Header) -> Iterator[Finding]:
        for section in header.sections:
            if not section.entries:
                yield self.at(
                    section.heading.place,
                    f"the section {section.settings.title!r} is empty",
                    help="write a sentence under the heading, or 'None' if there is nothing to say",
                )
