"""The first hour of an author, played with the real tools: `python -m demo`."""
