"""What a notebook is checked against that does not stand in it."""
