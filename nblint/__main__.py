"""Runs the command line as `python -m nblint`."""

from nblint.cli import run

if __name__ == "__main__":
    run()
