"""What a notebook says: parts that rules ask for, each computed once a notebook, on demand."""
