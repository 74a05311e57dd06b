"""Errors of other libraries, as sentences."""

from nblint.credentials.masking.redaction import mask
from nblint.reports.terminal import one_line

_WIDTH = 300


def fault(what: str, failed: str, error: BaseException) -> str:
    """Return a sentence about an error, whose text is shortened and masked."""
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"{what}: {failed}: {one_line(mask(reason), _WIDTH)}"
