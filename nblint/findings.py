"""What a rule is, and what it says."""

import re
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import ClassVar, Literal, Protocol

from msgspec import Struct

from nblint.document.edit import Edit
from nblint.document.model import Place
from nblint.settings import Severity

# Selects every rule, those too that otherwise only run when they are named.
ALL = "ALL"


def covers(selector: str, code: str) -> bool:
    """Say whether a selector, the beginning of a code or `ALL`, holds for a code."""
    return selector == ALL or (selector != "" and code.startswith(selector))


class Fix(Struct, frozen=True):
    """A change that mends a finding.

    Attributes:
        message: What it does, in words.
        edits: The changes.
        safe: Whether the notebook means the same afterwards; others need `--unsafe-fixes`.
    """

    message: str
    edits: tuple[Edit, ...]
    safe: bool = True


class Fingerprinted(Protocol):
    """Something that must not be shown, and is recognised by a fingerprint instead.

    Rules hand it to `Rule.at`; the finding gives it up when its fingerprint has been taken, so that
    nothing after the rules, no report and no other process, ever holds the value.
    """

    @property
    def secret(self) -> Hashable:
        """The value: equal for the same one, and shown by nothing."""
        ...

    def fingerprint(self, salt: str) -> str:
        """Return 32 hexadecimal digits: the same for the same value and salt, wherever it is."""
        ...


class Finding(Struct, frozen=True):
    """What is wrong, and where.

    Attributes:
        code: The rule's code.
        name: The rule's name.
        severity: "error" or "warning".
        message: One sentence; never holds a credential.
        place: Where in the notebook.
        help: What to do instead.
        detector: What found it.
        fingerprint: What tells it from other findings of its rule, wherever in the notebook they
            stand; None for a credential where there is no baseline, whose salt it takes.
        fix: What would mend it.
        secret: What the rule found that must not be shown; gone in finished findings.
        path: The file that it is about, where that is not the notebook.
        same_as: Where in the notebook the same secret stands first; None there, and without one.
    """

    code: str
    name: str
    severity: Severity
    message: str
    place: Place
    help: str | None = None
    detector: str | None = None
    fingerprint: str | None = None
    fix: Fix | None = None
    secret: Fingerprinted | None = None
    path: Path | None = None
    same_as: Place | None = None


class Rule:
    """One thing that a notebook must hold or must not.

    A rule is a class with a `code`, a docstring (what is wrong; after a blank line, why it matters
    and what to write instead; then examples) and a method `check`. The arguments of `check` say by
    their types which parts of a notebook it wants; it yields findings.

    Attributes:
        code: `NBL` and three digits.
        severity: "error", or "warning" for what does not fail a run.
        explicit: Whether it runs only when it is selected by its full code or by `ALL`.
        fixable: Whether it offers a fix: "safe", "unsafe" where every fix needs
            `--unsafe-fixes`, or None. A single finding may still have none.
        settings: The keys of the settings that decide what it finds: "header.sections".
    """

    code: ClassVar[str]
    severity: ClassVar[Severity] = "error"
    explicit: ClassVar[bool] = False
    fixable: ClassVar[Literal["safe", "unsafe"] | None] = None
    settings: ClassVar[tuple[str, ...]] = ()
    name: ClassVar[str]
    # Each rule's own arguments, which say what it wants; it yields findings.
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
        help: str | None = None,  # noqa: A002 - the name that people know from reports
        detector: str | None = None,
        fix: Fix | None = None,
        secret: Fingerprinted | None = None,
        path: Path | None = None,
    ) -> Finding:
        """Return a finding of this rule.

        Args:
            place: Where it stands.
            message: One sentence that says what is wrong; it holds no positions and no credential,
                since the finding is recognised by it when the notebook changes elsewhere.
            help: What to do instead.
            detector: What found it.
            fix: What would mend it.
            secret: The credential that was found: what the finding is recognised by.
            path: The file that it is about, where that is not the notebook: a catalogue, say.
        """
        return Finding(
            code=self.code,
            name=self.name,
            severity=self.severity,
            message=message,
            place=place,
            help=help,
            detector=detector,
            fix=fix,
            secret=secret,
            path=path,
        )


class Gathered(tuple[frozenset[str], ...]):
    """What a `RepositoryRule` has gathered: an entry for each notebook of the repository."""

    __slots__ = ()


class RepositoryRule(Rule):
    """A rule about all notebooks of a repository together.

    Its method `gather` takes parts of a notebook, like `check` of other rules, and returns the
    strings that matter of it. `conclude` takes `Gathered` and parts of the project, and yields
    findings, each with the path of the file that it is about. It runs only after a run over the
    whole repository in which every notebook could be read.
    """

    gather: ClassVar[Callable[..., frozenset[str]]]
    conclude: ClassVar[Callable[..., Iterator[Finding]]]

    def check(self) -> Iterator[Finding]:
        """Find nothing in a single notebook."""
        return iter(())
