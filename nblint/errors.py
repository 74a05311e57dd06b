"""The exception for what a person must fix: its text is all that the person is shown."""


def unreadable(what: object, error: OSError) -> str:
    """Return the message for something that cannot be read."""
    return f"{what}: cannot be read: {error.strerror or error}"


def unwritable(what: object, error: OSError) -> str:
    """Return the message for something that cannot be written."""
    return f"{what}: cannot be written: {error.strerror or error}"


class SettingsError(Exception):
    """Settings, or a file that they refer to, cannot be used; the text is one clear sentence."""
