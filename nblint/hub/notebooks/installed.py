"""The notebooks that are installed: what their headers say, and what they need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from nblint.document.model import Notebook, Unreadable
from nblint.errors import SettingsError
from nblint.files import is_file, read_text, read_whole
from nblint.reading.header import header as headers
from nblint.reading.header.headings import normalised
from nblint.settings import HeaderSettings, SectionSettings
from nblint.settings_files import SettingsFinder

# Whom to ask is no section of the recommended header; where a team has one, it is called so.
_QUESTIONS = SectionSettings(
    title="Questions",
    aliases=("Contact", "Contacts", "Owner", "Owners", "Maintainer", "Maintainers"),
    required=False,
)
# As the notebook template's README has it.
_QUESTIONS_LINE = re.compile(r"^Questions: *(\S.*)$", re.M)


class Package(Struct, frozen=True):
    """A folder that a package has installed.

    Attributes:
        folder: The folder.
    """

    folder: Path

    @property
    def version(self) -> str:
        """Its version; empty where it does not say."""
        return _text(self.folder / "VERSION")

    @property
    def requirements(self) -> str:
        """The packages that its notebooks need, as pip reads them."""
        return _text(self.folder / "requirements.txt")

    @property
    def questions(self) -> str:
        """Whom its README says to ask."""
        found = _QUESTIONS_LINE.search(_text(self.folder / "README.md"))
        return found[1].strip() if found else ""

    @property
    def notebooks(self) -> list[Path]:
        """Its notebooks, in a stable order."""
        return sorted(path for path in (self.folder / "notebooks").glob("*.ipynb") if is_file(path))


class Installed(Struct, frozen=True):
    """An installed notebook, in Markdown as its author wrote it.

    Attributes:
        package: What it is part of.
        path: The notebook.
        title: What it is called.
        purpose: What it is for.
        audience: For whom.
        data_sources: Where its data come from.
        parameters: The names of its parameters.
        questions: Whom to ask.
    """

    package: Package
    path: Path
    title: str
    purpose: str = ""
    audience: str = ""
    data_sources: str = ""
    parameters: str = ""
    questions: str = ""


def packages(root: Path) -> list[Package]:
    """Return what is installed, in a stable order; nothing where there is no such folder."""
    try:
        folders = sorted(root.iterdir())
    except OSError:
        return []
    return [Package(folder) for folder in folders if (folder / "notebooks").is_dir()]


def installed(root: Path) -> Iterator[Installed]:
    """Yield the notebooks that are installed.

    Args:
        root: The folder that holds a folder for each package.
    """
    for package in packages(root):
        for path in package.notebooks:
            yield _read(package, path)


def examples(folder: Path) -> list[Installed]:
    """Return the example notebooks of a folder, in a stable order.

    Args:
        folder: The folder.

    Raises:
        SettingsError: There is no such folder.
    """
    if not folder.is_dir():
        raise SettingsError(f"{folder}: no such folder")
    paths = sorted(path for path in folder.glob("*.ipynb") if is_file(path))
    return [_read(Package(folder), path) for path in paths]


def _read(package: Package, path: Path) -> Installed:
    try:
        notebook = Notebook.parse(path.name, read_whole(path))
    except (Unreadable, SettingsError):
        return Installed(package, path, path.stem, "(This notebook cannot be read.)")
    header = headers.Header.read(notebook, _settings(package))
    said = {section.settings.title: section for section in header.sections}
    texts = {normalised(title): _joined(section) for title, section in said.items()}
    parameters = (_first_column(section) for section in said.values())
    return Installed(
        package,
        path,
        header.title.title if header.title else path.stem,
        texts.get("purpose", ""),
        texts.get("audience", ""),
        texts.get("data sources", ""),
        next(filter(None, parameters), ""),
        texts.get("questions", "") or package.questions,
    )


def _settings(package: Package) -> HeaderSettings:
    """Return the header that a package's own settings ask for; the recommended one without any."""
    try:
        settings = SettingsFinder().of(package.folder).settings.header
    except SettingsError:
        settings = HeaderSettings()
    return replace(settings, sections=(*settings.sections, _QUESTIONS))


def _joined(section: headers.Section) -> str:
    return _sentence(text.text for entry in section.entries for text in entry.block.texts)


def _first_column(section: headers.Section) -> str:
    """Return the names that a section's table lists, as that of parameters does."""
    if normalised(section.settings.title) != "parameters":
        return ""
    return ", ".join(
        text.text
        for entry in section.entries
        for text in entry.block.texts
        if text.column == 0 and not text.header
    )


def _sentence(texts: Iterable[str]) -> str:
    return "; ".join(" ".join(text.split()).rstrip(";") for text in texts)


def _text(path: Path) -> str:
    # Who writes the page can read more than who reads it: a link shows nothing from elsewhere.
    is_own = is_file(path) and path.resolve().is_relative_to(path.parent.resolve())
    try:
        return read_text(path).strip() if is_own else ""
    except SettingsError:
        return ""
