"""What a notebook says of itself at its top."""
