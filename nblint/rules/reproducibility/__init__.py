"""Rules about running elsewhere."""
