import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from nblint.findings import Finding, Rule
from nblint.patterns import lazy_pattern
from nblint.reading.header.header import Header, Section
from nblint.reading.header.headings import normalised
from nblint.reading.markdown.model import Kind
from nblint.settings import Form

# The text of a section that has nothing to list.
_NOTHING = lazy_pattern(r"(?:none|n/a|not applicable)[.!]?", re.I)

_KINDS: Mapping[Form, tuple[Kind, ...]] = MappingProxyType(
    {
        "list": ("list", "numbered-list"),
        "numbered-list": ("numbered-list",),
        "table": ("table",),
    }
)
_NOUNS: Mapping[Form, str] = MappingProxyType(
    {"list": "list", "numbered-list": "numbered list", "table": "table"}
)
_ADVICE: Mapping[Form, str] = MappingProxyType(
    {
        "list": "write each item on its own line, starting with '* '",
        "numbered-list": "write each step on its own line, starting with '1. '",
        "table": "write a table, or 'None' if there is nothing to list",
    }
)


class SectionForm(Rule):
    """A section of the header does not have its configured form.

    By default, data sources and references are lists, the description is a numbered list, and
    parameters are a table. Readers can skim these forms, authors can update them item by item, and
    tools can parse them. Text around the list or table is allowed.

    Write `None` in a section that has nothing to list.

    Refused:

    ```markdown
    # Phishing triage

    ## Data Sources
    The abuse mailbox and the sandbox.
    ```

    Instead:

    ```markdown
    # Phishing triage

    ## Data Sources
    * The abuse mailbox
    * The sandbox
    ```
    """

    code = "NBL108"
    settings = ("header.sections",)

    def check(self, header: Header) -> Iterator[Finding]:
        for section in header.sections:
            title, form = section.settings.title, section.settings.form
            blocks = [entry.block for entry in section.entries]
            if form == "text" or not blocks or _says_none(section):
                continue
            # NBL109 reports a table that does not render.
            if form == "table" and any(block.fault for block in blocks):
                continue
            if not any(block.kind in _KINDS[form] for block in blocks):
                yield self.at(
                    section.heading.place,
                    f"section {title!r} has no {_NOUNS[form]}",
                    subject=f"{title} {form}",
                    help=_ADVICE[form],
                )
            elif missing := missing_columns(section):
                columns = ", ".join(map(repr, missing))
                noun = "column" if len(missing) == 1 else "columns"
                yield self.at(
                    section.heading.place,
                    f"missing {noun} {columns} in the table of section {title!r}",
                    subject=f"{title} {' '.join(missing)}",
                    help=f"write the header row as '{' | '.join(section.settings.columns)}'",
                )


def missing_columns(section: Section) -> tuple[str, ...]:
    """Return the configured columns that the best-matching table of a section lacks."""
    wanted = section.settings.columns
    lacking = [
        tuple(column for column in wanted if normalised(column) not in columns)
        for entry in section.entries
        if entry.block.kind == "table"
        for columns in [{normalised(text.text) for text in entry.block.texts if text.header}]
    ]
    return min(lacking, key=len, default=wanted)


def _says_none(section: Section) -> bool:
    texts = [text.text for entry in section.entries for text in entry.block.texts]
    return len(texts) == 1 and bool(_NOTHING.fullmatch(texts[0].strip(" \t*_`")))
