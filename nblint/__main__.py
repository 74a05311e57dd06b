"""`python -m nblint`."""

from nblint.cli import main

if __name__ == "__main__":
    main(prog_name="nblint")
