"""The skeleton of a header: its headings, with prompts for the author to replace."""

from nblint.reading.header.headings import SECTION_LEVEL
from nblint.settings import Form, HeaderSettings, SectionSettings

# The title of a notebook until its author gives it one.
DEFAULT_TITLE = "Notebook Name"

_PROMPTS: dict[Form, str] = {"text": "TODO", "list": "* TODO", "numbered-list": "1. TODO"}


def skeleton(section: SectionSettings) -> str:
    """Return the markdown of a section's heading and prompt, without a final newline."""
    blank = "\n" if section.form == "table" else ""
    return f"{'#' * SECTION_LEVEL} {section.title}\n{blank}{prompt(section)}"


def skeletons(settings: HeaderSettings) -> str:
    """Return the markdown of a whole header: a title and all sections."""
    parts = [f"# {DEFAULT_TITLE}", *(skeleton(section) for section in settings.sections)]
    return "\n\n".join(parts)


def prompt(section: SectionSettings) -> str:
    """Return the markdown under a section's heading that its author is to replace."""
    if section.prompt:
        return section.prompt
    if section.form == "table":
        columns = section.columns or ("TODO", "TODO")
        rows = (columns, ["---"] * len(columns), ["TODO"] * len(columns))
        return "\n".join(map(" | ".join, rows))
    return _PROMPTS[section.form]
