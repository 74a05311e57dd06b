"""Runs the command line as `python -m nblint`."""

import os
import sys

from nblint.cli import run


def leave_current_folder() -> None:
    """Take the current folder off `sys.path`, where Python puts it first.

    It is mostly a repository that is checked, and what is imported later must not come from there.
    `python -P` does it for what is imported earlier, too.
    """
    folder, own = os.path.realpath(sys.path[0]), os.path.realpath(f"{__file__}/../..")
    if folder == os.path.realpath(os.curdir) and folder != own:
        del sys.path[0]


if __name__ == "__main__":
    leave_current_folder()
    run()
