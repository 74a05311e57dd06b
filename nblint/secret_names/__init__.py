"""Whether a name says that its value is a secret."""
