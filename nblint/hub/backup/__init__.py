"""Copies of homes and of the hub's state, by restic: made, tested, and brought back."""
