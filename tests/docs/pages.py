"""Pages of the documentation, which are played as a reader would: top to bottom, in one folder.

    ```console                            commands after `$ `, and what each prints (console.py)
    ```toml title="nblint.toml"           a file: it is written, and its program reads it
    ```python title="a.ipynb"             a notebook, as jupytext's percent script
    ```python title="a.ipynb, cell 2"     that cell of a notebook, a new one if it is not there
    ```python, ```json                    code; python has to compile, json to be JSON
    ```text, ```markdown                  anything else

A comment right above a block says what else holds for it:

    <!-- not run: reason -->              this console block cannot be run by a test
    <!-- not written: reason -->          this file is only read, and not written
    <!-- append -->                       this file's text is added to what is there
    <!-- needs: make rpm -->              tools of the system, without which the page is not played
    <!-- first: command -->               what the reader does by hand, for the test as a command
    <!-- picture: name -->                docs/pictures/name.svg shows this console block
    <!-- picture: name.html -->           docs/pictures/name.png shows this file, which it writes
    <!-- annotations: name -->            docs/pictures/name.png shows what GitHub makes of it

In what is written, `ghp_…` becomes a made-up token.
`pytest tests/docs --update-expectations` writes what commands print into the pages.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

from tests.credentials.tokens import make
from tests.docs.annotations import annotated
from tests.docs.console import Command, read_commands, without_blank_end, write_commands
from tests.docs.formats import validate
from tests.docs.pictures import Picture, Screenshot, draw
from tests.docs.session import COLUMNS, Session
from tests.literate import Block, read_blocks
from tests.rules.cases import percent_to_bytes

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
WITHOUT_TITLE = {"console", "json", "markdown", "python", "text"}


def pages() -> list[Path]:
    """Return the pages that people read: in the repository's root, and of the site."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def note(block: Block, key: str) -> str | None:
    """Return what a comment above a block says of a key; empty if it says the key alone."""
    for said in block.notes:
        name, _, value = said.partition(":")
        if name.strip() == key:
            return value.strip()
    return None


def tools(page: Path) -> list[str]:
    """Return the names of the tools that a page needs of the system."""
    return [tool for block in read_blocks(page) for tool in (note(block, "needs") or "").split()]


def title(block: Block) -> str | None:
    """Return the name of the file that a block shows."""
    for word in block.info[1:]:
        name, _, value = word.partition("=")
        if name == "title":
            return value
    return None


@dataclass
class Played:
    """What came of a page.

    Attributes:
        wrong: What is otherwise than the page says, in sentences.
        rows: For blocks with other output than the page has: the rows, and those to be there.
        pictures: The pictures, by their files.
    """

    wrong: list[str] = field(default_factory=list)
    rows: list[tuple[int, int, list[str]]] = field(default_factory=list)
    pictures: dict[Path, Picture] = field(default_factory=dict)


def play(page: Path, folder: Path, session: Session) -> Played:
    """Play a page in a folder."""
    played = Played()
    for block in read_blocks(page):
        where = f"{page.relative_to(ROOT)}:{block.start + 1}"
        for hidden in [n.partition(":")[2] for n in block.notes if n.startswith("first:")]:
            said = session.run(hidden.strip())
            if said.status:
                played.wrong.append(f"{where}: {hidden}\n{said.coloured}")
        language = block.info[0] if block.info else ""
        name = title(block)
        if name and note(block, "not written") is None:
            write(name, session.folder, block)
        elif name:
            with TemporaryDirectory() as aside:
                write(name, Path(aside), block)
        elif language not in WITHOUT_TITLE:
            played.wrong.append(f"{where}: a block of {language or 'nothing'!r} needs a title")
        elif language == "console" and note(block, "not run") is None:
            _run(block, where, session, folder, played)
    return played


def write(name: str, folder: Path, block: Block) -> None:
    """Write the file that a block shows, and let its program read it."""
    name, _, cell = name.partition(", cell ")
    path = folder / name
    assert path.is_relative_to(folder), f"{path} is outside the reader's folder"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = block.text.replace("ghp_…", make("github-token"))
    if cell:
        write_cell(path, int(cell), block.info[0], text.removesuffix("\n"))
    elif path.suffix == ".ipynb" and block.info[0] == "python":
        path.write_bytes(percent_to_bytes(text))
    elif note(block, "append") is not None:
        path.write_text(path.read_text(encoding="utf-8") + "\n" + text, encoding="utf-8")
    else:
        path.write_text(text, encoding="utf-8")
    validate(path)


def write_cell(path: Path, number: int, language: str, source: str) -> None:
    """Put a source into a cell, counted from 1, as Jupyter saves it."""
    notebook = nbformat.read(path, as_version=4)
    kind = nbformat.v4.new_markdown_cell if language == "markdown" else nbformat.v4.new_code_cell
    notebook.cells[number - 1 : number] = [kind(source, id=str(number - 1))]
    nbformat.write(notebook, path)


def _run(block: Block, where: str, session: Session, folder: Path, played: Played) -> None:
    commands = read_commands(block.text)
    found: list[Command] = []
    shown: list[str] = []
    for command in commands:
        said = session.run(command.text)
        lines = without_blank_end([line.replace(str(folder), "…") for line in said.lines])
        if said.status and not command.promises:
            printed = "\n".join(lines)
            played.wrong.append(f"{where}: $ {command.text}\nended with {said.status}:\n{printed}")
        matches = command.matches(lines)
        expected = command.expected if matches else command.abridged(lines)
        found.append(Command(command.typed, expected))
        if not matches:
            both = "\n".join(["expected:", *command.expected, "printed:", *lines])
            played.wrong.append(f"{where}: $ {command.text}\n{both}")
        shown += [*command.typed, *coloured(found[-1], lines, said.coloured_lines)]
    if picture := note(block, "picture"):
        if picture.endswith(".html"):
            page = (session.folder / picture).read_text(encoding="utf-8")
            played.pictures[PICTURES / f"{picture[:-5]}.png"] = Screenshot(page)
        else:
            played.pictures[PICTURES / f"{picture}.svg"] = draw(shown, picture, COLUMNS)
    if picture := note(block, "annotations"):
        page = annotated([line for one in found for line in one.expected], session.folder)
        played.pictures[PICTURES / f"{picture}.png"] = Screenshot(page, "1000,274")
    if any(new.expected != old.expected for new, old in zip(found, commands, strict=True)):
        new = write_commands(found)
        played.rows.append((block.start + 1, block.end - 1, new))


def coloured(command: Command, lines: list[str], with_colours: list[str]) -> Iterator[str]:
    """Yield what a command printed as the page shows it, in colours."""
    for expected, at in zip(command.expected, command.where(lines), strict=True):
        # What is other each time is drawn as the page writes it.
        yield expected if at is None or lines[at] != expected else with_colours[at]


def check_code(block: Block, folder: Path) -> None:
    """Check a block of code that is no file."""
    if block.info[0] == "python":
        path = folder / "code.py"
        path.write_text(block.text, encoding="utf-8")
        validate(path)
    elif block.info[0] == "json":
        json.loads(block.text)
