"""Hides credentials in what is shown."""
