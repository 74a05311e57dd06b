"""The settings of `[tool.nblint]`, typed, and where they come from.

The classes are the definition: validation, defaults and the JSON schema follow from them.
Codes of rules are plain strings here; `nblint.linting.selection` knows which ones exist.
"""

from typing import Literal

import msgspec

Severity = Literal["error", "warning"]
Form = Literal["text", "list", "numbered-list", "table"]


# Never looked into, whatever the settings say: copies, and what is not the author's.
ALWAYS_EXCLUDED = (".ipynb_checkpoints", ".git", ".venv", "node_modules")


class Table(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True, kw_only=True):
    """A table of the settings file."""


class SectionSettings(Table, frozen=True):
    """One section of the header.

    Attributes:
        title: The heading, without its `#` marks; a parenthesis at its end is optional.
        aliases: Other headings that count as this section.
        form: What its text has to be.
        columns: Headings that a table has to have at least.
        prompt: Markdown that stands under the heading until an author replaces it; empty: `TODO` in
            the section's form.
        required: Whether a header without this section is refused.
    """

    title: str
    aliases: tuple[str, ...] = ()
    form: Form = "text"
    columns: tuple[str, ...] = ()
    prompt: str = ""
    required: bool = True


# The organisation's recommended header.
DEFAULT_SECTIONS = (
    SectionSettings(title="Purpose", prompt="What are you trying to do with this notebook?"),
    SectionSettings(title="Audience", prompt="Who is this notebook developed for?"),
    SectionSettings(title="Data Sources", form="list", prompt="* Data source 1\n* Data source 2"),
    SectionSettings(
        title="Description (How does it work?)",
        form="numbered-list",
        prompt="1. Step 1\n2. Step 2\n3. Step 3",
    ),
    SectionSettings(
        title="Parameters",
        form="table",
        columns=("Parameter", "Description"),
        prompt=("Parameter | Description\n--- | ---\nPARAM_1 | Blah blah\nPARAM_2 | Blah blah"),
    ),
    SectionSettings(
        title="References",
        form="list",
        prompt="* Links to documentation or external references",
    ),
)


class HeaderSettings(Table, frozen=True):
    """`[tool.nblint.header]`: the sections a notebook opens with, in order.

    Attributes:
        sections: The sections.
        placeholders: Texts that an author was meant to replace, beside the sections' own prompts.
    """

    sections: tuple[SectionSettings, ...] = DEFAULT_SECTIONS
    placeholders: tuple[str, ...] = ("TODO", "TBD", "Blah blah")


class EnvironmentSettings(Table, frozen=True):
    """`[tool.nblint.environment]`: which variables there are.

    Attributes:
        catalogues: Paths relative to the settings file, absolute paths, or `package:file` of an
            installed distribution. None: `environment.toml` if it is there.
        known: Globs of names that are declared elsewhere.
    """

    catalogues: tuple[str, ...] | None = None
    known: tuple[str, ...] = ()


class CredentialsSettings(Table, frozen=True):
    """`[tool.nblint.credentials]`: what counts as a credential.

    Attributes:
        disable: Detectors, by name, that stay silent.
        placeholders: Values that are no secrets.
        detect_secrets_plugins: A team's own detect-secrets plugins; they run only when the
            command line trusts them, because they are code.
    """

    disable: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    detect_secrets_plugins: tuple[str, ...] = ()


class ParametersSettings(Table, frozen=True):
    """`[tool.nblint.parameters]`: papermill's parameters.

    Attributes:
        file: The YAML file that scheduled runs take their parameters from.
    """

    file: str | None = None


class ReproducibilitySettings(Table, frozen=True):
    """`[tool.nblint.reproducibility]`: what it takes to run a notebook elsewhere.

    Attributes:
        outputs: Whether committed notebooks hold outputs.
        kernels: Allowed kernelspec names; empty: any.
        requirements: Globs of the files that declare the notebooks' imports.
    """

    outputs: Literal["strip", "keep"] = "strip"
    kernels: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ("requirements*.txt", "requirements*.in", "pyproject.toml")


class Settings(Table, frozen=True):
    """`[tool.nblint]`.

    Attributes:
        select: Prefixes of the codes that run.
        extend_select: Prefixes that run as well.
        ignore: Prefixes that do not run; the longest prefix decides, on a tie this one.
        exclude: Globs of notebooks that are passed over, even when they are named.
        per_file_ignores: For globs of notebooks, prefixes that are ignored there.
        severity: Severities of codes that differ from the rules' own.
        baseline: The file of recorded findings, if there is one.
        output_format: How findings are printed.
        header: The header's sections.
        environment: The catalogue of environment variables.
        credentials: What counts as a credential.
        parameters: Papermill's parameters.
        reproducibility: What it takes to run a notebook elsewhere.
    """

    select: tuple[str, ...] = ("NBL0", "NBL1", "NBL2", "NBL3", "NBL4")
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    severity: dict[str, Severity] = {}
    baseline: str | None = None
    output_format: str = "text"
    header: HeaderSettings = HeaderSettings()
    environment: EnvironmentSettings = EnvironmentSettings()
    credentials: CredentialsSettings = CredentialsSettings()
    parameters: ParametersSettings = ParametersSettings()
    reproducibility: ReproducibilitySettings = ReproducibilitySettings()

    @property
    def sections(self) -> tuple[Table, ...]:
        """The tables inside this one: what rules of one family ask for."""
        return tuple(
            value
            for value in (getattr(self, name) for name in self.__struct_fields__)
            if isinstance(value, Table)
        )
