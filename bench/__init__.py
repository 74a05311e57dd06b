"""How nblint's speed compares with its peers: `make bench`, or `python -m bench --help`."""
