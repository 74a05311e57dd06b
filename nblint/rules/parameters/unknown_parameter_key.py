from collections.abc import Iterator

from nblint.document.model import Notebook
from nblint.findings import Finding, Rule
from nblint.project.project import Project
from nblint.reading.header.parameters import Parameters
from nblint.suggestions import Suggestions, nearest


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
