"""Find credentials in code cells, above all in their Python."""
