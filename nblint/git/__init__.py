"""Git's index and objects: read as data, or by a git that meets nothing of the repository's own."""
