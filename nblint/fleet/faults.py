"""What could not be done, in a sentence."""

from nblint.credentials.masking.redaction import mask
from nblint.reports.terminal import one_line

_WIDTH = 300


def fault(what: str, failed: str, error: BaseException) -> str:
    """Return a sentence about an error of a library: it may be long, and quote what is secret."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"{what}: {failed}: {one_line(mask(said), _WIDTH)}"
