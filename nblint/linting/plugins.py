"""Finds an organisation's own rules: those of installed packages that offer them as entry points.

    [project.entry-points."nblint.rules"]
    ACME = "acme_rules"

The name is what the codes of the rules begin with, the value the module that holds them. Its code
runs once its rules are selected, and never otherwise. Nothing of the repository that is checked is
loaded: packages are looked for where installers put them, and not on the rest of `sys.path`; a
package that is installed there but is loaded from the repository is refused.
"""

import os
import re
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from functools import lru_cache
from importlib import import_module
from importlib.metadata import Distribution
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from msgspec import Struct

from nblint.findings import ALL, OWN, RepositoryRule, Rule, covers, overlap
from nblint.paths import STOOD_FOR, repository_of

GROUP = "nblint.rules"

_PREFIX = re.compile("[A-Z]{2,10}")
_DIGITS = "[0-9]{3}"
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")


class Plugin(Struct, frozen=True):
    """An installed package with rules.

    Attributes:
        prefix: What the codes of its rules begin with: "ACME".
        module: The module that holds them.
        package: The package's name.
        version: Its version.
        url: Its documentation, else its home page; None if it names neither.
    """

    prefix: str
    module: str
    package: str
    version: str
    url: str | None = None

    @property
    def title(self) -> str:
        """The package with its version."""
        return f"{self.package} {self.version}"

    def is_about(self, selectors: Iterable[str]) -> bool:
        """Tell whether any of the selectors is about its rules."""
        return any(overlap(one, self.prefix) for one in selectors)


class Installed(NamedTuple):
    """The plugins that are installed.

    Attributes:
        plugins: Those that can be used, sorted by their prefixes.
        faults: Prefixes that cannot be used, each with the reason as a sentence.
    """

    plugins: tuple[Plugin, ...]
    faults: tuple[tuple[str, str], ...]


class Loaded(NamedTuple):
    """What came of loading plugins.

    Attributes:
        rules: The rules, in the order of their codes.
        faults: What could not be loaded, one sentence each.
    """

    rules: tuple[Rule, ...] = ()
    faults: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def installed() -> Installed:
    """Return the plugins that are installed, without running any of their code."""
    found = sorted(_offered(), key=lambda plugin: (plugin.prefix, plugin.package))
    faults = [(one.prefix, reason) for one in found if (reason := _misnamed(one))]
    named = [one for one in found if not _misnamed(one)]
    clashing = [(a, b) for a, b in combinations(named, 2) if overlap(a.prefix, b.prefix)]
    for one, other in clashing:
        sentence = (
            f"{one.title} and {other.title}: their rule codes clash, with the prefixes"
            f" {one.prefix!r} and {other.prefix!r}; uninstall one of them"
        )
        faults += [(one.prefix, sentence)]
    unusable = {id(one) for pair in clashing for one in pair}
    return Installed(tuple(one for one in named if id(one) not in unusable), tuple(faults))


def load_plugins(selectors: Iterable[str], checked: Path | None = None) -> Loaded:
    """Load the plugins that selectors are about.

    Args:
        selectors: The selectors.
        checked: The folder of the settings, from whose repository no rules are loaded; nor are
            they from that of the current folder.

    Returns:
        Their rules, with a sentence for each plugin that cannot be used.
    """
    selectors = tuple(selectors)
    plugins, problems = installed()
    faults = [
        sentence for prefix, sentence in problems if any(overlap(one, prefix) for one in selectors)
    ]
    found: list[Rule] = []
    for plugin in plugins:
        if not plugin.is_about(selectors):
            continue
        if foreign := _checked_source(plugin.module, checked):
            faults.append(
                f"{plugin.title}: its rules would be loaded from {foreign}, in the repository that"
                " is checked; install a copy, without pip's --editable"
            )
            continue
        rules, reasons = _load(plugin)
        found += rules
        faults += reasons
    return Loaded(tuple(found), tuple(faults))


