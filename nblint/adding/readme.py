"""The table of notebooks in a repository's README."""

import re

from nblint.document.rows import offset_of
from nblint.reading.header.headings import normalised
from nblint.reading.markdown.blocks import blocks
from nblint.reading.markdown.model import Block

# The table is found by the title of its first column; the template's README has it.
COLUMN = "Notebook"
# What means something in Markdown.
_SPECIAL = re.compile(r"([\\`*_\[\]<>&|~$!#])")


def with_row(readme: str, path: str, title: str) -> str | None:
    """Return a README with a row for a notebook at the end of its table of notebooks.

    Args:
        readme: The README.
        path: The notebook's path, relative to the README: no character of it means something in
            Markdown.
        title: The notebook's title.

    Returns:
        The README; None if it has no such table.
    """
    table = next(filter(_lists_notebooks, blocks(readme)), None)
    if table is None:
        return None
    columns = 1 + max(text.column or 0 for text in table.texts if text.header)
    cells = [f"[`{path}`]({path})", _SPECIAL.sub(r"\\\1", title), *[""] * columns][:columns]
    after = offset_of(readme, table.end_row + 1)
    above, below = readme[:after], readme[after:]
    end = "\r\n" if "\r\n" in above else "\n"
    if not above.endswith(("\n", "\r")):
        above += end
    return f"{above}| {' | '.join(cells)} |{end}{below}"


def _lists_notebooks(block: Block) -> bool:
    first = next((text for text in block.texts if text.header and text.column == 0), None)
    return (
        block.kind == "table"
        and block.fault in (None, "hidden")
        and first is not None
        and normalised(first.text) == normalised(COLUMN)
    )
