"""What the cache keeps of a notebook: its findings as reports print them, masked, and no contents.

It is read as data of these types and nothing else. A fix is kept in words: whoever applies fixes
examines the notebook.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from nblint.document.model import Place
from nblint.findings import Finding, Fix
from nblint.linting.examining import Examined
from nblint.linting.results import Excerpt, Reported
from nblint.settings import Severity


class _Fix(Struct, frozen=True, array_like=True):
    message: str
    safe: bool


class _Finding(Struct, frozen=True, array_like=True):
    code: str
    name: str
    severity: Severity
    message: str
    place: Place
    subject: str
    help: str | None
    detector: str | None
    fingerprint: str | None
    fix: _Fix | None
    path: str | None
    suppression: str | None
    same_as: Place | None


class _Reported(Struct, frozen=True, array_like=True):
    path: str | None  # None for the notebook itself
    finding: _Finding
    cell_id: str | None
    cell_type: str | None
    file_line: int | None
    first_line: str | None
    excerpt: Excerpt | None
    one_line: bool


class _Notebook(Struct, frozen=True, array_like=True):
    found: tuple[_Reported, ...]
    hidden: tuple[_Reported, ...]
    suppressed: int
    ran: frozenset[str]
    is_notebook: bool


_DECODER = msgspec.msgpack.Decoder(_Notebook)


def encoded(examined: Examined, name: str) -> bytes | None:
    """Return what is kept of a file that was examined without faults.

    Args:
        examined: The result.
        name: The file's name in reports.

    Returns:
        The data; None where it quotes half a surrogate pair, which has no encoding.
    """
    kept = _Notebook(
        tuple(_kept(one, name) for one in examined.found or ()),
        tuple(_kept(one, name) for one in examined.hidden),
        examined.suppressed,
        examined.ran,
        examined.gathered is not None,
    )
    try:
        return msgspec.msgpack.encode(kept)
    except UnicodeEncodeError:
        return None


def decoded(data: bytes, name: str) -> Examined | None:
    """Return the result that was kept; None for data that no result was kept as.

    Args:
        data: What `encoded` returned.
        name: The file's name in reports.
    """
    try:
        kept = _DECODER.decode(data)
    except (msgspec.MsgspecError, RecursionError):  # it is nested too deeply to skip it
        return None
    return Examined(
        tuple(_reported(one, name) for one in kept.found),
        kept.ran,
        {} if kept.is_notebook else None,
        suppressed=kept.suppressed,
        hidden=tuple(_reported(one, name) for one in kept.hidden),
    )


def _kept(reported: Reported, name: str) -> _Reported:
    finding = reported.finding
    return _Reported(
        None if reported.path == name else reported.path,
        _Finding(
            finding.code,
            finding.name,
            finding.severity,
            finding.message,
            finding.place,
            finding.subject,
            finding.help,
            finding.detector,
            finding.fingerprint,
            _Fix(finding.fix.message, finding.fix.safe) if finding.fix else None,
            str(finding.path) if finding.path else None,
            finding.suppression,
            finding.same_as,
        ),
        reported.cell_id,
        reported.cell_type,
        reported.file_line,
        reported.first_line,
        reported.excerpt,
        reported.one_line,
    )


def _reported(kept: _Reported, name: str) -> Reported:
    one = kept.finding
    finding = Finding(
        one.code,
        one.name,
        one.severity,
        one.message,
        one.place,
        one.subject,
        one.help,
        one.detector,
        one.fingerprint,
        Fix(one.fix.message, (), one.fix.safe) if one.fix else None,
        None,
        Path(one.path) if one.path else None,
        one.suppression,
        one.same_as,
    )
    return Reported(
        name if kept.path is None else kept.path,
        finding,
        kept.cell_id,
        kept.cell_type,
        kept.file_line,
        kept.first_line,
        kept.excerpt,
        kept.one_line,
    )
