"""Run a step of a pipeline as its machine does, and keep what it prints."""

import subprocess
from pathlib import Path


def logged(*command: str, cwd: Path, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a program with nothing on standard input; errors and output are in `stdout`."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def run_step(
    command: str,
    clone: Path,
    variables: dict[str, str],
    options: tuple[str, ...] = ("-eo", "pipefail"),
) -> "subprocess.CompletedProcess[str]":
    """Run the command of a step in a clone.

    Args:
        command: What bash is given.
        clone: Where it runs.
        variables: The environment variables of the machine and of the step.
        options: How the service calls bash.
    """
    return logged("/bin/bash", *options, "-c", command, cwd=clone, env=variables)
