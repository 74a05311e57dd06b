"""The least that `hub.toml` must say."""

LEAST = """\
address = "https://hub.example.com"

[provider]
issuer = "https://login.example.com"
client-id = "hub"

[groups]
users = ["analysts"]
"""
