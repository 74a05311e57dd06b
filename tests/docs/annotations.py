"""What GitHub shows on a pull request, drawn from what `--output-format github` prints.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

_COMMAND = re.compile(
    r"::(?P<kind>error|warning) file=(?P<file>.+?),line=(?P<line>\d+),"
    r"title=(?P<title>.+?)::(?P<text>.+)"
)
_AROUND = 2
_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Annotations</title>
<style>
body { margin: 20px; font: 14px/1.5 system-ui, "Liberation Sans", sans-serif; color: #1f2328; }
section { border: 1px solid #d1d9e0; border-radius: 6px; margin-bottom: 16px; overflow: hidden; }
h1 { font-size: 13px; margin: 0; padding: 8px 12px; background: #f6f8fa; }
.row { display: flex; background: #dafbe1; }
.row { font: 12px/20px ui-monospace, "DejaVu Sans Mono", monospace; }
.row b { width: 52px; padding-right: 12px; text-align: right; }
.row b { background: #aceebb; font-weight: 400; }
.row code { font: inherit; padding-left: 12px; white-space: pre; }
.note { margin: 8px 12px 8px 64px; padding: 8px 12px; border: 1px solid; border-radius: 6px; }
.error { border-color: #ff8182; background: #ffebe9; }
.warning { border-color: #d4a72c; background: #fff8c5; }
.note strong { display: block; }
</style>
"""


def annotated(printed: list[str], folder: Path) -> str:
    """Return a page with the annotations, each below its line of the file.

    Args:
        printed: The lines that nblint printed.
        folder: Where it ran.
    """
    found = [match for line in printed if (match := _COMMAND.fullmatch(line))]
    assert found, "no annotations"
    return _PAGE + "".join(part for match in found for part in _section(match, folder))


def _section(match: re.Match[str], folder: Path) -> Iterator[str]:
    file, number = unquote(match["file"]), int(match["line"])
    rows = (folder / file).read_text(encoding="utf-8").splitlines()
    yield f"<section><h1>{html.escape(file)}</h1>\n"
    for at in range(max(1, number - _AROUND), min(len(rows), number + _AROUND) + 1):
        code = html.escape(rows[at - 1])
        yield f'<div class="row"><b>{at}</b><code>+ {code}</code></div>\n'
        if at == number:
            title, text = (html.escape(unquote(match[key])) for key in ("title", "text"))
            text = text.replace("\n", "<br>")
            yield f'<div class="note {match["kind"]}"><strong>{title}</strong>{text}</div>\n'
    yield "</section>\n"
