"""Hide credentials in everything that is shown."""
