"""The header that an author has yet to write."""

from nblint.reading.header.headings import SECTION_LEVEL
from nblint.settings import Form, HeaderSettings, SectionSettings

# What a notebook is called until its author calls it something.
DEFAULT_TITLE = "Notebook Name"

_EMPTY_PROMPTS: dict[Form, str] = {"text": "TODO", "list": "* TODO", "numbered-list": "1. TODO"}


def skeleton(section: SectionSettings) -> str:
    """Return the markdown of a section that an author has yet to write, without a final newline."""
    blank = "\n" if section.form == "table" else ""
    return f"{'#' * SECTION_LEVEL} {section.title}\n{blank}{prompt(section)}"


def skeletons(settings: HeaderSettings) -> str:
    """Return the markdown of a whole header that an author has yet to write."""
    parts = [f"# {DEFAULT_TITLE}", *(skeleton(section) for section in settings.sections)]
    return "\n\n".join(parts)


def prompt(section: SectionSettings) -> str:
    """Return what stands under a section's heading until an author replaces it."""
    if section.prompt:
        return section.prompt
    if section.form == "table":
        columns = section.columns or ("TODO", "TODO")
        return "\n".join(
            " | ".join(row) for row in (columns, ["---"] * len(columns), ["TODO"] * len(columns))
        )
    return _EMPTY_PROMPTS[section.form]
