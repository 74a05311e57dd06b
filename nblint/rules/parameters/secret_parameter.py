import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nblint.credentials.hits import Hit
from nblint.credentials.options import Options
from nblint.credentials.prefilter import look
from nblint.document.model import Notebook
from nblint.findings import Finding, Rule
from nblint.project.project import Project
from nblint.reading.header.assigned import Parameter
from nblint.reading.header.parameters import Parameters
from nblint.reading.python.cells import PythonCell
from nblint.secret_names.judge import Level, judge
from nblint.settings import CredentialsSettings

if TYPE_CHECKING:
    from nblint.project.parameters_file import Key


class SecretParameter(Rule):
    """A parameter holds a credential, or is meant to be given one.

    Papermill writes a run's parameters to the executed notebook, to its log and to the command line
    of its process: `-p api_key=…` publishes the key even if it was never in the repository.

    Read the credential from the environment in the cell that needs it; the hub and the scheduler
    set the variable. A parameter is reported if its name is a credential's (`api_key`,
    `db_password`, but not `secret_name` or `max_tokens`) or if its value is a credential.

    Refused:

    ```python
    # %% tags=["parameters"]
    api_key = ""
    ```

    Instead:

    ```python
    import os

    api_key = os.environ["DATADOG_API_KEY"]
    ```
    """

    code = "NBL408"
    settings = ("credentials.disable", "credentials.placeholders")

    def check(
        self,
        parameters: Parameters,
        project: Project,
        settings: CredentialsSettings,
        notebook: Notebook,
    ) -> Iterator[Finding]:
        if parameters.python is None or not parameters.assigned:
            return
        options = Options(frozenset(settings.disable), frozenset(settings.placeholders))
        advice = "read it from the environment in the cell that needs it: os.environ[…]"
        values = _rows_with_credentials(parameters, options)
        for parameter in parameters.assigned:
            rows = range(parameter.place.row or 1, _end_row(parameter) + 1)
            if _is_named_so(parameter.name, parameter.value) or not values.isdisjoint(rows):
                yield self.at(
                    parameter.place,
                    _message(parameter.name),
                    subject=parameter.name,
                    help=advice,
                )
        file = project.parameters_file_of(notebook.path)
        for key in file.keys if file else ():
            if _is_secret_key(key, options):
                yield self.at(
                    key.place,
                    _message(key.name),
                    subject=key.name,
                    help=advice,
                    path=file.path if file else None,
                )


def _message(name: str) -> str:
    return f"parameter {name!r} is a credential, which papermill writes to the executed notebook"


def _rows_with_credentials(parameters: Parameters, options: Options) -> frozenset[int]:
    assert parameters.python is not None
    text = "\n".join(parameters.python.cell.rows)
    hits = _credentials_in(text, options, parameters.python)
    return frozenset(text.count("\n", 0, hit.start) + 1 for hit in hits)


def _credentials_in(text: str, options: Options, python: PythonCell | None = None) -> list[Hit]:
    clues = look(text)
    if not clues:
        return []
    # Most parameters hold no clue, so do not load the engine for them.
    from nblint.credentials.engine import find_in_code

    return find_in_code(text, "python", python, options, clues)


def _end_row(parameter: Parameter) -> int:
    end = parameter.value.end_lineno if parameter.value else None
    return end or parameter.place.row or 1


def _is_named_so(name: str, value: ast.expr | None) -> bool:
    """Tell whether a name is a credential's; a weak one counts only if its value is missing."""
    level = judge(name).level
    if level is Level.NONE:
        return False
    if not isinstance(value, ast.Constant):
        return level > Level.WEAK
    if level is Level.WEAK:
        return value.value is None or value.value == ""
    # `db_password = True` is a switch.
    return value.value is None or isinstance(value.value, str)


def _is_secret_key(key: "Key", options: Options) -> bool:
    if key.value is None:
        return False
    value = None if key.value in ("", "~", "null") else key.value
    assignment = f"{key.name} = {value!r}"
    return _is_named_so(key.name, ast.Constant(value)) or bool(_credentials_in(assignment, options))
