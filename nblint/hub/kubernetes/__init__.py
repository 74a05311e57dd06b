"""A hub in a cluster: what Zero to JupyterHub is told, written from a host's files."""
