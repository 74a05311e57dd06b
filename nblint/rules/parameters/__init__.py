"""Rules about papermill's parameters."""
