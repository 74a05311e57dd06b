"""Shell commands, and the variables that they use."""
