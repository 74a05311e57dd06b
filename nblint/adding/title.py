"""The title of a new notebook: whether it can be one, and the name of the file that follows."""

import unicodedata

from nblint.document.model import Notebook
from nblint.errors import SettingsError
from nblint.reading.header.header import Header
from nblint.rules.header.default_title import DefaultTitle
from nblint.settings import HeaderSettings

# As the template's cookiecutter.json makes the name of a repository.
_MOST = 60
_NAMELESS = "notebook"
# Windows reserves these names, whatever extension follows.
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{p}{n}" for p in ("com", "lpt") for n in range(10)}


def slug_of(title: str) -> str:
    """Return the name of a notebook's file, without extension, as cookiecutter makes it.

    Args:
        title: The notebook's title.

    Returns:
        At most 60 lower-case letters, digits and hyphens.

    Raises:
        SettingsError: The title makes a name that no file may have.
    """
    from slugify import slugify

    slug = slugify(title, max_length=_MOST, word_boundary=True) or _NAMELESS
    if slug in _RESERVED:
        raise SettingsError(f"the title makes the file name {slug!r}, which Windows reserves")
    return slug


def checked_title(title: str, settings: HeaderSettings) -> str:
    """Return a title without the spaces around it.

    Args:
        title: What its author calls the notebook.
        settings: The header, which says what is a placeholder.

    Raises:
        SettingsError: It cannot be a notebook's title; the message says why.
    """
    title = title.strip()
    if not title:
        raise SettingsError("the title must not be empty")
    # str.splitlines knows every character that one of the tools treats as a line break.
    controls = any(unicodedata.category(character) in ("Cc", "Cs") for character in title)
    if controls or len(title.splitlines()) > 1:
        raise SettingsError("the title must be one line, without control characters")
    if title.casefold().rstrip(".…") in map(str.casefold, settings.placeholders):
        raise SettingsError(f"title {title!r} is a placeholder: say what the notebook does")
    return title


def refuse_bad_title(title: str, path: str, data: bytes, settings: HeaderSettings) -> None:
    """Refuse a title that a notebook would not show as it is, or that nblint would refuse.

    Args:
        title: The title.
        path: The path of the new notebook.
        data: The new notebook.
        settings: The header.

    Raises:
        SettingsError: It cannot be the title of this notebook; the message says why.
    """
    notebook = Notebook.parse(path, data)
    header = Header.read(notebook, settings)
    shown = header.title.title if header.title else ""
    if shown != title or len(header.sections) != len(settings.sections):
        raise SettingsError(f"title {title!r} contains markup, such as '#' or '<!--'; write text")
    for finding in DefaultTitle().check(header, notebook):
        raise SettingsError(f"{finding.message}: {finding.help}")
