from collections.abc import Iterator, Sequence

from nblint.document.edit import replace
from nblint.document.model import Notebook
from nblint.findings import Finding, Fix, Rule
from nblint.project.catalogue.model import Catalogue
from nblint.reading.environment.environment import Environment
from nblint.reading.environment.uses import Read, Write
from nblint.suggestions import Suggestions

_LOST = "set it with %env or os.environ: each '!' line, such as !export, runs in its own shell"


class UndeclaredVariable(Rule):
    """The notebook reads an environment variable that no catalogue declares.

    On the hub, notebooks find the variables of the catalogue and no others. A misspelt name, or a
    variable that only the author's machine sets, gives everyone else None or a KeyError. Correct
    the name, or have the variable declared in the catalogue.

    Names that the system, Jupyter, JupyterHub, Python and CI services set are known, and so are
    those that match the globs in the setting `known`. A variable that the notebook sets before it
    reads it is not reported. The rule is silent without a catalogue.

    Refused:

    ```python
    import os

    site = os.environ["DATADOG_STIE"]
    ```

    Instead:

    ```python
    import os

    site = os.environ["DATADOG_SITE"]
    ```
    """

    code = "NBL301"
    settings = ("environment.catalogues", "environment.known")

    def check(self, environment: Environment, catalogue: Catalogue) -> Iterator[Finding]:
        if not catalogue:
            return
        lost = {write.name for write in environment.writes if write.lost}
        suggestions = Suggestions(catalogue.nearest)
        read = {read.name for read in environment.reads if not read.asks}
        for use in environment.reads:
            if use.name is None or catalogue.knows(use.name) or environment.sets_before(use):
                continue
            if use.asks and use.name in read:
                continue  # the read itself is reported
            nearest = suggestions.of(use.name)
            yield self.at(
                use.place,
                f"environment variable {use.name!r} is not in the catalogue"
                + (f"; did you mean {nearest!r}?" if nearest else ""),
                subject=use.name,
                help=_LOST if use.name in lost else _advice(catalogue, is_misspelt=bool(nearest)),
            )


def _advice(catalogue: Catalogue, *, is_misspelt: bool) -> str:
    correct = "correct the name, or " if is_misspelt else ""
    if catalogue.own:
        return f"{correct}add it to {catalogue.own[0]} (and `git add` that file)"
    return f"{correct or 'use a name that is there, or '}have it added to {catalogue.described}"


class SecretDefault(Rule):
    """A secret is read with a default value.

    In `os.getenv("API_KEY", "abc")`, the default is either a credential, which must not be in a
    notebook, or a placeholder, with which the notebook fails later and in a less obvious place.
    Read the variable without a default: `os.environ["API_KEY"]` fails at once and names what is
    missing.

    The catalogue says which variables are secrets. For variables that it does not declare, the name
    decides (`…_TOKEN`, `…_PASSWORD`, `…_API_KEY`). The fix removes the default.

    Refused:

    ```python
    import os

    key = os.getenv("DATADOG_API_KEY", "abc")
    ```

    Instead:

    ```python
    import os

    key = os.environ["DATADOG_API_KEY"]
    ```
    """

    code = "NBL302"
    fixable = "unsafe"
    settings = ("environment.catalogues",)

    def check(
        self, environment: Environment, catalogue: Catalogue, notebook: Notebook
    ) -> Iterator[Finding]:
        for read in environment.reads:
            if read.name is None or read.fallback is None or not catalogue.is_secret(read.name):
                continue
            replacement = read.fallback.replacement
            fix = None
            if replacement is not None:
                edit = replace(notebook, replacement.place, replacement.text)
                fix = Fix("remove the default", (edit,), safe=False)
            yield self.at(
                read.place,
                f"secret {read.name!r} is read with a default value",
                subject=read.name,
                help=f'read it without a default, as in os.environ["{read.name}"]',
                fix=fix,
            )


