"""The version, defined once; imports nothing."""

__version__ = "0.1.0"
