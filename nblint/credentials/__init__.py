"""The detection engine."""
