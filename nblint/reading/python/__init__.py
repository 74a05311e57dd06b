"""The Python of code cells, as IPython sees it."""
