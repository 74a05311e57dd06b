"""The catalogue of environment variables, and the files that declare them."""
