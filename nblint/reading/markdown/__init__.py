"""Markdown, as blocks with rows."""
