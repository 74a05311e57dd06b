from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec.structs import replace

from nblint.document.model import Notebook
from nblint.findings import Finding, Rule
from nblint.reading.header.header import Header
from nblint.reading.header.headings import normalised
from nblint.reading.header.skeleton import DEFAULT_TITLE

_DEFAULTS = frozenset(
    {normalised(DEFAULT_TITLE), "title", "notebook title", "new notebook", "my notebook"}
)
_UNTITLED = "untitled"  # and perhaps a number: Untitled1, untitled_2


class DefaultTitle(Rule):
    """The notebook's title is a placeholder or the name of its file.

    `Notebook Name` and `Untitled` say nothing about the notebook, and `phishing_triage` only
    repeats the file name. Say in a few words what the notebook does: `# Phishing triage of the
    abuse mailbox`.

    A title that contains spaces may equal the file's name.

    Refused:

    ```markdown
    # Notebook Name
    ```

    Instead:

    ```markdown
    # Phishing triage of the abuse mailbox
    ```
    """

    code = "NBL110"

    def check(self, header: Header, notebook: Notebook) -> Iterator[Finding]:
        title = header.title
        if title is None:
            return
        name = normalised(title.title)
        if name in _DEFAULTS or _is_untitled(name):
            what, severity = "is a placeholder", self.severity
        elif title.title == PurePosixPath(notebook.path).stem and " " not in title.title:
            what, severity = "repeats the file name", "warning"
        else:
            return
        found = self.at(
            title.place,
            f"title {title.title!r} {what}",
            subject=title.title,
            help="say in a few words what the notebook does",
        )
        yield replace(found, severity=severity)


def _is_untitled(name: str) -> bool:
    following = name.removeprefix(_UNTITLED)[:1]
    goes_on = following.isalnum() and not following.isdecimal()
    return name.startswith(_UNTITLED) and not goes_on
