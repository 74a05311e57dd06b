from collections.abc import Iterator

from nblint.document.edit import TextEdit
from nblint.document.model import Notebook
from nblint.findings import Finding, Fix, Rule
from nblint.reading.header.header import Header, Section
from nblint.reading.header.headings import SECTION_LEVEL
from nblint.rules.header.rewriting import with_level


class HeadingLevel(Rule):
    """A section of the header has a heading of another level than 2.

    The title is the notebook's only level-1 heading, and the sections stand one below it: that is
    what the table of contents, the folding of sections and a screen reader go by.

    Write `## Purpose`. The fix changes the heading, and those below it as far, so that what stood
    under the section still does.

    Refused:

    ```markdown
    # Phishing triage

    ### Purpose
    Rank reported mails by how likely they are phishing.
    ```

    Instead:

    ```markdown
    # Phishing triage

    ## Purpose
    Rank reported mails by how likely they are phishing.
    ```
    """

    code = "NBL107"
    fixable = "safe"
    settings = ("header.sections",)

    def check(self, header: Header, notebook: Notebook) -> Iterator[Finding]:
        for section in header.sections:
            heading = section.heading
            if heading.level == SECTION_LEVEL or heading.form not in ("atx", "setext"):
                continue
            edits = _shifted(notebook, section)
            yield self.at(
                heading.place,
                f"the section {section.settings.title!r} has a heading of level {heading.level}",
                help=f"write '{'#' * SECTION_LEVEL} {heading.title}'",
                fix=Fix(f"make it a heading of level {SECTION_LEVEL}", edits) if edits else None,
            )


def _shifted(notebook: Notebook, section: Section) -> tuple[TextEdit, ...] | None:
    """Return the edits that shift a section's headings; None where one of them cannot be."""
    edits = []
    shift = SECTION_LEVEL - section.heading.level
    for entry in (section.entry, *section.entries):
        if entry.heading and entry.heading.form in ("atx", "setext"):
            edit = with_level(notebook, entry, entry.heading.level + shift)
            if edit is None:
                return None
            edits.append(edit)
    return tuple(edits)