def plugin_of(code: str) -> Plugin | None:
    """Return the plugin that a rule's code belongs to; None for nblint's own and unknown ones."""
    if code.startswith(OWN):
        return None
    return next((one for one in installed().plugins if covers(one.prefix, code)), None)


def may_cover(selector: str) -> bool:
    """Tell whether a selector may cover rules of an installed plugin, without loading it."""
    prefixes = {*(one.prefix for one in installed().plugins), *(p for p, _ in installed().faults)}
    return any(
        covers(selector, prefix) or re.fullmatch(rf"{re.escape(prefix)}[0-9]{{0,3}}", selector)
        for prefix in prefixes
        if selector
    )


def code_digest(plugin: Plugin) -> str:
    """Return a digest of a plugin's files, which change between versions while it is developed."""
    import hashlib

    digest = hashlib.sha256()
    for place in _places(plugin.module):
        path = Path(place)
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in (one for one in files if one.is_file() and one.suffix != ".pyc"):
            digest.update(f"{file}\0".encode("utf-8", "surrogateescape"))
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _offered() -> Iterator[Plugin]:
    """Yield what installed packages offer; of two copies of a package, the first on the path."""
    seen = set()
    for folder in _site_packages():
        try:
            metadata = sorted(Path(folder).iterdir())
        except OSError:
            continue
        for path in metadata:
            # pip renames what it could not remove to "~name".
            if path.suffix in (".dist-info", ".egg-info") and not path.name.startswith("~"):
                distribution = _distribution(path)
                if distribution is not None and distribution.name not in seen:
                    seen.add(distribution.name)
                    yield from _offered_by(distribution)


def _site_packages() -> list[str]:
    """Return the folders that installers put packages in, as far as this Python searches them."""
    folders = [*site.getsitepackages(), *(sysconfig.get_path(n) for n in ("purelib", "platlib"))]
    if site.ENABLE_USER_SITE:
        folders.insert(0, site.getusersitepackages())
    return list(dict.fromkeys(map(os.path.realpath, folders)))


def _distribution(metadata: Path) -> Distribution | None:
    """Return a distribution that offers rules; None for any other, read no further than needed."""
    try:
        if f"[{GROUP}]" not in metadata.joinpath("entry_points.txt").read_text("utf-8"):
            return None
        distribution = Distribution.at(metadata)
        return distribution if distribution.name and distribution.version else None
    except (OSError, ValueError, KeyError):  # none, or broken metadata
        return None


def _offered_by(distribution: Distribution) -> list[Plugin]:
    try:
        url, entries = _url(distribution), list(distribution.entry_points)
    except Exception:  # metadata that nothing can read offers nothing
        return []
    return [
        Plugin(entry.name, entry.value, distribution.name, distribution.version, url)
        for entry in entries
        if entry.group == GROUP
    ]


def _url(distribution: Distribution) -> str | None:
    """Return the address of a package's documentation, else of its home page.

    https://packaging.python.org/en/latest/specifications/well-known-project-urls/
    """
    named = {
        re.sub(r"[\W_]", "", label).lower(): url.strip()
        for value in distribution.metadata.get_all("Project-URL") or ()
        for label, _, url in [str(value).partition(",")]
    }
    named["homepage"] = named.get("homepage") or "".join(
        distribution.metadata.get_all("Home-page") or ()
    )
    found = (named.get(label) for label in ("documentation", "docs", "homepage", "source"))
    return next((url for url in found if url and _ADDRESS.fullmatch(url)), None)


def _misnamed(plugin: Plugin) -> str | None:
    """Return why a plugin cannot have its prefix; None if it can."""
    where = f"{plugin.title}: the entry point {plugin.prefix!r} of {GROUP!r}"
    if not _PREFIX.fullmatch(plugin.prefix):
        return f"{where} must be the prefix of its rule codes: two to ten capital letters"
    if plugin.prefix == ALL:
        return f"{where} clashes with the selector {ALL!r}; choose another"
    if overlap(OWN, plugin.prefix):
        return f"{where} clashes with the codes of nblint's own rules, {OWN!r}; choose another"
    if not all(part.isidentifier() for part in plugin.module.split(".")):
        return f"{where} must name a module, not {plugin.module!r}"
    return None


