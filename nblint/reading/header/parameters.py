"""Papermill's parameters: those that a notebook sets, and those that its header documents.

https://papermill.readthedocs.io/en/stable/usage-parameterize.html
"""

from typing import TYPE_CHECKING

from nblint.document.model import Notebook
from nblint.reading.header.header import INJECTED_TAG, PARAMETERS_TAG, Header, Section
from nblint.reading.header.headings import normalised
from nblint.reading.python.cells import PythonCell, PythonCells
from nblint.settings import HeaderSettings, SectionSettings

if TYPE_CHECKING:
    from nblint.reading.header.assigned import Parameter
    from nblint.reading.header.documented import DocumentedParameters

_SECTION = "parameters"


class Parameters:
    """A notebook's parameters.

    Attributes:
        tagged: The cells tagged `parameters`, of any type.
        injected: The cells that papermill has injected.
        python: The cell whose assignments are the parameters; papermill takes the first.
        assigned: The names that it assigns, each once.
        section: The header's section of parameters.
        documented: The names in that section; None without a section, or where its table does not
            render or is HTML.
        table: The section's table.
        is_configured: Whether the settings have such a section.
    """

    def __init__(
        self, notebook: Notebook, python: PythonCells, header: Header, settings: HeaderSettings
    ) -> None:
        self.tagged = tuple(cell for cell in notebook.cells if PARAMETERS_TAG in cell.tags)
        self.injected = tuple(
            cell for cell in notebook.cells if cell.type == "code" and INJECTED_TAG in cell.tags
        )
        first = next((cell for cell in self.tagged if cell.type == "code"), None)
        self.python = next((cell for cell in python if cell.cell is first), None)
        self.assigned = _assigned(self.python) if self.python else ()
        self.is_configured = any(map(_is_parameters, settings.sections))
        self.section = next((s for s in header.sections if _is_parameters(s.settings)), None)
        read = _documented(notebook, self.section, settings) if self.section else None
        self.documented = read.names if read else None
        self.table = read.table if read else None

    @classmethod
    def read(
        cls, notebook: Notebook, python: PythonCells, header: Header, settings: HeaderSettings
    ) -> "Parameters":
        """Read the parameters of a notebook."""
        return cls(notebook, python, header, settings)

    @property
    def readable(self) -> bool:
        """Whether the parameters cell exists and its assignments are known."""
        return self.python is not None and self.python.tree is not None


# Most notebooks have neither parameters nor a section about them, so what reads these is loaded
# where it is needed.
def _assigned(python: PythonCell) -> "tuple[Parameter, ...]":
    from nblint.reading.header.assigned import assigned_in

    return tuple(assigned_in(python))


def _documented(
    notebook: Notebook, section: Section, settings: HeaderSettings
) -> "DocumentedParameters":
    from nblint.reading.header.documented import read_documented

    return read_documented(notebook, section, settings)


def _is_parameters(section: SectionSettings) -> bool:
    names = (section.title, *section.aliases)
    return any(normalised(name) == _SECTION for name in names)
