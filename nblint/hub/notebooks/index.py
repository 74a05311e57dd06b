"""The landing page: the organisation's own text, and an index of the notebooks that are installed.

What stands in headers was written by many, and everybody sees this page: each text is shown as the
text that it is, whatever Markdown, HTML or mathematics it holds.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from nblint.credentials.masking.redaction import mask
from nblint.document.write import write_changed
from nblint.errors import SettingsError, unwritable
from nblint.files import read_text
from nblint.hub.disks import disks
from nblint.hub.notebooks.installed import Installed, examples, installed
from nblint.hub.schedules.last_runs import SUCCESS, Ended, ended
from nblint.hub.schedules.timers import Scheduled, scheduled
from nblint.hub.settings import HubFile

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# Links in each home, so that the browser reaches what lies outside of it.
NOTEBOOKS = "Notebooks"
EXAMPLES = "Examples"
RESULTS = "Results"
_COLUMNS = ("Notebook", "Version", "Purpose", "Audience", "Data sources", "Parameters", "Questions")
# Only where a notebook has a schedule.
_RUNS = "Last runs"
# Letters in a cell of the table; a click shows the whole header.
_LONGEST = 200
# What means something in Markdown, in HTML, or in the tables of either.
_SPECIAL = frozenset("!\"#$%&'()*+/:;<=>?@[\\]^_`{|}~")
# Mathematics is looked for in what is rendered, too; not in code.
_MATHEMATICS = frozenset("$\\")
_TITLE = re.compile(r"(#[^\n]*|[^\n]+\n=+[ \t]*)(?:\n|\Z)")
# A link by itself, in the Markdown of JupyterLab; the other ones need a colon or an at sign.
_WWW = re.compile(r"(www)\.", re.I)

_ABOUT = """\
## Purpose
Say how notebooks are done here, and which ones are installed for everybody.

## Audience
Everybody who has an account on this hub.

## Data Sources
* What the hub's owners have written above
* The headers of the installed notebooks

## Description (How does it work?)
1. Each time a notebook is installed, upgraded or removed, this page is written anew.
2. A row of the table is what the header of its notebook says.

## Parameters
None

