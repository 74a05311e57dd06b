import ast
from collections.abc import Iterator

from nblint.document.model import Cell, Notebook, Place
from nblint.findings import Finding, Rule
from nblint.patterns import lazy_pattern
from nblint.reading.python.cells import PythonCell, PythonCells

_HINTS = ("/home/", "/Users/", ":\\Users", ":/Users", ":\\\\Users")
_PATH = lazy_pattern(
    r"(?:(?<![\w.~/}>$-])|(?<=file://))(?:"
    r"/home/(?P<home>[^/\\\s'\"`$<>{}()\[\]:;,|*]{1,60})"
    r"|/Users/(?P<mac>[^/\\\s'\"`$<>{}()\[\]:;,|*]{1,60})"
    r"|[A-Za-z]:(?:\\{1,2}|/)Users(?:\\{1,2}|/)(?P<windows>[^/\\\s'\"`$<>{}()\[\]:;,|*%]{1,60})"
    r")(?=[/\\])"
)
# Not a person's: accounts of images and services, shared folders, and placeholders for a name.
_EVERYBODY = frozenset([
    "...", "admin", "airflow", "all", "anaconda", "app", "appuser", "azureml", "azureuser",
    "azureadmin", "build", "builder", "centos", "circleci", "codespace", "coder", "cloudshell-user",
    "conda", "core", "databricks", "debian", "default", "deepnote", "dev", "developer", "devuser",
    "docker", "ec2-user", "fedora", "gitpod", "glue_user", "glue-user", "hadoop", "hdfs", "hive",
    "jenkins", "jovyan", "jupyter", "kaggle", "livy", "mambauser", "me", "micromamba", "ml",
    "model-server", "my_user", "mysql", "myuser", "name", "nbuser", "node", "nonroot", "notebook",
    "onyxia", "opc", "pi", "postgres", "public", "ray", "root", "rstudio", "rstudio-user", "runner",
    "runneradmin", "sagemaker-user", "shared", "site", "somebody", "someone", "spark", "student",
    "studio-lab-user", "superset", "test", "travis", "trino", "trusted-service-user", "ubuntu",
    "user", "user-name", "user_name", "username", "users", "vagrant", "vsts", "vscode", "webapp",
    "worker", "xxx", "xxxx", "you", "your-name", "your-username", "your_name", "your_username",
    "yourname", "yourusername", "zeppelin", "…",
])  # fmt: skip


class MachinePath(Rule):
    r"""A path is in one person's home directory.

    `/home/alice/data.csv` exists only on Alice's machine, and tells everyone her user name.
    Accounts that many machines share, such as `/home/jovyan`, are not reported.

    Write the path relative to the notebook, or read the directory from a parameter or an
    environment variable. Where a home directory is meant, write `Path.home()`.

    Refused:

    ```python
    mails = pd.read_csv("/home/alice/mails.csv")
    ```

    Instead:

    ```python
    mails = pd.read_csv("data/mails.csv")
    ```
    """

    code = "NBL506"
    severity = "warning"

    def check(self, notebook: Notebook, python: PythonCells) -> Iterator[Finding]:
        readings = {cell.cell.index: cell for cell in python.containing(*_HINTS)}
        for cell in notebook.cells:
            if cell.type == "code" and any(hint in cell.source for hint in _HINTS):
                reading = readings.get(cell.index)
                silent = _unused_rows(reading) if reading else frozenset()
                for place, path in _paths(cell, silent):
                    yield self.at(
                        place,
                        f"hard-coded home directory '{path}'",
                        subject=path,
                        help="make the path relative, or read the directory from a parameter",
                    )


def _paths(cell: Cell, silent: frozenset[int]) -> Iterator[tuple[Place, str]]:
    seen: set[str] = set()
    for row, text in enumerate(cell.rows, 1):
        if row in silent or text.lstrip().startswith(("#", "//", "--")):
            continue
        for found in _PATH.finditer(text):
            name = found["home"] or found["mac"] or found["windows"] or ""
            if name.casefold() in _EVERYBODY or found[0] in seen:
                continue
            seen.add(found[0])
            yield (
                cell.place(row, found.start() + 1, row, found.end() + 1),
                found[0].replace("\\\\", "\\"),
            )


def _unused_rows(cell: PythonCell) -> frozenset[int]:
    """Return the rows of strings that nothing uses: docstrings and commented-out code."""
    rows: set[int] = set()
    for node in ast.walk(cell.tree) if cell.tree else ():
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            rows.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return frozenset(rows)
