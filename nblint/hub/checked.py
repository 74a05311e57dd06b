"""What a check of a hub has found."""

from msgspec import Struct


class Checked(Struct):
    """What was found.

    Attributes:
        python: The version of Python that requirements are read for.
        problems: What keeps the hub from being deployed, in sentences.
        notes: What its owners should know.
        passed: What is in order, in sentences.
    """

    python: str
    problems: list[str] = []
    notes: list[str] = []
    passed: list[str] = []
