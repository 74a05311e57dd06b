"""How fast nblint is beside its peers: `make bench`, or `python -m bench --help`."""
