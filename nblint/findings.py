"""What a rule is, and what it says."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from nblint.document.edit import Edit
from nblint.document.model import Place
from nblint.settings import Severity

# Selects every rule, those too that otherwise only run when they are named.
ALL = "ALL"


def covers(selector: str, code: str) -> bool:
    """Say whether a selector, the beginning of a code or `ALL`, holds for a code."""
    return selector == ALL or (selector != "" and code.startswith(selector))


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that mends a finding.

    Attributes:
        message: What it does, in words.
        edits: The changes.
        safe: Whether the notebook means the same afterwards; others need `--unsafe-fixes`.
    """

    message: str
    edits: tuple[Edit, ...]
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
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
            stand; None where only the salt of a baseline could make one.
        fix: What would mend it.
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


class Rule:
    """One thing that a notebook must hold or must not.

    A rule is a class with a `code`, a docstring (what is wrong; after a blank line, why it matters
    and what to write instead) and a method `check`. The arguments of `check` say by their types
    which parts of a notebook it wants; it yields findings.

    Attributes:
        code: `NBL` and three digits.
        severity: "error", or "warning" for what does not fail a run.
        explicit: Whether it runs only when it is selected by its full code or by `ALL`.
    """

    code: ClassVar[str]
    severity: ClassVar[Severity] = "error"
    explicit: ClassVar[bool] = False
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
    ) -> Finding:
        """Return a finding of this rule.

        Args:
            place: Where it stands.
            message: One sentence that says what is wrong; it holds no positions and no credential,
                since the finding is recognised by it when the notebook changes elsewhere.
            help: What to do instead.
            detector: What found it.
            fix: What would mend it.
        """
        return Finding(
            self.code, self.name, self.severity, message, place, help, detector, None, fix
        )
