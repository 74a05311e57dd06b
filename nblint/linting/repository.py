"""Runs the rules about a whole repository: gathers from each notebook, then judges together."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from nblint.credentials.masking.redaction import Redaction
from nblint.document.model import Notebook, Unreadable
from nblint.findings import Finding, Gathered, RepositoryRule
from nblint.linting.checking import completed, failure, reading_of
from nblint.linting.selection import Selection
from nblint.project.project import Project


class Repository:
    """Collects what the rules about a repository gather from its notebooks.

    Args:
        project: What the notebooks are checked against.
        selection: The rules that run.
    """

    def __init__(self, project: Project, selection: Selection) -> None:
        self._project = project
        self._selection = selection
        self._rules = _repository_rules(selection)
        self._gathered: dict[str, list[frozenset[str]]] = {rule.code: [] for rule in self._rules}
        self._is_whole = True

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the rules that `conclude` runs."""
        return frozenset(rule.code for rule in self._rules) if self._is_whole else frozenset()

    def add(self, gathered: Mapping[str, frozenset[str]] | None) -> None:
        """Add what was gathered from a notebook; None if that is unknown."""
        if gathered is None:
            self._is_whole = False  # nothing can be concluded from the others alone
            return
        for rule in self._rules:
            self._gathered[rule.code].append(gathered[rule.code])

    def conclude(self) -> Iterator[Finding]:
        """Yield the findings, each with the path of the file that it is about."""
        if not self._is_whole or not self._rules:
            return
        from nblint.linting.recognition import by_subject

        for rule in self._rules:
            reading = reading_of(Gathered(self._gathered[rule.code]), self._project)
            found = reading.call(rule.conclude)
            yield from completed(found, self._selection, Redaction(), by_subject)

    def is_covered(self, paths: Sequence[Path]) -> bool:
        """Tell whether the paths of a run cover the whole repository."""
        root = self._project.root.resolve()
        folders = [path.resolve() for path in paths if os.path.isdir(path)]  # noqa: PTH112
        return bool(self._rules) and any(root.is_relative_to(folder) for folder in folders)


def gather(
    document: Notebook | Unreadable, project: Project, selection: Selection
) -> dict[str, frozenset[str]] | None:
    """Gather what the rules about a repository ask of a notebook.

    Args:
        document: The notebook, or why the file holds none.
        project: What the notebook is checked against.
        selection: The rules that run.

    Returns:
        What they gathered, by their codes; None if the file is not a notebook.

    Raises:
        RuleError: A rule raised an exception.
    """
    if not isinstance(document, Notebook):
        return None
    rules = _repository_rules(selection)
    return {rule.code: _gathered(rule, document, project) for rule in rules}


def _gathered(rule: RepositoryRule, notebook: Notebook, project: Project) -> frozenset[str]:
    try:
        found: frozenset[str] = reading_of(notebook, project).call(rule.gather)
    except Exception as error:
        raise failure(rule, error) from error
    return found


def _repository_rules(selection: Selection) -> list[RepositoryRule]:
    return [cast("RepositoryRule", entry.rule) for entry in selection.rules if entry.gathers]
