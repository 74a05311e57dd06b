"""The settings of `[tool.nblint]`, as typed structs.

The classes are the definition: validation, defaults, the JSON schema and the settings reference
follow from them and their docstrings. Rule codes are plain strings here;
`nblint.linting.selection` knows which ones exist.
"""

from typing import Annotated, Literal

import msgspec

Severity = Literal["error", "warning"]
Form = Literal["text", "list", "numbered-list", "table"]

# A command that a message may tell people to run: a repository must not suggest `curl … | sh`.
COMMAND = r"^[A-Za-z0-9._/:-]*( [A-Za-z0-9._/:-]+)*$"

# Never searched, whatever the settings say: copies, and files that are not the author's.
ALWAYS_EXCLUDED = (".ipynb_checkpoints", ".git", ".venv", "node_modules")


class Table(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True, kw_only=True):
    """A table of the settings file."""


class SectionSettings(Table, frozen=True):
    """One section of the header.

    Attributes:
        title: The heading, without its `#` marks. Notebooks may leave out a parenthesis at its end.
        aliases: Other headings that are accepted for this section.
        form: The form that the section's text must have.
        columns: Columns that the section's table must have; further ones are allowed.
        prompt: Markdown to put under the heading, which an author must replace. If empty, `TODO` in
            the section's form.
        required: Whether a header must have this section.
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
    """`[tool.nblint.header]`: the sections that a notebook opens with, in order.

    Attributes:
        sections: The sections of the header, in order.
        placeholders: Texts that authors must replace, in addition to the sections' prompts.
    """

    sections: tuple[SectionSettings, ...] = DEFAULT_SECTIONS
    placeholders: tuple[str, ...] = ("TODO", "TBD", "Blah blah")


class EnvironmentSettings(Table, frozen=True):
    """`[tool.nblint.environment]`: the environment variables that notebooks may read.

    Attributes:
        catalogues: Catalogues of environment variables: paths, relative to the settings file or
            absolute, or `package:file` for a file in an installed distribution. If not set,
            `environment.toml`, if it exists.
        known: Globs of variable names that are declared elsewhere.
    """

    catalogues: tuple[str, ...] | None = None
    known: tuple[str, ...] = ()


class CredentialsSettings(Table, frozen=True):
    """`[tool.nblint.credentials]`: what counts as a credential.

    Attributes:
        disable: Names of detectors to turn off.
        placeholders: Values that are not secrets.
        detect_secrets_plugins: Your own detect-secrets plugins. Because they execute code from the
            repository, they run only with `--trust-plugins`.
    """

    disable: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    detect_secrets_plugins: tuple[str, ...] = ()


class ParametersSettings(Table, frozen=True):
    """`[tool.nblint.parameters]`: the parameters of papermill.

    Attributes:
        file: The YAML file that scheduled runs take their parameters from.
        folder: A folder of such files for single notebooks: `triage.yaml` is for notebooks called
            `triage.ipynb`, instead of `file`.
    """

    file: str | None = None
    folder: str | None = None


class ReproducibilitySettings(Table, frozen=True):
    """`[tool.nblint.reproducibility]`: what a notebook needs to run elsewhere.

    Attributes:
        outputs: Whether notebooks are committed without outputs (`strip`) or with them (`keep`).
            With `filter`, they are committed without, and a git filter leaves outputs out: those in
            the working tree are fine, and only what is staged or committed is checked.
        kernels: Kernelspec names that notebooks may use. If empty, any.
        requirements: Globs of the files that declare the packages that notebooks import.
    """

    outputs: Literal["strip", "filter", "keep"] = "strip"
    kernels: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ("requirements*.txt", "requirements*.in", "pyproject.toml")


class Settings(Table, frozen=True):
    """`[tool.nblint]`.

    Attributes:
        select: Rule code prefixes to enable, or `ALL`.
        extend_select: Rule code prefixes to enable in addition to those in `select`.
        ignore: Rule code prefixes to disable. The longest prefix that matches a rule decides;
            `ignore` wins a tie.
        exclude: Globs of notebooks to skip, even if they are given on the command line.
        per_file_ignores: Globs of notebooks, each with rule code prefixes to ignore there.
        severity: Rule code prefixes, each with the severity of its findings.
        baseline: The baseline, a file of known findings that are not reported.
        output_format: The format in which findings are printed.
        fix_command: The command by which authors apply safe fixes in this repository, such as `make
            fix`, for messages; words of letters, digits and `._/:-`.
        header: The sections of the header.
        environment: The catalogues of environment variables.
        credentials: What counts as a credential.
        parameters: The parameters of papermill.
        reproducibility: What a notebook needs to run elsewhere.
    """

    select: tuple[str, ...] = ("NBL0", "NBL1", "NBL2", "NBL3", "NBL4")
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    severity: dict[str, Severity] = {}
    baseline: str | None = None
    output_format: str = "text"
    fix_command: Annotated[str, msgspec.Meta(max_length=60, pattern=COMMAND)] = ""
    header: HeaderSettings = HeaderSettings()
    environment: EnvironmentSettings = EnvironmentSettings()
    credentials: CredentialsSettings = CredentialsSettings()
    parameters: ParametersSettings = ParametersSettings()
    reproducibility: ReproducibilitySettings = ReproducibilitySettings()

    @property
    def sections(self) -> tuple[Table, ...]:
        """The tables in this one, each with the settings of a family of rules."""
        return tuple(
            value
            for value in (getattr(self, name) for name in self.__struct_fields__)
            if isinstance(value, Table)
        )
