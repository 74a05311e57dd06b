"""Decide whether a value is a credential."""
