"""Adds to a generated repository: another notebook, with what its scheduled runs need."""
