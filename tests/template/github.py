"""What GitHub does with a workflow: the steps of a job, run in order in a clean clone.

Only what the template uses is known: <https://docs.github.com/actions/reference/workflows-and-actions>.
"""

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.template.steps import run_step

# What stands for the token that actions/checkout fetches with; no test fetches with it.
TOKEN = "planted-" + "checkout-token"
EXPRESSION = re.compile(r"\$\{\{ ([\w.]+) \}\}")


def commands(job: dict[str, Any]) -> list[str]:
    """Return the commands that a job runs, in order."""
    return [step["run"] for step in job["steps"] if "run" in step]


class Failed(Exception):
    """A step failed; what the job printed is the text."""


def run_job(
    repository: Path, name: str, clone: Path, variables: dict[str, str], values: dict[str, str]
) -> str:
    """Run the steps of a job of the generated workflow, as they are at HEAD.

    Args:
        repository: What is cloned.
        name: The job.
        clone: Where to clone it.
        variables: The environment variables of the runner.
        values: What the expressions in steps' variables stand for, e.g. `github.event.before`.

    Returns:
        What the steps printed.

    Raises:
        Failed: A step failed.
    """
    text = (repository / ".github/workflows/notebook.yml").read_text("utf-8")
    log = ""
    for step in yaml.safe_load(text)["jobs"][name]["steps"]:
        if "run" in step:
            given = {
                key: EXPRESSION.sub(lambda found: values[found[1]], value)
                for key, value in step.get("env", {}).items()
            }
            own = {**variables, "CI": "true", "GITHUB_ACTIONS": "true", **given}
            ran = run_step(step["run"], clone, own, options=("-e",))
            log += ran.stdout
            if ran.returncode:
                raise Failed(log)
        elif step["uses"].startswith("actions/checkout@"):
            command = ["git", "clone", "--quiet", str(repository), str(clone)]
            subprocess.run(command, check=True)
            if step.get("with", {}).get("persist-credentials", True):
                header = ["http.https://github.com/.extraheader", f"AUTHORIZATION: basic {TOKEN}"]
                subprocess.run(["git", "config", *header], cwd=clone, check=True)
    return log
