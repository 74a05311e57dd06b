"""The index of nblint's own rules: what a run needs to know of a rule before it loads it.

A hook loads only the rules that can have something to say of a notebook: most notebooks hold no
credential, have no parameters and read no environment variable. Tests compare each entry with its
rule.
"""

import importlib
from functools import cache

from msgspec import Struct

from nblint.findings import Need, RepositoryRule, Rule
from nblint.reading.parts import Reading

# The parts of a notebook that rules are about, by the names in `Entry.about`.
_PARTS = {
    "conflicts": "nblint.reading.conflicts.Conflicts",
    "credentials": "nblint.credentials.credentials.Credentials",
    "environment": "nblint.reading.environment.environment.Environment",
    "header": "nblint.reading.header.header.Header",
    "parameters": "nblint.reading.header.parameters.Parameters",
    "suppressions": "nblint.reading.suppressions.Suppressions",
}


class Entry(Struct, frozen=True):
    """A rule, and what is known of it before it is loaded.

    Attributes:
        code: As `Rule.code`.
        module: Its module below `nblint.rules`; empty for a rule of an installed package.
        about: Attributes of parts, such as `environment.reads`, with spaces between them: where all
            of them are empty, the rule finds nothing. Empty if only the rule can tell.
        explicit: As `Rule.explicit`.
        always_on: As `Rule.always_on`.
        last: As `Rule.last`.
        needs: As `Rule.needs`.
        gathers: Whether it is a `RepositoryRule`.
        loaded: The rule, if it is one of an installed package.
    """

    code: str
    module: str = ""
    about: str = ""
    explicit: bool = False
    always_on: bool = False
    last: bool = False
    needs: frozenset[Need] = frozenset()
    gathers: bool = False
    loaded: Rule | None = None

    @classmethod
    def of(cls, rule: Rule) -> "Entry":
        """Return the entry of a rule that is loaded."""
        return cls(
            rule.code,
            explicit=rule.explicit,
            always_on=rule.always_on,
            last=rule.last,
            needs=rule.needs,
            gathers=isinstance(rule, RepositoryRule),
            loaded=rule,
        )

    @property
    def rule(self) -> Rule:
        """The rule; loaded when it is first asked for."""
        return self.loaded or _load(self.module, self.code)

    def is_silent(self, reading: Reading) -> bool:
        """Tell whether the rule finds nothing in a notebook, as far as its parts say.

        Raises:
            MissingPartError: The file does not have such a part.
        """
        named = [one.split(".") for one in self.about.split()]
        return bool(named) and not any(getattr(reading.get(_part(p)), name) for p, name in named)


_FILE: frozenset[Need] = frozenset({"file"})
_OUTPUTS: frozenset[Need] = frozenset({"outputs"})

INDEX = (
    Entry("NBL001", "file.unreadable_notebook", always_on=True, needs=_FILE),
    Entry("NBL002", "file.invalid_notebook", needs=_FILE),
    Entry("NBL003", "file.outdated_format", needs=_FILE),
    Entry("NBL004", "file.cell_ids", needs=_FILE),
    Entry("NBL005", "file.merge_conflict", about="conflicts.places"),
    Entry("NBL006", "file.stateless_widgets", needs=_FILE),
    Entry("NBL009", "file.unused_suppression", last=True),
    Entry("NBL010", "file.unexplained_suppression", about="suppressions.found"),
    Entry("NBL101", "header.missing_title"),
    Entry("NBL102", "header.missing_section"),
    Entry("NBL103", "header.empty_section", about="header.sections"),
    Entry("NBL104", "header.placeholder_text"),
    Entry("NBL105", "header.section_order", about="header.sections"),
    Entry("NBL106", "header.duplicate_section", about="header.sections"),
    Entry("NBL107", "header.heading_level", about="header.sections"),
    Entry("NBL108", "header.section_form", about="header.sections"),
    Entry("NBL109", "header.malformed_table"),
    Entry("NBL110", "header.default_title"),
    Entry("NBL111", "header.not_a_heading"),
    Entry("NBL201", "credentials.credential_in_code", about="credentials.all"),
    Entry("NBL202", "credentials.credential_in_markdown", about="credentials.all"),
    Entry("NBL203", "credentials.credential_in_output", about="credentials.all", needs=_OUTPUTS),
    Entry("NBL204", "credentials.credential_in_metadata", about="credentials.all"),
    Entry("NBL301", "environment.undeclared_variable", about="environment.reads"),
    Entry("NBL302", "environment.secret_default", about="environment.reads"),
    Entry("NBL303", "environment.overwritten_variable", about="environment.writes"),
    Entry("NBL304", "environment.exposed_value", about="environment.exposures"),
    Entry("NBL305", "environment.environment_dump", about="environment.exposures"),
    Entry("NBL306", "environment.dynamic_name", about="environment.reads environment.writes"),
    Entry("NBL307", "environment.unguarded_optional", about="environment.reads"),
    Entry("NBL308", "environment.unused_declaration", explicit=True, gathers=True),
    Entry("NBL309", "environment.local_dotenv", about="environment.files"),
    Entry("NBL310", "environment.prompted_credential", about="environment.sources", explicit=True),
    Entry("NBL311", "environment.foreign_secret_store", about="environment.sources", explicit=True),
    Entry("NBL401", "parameters.undocumented_parameter", about="parameters.assigned"),
    Entry("NBL402", "parameters.unknown_parameter", about="parameters.documented"),
    Entry(
        "NBL403",
        "parameters.missing_parameters_cell",
        about="parameters.tagged parameters.documented",
    ),
    Entry("NBL404", "parameters.several_parameters_cells", about="parameters.tagged"),
    Entry("NBL405", "parameters.parameter_not_literal", about="parameters.assigned"),
    Entry("NBL406", "parameters.injected_parameters", about="parameters.injected"),
    Entry("NBL407", "parameters.late_parameters_cell", about="parameters.tagged"),
    Entry("NBL408", "parameters.secret_parameter", about="parameters.assigned"),
    Entry("NBL409", "parameters.unknown_parameter_key", about="parameters.tagged"),
    Entry("NBL501", "reproducibility.committed_output", needs=_OUTPUTS),
    Entry("NBL502", "reproducibility.execution_order", needs=_OUTPUTS),
    Entry("NBL503", "reproducibility.syntax_error"),
    Entry("NBL504", "reproducibility.install_in_notebook"),
    Entry("NBL505", "reproducibility.undeclared_import", needs=frozenset({"requirements"})),
    Entry("NBL506", "reproducibility.machine_path"),
    Entry("NBL507", "reproducibility.kernel", needs=_FILE),
    Entry("NBL508", "reproducibility.empty_cell"),
    Entry("NBL509", "reproducibility.notebook_name"),
    Entry("NBL510", "reproducibility.failed_run", needs=_OUTPUTS),
)


@cache
def _load(module: str, code: str) -> Rule:
    for one in vars(importlib.import_module(f"nblint.rules.{module}")).values():
        if isinstance(one, type) and issubclass(one, Rule) and vars(one).get("code") == code:
            return one()
    raise LookupError(code)


@cache
def _part(name: str) -> type:
    module, _, part = _PARTS[name].rpartition(".")
    found: type = getattr(importlib.import_module(module), part)
    return found
