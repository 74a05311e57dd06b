"""Findings for code scanning: SARIF 2.1.0.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from urllib.parse import quote

from nblint._version import __version__
from nblint.credentials.masking.redaction import mask_path
from nblint.linting.documentation import SITE, RuleDocumentation, rule_documentation
from nblint.linting.registry import own_rules, rule_of
from nblint.linting.results import Note, Reported, Result
from nblint.linting.tally import Tally
from nblint.patterns import lazy_pattern
from nblint.reports.json import array
from nblint.reports.sentences import Fingerprints, inside, sentence

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_WORD = lazy_pattern(r"[a-z]+(?:[ ,]|$)")
# GitHub recognises security findings by the tag, and ranks them by a number from 0 to 10.
# https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
_SECURITY = {"tags": ["security"], "security-severity": "8.0"}


def render(results: Iterable[Result]) -> Iterator[str]:
    """Yield one run: the findings, with one object per line, then the rules.

    The rules come last, since those of installed packages are known only after the findings.
    """
    rules = dict(own_rules())
    positions = {code: position for position, code in enumerate(rules)}
    yield f'{{"$schema": {json.dumps(_SCHEMA)}, "version": "2.1.0", "runs": [{{\n'
    # Results replace those of the last run in the same category, and not those of other tools.
    yield '"automationDetails": {"id": "nblint/"},\n'
    yield '"columnKind": "unicodeCodePoints",\n"results": '
    tally, fingerprints = Tally(), Fingerprints()

    def position(code: str) -> int:
        rules.setdefault(code, rule_of(code))
        return positions.setdefault(code, len(positions))

    yield from array(
        _result(reported, position(reported.finding.code), fingerprints)
        for result in tally.counted(results)
        for reported in (*result.findings, *result.hidden)
    )
    if tally.notes:
        invocation = {
            "executionSuccessful": True,
            "toolExecutionNotifications": [_notification(note) for note in tally.notes],
        }
        yield f',\n"invocations": [{json.dumps(invocation)}]'
    driver = {
        "name": "nblint",
        "semanticVersion": __version__,
        "informationUri": SITE,
        "rules": [_rule(rule_documentation(rule)) for rule in rules.values()],
    }
    yield f',\n"tool": {{"driver": {json.dumps(driver)}}}'
    yield "}]}\n"


def _rule(rule: RuleDocumentation) -> dict[str, object]:
    whole = f"{rule.summary}\n\n{rule.explanation}".strip()
    shown = "".join(
        f"\n\n{label}:\n\n```{example.language}\n{example.text}```"
        for label, example in (("Refused", rule.refused), ("Instead", rule.instead))
        if example
    )
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": whole},
        "help": {"text": whole, "markdown": f"{whole}{shown}"},
        **({"helpUri": rule.url} if rule.url else {}),
        "defaultConfiguration": {"level": rule.severity, "enabled": rule.default},
        "properties": _SECURITY if rule.family == "credentials" else {"tags": [rule.family]},
    }


def _result(reported: Reported, position: int, fingerprints: Fingerprints) -> dict[str, object]:
    finding = reported.finding
    location: dict[str, object] = {
        "physicalLocation": {
            "artifactLocation": _artifact(mask_path(reported.path)),
            "region": {"startLine": reported.file_line or 1},
        }
    }
    if where := inside(reported):
        location["logicalLocations"] = [{"fullyQualifiedName": where, "kind": "element"}]
    sentences = [sentence(reported), *([finding.help] if finding.help else [])]
    suppressed = {"suppressions": [by]} if (by := _suppression(reported)) else {}
    return {
        "ruleId": finding.code,
        "ruleIndex": position,
        "level": finding.severity,
        "message": {"text": " ".join(map(_written_out, sentences))},
        "locations": [location],
        "partialFingerprints": {"nblint/v2": fingerprints.of(reported)},
        **suppressed,
    }


def _written_out(sentence: str) -> str:
    """Return a sentence with a capital and a full stop, as SARIF asks of messages.

    A name in code, at its beginning, stays as it is.
    """
    text = sentence[:1].upper() + sentence[1:] if _WORD.match(sentence) else sentence
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _suppression(reported: Reported) -> dict[str, str] | None:
    """Return what keeps a finding from being reported: a comment or a baseline; None for others."""
    if reported.finding.suppression is not None:
        reason = reported.finding.suppression
        return {"kind": "inSource", **({"justification": reason} if reason else {})}
    if reported.entry is not None:
        reason = reported.entry.reason
        return {"kind": "external", **({"justification": reason} if reason else {})}
    return None


def _notification(note: Note) -> dict[str, object]:
    return {
        "level": "note",
        "message": {"text": _written_out(note.message)},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(note.path)}}],
        "descriptor": {"id": note.kind},
    }


def _artifact(path: str) -> dict[str, str]:
    """Return the location of a file: relative to the checked folder, or an absolute URI."""
    pure: PurePath = PureWindowsPath(path) if PureWindowsPath(path).drive else PurePosixPath(path)
    if pure.is_absolute():
        return {"uri": pure.as_uri()}
    return {"uri": quote(path.encode("utf-8", "surrogatepass")), "uriBaseId": "%SRCROOT%"}
