"""Coverage-guided fuzzing: `python -m fuzz` searches for input that breaks nblint."""
