"""Amounts as people read them."""


def amount(size: float) -> str:
    """Return a number of bytes with the unit that fits, such as `16.4 GB`.

    Args:
        size: The number, which is not negative.
    """
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"
