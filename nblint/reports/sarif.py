"""Findings for code scanning: SARIF 2.1.0.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from urllib.parse import quote

from nblint._version import __version__
from nblint.linting.documentation import RuleDocumentation, documentation
from nblint.linting.results import Reported, Result
from nblint.reports.json import array
from nblint.reports.sentences import Fingerprints, inside, sentence

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
# GitHub recognises security findings by the tag, and ranks them by a number from 0 to 10.
# https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
_SECURITY = {"tags": ["security"], "security-severity": "8.0"}


def render(results: Iterable[Result]) -> Iterator[str]:
    """Yield one run: the rules, then the findings, with one object per line."""
    rules = documentation()
    positions = {code: position for position, code in enumerate(rules)}
    driver = {
        "name": "nblint",
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules.values()],
    }
    yield f'{{"$schema": {json.dumps(_SCHEMA)}, "version": "2.1.0", "runs": [{{\n'
    yield f'"tool": {{"driver": {json.dumps(driver)}}},\n'
    # Results replace those of the last run in the same category, and not those of other tools.
    yield '"automationDetails": {"id": "nblint/"},\n'
    yield '"columnKind": "unicodeCodePoints",\n"results": '
    fingerprints = Fingerprints()
    yield from array(
        _result(reported, positions[reported.finding.code], fingerprints)
        for result in results
        for reported in result.findings
    )
    yield "}]}\n"


def _rule(rule: RuleDocumentation) -> dict[str, object]:
    whole = f"{rule.summary}\n\n{rule.explanation}".strip()
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": whole},
        "help": {"text": whole, "markdown": whole},
        "helpUri": rule.url,
        "defaultConfiguration": {"level": rule.severity, "enabled": rule.default},
        "properties": _SECURITY if rule.family == "credentials" else {"tags": [rule.family]},
    }


def _result(reported: Reported, position: int, fingerprints: Fingerprints) -> dict[str, object]:
    finding = reported.finding
    location: dict[str, object] = {
        "physicalLocation": {
            "artifactLocation": _artifact(reported.path),
            "region": {"startLine": reported.file_line or 1},
        }
    }
    if where := inside(reported):
        location["logicalLocations"] = [{"fullyQualifiedName": where, "kind": "element"}]
    text = sentence(reported)
    return {
        "ruleId": finding.code,
        "ruleIndex": position,
        "level": finding.severity,
        "message": {"text": f"{text}. {finding.help}" if finding.help else text},
        "locations": [location],
        "partialFingerprints": {"nblint/v1": fingerprints.of(reported)},
    }


def _artifact(path: str) -> dict[str, str]:
    """Return the location of a file: relative to the checked folder, or an absolute URI."""
    pure: PurePath = PureWindowsPath(path) if PureWindowsPath(path).drive else PurePosixPath(path)
    if pure.is_absolute():
        return {"uri": pure.as_uri()}
    return {"uri": quote(path.encode("utf-8", "surrogatepass")), "uriBaseId": "%SRCROOT%"}
