"""Credentials in the Python of a cell."""
