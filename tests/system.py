"""The system's own tools, which pip does not install."""

import os
import shutil

import pytest


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
