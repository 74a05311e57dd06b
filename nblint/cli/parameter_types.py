"""What commands can be told, and how the shell completes it."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from nblint.cli.commands import Option
from nblint.suggestions import nearest

if TYPE_CHECKING:
    Number = click.ParamType[int]
    Text = click.ParamType[str]
    Texts = click.ParamType[tuple[str, ...]]
else:  # Before click 8.4 the class takes no type.
    Number = Text = Texts = click.ParamType

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Any], Any]


class OneOf(Text):
    """One of some words; for another one, the nearest is named.

    Args:
        words: The words, or what returns them where finding them takes time.
        noun: What they are, for the error.
    """

    name = "word"

    def __init__(
        self, words: Sequence[str] | Callable[[], Sequence[str]], noun: str = "output format"
    ) -> None:
        self._words = words
        self._noun = noun

    @property
    def words(self) -> Sequence[str]:
        """What can be said."""
        return self._words() if callable(self._words) else self._words

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return what stands for the value in the help."""
        return "FORMAT" if self._noun == "output format" else self._noun.upper()

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the word; another one is a usage error."""
        word = str(value)
        if word in self.words:
            return word
        meant = nearest(word, self.words) or f"; there are {', '.join(self.words)}"
        raise click.UsageError(f"there is no {self._noun} {word!r}{meant}", ctx)

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return what to say where the word is missing."""
        return f"There are {', '.join(self.words)}"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the words that open so."""
        return _items(self.words, incomplete)


class Positive(Number):
    """A whole number from 1 on."""

    name = "number"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the number; another one, and what is none, is a usage error."""
        text = str(value)
        if text.isascii() and text.isdigit() and int(text):
            return int(text)
        name = f"{param.opts[-1]}: " if param else ""
        raise click.UsageError(f"{name}{text!r} is no whole number from 1 on", ctx)


class Place(click.Path):
    """A path that is looked at; an empty one is no name for this folder."""

    def __init__(self, *, allow_dash: bool = False) -> None:
        super().__init__(path_type=Path, allow_dash=allow_dash)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        """Return the path; an empty one is a usage error."""
        if value == "":  # "$FILE", and FILE is not set
            raise click.UsageError("a path is empty; '.' is this folder", ctx)
        return super().convert(value, param, ctx)


class Selectors(Texts):
    """Beginnings of codes, separated by commas."""

    name = "codes"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the selectors; one that holds for no rule is a usage error."""
        from nblint.linting.selection import is_selector, unknown_selector

        if isinstance(value, tuple):
            return value
        selectors = tuple(str(value).replace(",", " ").split())
        for selector in selectors:
            if not is_selector(selector):
                raise click.UsageError(unknown_selector(selector), ctx)
        return selectors

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the families and codes that the last selector may become."""
        from nblint.findings import ALL
        from nblint.linting.documentation import documentation
        from nblint.linting.registry import FAMILIES

        before, comma, last = incomplete.rpartition(",")
        helps = {**FAMILIES, **{code: one.name for code, one in documentation().items()}}
        helps[ALL] = "every rule"
        return [
            CompletionItem(f"{before}{comma}{selector}", help=text)
            for selector, text in sorted(helps.items())
            if selector.startswith(last.upper())
        ]


class RuleName(Text):
    """A rule's code or name, whatever its case; its value is the code."""

    name = "code"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the rule's code; a rule that is not there is a usage error."""
        from nblint.linting.registry import FAMILIES, rules

        given = str(value)
        codes = {name: rule.code for rule in rules().values() for name in (rule.code, rule.name)}
        code = codes.get(given.upper()) or codes.get(given.lower())
        if code is None and given.upper() in FAMILIES:
            raise click.UsageError(
                f"{given} is a family, {FAMILIES[given.upper()]}; 'nblint rules' lists its rules",
                ctx,
            )
        if code is None:
            meant = nearest(given.upper(), rules()) or nearest(given.lower(), codes)
            raise click.UsageError(f"there is no rule {given!r}{meant}", ctx)
        return code

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the codes and names that open so."""
        from nblint.linting.registry import rules

        names = [name for rule in rules().values() for name in (rule.code, rule.name)]
        return _items(names, incomplete.upper()) or _items(names, incomplete.lower())


def _items(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]


def option(*arguments: Any, **keywords: Any) -> Decorator:
    """Return what adds an option; `heading` says where the help lists it."""
    return click.option(*arguments, cls=Option, **keywords)


def config(heading: str = "Options", *, start: str = "each notebook") -> Decorator:
    """Return what adds `--config`; without it, settings are looked for from `start` upwards."""
    return option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        heading=heading,
        help=f"Take the settings from this file, instead of the nearest one upwards from {start}.",
    )


def trust_plugins(heading: str = "Options") -> Decorator:
    """Return what adds `--trust-plugins`."""
    return option(
        "--trust-plugins",
        is_flag=True,
        heading=heading,
        help="Run the detect-secrets plugins that the settings name; they are code of that "
        "repository.",
    )


def selection(heading: str = "Options") -> Decorator:
    """Return what adds the options that choose rules."""
    added = (
        option(
            "--select",
            type=Selectors(),
            heading=heading,
            help="Run only these rules: beginnings of codes, such as NBL1,NBL201, or ALL.",
        ),
        option("--extend-select", type=Selectors(), heading=heading, help="Run these as well."),
        option("--ignore", type=Selectors(), heading=heading, help="Do not run these."),
    )

    def add(command: Command) -> Command:
        for one in reversed(added):
            command = one(command)
        return command

    return add


def status(heading: str = "Options") -> Decorator:
    """Return what adds the options that decide which findings fail a run."""
    strict = option(
        "--strict", is_flag=True, heading=heading, help="Let warnings fail the run like errors."
    )
    exit_zero = option(
        "--exit-zero",
        is_flag=True,
        heading=heading,
        help="Exit with 0 even when there are findings.",
    )
    return lambda command: strict(exit_zero(command))
