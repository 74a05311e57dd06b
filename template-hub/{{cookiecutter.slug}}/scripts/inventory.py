"""The hosts, as the scripts that ask something of them reach them."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ANSIBLE = ROOT / "ansible"
BIN = ROOT / ".venv/bin"


def problem(group: str) -> str | None:
    """Return why nothing can be asked of a group of the inventory; None if it can."""
    groups = dict(_groups())
    if groups.get(group):
        return None
    return f"ansible/inventory.ini has no host in {group}; its groups are {', '.join(groups)}"


def _groups() -> Iterator[tuple[str, bool]]:
    """Yield the groups, and whether they have hosts or other groups."""
    inventory = (ANSIBLE / "inventory.ini").read_text(encoding="utf-8")
    _, *sections = re.split(r"^\[([^]]+)\]", inventory, flags=re.MULTILINE)
    for title, body in zip(sections[::2], sections[1::2], strict=True):
        name, _, what = title.partition(":")
        if what in ("", "children"):
            yield name, any(line.strip() and line[0] not in "#;" for line in body.splitlines())


def environment(**more: str) -> dict[str, str]:
    """Return the environment of Ansible, which then knows the hosts' keys."""
    hosts = f'UserKnownHostsFile="{ANSIBLE / "known_hosts"} ~/.ssh/known_hosts"'
    return {"ANSIBLE_SSH_COMMON_ARGS": f"-o {hosts}", **os.environ, **more}
