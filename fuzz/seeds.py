"""Seeds for fuzzing: the test cases of the rules, and a few odd files."""

import json
import random
from collections.abc import Iterator

from nblint.document.model import Notebook
from nblint.linting.checking import read_document
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import expand, make
from tests.rules.cases import read_cases

# No report may show it, in any context.
PLANTED = make("github-token")
ASSIGNED = f"api_token = {PLANTED!r}"
READS = "import os, numpy\nos.environ['DATA_URL'], os.getenv('API_TOKEN')"

_FILES = {
    ".toml": ("[environment.DATA_URL]\nhelp = 'x'\nrequired = false\n[environment]\nA = {}\n",),
    ".py": (
        "c.Spawner.environment = {'DATA_URL': 'x', **dict(A=1)}\n"
        "names = ['B', f'C']\nfor n in names:\n    c.KubeSpawner.environment[n] = n\n"
        "c.Spawner.environment |= {k: '' for k in names}\nc.Spawner.env_keep.append('D')\n",
        "c.Spawner.environment = spawner_environment('environment.toml')\n",
    ),
    ".example": ("# what it is\nexport DATA_URL=x\nKEY='a\nb'\n\n#\nB\n",),
    ".yaml": ("days: 7\nname: 'x'\n? [a]\n: &a {b: *a}\n", "- a\n", "---\na: 1\n---\n"),
    ".yml": ("name: x\ndependencies:\n - numpy=1\n - conda-forge::pandas\n - pip:\n   - &a b\n",),
    ".txt": ("numpy>=1\n-r requirements.txt\n-e git+https://x/y#egg=z\n", "a \\\n b; c\n"),
    ".gitignore": ("*.ipynb\n!a.ipynb\n/b/\n**/c/**\n[!a]?*\\ \n", "[z-a]\n", "***/**/*a*b*\n"),
}


def notebook(*cells: tuple[str, str], **metadata: object) -> bytes:
    """Return a notebook with cells given by type and source; the metadata is the first cell's.

    Lone surrogates are kept, escaped as in any JSON.
    """
    data = json.loads(notebook_bytes(*((kind, "") for kind, _ in cells)))
    for cell, (_, source) in zip(data["cells"], cells, strict=True):
        cell["source"] = source
    data["cells"][0]["metadata"] |= metadata
    return json.dumps(data, indent=1).encode()


def notebooks() -> Iterator[bytes]:
    """Yield the notebooks of the rules' test cases, and a clean one."""
    yield notebook(("markdown", complete_header()), ("code", "print(1)"))
    for case in read_cases():
        yield case.data


def sources(kind: str) -> Iterator[bytes]:
    """Yield the sources of cells of a type."""
    for data in notebooks():
        document = read_document("nb.ipynb", data)
        for cell in document.cells if isinstance(document, Notebook) else ():
            if cell.type == kind:
                yield cell.source.encode("utf-8", "surrogatepass")


def settings() -> Iterator[bytes]:
    """Yield settings files."""
    yield b'select = ["ALL"]\nexclude = ["a*/**"]\nper-file-ignores = { "b/**" = ["NBL1"] }\n'
    for case in read_cases():
        if text := case.files.get("pyproject.toml"):
            yield expand(text).replace("tool.nblint.", "").replace("[tool.nblint]\n", "").encode()


def files(ending: str) -> Iterator[bytes]:
    """Yield files with a given ending: those of the rules' test cases, and odd ones."""
    for text in _FILES[ending]:
        yield text.encode()
    for case in read_cases():
        for name, text in case.files.items():
            if name.endswith(ending) and name != "pyproject.toml":
                yield expand(text).encode()


def baselines() -> Iterator[bytes]:
    """Yield baselines."""
    entry = {"path": "a.ipynb", "cell_id": "cell-1", "surface": "source", "reason": ""}
    entry |= {"code": "NBL102", "fingerprint": "0" * 32}
    for entries in ([], [entry], [entry, entry | {"path": "../x", "code": "NBL201"}]):
        yield json.dumps({"version": 2, "salt": "aa", "entries": entries}).encode()


def noise() -> Iterator[bytes]:
    """Yield random bytes, to be read as decisions."""
    chance = random.Random(0)
    for size in (0, 10, 40, 100, 300, 300, 300):
        yield chance.randbytes(size)
