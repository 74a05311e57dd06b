"""The version, said once, and the folder of the package; imports nothing of it."""

from pathlib import Path

__version__ = "0.1.0"

PACKAGE = Path(__file__).parent
