"""The author in the demo: runs git commands and checks their results."""

import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path


class Unexpected(Exception):
    """Something did not happen as the story says."""


@dataclass(frozen=True)
class Author:
    """Somebody at a terminal in a repository.

    Attributes:
        repository: The folder that the commands run in.
        variables: The environment of the commands.
    """

    repository: Path
    variables: dict[str, str]

    def types(self, *command: str, hides: str = r"(?!)") -> tuple[int, str]:
        """Run a command, and show it and its output line by line.

        Args:
            command: The command.
            hides: An expression for lines that are not shown; by default none.

        Returns:
            Its status, and all of its output.
        """
        print(f"      $ {shlex.join(command)}", flush=True)
        said = []
        with subprocess.Popen(
            command,
            cwd=self.repository,
            env=self.variables,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            for line in process.stdout or ():
                said.append(line)
                if not re.search(hides, line):
                    print(f"      | {line}", end="", flush=True)
        return process.returncode, "".join(said)

    def succeeds(self, *command: str, hides: str = r"(?!)") -> str:
        """Run a command that must succeed; return its output, shown as `types` does."""
        status, said = self.types(*command, hides=hides)
        if status:
            message = f"`{shlex.join(command)}` ended with status {status}:\n{said}"
            raise Unexpected(message)
        return said

    def commits(self, message: str) -> None:
        """Add everything and commit; every hook must pass and leave the files alone."""
        self.succeeds("git", "add", ".")
        said = self.succeeds("git", "commit", "--message", message, hides=r"")
        if not re.search(r"^nblint .+Passed$", said, re.MULTILINE):
            raise Unexpected("the commit was accepted without a check by nblint")
        if self.asks("git", "status", "--porcelain"):
            raise Unexpected("files differ from what was committed")
        number = len(re.findall("Passed$", said, re.MULTILINE))
        print(f"      accepted: {number} checks passed", flush=True)

    def is_refused(self, notebook: str, code: str, *, never_shown: str = "") -> None:
        """Add everything and try to commit; nblint, and no other hook, must refuse it.

        Args:
            notebook: The notebook that nblint must name.
            code: The one rule that nblint must name.
            never_shown: A text that must not appear.

        Raises:
            Unexpected: Something else happened.
        """
        before = self.asks("git", "rev-parse", "HEAD")
        self.succeeds("git", "add", ".")
        command = ("git", "commit", "--message", f"Add {notebook}")
        status, said = self.types(*command, hides=r"(Passed|Skipped)$")
        if never_shown and never_shown in said:
            raise Unexpected("the refusal shows the credential")
        if status == 0 or self.asks("git", "rev-parse", "HEAD") != before:
            message = f"the commit was accepted, but {code} should have refused it"
            raise Unexpected(message)
        failed = re.findall(r"^(.+?)\.{3,}Failed$", said, re.MULTILINE)
        if [name.split()[0] for name in failed] != ["nblint"]:
            message = f"only nblint should have refused it, not {failed or 'something else'}"
            raise Unexpected(message)
        named = set(re.findall(rf"^{re.escape(notebook)}:.*?: (NBL\d+) ", said, re.MULTILINE))
        if named != {code}:
            message = f"nblint should have reported {code} for {notebook}, not {sorted(named)}"
            raise Unexpected(message)
        print(f"      refused, as it should be ({code})", flush=True)

    def asks(self, *command: str) -> str:
        """Return the output of a command without showing it."""
        ran = subprocess.run(
            command,
            cwd=self.repository,
            env=self.variables,
            encoding="utf-8",
            capture_output=True,
            check=True,
        )
        return ran.stdout.strip()
