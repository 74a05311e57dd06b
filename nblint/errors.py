"""What is raised for a person's mistake: its text is all that the person is told."""


class SettingsError(Exception):
    """Settings or a catalogue that cannot be used; the text is one clear sentence."""
