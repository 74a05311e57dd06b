"""Coverage-guided fuzzing: `python -m fuzz` looks for input that breaks nblint."""
