"""What a notebook does with environment variables."""
