"""Rules about embedded credentials."""
