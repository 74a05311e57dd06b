"""Safe fixes do no harm to what people write: words, quotations, formulas, ids, cells."""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, currently_in_test_context, given, note, settings
from hypothesis import strategies as st

from nblint.document.model import Cell, Notebook
from nblint.document.positions import RawNotebook
from nblint.linting.checking import check_document
from nblint.linting.fixing import fix_document
from tests.linting.test_fixing import run

# Whole blocks, as people write them. A fix may change none of these.
UNTOUCHED = [
    "> **Warning**\n>\n> Run this on the test tenant only.",
    "> **Purpose**: quoted from the runbook.",
    "> #### Audience\n> Everybody, says the runbook.",
    "> | Field | Meaning |\n> |---|---|\n> | days | look back |",
    "> Field | Meaning\n> ——— | ———\n> days | look back",
    "> [!NOTE]\n> Only for the night shift.",
    "**Warning**\n\nDo not run it twice.",
    "**Note:** the numbers are from May.",
    '<h1>Table of Contents<span class="tocSkip"></span></h1>\n'
    '<div class="toc"><ul class="toc-item"><li><a href="#Load">Load</a></li></ul></div>',
    "- [Load](#load)\n- [Rank](#rank)\n  - [Filter](#filter)",
    "* | Field | Meaning |\n  |---|---|\n  | days | look back |",
    '<div class="alert alert-block alert-warning">\n<b>Warning:</b> slow | expensive\n</div>',
    ":::{admonition} Purpose\n:class: tip\nAsk first.\n:::",
    "<details>\n<summary>More about it</summary>\n\nfolded | words\n\n</details>",
    "<table>\n<tr><td>Purpose</td><td>rank</td></tr>\n</table>",
    '<h2 id="why">Purpose</h2>',
    '<h2><a name="who"></a>Audience</h2>',
    '<a id="top"></a>',
    "---\nauthor: Ada\ndate: 2024-05-01\n---",
    "$$|a|b|$$\n$$|c|d|$$",
    "$$\n|x|y|\n|z|w|\n$$",
    "\\begin{align}\n|a| & |b| \\\\\n|c| & |d|\n\\end{align}",
    "The norm $|v|$ and $P(a|b)$ of it.",
    "Field | Meaning\n--- | ---\n$P(a|b)$ | a given b",
    "```mermaid\ngraph LR\n  a -->|Purpose| b\n```",
    "```python\n# Purpose\nx = '<h1>Title</h1>' | y\n```",
    "    **Purpose** | in code",
    "It is known[^1] to rank.\n\n[^1]: By the runbook | and others.",
    "[1]: https://example.org/Purpose",
    "Field | Meaning\n\n[2]: https://example.org/a\n--- | ---\nday | back",
    "#security #phishing #triage",
    "#123 is closed",
    "Press **Ctrl | C** or | to stop.",
    "[A](a.md) | [B](b.md) | [C](c.md)\n\n![badge](https://example.org/a|b.svg)",
    "1. Read the mails\n2. Rank them",
    "*Purpose* is **not a label** here.",
    "**Purpose** of it all is to rank.",
    "***",
]
# What fixes are for; `words` says which of a text are its author's.
FIXABLE = [
    "# Phishing triage",
    "#Hunting in C#",
    "#Hunting in F# #",
    "<h1>Phishing triage</h1>",
    '<h1 align="center">Phishing triage</h1>',
    "**Hunting in C#**",
    "## Purpose\nRank reported mails.",
    "**Purpose**: rank | sort",
    "**Audience**\nAnalysts on duty",
    "##Audience\nAnalysts in C#",
    "##Description of C#",
    "<h2>References</h2>\nThe runbook",
    "<h3>References</h3>",
    "### Data Sources\n* The mailbox",
    "Audience\n-----",
    "Description\n=====\n1. Read",
    "## Parameters\nParameter | Description\n--- | ---\nmailbox | The mailbox",
    "## Parameters\nParameter | Description\n--- | ---\nTODO | How far back\nTODO | TODO",
    "## Parameters\n> Parameter | Description\n> --- | ---\n> mailbox | The mailbox",
    "## Parameters\n<table><tr><td>mailbox</td></tr></table>",
    "## Parameters\nNone",
    "## Parameters\nParameter | Description\n——— | ———\nmailbox | The mailbox",
    "| Field | Meaning |\n| a | b |\n| c | d |",
    "Field | Meaning\n--- | --- | ---\na | b",
    "Field | Meaning\n\n--- | ---\na | b",
    "Field | Meaning\n--- | ---\n`a|b` | c",
    "<!-- nblint: ignore[NBL104] it is meant -->\nRank them.",
]
CODE = [
    "days = 7",
    "import pandas as pd\n\nframe = pd.read_csv('a|b.csv')  # the mails",
    "x = 1  # nblint: ignore[NBL201] looked like one",
    "text = '''# nblint: ignore[NBL201]'''",
    "%%time\nrank()",
    "!ls",
    "# Purpose",
    "",
    "print('**Purpose**')\n\n\n",
]
METADATA: list[dict[str, Any]] = [
    {},
    {},
    {"collapsed": True, "mine": {"a": [1.0]}},
    {"tags": ["keep_output"]},
    {"tags": ["keep_output"], "keep_output": False},
    {"nbgrader": {"solution": True, "grade_id": "a"}},
    {"slideshow": {"slide_type": "slide"}},
    {"scrolled": True},
]
PARAMETERS = ["days = 7  # how far back", 'mailbox = "abuse"\ndays = 7', "start = now()\ndays = 7"]
INJECTED = [
    "# Parameters\ndays = 30",
    "# Parameters\ndays = 30\nprint(days)  # mine",
    "days = 30  # for the quarter",
    "# Parameters\ndays = 30\nlimit = 5",
]
OUTPUTS: list[list[dict[str, Any]]] = [
    [],
    [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}],
    [{"output_type": "execute_result", "execution_count": 3, "metadata": {}, "data": {"a": "1"}}],
]
NOTEBOOK_METADATA: list[dict[str, Any]] = [
    {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}}, "orig_nbformat": 3},
    {"team": "b", "papermill": {"parameters": {}}, "keep_output": True},
]


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """A notebook as somebody might have written it."""
    blocks = st.one_of(st.sampled_from(FIXABLE), st.sampled_from(UNTOUCHED))
    cells: list[dict[str, Any]] = []

    def add(kind: str, source: str, metadata: dict[str, Any], **more: object) -> None:
        cell: dict[str, Any] = {"cell_type": kind, "metadata": metadata, "source": source, **more}
        identifier = draw(st.sampled_from([f"cell-{len(cells)}"] * 6 + ["same", None]))
        cells.append(cell if identifier is None else cell | {"id": identifier})

    def add_code(source: str, metadata: dict[str, Any]) -> None:
        count = draw(st.sampled_from([None, None, 3]))
        outputs = draw(st.sampled_from(OUTPUTS if source else OUTPUTS[:1]))
        add("code", source, metadata, execution_count=count, outputs=outputs)

    for _ in range(draw(st.integers(1, 3))):
        source = "\n\n".join(draw(st.lists(blocks, min_size=1, max_size=4)))
        add("markdown", source, draw(st.sampled_from(METADATA)))
    if draw(st.booleans()):
        add_code(draw(st.sampled_from(PARAMETERS)), {"tags": ["parameters"]})
    if draw(st.booleans()):
        add_code(draw(st.sampled_from(INJECTED)), {"tags": ["injected-parameters"]})
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            add_code(draw(st.sampled_from(CODE)), draw(st.sampled_from(METADATA)))
        else:
            add("markdown", draw(blocks), draw(st.sampled_from(METADATA)))
    metadata = draw(st.sampled_from(NOTEBOOK_METADATA))
    data = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(data, indent=draw(st.sampled_from([None, 1, 2]))).encode()