## References
* [What a header is for](https://nblint.readthedocs.io/en/stable/explanation/header/)
"""

# Right below the title, with which a notebook opens.
_FULL = """\
**The disk of everybody's homes is {used} full.** Delete what you do not need any more; when it is
full, nobody can save. In a terminal, `du -xah ~ | sort -h | tail` shows what takes most.
"""

# Behind the texts that people come for.
_RECORDED = """\
## What this hub records

Each day, the hub counts who came, which installed notebooks they opened and ran, and how many
notebooks they made; of other notebooks, how many were opened and run, and not what they are called.
It records no code, no results and no values. Only those who run the hub see whose counts these are;
after 400 days they are deleted.
"""


class Page(NamedTuple):
    """A landing page that is written.

    Attributes:
        notebooks: How many notebooks are in it.
        is_new: Whether it was another one before.
    """

    notebooks: int
    is_new: bool


def write_index(file: HubFile) -> Page:
    """Write the landing page, if it is not as it should be.

    Args:
        file: The settings, which say where the text and the notebooks are, and where to write.

    Raises:
        SettingsError: The organisation's text cannot be read, or the page not be written.
    """
    landing = file.settings.landing
    page = file / landing.page
    found = list(installed(file / landing.notebooks))
    data = landing_page(file, found)
    try:
        is_new = write_changed(page, data)
        page.chmod(0o644)
    except OSError as error:
        raise SettingsError(unwritable(page, error)) from None
    return Page(len(found), is_new)


def landing_page(file: HubFile, notebooks: Iterable[Installed]) -> bytes:
    """Return the landing page of a hub, a notebook without code.

    Args:
        file: The settings, which say where the text and the examples are.
        notebooks: The notebooks that are installed.

    Raises:
        SettingsError: The organisation's text or its examples cannot be read.
    """
    landing = file.settings.landing
    shown_examples = examples(file / landing.examples) if landing.examples else []
    text = read_text(file / landing.welcome)
    root = file / landing.notebooks
    runs = _runs(file, root)
    is_host = file.settings.unix_accounts
    homes = next(disks(file), None) if is_host else None
    full = _FULL.format(used=f"{homes.used:.0%}") if homes and homes.is_nearly_full else ""
    return welcome(text, notebooks, root, shown_examples, runs, is_counted=is_host, notice=full)


def welcome(
    text: str,
    notebooks: Iterable[Installed],
    root: Path,
    shown_examples: Iterable[Installed] = (),
    runs: Mapping[Path, str] | None = None,
    *,
    is_counted: bool = False,
    notice: str = "",
) -> bytes:
    """Return the landing page, a notebook without code.

    Args:
        text: The organisation's own text, in Markdown; it opens with the title.
        notebooks: The notebooks that are installed.
        root: The folder that they are installed in.
        shown_examples: The organisation's examples.
        runs: What became of the last scheduled runs of notebooks, in Markdown.
        is_counted: Whether the hub counts what people open and run, which the page then says.
        notice: What everybody must know now, in Markdown.
    """
    import nbformat

    texts = {
        "welcome": _with_notice(text.strip(), notice),
        "examples": "\n".join(_examples(shown_examples)),
        "installed": "\n".join(_index(notebooks, root, runs or {})),
        "recorded": _RECORDED.strip() if is_counted else "",
        "about": _ABOUT.strip(),
    }
    cells = [nbformat.v4.new_markdown_cell(said, id=name) for name, said in texts.items() if said]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.validate(notebook)
    return f"{nbformat.writes(notebook)}\n".encode()


def _with_notice(text: str, notice: str) -> str:
    if not notice:
        return text
    title = _TITLE.match(text)
    end = title.end() if title else len(text)
    return "\n\n".join(filter(None, (text[:end].strip(), notice.strip(), text[end:].strip())))


def _examples(notebooks: Iterable[Installed]) -> Iterator[str]:
    lines = [f"* {_link(each, f'{EXAMPLES}/{each.path.name}')}{_says(each)}" for each in notebooks]
    if lines:
        yield from ("## Examples", "", *lines)


def _says(notebook: Installed) -> str:
    return f": {shown(notebook.purpose)}" if notebook.purpose else ""


def _link(notebook: Installed, path: str) -> str:
    return f"[{shown(notebook.title) or shown(notebook.path.stem)}]({quote(os.fsencode(path))})"


def _runs(file: HubFile, root: Path) -> dict[Path, str]:
    """Return what became of the last run of each schedule, by the notebook that it runs."""
    found: dict[Path, list[str]] = {}
    for each in scheduled(file):
        path = root / each.slug / "notebooks" / f"{each.notebook}.ipynb"
        found.setdefault(path, []).append(_run(each, ended(file, each.place)))
    return {path: "<br>".join(said) for path, said in found.items()}


def _run(each: Scheduled, last: Ended | None) -> str:
    name = shown(each.name)
    if last is None:
        return f"{name}: not yet"
    # Their names begin with the time.
    results = sorted(path.name for path in each.results.glob("*.ipynb"))
    if results:
        name = f"[{name}]({quote(f'{RESULTS}/{each.place}/{results[-1]}')})"
    state = "" if last.result == SUCCESS else f"**failed** ({shown(last.result)}), "
    return f"{name}: {state}{shown(last.ended)}"


def _index(notebooks: Iterable[Installed], root: Path, runs: Mapping[Path, str]) -> Iterator[str]:
    yield "## Installed notebooks"
    yield ""
    rows = [_row(notebook, root) for notebook in notebooks]
    if not rows:
        yield "None yet."
        return
    columns = (*_COLUMNS, _RUNS) if runs else _COLUMNS
    yield f"| {' | '.join(columns)} |"
    yield f"|{' :--- |' * len(columns)}"
    for cells, path in rows:
        yield f"| {' | '.join((*cells, runs.get(path, '')) if runs else cells)} |"


def _row(notebook: Installed, root: Path) -> tuple[tuple[str, ...], Path]:
    cells = (
        _link(notebook, f"{NOTEBOOKS}/{notebook.path.relative_to(root).as_posix()}"),
        shown(notebook.package.version),
        shown(notebook.purpose),
        shown(notebook.audience),
        shown(notebook.data_sources),
        shown(notebook.parameters),
        shown(notebook.questions),
    )
    return cells, notebook.path


def shown(markdown: str) -> str:
    """Return Markdown for the plain text of what an author wrote, for a cell of a table.

    Args:
        markdown: What an author wrote.
    """
    text = mask(" ".join(_plain(markdown).split()))
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 1]}…"
    return _WWW.sub(r"\1&#46;", "".join(map(_escaped, text)))


def _escaped(character: str) -> str:
    if character in _MATHEMATICS:
        return f"<code>&#{ord(character)};</code>"
    return f"&#{ord(character)};" if character in _SPECIAL else character


def _plain(markdown: str) -> str:
    """Return what a text says, without its markup; HTML in it is text like any other."""
    (block,) = _parser().parseInline(markdown)
    said = (
        " " if token.type in ("softbreak", "hardbreak") else token.content
        for token in block.children or ()
    )
    # Characters that turn the line around, or that nobody sees, become spaces.
    return "".join(c if c.isprintable() else " " for c in "".join(said))


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False})
