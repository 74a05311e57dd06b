"""A hub on a laptop, to try: everything that a hub has, on loopback, without root and without node."""
