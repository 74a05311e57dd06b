"""Generate parts of the reference from the code when the site is built.

A MkDocs hook: https://www.mkdocs.org/user-guide/configuration/#hooks
"""

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from scripts.reference import commands, detectors, rules, settings

PAGES = {
    "reference/commands.md": commands.page,
    "reference/settings.md": settings.page,
    "reference/detectors.md": detectors.page,
}
RULES = "reference/rules/"


def on_config(config: MkDocsConfig) -> None:
    """Add the pages of the rules to the navigation, by family."""
    families = [
        {name: [f"{RULES}{code}.md" for code in codes]} for name, codes in rules.families().items()
    ]
    _fill(config.nav or [], [f"{RULES}index.md", *families])


def _fill(nav: list[object], pages: list[object]) -> None:
    """Insert pages where the navigation names their folder."""
    for entry in nav:
        if isinstance(entry, dict):
            for name, value in entry.items():
                if value == RULES:
                    entry[name] = pages
                elif isinstance(value, list):
                    _fill(value, pages)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those written by hand."""
    texts = {path: page() for path, page in PAGES.items()}
    texts |= {f"{RULES}{name}.md": text for name, text in rules.pages().items()}
    for path, text in texts.items():
        files.append(File.generated(config, path, content=text))
    return files
