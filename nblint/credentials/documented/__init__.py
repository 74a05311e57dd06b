"""Tokens whose format their provider documents.

A new detector for a provider's token is a row in `formats.py`; `format_search.py` finds what the
rows describe, and the private keys that `private_keys.py` knows. `detect_secrets_plugins.py` covers
the few formats that only detect-secrets knows.
"""
