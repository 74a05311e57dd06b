"""A hub on a laptop, to try: all that a hub has, on loopback, without root or node."""
