"""Refuse what would fail later, as the notebook template does; the hub's own questions are here.

`nblint new --hub` takes the rules for answers from here, and asks again for each that is refused.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

# The notebook template's hooks, which do for both templates what is the same; post_gen_project.py
# finds them here.
SHARED = Path(".nblint-hooks")
OWN = ("address", "issuer", "client_id", "users", "admins")
QUESTIONS = ("title", "slug", "author", "email", *OWN)  # as they are asked
GIT_LEFTOVERS = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE")
# What is answered if nobody is an admin.
NOBODY = "-"


def problem(name: str, answers: Mapping[str, Any]) -> str:
    """Return what is wrong with one answer.

    Args:
        name: The question.
        answers: All answers, at least those to the questions before it.

    Returns:
        A sentence; empty if the answer is fine.
    """
    beside = Path(__file__).resolve().parents[2] / "template/hooks/pre_gen_project.py"
    return judged(name, answers, load(beside))


def judged(name: str, answers: Mapping[str, Any], shared: ModuleType) -> str:
    """Return what is wrong with one answer, by rules of our own and the notebook template's."""
    if name not in OWN:
        return str(shared.problem(name, answers))
    text = answers[name].strip()
    if found := shared.text_problem(text):
        return str(found)
    if name in ("address", "issuer"):
        return address_problem(text, has_path=name == "issuer")
    if name in ("users", "admins"):
        return groups_problem(text, may_be_nobody=name == "admins")
    return ""


def address_problem(text: str, *, has_path: bool) -> str:
    """Return what is wrong with an address, as nblint/hub/settings.py would."""
    example = "such as https://login.example.com" if has_path else "such as https://hub.example.com"
    # A mistyped one can hold a password anywhere before an @.
    shown = "this" if "@" in text else repr(text)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return f"{shown} is not an address {example}"
    if parts.username is not None:
        return "must not hold a name or a password"
    is_address = re.fullmatch(r"https?", parts.scheme) and is_host(host)
    if not is_address or re.search(r'[\s"\\]', text):
        return f"{shown} is not an address {example}"
    if parts.scheme == "http" and not is_loopback(host):
        return f"{shown} must begin with https://, so that nobody on the way can listen"
    if parts.query or parts.fragment or (parts.path.strip("/") and not has_path):
        return f"{shown} must end after the {'path' if has_path else 'host'}, {example}"
    return ""


def is_host(host: str) -> bool:
    if re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", host):
        return True
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def groups_problem(text: str, *, may_be_nobody: bool) -> str:
    """Return what is wrong with a list of groups."""
    if may_be_nobody and text == NOBODY:
        return ""
    groups = [group.strip() for group in text.split(",")]
    if not all(groups) or NOBODY in groups:
        return f"{text!r} must be names of groups with commas between them, such as 'analysts, soc'"
    if len(set(groups)) < len(groups):
        return f"{text!r} names a group twice"
    return ""


# ---- the notebook template's hooks


def load(path: Path) -> ModuleType:
    """Return a hook as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def take_shared(answers: Mapping[str, Any]) -> None:
    """Put the notebook template's hooks of the same nblint where both hooks find them."""
    copy_hooks(answers)
    # As cookiecutter renders them, but for our answers.
    post = SHARED / "post_gen_project.py"
    text = post.read_text(encoding="utf-8")
    place = "{% raw %}{{ cookiecutter | tojson }}{% endraw %}"
    post.write_text(text.replace(place, json.dumps(answers)), encoding="utf-8")


def copy_hooks(answers: Mapping[str, Any]) -> None:
    """Copy the notebook template's hooks from beside this template."""
    if "_repo_dir" in answers:
        # `cookiecutter . --directory template-hub` passes a relative path, and this runs elsewhere.
        for base in (os.environ.get("PWD", ""), answers["_output_dir"]):
            hooks = Path(base, answers["_repo_dir"]).resolve().parent / "template/hooks"
            if hooks.is_dir():
                shutil.copytree(hooks, SHARED)
                return
    # cruft does not say where its clone is, but of what. Another git command may run meanwhile.
    environment = {name: os.environ[name] for name in os.environ if name not in GIT_LEFTOVERS}
    with tempfile.TemporaryDirectory() as clone:
        for command in (
            ["clone", "--quiet", "--no-checkout", "--", answers["_template"], clone],
            ["-C", clone, "checkout", "--quiet", answers["_commit"], "--", "template/hooks"],
        ):
            subprocess.run(["git", *command], env=environment, check=True)
        shutil.copytree(Path(clone, "template/hooks"), SHARED)


def main(answers: Mapping[str, Any]) -> None:
    """Refuse, or leave what was decided to the next hook."""
    take_shared(answers)
    shared = load(SHARED / "pre_gen_project.py")
    shared.main(answers, QUESTIONS, lambda name, given: judged(name, given, shared))


if __name__ == "__main__":
    main(json.loads(r"""{{ cookiecutter | tojson }}"""))
