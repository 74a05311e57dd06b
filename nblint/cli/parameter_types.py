"""Types of arguments and options: what they accept, and how the shell completes them."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from nblint.suggestions import nearest

if TYPE_CHECKING:
    IntegerType = click.ParamType[int]
    TextType = click.ParamType[str]
    TextsType = click.ParamType[tuple[str, ...]]
else:  # Before click 8.4 the class is not generic.
    IntegerType = TextType = TextsType = click.ParamType


class OneOf(TextType):
    """One of several words; the error for another word suggests the nearest.

    Args:
        words: The words, or a function that returns them where finding them takes time.
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
        """The words."""
        return self._words() if callable(self._words) else self._words

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return the placeholder for the value in the help."""
        return self._noun.rpartition(" ")[2].upper()

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the word; raise a usage error for another word."""
        word = str(value)
        if word in self.words:
            return word
        hint = nearest(word, self.words) or f"; choose from {', '.join(self.words)}"
        raise click.UsageError(f"unknown {self._noun} {word!r}{hint}", ctx)

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return the hint for a missing word."""
        return f"Choose from {', '.join(self.words)}"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the words with this prefix."""
        return _items(self.words, incomplete)


class PositiveInteger(IntegerType):
    """A positive integer."""

    name = "number"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the number; raise a usage error for anything else."""
        text = str(value)
        if text.isascii() and text.isdigit() and int(text):
            return int(text)
        name = f"{param.opts[-1]} " if param else ""
        raise click.UsageError(f"{name}must be a positive integer, not {text!r}", ctx)


class NonEmptyPath(click.Path):
    """A path to look at; an empty one does not mean the current folder."""

    def __init__(self, *, allow_dash: bool = False) -> None:
        super().__init__(path_type=Path, allow_dash=allow_dash)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        """Return the path; raise a usage error if it is empty."""
        if value == "":  # "$FILE", and FILE is not set
            raise click.UsageError("empty path; use '.' for the current folder", ctx)
        return super().convert(value, param, ctx)


class RuleSelectors(TextsType):
    """Rule code prefixes, separated by commas or spaces."""

    name = "codes"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the prefixes; raise a usage error if one matches no rule."""
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
        """Return the families and codes that the last prefix may become."""
        from nblint.findings import ALL
        from nblint.linting.registry import family_name, family_of, rules

        before, comma, last = incomplete.rpartition(",")
        helps = {code: rule.name for code, rule in rules().items()}
        helps.update({family: family_name(family) for family in map(family_of, rules())})
        helps[ALL] = "every rule"
        return [
            CompletionItem(f"{before}{comma}{selector}", help=text)
            for selector, text in sorted(helps.items())
            if selector.startswith(last.upper())
        ]


class RuleCode(TextType):
    """A rule's code or name in any case; its value is the code."""

    name = "code"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the rule's code; raise a usage error for an unknown rule."""
        from nblint.linting.registry import family_name, family_of, rules
        from nblint.linting.unknown_rules import hint_for

        given = str(value)
        # nblint's own come last, so that a name that a plugin uses too is theirs.
        codes = {rule.name: code for code, rule in reversed(tuple(rules().items()))}
        codes.update({code: code for code in rules()})
        if code := codes.get(given.upper()) or codes.get(given.lower()):
            return code
        family = given.upper()
        if family in map(family_of, rules()):
            name = family_name(family)
            raise click.UsageError(
                f"{given} is a family of rules ({name}): `nblint rules` lists its rules", ctx
            )
        hint = hint_for(given) or nearest(given.upper(), rules()) or nearest(given.lower(), codes)
        raise click.UsageError(
            f"unknown rule {given!r}{hint or '; `nblint rules` lists all rules'}", ctx
        )

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the codes and names with this prefix."""
        from nblint.linting.registry import rules

        names = [name for rule in rules().values() for name in (rule.code, rule.name)]
        return _items(names, incomplete.upper()) or _items(names, incomplete.lower())


def _items(words: Iterable[str], prefix: str) -> list[CompletionItem]:
    return [CompletionItem(word) for word in words if word.startswith(prefix)]
