"""The exam's papers: notebooks made of idioms, and what was planted in them."""

from __future__ import annotations

import json
import random
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.credentials.exam.values import expand

_FOLDER = Path(__file__).parent
_KERNELS = {
    "r": "R", "julia": "julia", "javascript": "javascript", "csharp": "C#", "scala": "scala",
    "java": "java", "go": "go", "sql": "sql", "powershell": "PowerShell",
}  # fmt: skip
# How a Python notebook runs a cell of another language.
_MAGICS = {
    "r": ["%%R", "%r"], "julia": ["%%julia"], "javascript": ["%%javascript", "%%js"],
    "scala": ["%scala", "%%scala"], "sql": ["%%sql", "%sql", "%%bigquery"],
    "powershell": ["%%powershell", "%%pwsh"], "csharp": ["%%csharp"],
}  # fmt: skip


class Idiom(NamedTuple):
    """A way to write something down: a text with slots, for some surfaces."""

    group: str
    surfaces: tuple[str, ...]
    text: str

    @property
    def plants(self) -> bool:
        """Whether it holds a credential; a look-alike holds none."""
        return "«" in self.text


class Question(NamedTuple):
    """One idiom with its slots filled, on one surface; the values in it that must be found."""

    idiom: Idiom
    surface: str
    text: str
    planted: list[str]


def read(path: Path) -> Iterator[Idiom]:
    """Yield the idioms of a file: `=== group | surface, …`, then texts between lines of `---`."""
    for block in ("\n" + path.read_text(encoding="utf-8")).split("\n=== ")[1:]:
        heading, _, rest = block.partition("\n")
        group, _, surfaces = heading.partition(" | ")
        names = tuple(name.strip() for name in surfaces.split(","))
        for text in rest.split("\n---\n"):
            yield Idiom(group.strip(), names, text.strip("\n"))


def idioms() -> list[Idiom]:
    """Return all idioms that hold a credential."""
    return [idiom for path in sorted((_FOLDER / "idioms").glob("*.txt")) for idiom in read(path)]


def look_alikes() -> list[Idiom]:
    """Return all idioms that hold none."""
    return list(read(_FOLDER / "look_alikes.txt"))


def ask(idiom: Idiom, chance: random.Random) -> Question:
    """Fill an idiom's slots and choose a surface."""
    text, planted = expand(idiom.text, chance)
    return Question(idiom, chance.choice(idiom.surfaces), text, planted)


def papers(
    questions: Iterable[Question], chance: random.Random
) -> Iterator[tuple[bytes, list[Question]]]:
    """Yield notebooks of one to six cells, a question in each, and their questions.

    Cells of another language than Python get a kernel of their own, or a magic.
    """
    waiting: dict[str, list[Question]] = {}
    for question in questions:
        kernel = _kernel(question.surface, chance)
        waiting.setdefault(kernel, []).append(question)
        if len(waiting[kernel]) >= chance.randint(1, 6):
            yield _notebook(kernel, asked := waiting.pop(kernel), chance), asked
    for kernel, asked in waiting.items():
        yield _notebook(kernel, asked, chance), asked


def _kernel(surface: str, chance: random.Random) -> str:
    if surface == "shell":
        return "bash" if chance.random() < 0.2 else "python"
    if surface in _KERNELS and (surface not in _MAGICS or chance.random() < 0.6):
        return _KERNELS[surface]
    return "python"


def _notebook(kernel: str, asked: list[Question], chance: random.Random) -> bytes:
    metadata: dict[str, Any] = {"kernelspec": {"name": kernel, "language": kernel}}
    cells = [_cell(question, kernel, metadata, chance) for question in asked]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False).encode()


def _cell(
    question: Question, kernel: str, metadata: dict[str, Any], chance: random.Random
) -> dict[str, Any]:
    text, surface = question.text, question.surface
    code: dict[str, Any] = {
        "cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
        "source": "run()",
    }  # fmt: skip
    match surface:
        case "python":
            code["source"] = _in_python(text, chance)
        case "shell":
            code["source"] = text if kernel == "bash" else _in_shell(text, chance)
        case "markdown":
            return {"cell_type": "markdown", "metadata": {}, "source": text}
        case "metadata":
            metadata.update(json.loads(text))
        case "cell-metadata":
            code["metadata"] = json.loads(text)
        case written if written.startswith("writefile:"):
            code["source"] = f"%%writefile {written.partition(':')[2]}\n{text}"
        case language if language in _KERNELS:
            magic = f"{chance.choice(_MAGICS[language])}\n" if kernel == "python" else ""
            code["source"] = magic + text
        case _:
            code["outputs"] = [_output(surface, text, chance)]
    return code


def _output(surface: str, text: str, chance: random.Random) -> dict[str, Any]:
    if surface == "text":
        surface = chance.choice(["stdout", "stdout", "stderr", "text/plain"])
    match surface:
        case "stdout" | "stderr":
            return {"output_type": "stream", "name": surface, "text": text + "\n"}
        case "traceback":
            rows = text.splitlines()
            return {"output_type": "error", "ename": "E", "evalue": rows[-1], "traceback": rows}
        case "json":
            data: dict[str, Any] = {"application/json": json.loads(text)}
        case mime:
            data = {mime: text}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def _in_python(text: str, chance: random.Random) -> str:
    """Return a cell around Python code: alone, in a block, under a magic, or beside a mistake."""
    match chance.randrange(12):
        case 0:
            return f"def run(n):\n{textwrap.indent(text, '    ')}\n    return n"
        case 1:
            return f"try:\n{textwrap.indent(text, '    ')}\nexcept ValueError:\n    pass"
        case 2:
            return f"%%time\n{text}"
        case 3:
            return f"!pip install -q requests\nimport os\n\n{text}\nprint('done')"
        case 4:
            return f"{text}\nprint('a' 'b') if"
        case _:
            return text


def _in_shell(text: str, chance: random.Random) -> str:
    """Return shell commands in a cell of a Python notebook."""
    if "\n" not in text and chance.random() < 0.6:
        return f"!{text}"
    return chance.choice(["%%bash", "%%sh", "%%bash -e", "%%script bash"]) + f"\n{text}"
