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

    A section below another heading, or at the one level that all sections have, is not reported.
    Write `## Purpose`. The fix changes the section's heading and shifts the headings below it by as
    many levels, so that they stay in the section.

    Refused:

    ```markdown
    # Phishing triage

    ### Purpose
    Rank reported mails by how likely they are phishing.

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

    code = "NBL107"
    fixable = "safe"
    settings = ("header.sections",)

    def check(self, header: Header, notebook: Notebook) -> Iterator[Finding]:
        for section in header.sections:
            heading = section.heading
            if heading.level == SECTION_LEVEL or heading.form not in ("atx", "setext"):
                continue
            if _is_consistent(header, section):
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


def _is_consistent(header: Header, section: Section) -> bool:
    """Tell whether a deeper section follows from the headings around it.

    Either no heading but the title is above its level, or it is one level below the heading that it
    belongs to, as that is in turn.
    """
    level = section.heading.level
    if level < SECTION_LEVEL or header.title is None:
        return False
    others = [heading for heading in header.headings if heading is not header.title]
    if level == SECTION_LEVEL + 1 == min(heading.level for heading in others):
        return True
    position = header.headings.index(section.heading)
    for above in reversed(header.headings[:position]):
        if above.level == level - 1:
            level = above.level
        elif above.level < level:
            return False
    return level == 1


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
