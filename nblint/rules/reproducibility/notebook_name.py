import re
from collections.abc import Iterator

from nblint.document.model import Notebook, Place
from nblint.findings import Finding, Rule
from nblint.patterns import lazy_pattern

_UNTITLED = lazy_pattern(r"untitled[0-9]*", re.IGNORECASE)
_COPY = lazy_pattern(r".*-Copy[0-9]+")
_ODD = lazy_pattern(r"[^A-Za-z0-9._-]")


class NotebookName(Rule):
    """The file's name says nothing, or is trouble elsewhere.

    `Untitled3.ipynb` and `triage-Copy1.ipynb` are what Jupyter calls a file that nobody has named.
    Spaces and unusual characters have to be quoted in every script, and differ between systems.

    Rename it with letters, digits, `.`, `_` and `-`: `phishing-triage.ipynb`.

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
            problem = "is what Jupyter calls a new notebook"
        elif _COPY.fullmatch(stem):
            problem = "is what Jupyter calls a copy"
        elif odd := _ODD.search(stem):
            what = "a space" if odd[0] == " " else repr(odd[0])
            problem = f"holds {what}"
        if problem:
            yield self.at(
                Place(surface="file", row=1, column=1),
                f"the name {name!r} {problem}",
                help="rename it with letters, digits, '.', '_' and '-', after what it is for",
            )
