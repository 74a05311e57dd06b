"""What a notebook says about itself at its top."""
