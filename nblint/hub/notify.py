"""Tells those whom `hub.toml` names that a unit failed, and why."""

from __future__ import annotations

import os
import re
from email.message import EmailMessage

from nblint.credentials.masking.redaction import mask
from nblint.errors import SettingsError
from nblint.hub.programs import run
from nblint.hub.settings import HubFile

# Who says what failed: the package's scripts, and nblint.
_SAID = re.compile(r"(execute-notebook|run-notebook|share-copies|nblint): ")
# How many of its lines are told.
_LINES = 20
# After which whoever is told of a failure has not taken it.
_SECONDS = 60


def notify(file: HubFile, unit: str, result: str, invocation: str) -> bool:
    """Tell those whom `hub.toml` names that a unit failed.

    Args:
        file: The settings of the hub.
        unit: The unit, without its ending.
        result: What systemd says became of it.
        invocation: Its run, whose lines of the journal are told.

    Returns:
        Whether anybody is named.

    Raises:
        SettingsError: It could not be told.
    """
    settings = file.settings.notify
    host = os.uname().nodename
    try:
        lines = said(invocation)
    except SettingsError as error:  # that the unit failed must be told all the same
        lines = [str(error)]
    text = "\n".join([f"{unit} on {host}: {result}", *lines, ""])
    problems = []
    if settings.command is not None:
        problems.append(_tell([settings.command, unit], text))
    if settings.mail is not None:
        message = EmailMessage()
        message["To"], message["Subject"] = settings.mail, f"{unit} failed on {host}"
        message.set_content(text)
        sendmail = ["/usr/sbin/sendmail", "-i", "--", settings.mail]
        problems.append(_tell(sendmail, message.as_string()))
    if said_not := "; ".join(filter(None, problems)):
        raise SettingsError(said_not)
    return bool(problems)


def said(invocation: str) -> list[str]:
    """Return why a run of a unit failed, from the journal, without values of secrets.

    Args:
        invocation: The identifier that systemd has given to the run.
    """
    command = ("journalctl", "--output", "cat", f"_SYSTEMD_INVOCATION_ID={invocation}")
    lines = [line for line in run(*command).stdout.splitlines() if _SAID.match(line)]
    return [mask(line) for line in lines[-_LINES:]]


def _tell(command: list[str], text: str) -> str | None:
    """Give a text to a program; return why it did not take it, if it did not."""
    try:
        ran = run(*command, given=text, seconds=_SECONDS)
    except SettingsError as error:
        return f"notify: {error}"
    reason = "; ".join([f"ended with status {ran.returncode}", *ran.stderr.split("\n")[-2:-1]])
    return f"notify: {command[0]}: {mask(reason)}" if ran.returncode else None
