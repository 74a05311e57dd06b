"""Checks for authors who work in Jupyter and not with git: at each save, and on request."""

from nblint.jupyter.save_hook import check_before_save

__all__ = ["check_before_save"]
