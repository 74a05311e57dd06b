"""The notebooks of a hub: which are wanted, which are installed, and the page that lists them."""
