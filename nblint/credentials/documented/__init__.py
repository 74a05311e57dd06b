"""Tokens whose format their provider documents.

A new detector for a provider's token is a row in `formats.py`; `format_search.py` finds what the
rows describe. `detect_secrets_plugins.py` covers the few formats that only detect-secrets knows,
and `private_keys.py` private keys.
"""
