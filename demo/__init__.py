"""An author's first hour, played with real tools: `python -m demo`."""
