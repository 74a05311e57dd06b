"""The file: what a notebook holds, where its parts are in the bytes, and how it is edited."""
