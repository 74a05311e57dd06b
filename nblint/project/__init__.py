"""What a notebook is checked against, outside of the notebook."""
