"""Literate cases: Markdown files with settings, a notebook and what is expected, side by side.

A file is named after its rule. Each `##` heading has one case below it, in fenced blocks:

    ```toml                  settings: a pyproject.toml; without one, the defaults
    ```text environment.toml another file of the repository, by its name
    ```py:percent            the notebook as jupytext's percent script; `tags=["x"]` tags a cell;
                             followed by the file's name, where that matters
    ```json                  the notebook's exact bytes instead, where those matter
    ```findings              what is found, one finding per line; help only if the case shows one
    ```fixed                 the notebook after all fixes, including unsafe ones

Only the rule that the file is named after runs, unless the settings select others. A notebook
without a `findings` block must pass. `«github-token»` stands for a credential of that kind, which
is made when the test runs, so that no file holds one.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import jupytext
import nbformat

from nblint.document.model import Notebook, Unreadable
from nblint.findings import Finding
from nblint.linting.checking import check_document, read_document
from nblint.linting.fixing import Fixed, fix_document
from nblint.linting.repository import Repository, gather
from nblint.linting.selection import Selection
from nblint.project.project import Project
from nblint.reports.text import location
from nblint.settings_files import SettingsFinder
from tests.credentials.tokens import expand
from tests.literate import Block, read_blocks, write_rows

FOLDER = Path(__file__).parent
NOTEBOOK = "nb.ipynb"


@dataclass
class Case:
    file: Path
    title: str
    row: int
    name: str = NOTEBOOK
    files: dict[str, str] = field(default_factory=dict)
    notebook: Block | None = None
    is_json: bool = False
    findings: Block | None = None
    fixed: Block | None = None

    @property
    def code(self) -> str:
        return self.file.stem

    @property
    def data(self) -> bytes:
        """The notebook's bytes."""
        assert self.notebook, f"{self.file.name}: {self.title}: no notebook"
        if self.is_json:
            return expand(self.notebook.text).encode()
        return percent_to_bytes(expand(self.notebook.text))

    @property
    def expected(self) -> list[str]:
        return self.findings.text.splitlines() if self.findings else []

    def lay_out(self, folder: Path) -> None:
        """Write the repository that contains the notebook to a folder, its root."""
        (folder / ".git").mkdir()
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(expand(text), encoding="utf-8")
        (folder / self.name).write_bytes(self.data)

    def read(self, folder: Path) -> tuple[Notebook | Unreadable, Project]:
        return read_document(self.name, self.data), self._project(folder)[0]

    def check(self, folder: Path) -> tuple[Notebook | Unreadable, list[Finding]]:
        document = read_document(self.name, self.data)
        project, selection = self._project(folder)
        repository = Repository(project, selection)
        repository.add(gather(document, project, selection))
        found = check_document(document, self.name, project, selection).findings
        return document, [*found, *repository.conclude()]

    def fix(self, folder: Path, data: bytes | None = None) -> Fixed:
        document = read_document(self.name, data if data is not None else self.data)
        return fix_document(document, self.name, *self._project(folder), unsafe=True)

    def _project(self, folder: Path) -> tuple[Project, Selection]:
        has_selection = "select" in self.files.get("pyproject.toml", "")
        overrides = {} if has_selection else {"select": (self.code,)}
        found = SettingsFinder(overrides=overrides).of(folder)
        return Project.load(found), Selection(found)


def read_cases() -> list[Case]:
    return [case for file in sorted(FOLDER.glob("NBL*.md")) for case in _read_file(file)]


def _read_file(file: Path) -> list[Case]:
    cases: dict[tuple[str, int], Case] = {}
    for block in read_blocks(file):
        if block.heading:
            _add(cases.setdefault(block.heading, Case(file, *block.heading)), block)
    return list(cases.values())


def _add(case: Case, block: Block) -> None:
    match block.info:
        case ["py:percent", *name]:
            case.notebook, case.name = block, " ".join(name) or NOTEBOOK
        case ["json"]:
            case.notebook, case.is_json = block, True
        case ["toml"]:
            case.files["pyproject.toml"] = block.text
        case ["findings"]:
            case.findings = block
        case ["fixed"]:
            case.fixed = block
        case [_, name]:
            case.files[name] = block.text
        case _:
            raise ValueError(f"{case.file.name}: {case.title}: unknown block {block.info}")


def percent_to_bytes(text: str) -> bytes:
    """Return the notebook of a percent script, as Jupyter would save it."""
    notebook = jupytext.reads(text, fmt="py:percent")
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "name": "python3"}}
    for index, cell in enumerate(notebook.cells, 1):
        cell["id"] = f"cell-{index}"
        cell.metadata.pop("lines_to_next_cell", None)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    written: str = nbformat.writes(notebook)
    return written.encode() + b"\n"


def bytes_to_percent(data: bytes) -> str:
    """Return a notebook as a percent script."""
    notebook = nbformat.reads(data.decode(), as_version=4)
    notebook.metadata = {"jupytext": {"comment_magics": False, "notebook_metadata_filter": "-all"}}
    written: str = jupytext.writes(notebook, fmt="py:percent")
    return written.lstrip("\n")


def cells(data: bytes) -> list[tuple[str, str, object]]:
    """Return the parts of a notebook's cells that a percent script can hold."""
    return [
        (cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", []))
        for cell in json.loads(data)["cells"]
    ]


def lines(notebook: str, findings: list[Finding], *, with_help: bool) -> list[str]:
    """Return findings as cases write them."""
    printed = []
    for finding in findings:
        warning = "warning: " if finding.severity == "warning" else ""
        where = location(finding.path.name if finding.path else notebook, finding.place)
        printed.append(f"{where}: {finding.code} {warning}{finding.message}")
        if with_help and finding.help:
            printed.append(f"  help: {finding.help}")
    return printed


def rewrite(case: Case, found: list[str], fixed: str | None) -> None:
    """Write what was found to the case's file."""
    new = {"findings": "\n".join(found), "fixed": (fixed or "").rstrip("\n")}
    after = max(b.end for b in (case.notebook, case.findings, case.fixed) if b)
    changes = []
    for kind, block in (("findings", case.findings), ("fixed", case.fixed)):
        start, end = (block.start, block.end) if block else (after, after)
        body = [f"```{kind}", *new[kind].split("\n"), "```"] if new[kind] else []
        changes.append((start, end, body))
    write_rows(case.file, changes)
