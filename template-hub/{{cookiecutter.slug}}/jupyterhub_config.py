"""What JupyterHub reads: hub.toml, then lines of our own."""

from pathlib import Path

from nblint.hub import configure

c = get_config()  # noqa: F821 - JupyterHub provides it
configure(c, Path(__file__).with_name("hub.toml"))

# Lines of our own go below; they win over what hub.toml says.
