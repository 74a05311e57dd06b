from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.header.header import Header


class EmptySection(Rule):
    """A section of the header is empty.

    A heading alone tells readers nothing. Write a sentence under it, or `None` if there is nothing
    to say.

    Subheadings and their text count as content, comments do not. Headings that are not configured
    as sections may be empty.

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
                    f"empty section {section.settings.title!r}",
                    subject=section.settings.title,
                    help="write a sentence under the heading, or 'None' if there is nothing to say",
                )
