from collections.abc import Iterator

from nblint.document.model import Notebook
from nblint.findings import Finding, Rule
from nblint.project.project import Project
from nblint.reading.header.parameters import Parameters
from nblint.suggestions import Suggestions, nearest


class UnknownParameter(Rule):
    """The header documents a parameter that the parameters cell does not assign.

    Setting it has no effect: papermill only logs a warning about an unknown parameter. Correct the
    name, or remove the row.

    The rule is silent if no cell is tagged `parameters`, which NBL403 reports, and if that cell
    cannot be parsed.

    Refused:

    ```python
    # %% [markdown]
    # # Phishing triage
    #
    # ## Parameters
    # Parameter | Description
    # --- | ---
    # dayz | How far back to look

    # %% tags=["parameters"]
    days = 7
    ```

    Instead:

    ```python
    # %% [markdown]
    # # Phishing triage
    #
    # ## Parameters
    # Parameter | Description
    # --- | ---
    # days | How far back to look

    # %% tags=["parameters"]
    days = 7
    ```
    """

    code = "NBL402"
    settings = ("header.sections",)

    def check(self, parameters: Parameters) -> Iterator[Finding]:
        if not parameters.readable:
            return
        assigned = dict.fromkeys(parameter.name for parameter in parameters.assigned)
        suggestions = Suggestions(lambda name: nearest(name, assigned))
        for row in parameters.documented or ():
            if row.name not in assigned:
                yield self.at(
                    row.place,
                    f"parameter {row.name!r} is not assigned in the parameters cell"
                    f"{suggestions.of(row.name)}",
                    subject=row.name,
                    help="use a name that the cell tagged 'parameters' assigns, or remove the row",
                )


class UnknownParameterKey(Rule):
    """The parameters file sets a parameter that the notebook does not have.

    Papermill only logs an unknown parameter and exits successfully: a scheduled run with a misspelt
    key uses the default, and nobody notices.

    The file is the one that the setting `[tool.nblint.parameters] file` names. It is compared with
    each notebook that has a parameters cell, except those that have a file of their own in
    `folder`: `triage.yaml` there is for `triage.ipynb`.

    Refused:

    ```parameters.yaml
    dayz: 30
    ```

    Instead:

    ```parameters.yaml
    days: 30
    ```
    """

    code = "NBL409"
    settings = ("parameters.file", "parameters.folder")

    def check(
        self, parameters: Parameters, project: Project, notebook: Notebook
    ) -> Iterator[Finding]:
        file = project.parameters_file_of(notebook.path)
        if file is None or not parameters.readable:
            return
        assigned = dict.fromkeys(parameter.name for parameter in parameters.assigned)
        suggestions = Suggestions(lambda name: nearest(name, assigned))
        for key in file.keys:
            if key.name not in assigned:
                yield self.at(
                    key.place,
                    f"unknown parameter {key.name!r}{suggestions.of(key.name)}",
                    subject=key.name,
                    help="use a name that the cell tagged 'parameters' assigns, or remove the key",
                    path=file.path,
                )
