"""Rules about a whole repository: what its notebooks say is gathered, then judged together."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from nblint.credentials.redaction import Redaction
from nblint.document.model import Notebook, Unreadable
from nblint.findings import Finding, Gathered, RepositoryRule
from nblint.linting.checking import RuleError, completed, reading_of
from nblint.linting.selection import Selection
from nblint.reading.project import Project


class Repository:
    """Gathers what the rules about a repository want to know of its notebooks.

    Args:
        project: What the notebooks are checked against.
        selection: The rules that run.
    """

    def __init__(self, project: Project, selection: Selection) -> None:
        self._project = project
        self._selection = selection
        self._rules = [rule for rule in selection.rules if isinstance(rule, RepositoryRule)]
        self._gathered: dict[str, list[frozenset[str]]] = {rule.code: [] for rule in self._rules}
        self._is_whole = True

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the rules that `conclude` runs."""
        return frozenset(rule.code for rule in self._rules) if self._is_whole else frozenset()

    def add(self, document: Notebook | Unreadable) -> None:
        """Gather from a notebook.

        Raises:
            RuleError: A rule raised an exception.
        """
        if not isinstance(document, Notebook):
            self._is_whole = False  # what it says nobody knows, so nothing can be concluded
            return
        for rule in self._rules:
            try:
                gathered = reading_of(document, self._project).call(rule.gather)
            except Exception as error:
                self._is_whole = False
                raise RuleError(f"{rule.code} {rule.name}") from error
            self._gathered[rule.code].append(gathered)

    def conclude(self) -> Iterator[Finding]:
        """Yield the findings, each with the path of the file that it is about."""
        if not self._is_whole:
            return
        for rule in self._rules:
            reading = reading_of(Gathered(self._gathered[rule.code]), self._project)
            yield from completed(reading.call(rule.conclude), self._selection, Redaction(), None)

    def is_covered(self, paths: Sequence[Path]) -> bool:
        """Tell whether the paths of a run cover the whole repository."""
        root = self._project.root.resolve()
        folders = [path.resolve() for path in paths if os.path.isdir(path)]  # noqa: PTH112
        return bool(self._rules) and any(root.is_relative_to(folder) for folder in folders)