def _checked_source(module: str, checked: Path | None) -> str | None:
    """Return where in a folder that is checked a module would be loaded from; None if nowhere.

    A module that this process has imported already is left alone: a package's own tests do.
    """
    if module in sys.modules:
        return None
    here = Path.cwd()
    # Settings that `--config` names can be elsewhere than what is checked.
    folders = [repository_of(here), *STOOD_FOR.values()]
    if checked is not None:
        folder = Path(os.path.abspath(checked))
        folders.append(repository_of(folder) or folder)
    foreign = [os.path.realpath(folder) for folder in folders if folder]
    for place in _places(module):
        real = Path(os.path.realpath(place))
        is_installed = any(map(real.is_relative_to, _site_packages()))
        if any(map(real.is_relative_to, foreign)) and not is_installed:
            return place
    return None


@lru_cache(maxsize=16)
def _places(module: str) -> tuple[str, ...]:
    """Return where a module's top-level package is loaded from, without loading it."""
    from importlib.util import find_spec

    try:
        spec = find_spec(module.partition(".")[0])
    except Exception:  # loading it says what is wrong
        return ()
    if spec is None:
        return ()
    folders = tuple(spec.submodule_search_locations or ())
    return folders or ((spec.origin,) if spec.origin and spec.has_location else ())


@lru_cache(maxsize=16)
def _load(plugin: Plugin) -> Loaded:
    """Load a plugin's rules; whatever goes wrong in it is one sentence."""
    try:
        # stdout is for the report.
        with redirect_stdout(sys.stderr):
            module = import_module(plugin.module)
        rules = _rules_in(module)
        _refuse_unusable(rules, plugin)
    except _PluginError as error:
        return Loaded(faults=(f"{plugin.title}: {error}",))
    except ModuleNotFoundError as error:
        return Loaded(faults=(f"{plugin.title}: its rules need {error.name}, which is missing",))
    except (Exception, SystemExit) as error:
        kind = type(error).__name__
        fault = (
            f"{plugin.title}: its rules cannot be loaded ({kind}): a bug in it; please report it"
        )
        return Loaded(faults=(fault,))
    return Loaded(rules)


class _PluginError(Exception):
    """What is wrong with a plugin; the text goes on after its name."""


def _rules_in(module: ModuleType) -> tuple[Rule, ...]:
    classes = {
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Rule) and "code" in vars(value)
    }
    return tuple(sorted((rule() for rule in classes), key=lambda rule: str(rule.code)))


def _refuse_unusable(rules: tuple[Rule, ...], plugin: Plugin) -> None:
    if not rules:
        raise _PluginError(f"no rules in {plugin.module!r}: classes that derive from nblint.Rule")
    seen: set[str] = set()
    for rule in rules:
        if not re.fullmatch(plugin.prefix + _DIGITS, str(rule.code)):
            raise _PluginError(
                f"the code of {type(rule).__name__} must be {plugin.prefix!r} and three digits,"
                f" not {rule.code!r}"
            )
        if rule.code in seen:
            raise _PluginError(f"two rules have the code {rule.code}")
        seen.add(rule.code)
        for is_wrong, reason in (
            (not type(rule).__doc__, "has no docstring, which explains it"),
            (not callable(getattr(rule, "check", None)), "has no method 'check'"),
            (rule.severity not in ("error", "warning"), "must be of severity error or warning"),
            (rule.fixable not in (None, "safe", "unsafe"), "must be fixable 'safe' or 'unsafe'"),
            (rule.always_on, "cannot be always on: rules of packages run when they are selected"),
            (isinstance(rule, RepositoryRule), "cannot be a rule about a whole repository"),
        ):
            if is_wrong:
                raise _PluginError(f"{rule.code} {reason}")
