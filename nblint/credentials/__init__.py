"""Detection of credentials in every part of a notebook."""
