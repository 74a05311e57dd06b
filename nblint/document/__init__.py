"""The file: what a notebook holds, where each part of it stands, and how it is edited."""
