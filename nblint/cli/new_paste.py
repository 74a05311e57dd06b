"""What a person adds by hand to files of their own, which nblint leaves as they are."""

import re
from collections.abc import Iterator
from pathlib import Path

_HOOK = re.compile(r"^ +- id: nblint", re.MULTILINE)


def additions(generated: Path, folder: Path, kept: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what to do with a kept file, and the text to paste.

    Args:
        generated: The generated repository.
        folder: The repository whose files are kept.
        kept: The names of the files that are in both, and differ.
    """
    for name in kept:
        theirs, ours = (_text(one / name) for one in (folder, generated))
        if name == ".pre-commit-config.yaml" and "nblint" not in theirs:
            hooks = nblint_hooks(ours)
            if re.search(r"^- repo:", theirs, re.MULTILINE):
                hooks = re.sub(r"^  ", "", hooks, flags=re.MULTILINE)
            yield f"below `repos:` in {name}", hooks
        elif name == "pyproject.toml" and "[tool.nblint" not in theirs:
            yield f"at the end of {name}", nblint_settings(ours)
        elif name == "requirements.txt" and (rows := missing_rows(folder / name, generated / name)):
            yield f"to {name}, then run `make lock`", "".join(f"{row}\n" for row in rows)


def missing_rows(theirs: Path, ours: Path) -> list[str]:
    """Return the rows of a file that another one lacks, which requires or ignores something."""
    there = {_stated(row) for row in _text(theirs).splitlines()}
    rows = [row for row in _text(ours).splitlines() if row and not row.startswith("#")]
    return [row for row in rows if _stated(row) not in there]


def nblint_hooks(config: str) -> str:
    """Return the entries of nblint's hooks in a configuration of pre-commit."""
    found = (one for one in paragraphs(config) if _HOOK.search(one))
    return "\n".join(one.removeprefix("repos:\n") for one in found)


def nblint_settings(pyproject: str) -> str:
    """Return nblint's tables in a `pyproject.toml`."""
    return "\n".join(one for one in paragraphs(pyproject) if one.startswith("[tool.nblint"))


def paragraphs(text: str) -> Iterator[str]:
    """Yield what stands between the blank lines of a text, each with its last line end."""
    return (f"{one.strip(chr(10))}\n" for one in re.split(r"\n{2,}", text) if one.strip())


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace")


def _stated(row: str) -> str:
    """Return what a row requires or ignores, without versions and slashes."""
    return re.split(r"[<>=;~! ]", row.strip())[0].strip("/").lower()