_SUPPRESSION = re.compile(r"<!-- nblint: .*?-->|# nblint: ignore.*")
_MARKUP = re.compile(r"</?h[1-6]>|^Parameter \| Description$|^TODO \| TODO$", re.MULTILINE)
# Words with the signs that belong to them, as in C#.
_WORD = re.compile(r"\w+(?:[#+]+)?")


def words(source: str) -> list[str]:
    """Return a text's words, in order, without those that are not its author's."""
    return _WORD.findall(_MARKUP.sub("", _SUPPRESSION.sub("", source)))


def keeps_words(before: str, after: str) -> bool:
    """Tell whether a text has another one's words, in their order, and perhaps others between."""
    rest = iter(_WORD.findall(after))
    return all(word in rest for word in words(before))


@dataclass(frozen=True)
class Pairing:
    """The cells before fixes, each with what became of it; None if it was deleted."""

    pairs: list[tuple[Cell, Cell | None]]

    @classmethod
    def of(cls, before: Notebook, after: Notebook, deleted: set[int]) -> "Pairing":
        left = [cell for cell in before.cells if cell.index not in deleted]
        assert len(left) == len(after.cells), "no cell is added"
        became = {cell.index: new for cell, new in zip(left, after.cells, strict=True)}
        return cls([(cell, became.get(cell.index)) for cell in before.cells])


