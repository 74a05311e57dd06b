"""Credentials in text of any form: pairs, tables, markup, addresses, commands."""
