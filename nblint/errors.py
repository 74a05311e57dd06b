"""What is raised for a person's mistake: its text is all that the person is told."""


def unreadable(what: object, error: OSError) -> str:
    """Return the sentence that says that something cannot be read, and why."""
    return f"{what}: cannot be read: {error.strerror or error}"


def unwritable(what: object, error: OSError) -> str:
    """Return the sentence that says that something cannot be written, and why."""
    return f"{what}: cannot be written: {error.strerror or error}"


class SettingsError(Exception):
    """Settings or a catalogue that cannot be used; the text is one clear sentence."""
