"""A second opinion: credentials and look-alikes as people write them, made up by the thousand.

Nothing here asks the engine what a credential looks like. The shapes of tokens come from their
providers' documentation, the idioms from languages, tools and libraries. `python -m
tests.credentials.exam` sits the exam for as long as one likes.
"""
