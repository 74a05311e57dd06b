"""What a notebook says: the parts that rules ask for."""
