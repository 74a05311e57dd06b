"""The notebooks of the demo: copies of the generated one, changed as an author would."""

import json
import random
import string
import zlib
from pathlib import Path
from typing import Any


def derive(example: Path, name: str, title: str) -> Path:
    """Copy a notebook beside itself under another name and title."""
    copy = example.with_name(name)
    content = json.loads(example.read_text(encoding="utf-8"))
    content["cells"][0]["source"][0] = f"# {title}\n"
    write(copy, content)
    return copy


def replace(notebook: Path, old: str, new: str) -> None:
    """Replace a text in the one cell that contains it.

    Raises:
        LookupError: No cell, or more than one, contains the text.
    """
    content = json.loads(notebook.read_text(encoding="utf-8"))
    cells = [cell for cell in content["cells"] if old in "".join(cell["source"])]
    if len(cells) != 1:
        message = f"{len(cells)} cells of {notebook.name} contain {old!r}"
        raise LookupError(message)
    source = "".join(cells[0]["source"]).replace(old, new)
    cells[0]["source"] = source.splitlines(keepends=True)
    write(notebook, content)


def write(notebook: Path, content: dict[str, Any]) -> None:
    """Write a notebook as Jupyter and nbstripout do, so that no hook needs to change it."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    notebook.write_bytes(text.encode())


def made_up_token() -> str:
    """Return a made-up token in GitHub's format, with a valid checksum.

    Source: https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
    """
    letters = string.digits + string.ascii_uppercase + string.ascii_lowercase
    entropy = "".join(random.choices(letters, k=30))
    checksum, rest = "", zlib.crc32(entropy.encode())
    while rest:
        rest, digit = divmod(rest, 62)
        checksum = letters[digit] + checksum
    return "_".join(["gh" + "p", entropy + checksum.rjust(6, "0")])
