from collections.abc import Iterator

from nblint.document.edit import TextEdit
from nblint.document.model import Notebook
from nblint.findings import Finding, Fix, Rule
from nblint.reading.header.header import Header, Section
from nblint.reading.header.headings import SECTION_LEVEL
from nblint.rules.header.rewriting import with_level


class HeadingLevel(Rule):
    """A section's heading is not at level 2.

    The title is the notebook's only level-1 heading, and the sections are one level below it. The
    table of contents, the folding of sections and screen readers depend on these levels.

    Write `## Purpose`. The fix changes the section's heading and shifts the headings below it by as
    many levels, so that they stay in the section.

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
            if _is_nested(header, section):
                continue
            edits = _shifted(notebook, section)
            yield self.at(
                heading.place,
                f"section {section.settings.title!r} has a level-{heading.level} heading"
                f" instead of level {SECTION_LEVEL}",
                subject=f"{section.settings.title} {heading.level}",
                help=f"write '{'#' * SECTION_LEVEL} {heading.title}'",
                fix=Fix(f"change the heading to level {SECTION_LEVEL}", edits) if edits else None,
            )


def _is_nested(header: Header, section: Section) -> bool:
    """Tell whether a section is one level below the heading that it belongs to, and so are all."""
    position = header.headings.index(section.heading)
    level = section.heading.level
    for above in reversed(header.headings[:position]):
        if above.level < level:
            if above.level < level - 1:
                return False
            level = above.level
    return level == 1 and section.heading.level > SECTION_LEVEL


def _shifted(notebook: Notebook, section: Section) -> tuple[TextEdit, ...] | None:
    """Return the edits that shift a section's headings; None if one cannot be shifted."""
    edits = []
    shift = SECTION_LEVEL - section.heading.level
    for entry in (section.entry, *section.entries):
        if entry.heading and entry.heading.form in ("atx", "setext"):
            edit = with_level(notebook, entry, entry.heading.level + shift)
            if edit is None:
                return None
            edits.append(edit)
    return tuple(edits)
