"""Rules, findings and fixes: what every rule derives from, and what it yields."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from msgspec import Struct

from nblint.document.model import Place
from nblint.settings import Severity

if TYPE_CHECKING:
    from nblint.document.edit import Edit

# Selects every rule, including those that otherwise run only when they are named.
ALL = "ALL"
# What the codes of nblint's own rules begin with.
OWN = "NBL"

# What a rule needs besides the cells' sources: the whole file, its outputs, or the repository's
# declared requirements.
Need = Literal["file", "outputs", "requirements"]


def covers(selector: str, code: str) -> bool:
    """Tell whether a selector, a prefix of codes or `ALL`, covers a code."""
    return selector == ALL or (selector != "" and code.startswith(selector))


def overlap(one: str, other: str) -> bool:
    """Tell whether two selectors can cover the same code: one of them covers the other."""
    return covers(one, other) or covers(other, one)


class Fix(Struct, frozen=True):
    """A change that resolves a finding.

    Attributes:
        message: What it does, in words.
        edits: The edits that it makes.
        safe: Whether the notebook means the same afterwards; unsafe fixes need `--unsafe-fixes`.
    """

    message: str
    edits: tuple[Edit, ...]
    safe: bool = True


class Fingerprinted(Protocol):
    """A value that must not be shown, and is recognised by a fingerprint instead.

    Rules pass it to `Rule.at`. The finding drops it once its fingerprint is taken, so that no
    report and no other process ever holds the value.
    """

    @property
    def secret(self) -> Hashable:
        """The value, in a form that compares equal for the same value and is never printed."""
        ...

    @property
    def is_guessable(self) -> bool:
        """Whether somebody could guess the value, so that its fingerprint is slow on purpose."""
        ...

    def fingerprint(self, salt: str) -> str:
        """Return 32 hexadecimal digits, the same for the same value and salt on any machine."""
        ...


class Finding(Struct, frozen=True):
    """What is wrong, and where.

    Attributes:
        code: The rule's code.
        name: The rule's name.
        severity: "error" or "warning".
        message: One sentence, without credentials.
        place: Where it is in the notebook.
        subject: What distinguishes it from other findings of its rule, such as the missing section
            or the variable that is read. Empty if the rule has only one thing to report.
        help: What to do instead.
        detector: The detector that found it, for a credential.
        fingerprint: What it is recognised by when its cell moves or its message is reworded; None
            for a credential without a baseline, which has the salt.
        fix: The fix that resolves it.
        secret: The value that the rule found and that must not be shown; None in finished findings.
        path: The file that it is about, if that is not the notebook.
        suppression: Why its author suppressed it, in their words, which can be none; None for a
            finding that is not suppressed.
        same_as: The first place of the same secret in the notebook; None at that place.
    """

    code: str
    name: str
    severity: Severity
    message: str
    place: Place
    subject: str = ""
    help: str | None = None
    detector: str | None = None
    fingerprint: str | None = None
    fix: Fix | None = None
    secret: Fingerprinted | None = None
    path: Path | None = None
    suppression: str | None = None
    same_as: Place | None = None

    @property
    def is_error(self) -> bool:
        """Whether it fails a run; warnings do so only with `--strict`."""
        return self.severity == "error"


class Rule:
    """One thing that a notebook must or must not contain.

    A rule is a class with a `code`, a docstring (what is wrong; after a blank line, why it matters
    and what to write instead; then examples) and a method `check`. The types of `check`'s arguments
    name the parts of a notebook that it reads; it yields findings.

    Attributes:
        code: `NBL` and three digits; for rules of an installed package, its own prefix and three
            digits.
        severity: "error", or "warning" for findings that do not fail a run.
        explicit: Whether it runs only when it is selected by its full code or by `ALL`.
        always_on: Whether it runs whatever is selected, and baselines never record it, because no
            other rule can check such a file.
        last: Whether it runs after the others, on what they found.
        suppressible: Whether comments and tags in a notebook suppress its findings.
        needs: What it reads besides the cells' sources. Editors that send only cells cannot run
            rules that need the file or its outputs.
        drafts: Whether it applies while a cell is still being written.
        unnecessary: Whether what it finds can simply be deleted; editors show that faded.
        fixable: Whether it offers fixes: "safe", "unsafe" if every fix needs `--unsafe-fixes`, or
            None. Individual findings may still have no fix.
        settings: The keys of the settings that decide what it finds: "header.sections".
    """

    code: ClassVar[str]
    severity: ClassVar[Severity] = "error"
    explicit: ClassVar[bool] = False
    always_on: ClassVar[bool] = False
    last: ClassVar[bool] = False
    suppressible: ClassVar[bool] = True
    needs: ClassVar[frozenset[Need]] = frozenset()
    drafts: ClassVar[bool] = True
    unnecessary: ClassVar[bool] = False
    fixable: ClassVar[Literal["safe", "unsafe"] | None] = None
    settings: ClassVar[tuple[str, ...]] = ()
    name: ClassVar[str]
    # Each rule has its own arguments, which name the parts that it reads.
    check: ClassVar[Callable[..., Iterator[Finding]]]

    def __init_subclass__(cls) -> None:
        cls.name = re.sub(
            r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__
        ).lower()

    def at(
        self,
        place: Place,
        message: str,
        *,
        subject: str = "",
        help: str | None = None,  # noqa: A002 - its name in reports
        detector: str | None = None,
        fix: Fix | None = None,
        secret: Fingerprinted | None = None,
        path: Path | None = None,
    ) -> Finding:
        """Return a finding of this rule.

        Args:
            place: Where it is.
            message: One sentence that says what is wrong, without positions or credentials.
            subject: What distinguishes it from other findings of this rule: words of the notebook,
                never of the message, since baselines recognise the finding by them.
            help: What to do instead.
            detector: The detector that found it, for a credential.
            fix: The fix that resolves it.
            secret: The credential that was found, which the finding is recognised by.
            path: The file that it is about, if that is not the notebook, such as a catalogue.
        """
        return Finding(
            code=self.code,
            name=self.name,
            severity=self.severity,
            message=message,
            place=place,
            subject=subject,
            help=help,
            detector=detector,
            fix=fix,
            secret=secret,
            path=path,
        )


class Gathered(tuple[frozenset[str], ...]):
    """What a `RepositoryRule` gathered: one entry per notebook of the repository."""

    __slots__ = ()


class RepositoryRule(Rule):
    """A rule about all notebooks of a repository together.

    Its method `gather` takes parts of a notebook, like other rules' `check`, and returns the
    strings to remember of it. `conclude` takes `Gathered` and parts of the project, and yields
    findings, each with the path of the file that it is about. It is called only at the end of a run
    over the whole repository in which every notebook could be read.
    """

    gather: ClassVar[Callable[..., frozenset[str]]]
    conclude: ClassVar[Callable[..., Iterator[Finding]]]

    def check(self) -> Iterator[Finding]:
        """Find nothing in a single notebook."""
        return iter(())
