"""Selects the rules that run on a notebook, and the severity of their findings."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from nblint.errors import SettingsError
from nblint.findings import ALL, Need, covers
from nblint.linting.registry import FAMILIES, are_about_plugins
from nblint.paths import relative_to
from nblint.rules.index import INDEX, Entry
from nblint.settings import Settings, Severity
from nblint.settings_files import SettingsFile


class Selection:
    """The rules that settings select.

    Args:
        found: The settings and where they come from.
        within: Leaves only those rules that this selector covers.

    Attributes:
        rules: The selected rules, in the order of their codes; nblint's own are not loaded.
        faults: Why rules of installed packages that are selected cannot run, one sentence each.

    Raises:
        SettingsError: A selector covers no rule, a detector is unknown, or no rule is left.
    """

    def __init__(self, found: SettingsFile, *, within: str = ALL) -> None:
        self._settings = found.settings
        self._root = found.root
        self._wanted = (*found.settings.select, *found.settings.extend_select)
        _validate(found)
        others, self.faults = self._of_plugins()
        known = (*INDEX, *others)
        self.rules = tuple(rule for rule in known if self._is_selected(rule))
        if not any(self._is_wanted(rule.code) for rule in self.rules):
            if self.faults:
                raise SettingsError(self.faults[0])
            # Without rules, "All clean" would be a false statement.
            where = f"{found.path}: " if found.path else ""
            raise SettingsError(
                f"{where}'select' and 'ignore' leave no rule to run; "
                "to leave out notebooks, use 'exclude'"
            )
        self.rules = tuple(rule for rule in self.rules if covers(within, rule.code))

    def needs(self, need: Need) -> bool:
        """Tell whether any of the rules needs something."""
        return any(need in rule.needs for rule in self.rules)

    def for_notebook(self, path: str) -> tuple[Entry, ...]:
        """Return the rules that run on a notebook.

        Args:
            path: The notebook's path, relative to the current directory or absolute.
        """
        if not self._settings.per_file_ignores:
            return self.rules
        from nblint.globs import matches  # most repositories have none

        relative = relative_to(Path(path), self._root)
        ignored = [
            prefix
            for glob, prefixes in self._settings.per_file_ignores.items()
            if matches(relative, (glob,))
            for prefix in prefixes
        ]
        return tuple(
            rule for rule in self.rules if rule.always_on or _longest_prefix(rule.code, ignored) < 0
        )

    def severity(self, code: str, own: Severity) -> Severity:
        """Return the severity of a rule's findings: the settings', else the rule's own."""
        return _of_longest_prefix(code, self._settings.severity) or own

    def _of_plugins(self) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
        """Return the rules of the plugins that are selected, and why others cannot run."""
        if not are_about_plugins(self._wanted):
            return (), ()
        from nblint.linting.plugins import load_plugins

        loaded = load_plugins(self._wanted, self._root)
        if not loaded.faults:
            for selector in filter(_is_of_plugin, self._wanted):
                if not any(covers(selector, rule.code) for rule in loaded.rules):
                    from nblint.suggestions import nearest

                    hint = nearest(selector, [rule.code for rule in loaded.rules])
                    hint = hint or "; `nblint rules` lists all rules"
                    raise SettingsError(f"unknown rule code {selector!r}{hint}")
        return tuple(map(Entry.of, loaded.rules)), loaded.faults

    def _is_selected(self, rule: Entry) -> bool:
        if rule.always_on:
            return True
        if rule.explicit and rule.code not in self._wanted and ALL not in self._wanted:
            return False
        return self._is_wanted(rule.code)

    def _is_wanted(self, code: str) -> bool:
        selected = _longest_prefix(code, self._wanted)
        return selected > _longest_prefix(code, self._settings.ignore)


def _longest_prefix(code: str, prefixes: Iterable[str]) -> int:
    """Return the length of the longest selector that covers a code; -1 if none does."""
    return max(
        (_length(prefix) for prefix in prefixes if covers(prefix, code)),
        default=-1,
    )


def _length(selector: str) -> int:
    """Return how much of a code a selector names; `ALL` names nothing."""
    return 0 if selector == ALL else len(selector)


def _of_longest_prefix(code: str, severities: Mapping[str, Severity]) -> Severity | None:
    holding = [prefix for prefix in severities if covers(prefix, code)]
    return severities[max(holding, key=_length)] if holding else None


def is_selector(selector: str) -> bool:
    """Tell whether a selector covers any rule."""
    if selector in FAMILIES:
        return True
    if _is_of_plugin(selector):
        from nblint.linting.plugins import may_cover

        return may_cover(selector)
    return any(covers(selector, rule.code) for rule in INDEX)


def _is_of_plugin(selector: str) -> bool:
    return selector != ALL and are_about_plugins([selector])


def unknown_selector(selector: str) -> str:
    """Return the error message for a selector that covers no rule."""
    from nblint.linting.unknown_rules import hint_for

    return f"unknown rule code {selector!r}{hint_for(selector)}"


def _validate(found: SettingsFile) -> None:
    settings: Settings = found.settings
    selectors = {
        "select": settings.select,
        "extend-select": settings.extend_select,
        "ignore": settings.ignore,
        "severity": tuple(settings.severity),
        "per-file-ignores": tuple(
            prefix for prefixes in settings.per_file_ignores.values() for prefix in prefixes
        ),
    }
    for key, values in selectors.items():
        for value in values:
            if not is_selector(value):
                where = f"{found.path}: {key}" if found.path else key
                raise SettingsError(f"{where}: {unknown_selector(value)}")
    credentials = settings.credentials
    # Detectors of a team's own plugins are known only while the plugins run.
    if credentials.disable and not credentials.detect_secrets_plugins:
        _validate_detectors(credentials.disable, found)


def _validate_detectors(names: Iterable[str], found: SettingsFile) -> None:
    from nblint.credentials.detector_names import detectors
    from nblint.suggestions import nearest

    for name in names:
        if name not in detectors():
            raise SettingsError(
                f"{found.path}: credentials.disable: unknown detector {name!r}"
                + nearest(name, detectors())
            )
