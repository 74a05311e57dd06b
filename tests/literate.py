"""Markdown that tests run: the fenced blocks of a file, and how to rewrite them."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt


@dataclass
class Block:
    """A fenced block and its rows in the file, 0-based, the fences included.

    Attributes:
        info: What stands behind the opening fence, in words.
        text: What stands between the fences.
        start: The row of the opening fence.
        end: The row after the closing fence.
        notes: The HTML comments right above it.
        heading: The `##` heading that it stands under, and that heading's row.
    """

    info: tuple[str, ...]
    text: str
    start: int
    end: int
    notes: tuple[str, ...] = ()
    heading: tuple[str, int] | None = None


def read_blocks(file: Path) -> list[Block]:
    """Return a file's fenced blocks, in order.

    Raises:
        ValueError: There is a block of code that is only indented, which no test would run.
    """
    tokens = MarkdownIt("commonmark").parse(file.read_text(encoding="utf-8"))
    blocks: list[Block] = []
    notes: list[str] = []
    heading = None
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "html_block" and token.content.startswith("<!--"):
            notes.append(token.content.strip().removeprefix("<!--").removesuffix("-->").strip())
            continue
        if token.type == "heading_open" and token.tag == "h2" and token.map and following:
            heading = (following.content, token.map[0])
        elif token.type == "fence" and token.map:
            info = tuple(shlex.split(token.info))
            start, end = token.map
            blocks.append(Block(info, token.content, start, end, tuple(notes), heading))
        elif token.type == "code_block" and token.map:
            raise ValueError(f"{file}:{token.map[0] + 1}: put this block of code between fences")
        notes = []
    return blocks


def write_rows(file: Path, changes: Iterable[tuple[int, int, list[str]]]) -> None:
    """Put other rows in place of some of a file's.

    Args:
        file: The file.
        changes: The first row, the row behind the last one, and what takes their place.
    """
    rows = file.read_text(encoding="utf-8").split("\n")
    # From the bottom up, so that a change leaves the rows of the others where they are.
    for start, end, new in sorted(changes, key=lambda change: change[0])[::-1]:
        rows[start:end] = new
    file.write_text("\n".join(rows), encoding="utf-8")
