"""Checks drafts with the settings of their repositories."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from nblint.discovery import is_excluded
from nblint.document.model import Notebook
from nblint.errors import SettingsError
from nblint.findings import Finding, RepositoryRule, Rule
from nblint.linting.registry import are_about_plugins, own_rules
from nblint.linting.run import Run
from nblint.server.drafts import CellsDraft, Draft
from nblint.settings_files import SettingsFile, SettingsFinder


class Verdict(NamedTuple):
    """The result of checking a draft.

    Attributes:
        draft: The draft.
        findings: The findings that the baseline does not record.
        faults: What could not be done, one sentence each.
    """

    draft: Draft
    findings: tuple[Finding, ...] = ()
    faults: tuple[str, ...] = ()


class DraftChecker:
    """Checks drafts; settings, catalogues and baselines are read once until `reload`."""

    def __init__(self) -> None:
        self.reload()

    def reload(self) -> None:
        """Read settings, catalogues and baselines again at the next check."""
        self._faults: list[str] = []
        self._told: set[str] = set()
        self._finders = {whole: _InEditors(is_whole=whole) for whole in (True, False)}
        self._runs = {whole: Run(self._finders[whole], self._fault) for whole in (True, False)}

    def check(self, draft: Draft) -> Verdict:
        """Check a draft like its file, unless the settings exclude that.

        Args:
            draft: The draft.

        Returns:
            The result. A fault is reported once until `reload`.
        """
        self._faults = []
        findings: tuple[Finding, ...] = ()
        if isinstance(draft, CellsDraft) and not isinstance(draft.document, Notebook):
            return Verdict(draft)
        if not self._is_excluded(draft):
            run = self._runs[draft.is_whole]
            for result in run.check_stdin(draft.document.raw, draft.path):
                findings = tuple(reported.finding for reported in result.findings)
        return Verdict(draft, findings, tuple(self._faults))

    def _is_excluded(self, draft: Draft) -> bool:
        path = Path(os.path.abspath(draft.path))
        try:
            return is_excluded(path, self._finders[draft.is_whole].of(path.parent))
        except SettingsError:  # reported by the run
            return False

    def _fault(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._faults.append(sentence)


class _InEditors(SettingsFinder):
    """Finds settings, and ignores the rules about what an editor does not have."""

    def __init__(self, *, is_whole: bool) -> None:
        super().__init__()
        self._is_whole = is_whole
        self._ignored = tuple(self._not_run(own_rules().values()))

    def of(self, directory: Path) -> SettingsFile:
        found = super().of(directory)
        others: Iterable[Rule] = ()
        selected = (*found.settings.select, *found.settings.extend_select)
        if are_about_plugins(selected):
            from nblint.linting.plugins import load_plugins

            others = load_plugins(selected, found.root).rules
        # Not `ignore`: where only such rules are selected, none would be left, which is an error.
        ignores = {**found.settings.per_file_ignores}
        ignores["*"] = (*ignores.get("*", ()), *self._ignored, *self._not_run(others))
        settings = replace(found.settings, per_file_ignores=ignores)
        return SettingsFile(settings, found.root, found.path)

    def _not_run(self, rules: Iterable[Rule]) -> Iterator[str]:
        """Yield the codes of those rules that cannot judge what an editor has."""
        for rule in rules:
            if isinstance(rule, RepositoryRule) or not (self._is_whole or _sees_cells(rule)):
                yield rule.code


def _sees_cells(rule: Rule) -> bool:
    """Tell whether a rule can judge what an editor sends of a notebook: the cells' sources."""
    return rule.drafts and rule.needs.isdisjoint(("file", "outputs"))
