"""Where things are on every host of a hub."""

from pathlib import PurePosixPath

# The environments of the hub and of everybody's notebooks: a folder for each lock, and the link
# `current`.
PREFIX = PurePosixPath("/opt/jupyterhub")
