"""The version, defined once, and the package's folder; imports nothing from the package."""

from pathlib import Path

__version__ = "0.1.0"

PACKAGE = Path(__file__).parent
