import re
from collections.abc import Iterator

from nblint.document.model import Notebook, Place
from nblint.findings import Finding, Rule
from nblint.patterns import lazy_pattern

_UNTITLED = lazy_pattern(r"untitled[0-9]*", re.IGNORECASE)
_COPY = lazy_pattern(r".*-Copy[0-9]+")
_ODD = lazy_pattern(r"[^A-Za-z0-9._-]")


class NotebookName(Rule):
    """The file's name is Jupyter's default, or contains unusual characters.

    `Untitled3.ipynb` and `triage-Copy1.ipynb` are Jupyter's names for files that nobody has named.
    Spaces and unusual characters must be quoted in scripts, and systems treat them differently.

    Name the file after its purpose, with letters, digits, `.`, `_` and `-`:
    `phishing-triage.ipynb`.

    Refused:

    ```text
    Untitled3.ipynb
    ```

    Instead:

    ```text
    phishing-triage.ipynb
    ```
    """

    code = "NBL509"
    severity = "warning"

    def check(self, notebook: Notebook) -> Iterator[Finding]:
        name = notebook.path.rpartition("/")[2]
        stem = name.removesuffix(".ipynb")
        problem = None
        if _UNTITLED.fullmatch(stem):
            problem = "is Jupyter's default for a new notebook"
        elif _COPY.fullmatch(stem):
            problem = "is Jupyter's default for a copy"
        elif odd := _ODD.search(stem):
            what = "a space" if odd[0] == " " else repr(odd[0])
            problem = f"contains {what}"
        if problem:
            yield self.at(
                Place(surface="file", row=1, column=1),
                f"file name {name!r} {problem}",
                subject=name,
                help="name it after its purpose, with letters, digits, '.', '_' and '-' only",
            )
