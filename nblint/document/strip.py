"""Strips outputs with nbstripout's library: https://github.com/kynan/nbstripout."""

import copy
import io
import warnings

# What nbstripout's command strips besides outputs and counts; its library leaves it to callers.
_EXTRA_KEYS = [
    "metadata.signature",
    "metadata.widgets",
    "cell.metadata.collapsed",
    "cell.metadata.ExecuteTime",
    "cell.metadata.execution",
    "cell.metadata.heading_collapsed",
    "cell.metadata.hidden",
    "cell.metadata.scrolled",
]


def stripped(raw: bytes) -> bytes:
    """Strip a notebook as nbstripout's pre-commit hook does, which writes these very bytes.

    Git's configuration, where the hook looks for further keys, is not read.

    Args:
        raw: The notebook's file.

    Returns:
        The file without outputs and execution counts, its lines ended by a line feed; the same
        bytes where there is nothing to strip, or where nbstripout cannot read the notebook.
    """
    import nbformat
    from nbstripout import strip_output

    # The hook opens the file as text, which makes every line end a line feed.
    text = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8")
    written = io.StringIO()
    import logging

    logger = logging.getLogger("traitlets")
    was_disabled, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = nbformat.read(text, as_version=nbformat.NO_CONVERT)
            before = copy.deepcopy(notebook)
            strip_output(
                notebook,
                keep_output=None,
                keep_count=False,
                keep_id=False,
                extra_keys=_EXTRA_KEYS,
            )
            if notebook == before:
                return raw
            nbformat.write(notebook, written)
        return written.getvalue().encode("utf-8")
    except Exception:  # anything, where an odd file breaks one of its assumptions
        return raw
    finally:
        logger.disabled = was_disabled
