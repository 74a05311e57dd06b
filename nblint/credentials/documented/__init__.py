"""Credentials whose format their provider documents."""