class OverwrittenVariable(Rule):
    """The notebook sets or removes a variable that the catalogue declares.

    The hub sets declared variables. A notebook that overwrites one works with other data than its
    readers expect, and often holds a credential. Leave the variable alone, or keep the notebook's
    own value under another name.

    Setting a variable only where it is missing is not reported: with `os.environ.setdefault`, or
    behind `if "X" not in os.environ`. Neither is `X=1 command` in a shell line, which affects only
    that command. `!export X=1` is reported although it has no effect: each `!` line runs in its own
    shell.

    Refused:

    ```python
    import os

    os.environ["DATADOG_SITE"] = "datadoghq.eu"
    ```

    Instead:

    ```python
    site = "datadoghq.eu"
    ```
    """

    code = "NBL303"
    settings = ("environment.catalogues",)

    def check(self, environment: Environment, catalogue: Catalogue) -> Iterator[Finding]:
        for write in environment.writes:
            if write.name is None or write.name not in catalogue.variables or write.guarded:
                continue
            if write.lost:
                message = (
                    f"catalogue variable {write.name!r} is set in a shell line, without effect"
                )
                advice = "remove the line: each '!' line runs in its own shell"
            else:
                done = "removed" if write.removes else "overwritten"
                message = f"catalogue variable {write.name!r} is {done}"
                advice = "use the value that the hub sets, or another name"
            how = "lost" if write.lost else "removed" if write.removes else "set"
            yield self.at(write.place, message, subject=f"{write.name} {how}", help=advice)


class DynamicName(Rule):
    """The name of an environment variable is computed, so it cannot be checked.

    Neither nblint nor a reader can tell which variables the notebook needs. Write the name as a
    literal, bind it to a literal, or loop over literals.

    If a function of the notebook takes the name as an argument, the names in its calls are checked.

    Refused:

    ```python
    import os

    hosts = [os.environ[f"NODE_{number}"] for number in range(2)]
    ```

    Instead:

    ```python
    import os

    hosts = [os.environ[name] for name in ("NODE_0", "NODE_1")]
    ```
    """

    code = "NBL306"
    severity = "warning"

    def check(self, environment: Environment) -> Iterator[Finding]:
        uses: list[tuple[str, Sequence[Read | Write]]] = [
            ("read", environment.reads),
            ("set", environment.writes),
        ]
        for done, places in uses:
            for use in places:
                if use.name is None:
                    yield self.at(
                        use.place,
                        f"environment variable is {done} by a computed name",
                        subject=done,
                        help="write the name as a literal, or loop over a tuple of names, "
                        "so that it can be checked",
                    )


class UnguardedOptional(Rule):
    """A variable that the catalogue calls optional is read as if it were always set.

    `required = false` means that not every run has the variable; for example, only the scheduler
    sets it. Without it, `os.environ["X"]` stops the notebook with a KeyError. Test for the variable
    first (`if "X" in os.environ`), catch the KeyError, or read it with `os.environ.get`.

    The fix writes `.get`, which gives None if the variable is not set.

    Refused:

    ```python
    import os

    case = os.environ["CASE_ID"]
    ```

    Instead:

    ```python
    import os

    case = os.environ.get("CASE_ID", "none")
    ```
    """

    code = "NBL307"
    fixable = "unsafe"
    settings = ("environment.catalogues",)

    def check(
        self, environment: Environment, catalogue: Catalogue, notebook: Notebook
    ) -> Iterator[Finding]:
        for read in environment.reads:
            if read.name is None or not read.required or read.asks or read.guarded:
                continue
            if not catalogue.is_optional(read.name) or environment.sets_before(read):
                continue
            fix = None
            if read.optional is not None:
                edit = replace(notebook, read.optional.place, read.optional.text)
                fix = Fix("read it with os.environ.get", (edit,), safe=False)
            yield self.at(
                read.place,
                f"optional variable {read.name!r} is read as if it were always set",
                subject=read.name,
                help=f'read it with os.environ.get("{read.name}"), or test whether it is set',
                fix=fix,
            )