def show(notebook: Notebook) -> None:
    if currently_in_test_context():
        note(
            "\n--\n".join(f"{cell.type} {cell.metadata}\n{cell.source}" for cell in notebook.cells)
        )


def check_harmless(raw: bytes) -> None:
    notebook = Notebook.parse("nb.ipynb", raw)
    show(notebook)
    project, selection = run(("ALL",))
    found = check_document(notebook, "nb.ipynb", project, selection).findings
    offered = [finding for finding in found if finding.fix and finding.fix.safe]
    fixed = fix_document(notebook, "nb.ipynb", project, selection, unsafe=False)
    after = fixed.document
    assert isinstance(after, Notebook)
    show(after)

    assert fixed.fixes >= len(offered), "what is called fixable is fixed"
    assert not [f for f in fixed.checked.findings if f.fix and f.fix.safe]
    left = {finding.code for finding in fixed.checked.findings}
    assert "NBL501" not in left & {finding.code for finding in offered}, "all is stripped"
    again = fix_document(after, "nb.ipynb", project, selection, unsafe=False)
    assert again.document is after, "a second run changes nothing"

    others = [{k: v for k, v in one.data.items() if k != "cells"} for one in (notebook, after)]
    assert others[0] == others[1], "the notebook's metadata stay"
    about = {finding.place.cell for finding in offered}
    if any("parameters" in cell.tags for cell in notebook.cells):  # NBL401 is also about the table
        texts = ("## Parameters", " | ")  # the table can be in a cell below the heading's
        about |= {c.index for c in notebook.cells if any(text in c.source for text in texts)}
    for finding in offered:
        if finding.code == "NBL107":  # then another heading may not be nested any more
            about |= {cell.index for cell in notebook.cells if cell.type == "markdown"}
        if finding.code in ("NBL004", "NBL501") and finding.fix:  # about all such cells
            about |= {getattr(edit, "cell", None) for edit in finding.fix.edits}
    gone = {f.place.cell for f in offered if f.code in ("NBL406", "NBL508") and f.place.cell}
    old, new = RawNotebook(raw), RawNotebook(after.raw)
    taken = [cell.id for cell in notebook.cells]
    for cell, became in Pairing.of(notebook, after, gone).pairs:
        if became is None:
            lines = [line for line in cell.source.splitlines() if line != "# Parameters"]
            assert all(re.fullmatch(r"days = 30", line) for line in lines), "an author's words"
            assert cell.metadata.keys() <= {"tags", "collapsed", "scrolled"}
            continue
        assert became.type == cell.type
        assert became.metadata == cell.metadata
        assert cell.id is None or became.id == cell.id or taken.count(cell.id) > 1, "an id stays"
        if cell.index not in about:
            one, other = old.cells[cell.index - 1], new.cells[became.index - 1]
            assert old.raw[one.start : one.end] == new.raw[other.start : other.end]
        check_source(cell, became)


def check_source(before: Cell, after: Cell) -> None:
    if before.type == "code":
        kept = [_SUPPRESSION.sub("", row).rstrip() for row in before.rows]
        assert after.source == before.source or list(map(str.rstrip, after.rows)) == kept
        return
    assert keeps_words(before.source, after.source), "words stay, in their order"
    for block in UNTOUCHED:
        if f"\n\n{block}\n\n" in f"\n\n{before.source}\n\n":
            assert block in after.source, "blocks that are no rule's business stay as they are"


@given(written())
@settings(max_examples=300)
def test_safe_fixes_do_no_harm(raw: bytes) -> None:
    check_harmless(raw)


@pytest.mark.slow
@given(written())
@settings(max_examples=10_000, suppress_health_check=list(HealthCheck))
def test_safe_fixes_do_no_harm_in_ten_thousand_notebooks(raw: bytes) -> None:
    check_harmless(raw)


def in_one_cell(text: str) -> bytes:
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": text}
    return json.dumps(
        {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    ).encode()


@pytest.mark.parametrize("block", UNTOUCHED)
@pytest.mark.parametrize(
    "around", ["{}", "# Triage\n\n{}", "## Parameters\n{}\n\n## Purpose\nRank"]
)
def test_what_is_no_rules_business_stays(block: str, around: str) -> None:
    check_harmless(in_one_cell(around.format(block)))
