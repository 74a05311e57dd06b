"""Everybody's server: an account, a home, a unit, a port, its kernels, and room for it."""
