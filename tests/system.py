"""The system that tests run on: its own tools, which pip does not install, and its speed."""

import os
import shutil

import pytest

# Seconds after which a program is taken for one that hangs. None needs as many, on no machine, so
# that a test passes or fails by what happens and not by when.
PATIENCE = 300


def needs(*tools: str) -> None:
    """Skip a test whose tools are missing, naming them; with CI=true, fail it.

    Args:
        tools: Names of commands.
    """
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if not missing:
        return
    reason = f"needs {', '.join(missing)}; as root, `make test` installs what Debian has"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
