"""What a host of the hub has beside the hub itself, written from `hub.toml`."""
