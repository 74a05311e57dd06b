"""Whether a value is a credential."""
