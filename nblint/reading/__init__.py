"""What a notebook says: parts that rules ask for."""
