"""Which environment variables there are, and the files that declare them."""
