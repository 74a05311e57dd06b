"""Refuse answers with which the repository would fail its own checks, all at once."""

from __future__ import annotations

import json
import re
import sys
import unicodedata

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")

# Windows reserves these names, whatever extension follows.
RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}
# nblint refuses these as placeholder text of the header (NBL104, NBL110).
PLACEHOLDERS = {
    "blah blah", "notebook name", "tbd", "todo", "untitled",
    "what are you trying to do with this notebook?", "who is this notebook developed for?",
}  # fmt: skip


def problems() -> list[str]:
    """Return what is wrong with the answers, one sentence each, in the order of the questions."""
    found = []
    for name in ("title", "author", "email", "purpose", "audience"):
        found += text_problems(name, ANSWERS[name].strip())
    title, slug, email = ANSWERS["title"].strip(), ANSWERS["slug"], ANSWERS["email"].strip()
    if title.lower().startswith("untitled ") or (title and title == slug):
        found.append(
            f"title: {title!r} looks like a file name; "
            "write it in plain words, such as 'Failed logins'"
        )
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 60:
        found.append(
            f"slug: {slug!r} must be at most 60 lower-case letters, digits and single hyphens "
            "between them, such as 'failed-logins'"
        )
    elif slug in RESERVED:
        found.append(f"slug: {slug!r} is a reserved name on Windows; choose another one")
    if email and not re.fullmatch(r"[^@\s<>]+@[^@\s<>.]+(\.[^@\s<>.]+)+", email):
        found.append(f"email: {email!r} is not an e-mail address, such as 'team@example.com'")
    # Only cruft passes a commit. It writes the address into .cruft.json, and a token with it.
    if "_commit" in ANSWERS and has_token(ANSWERS["_template"]):
        found.append(
            "the address of the template contains a name or token, which .cruft.json would record; "
            "use the address without it, and a git credential helper"
        )
    return found


def has_token(address: str) -> bool:
    """Tell whether an address has `name:token@` or `token@`; ssh needs a name."""
    userinfo = re.match(r"([a-z0-9+.-]+)://([^/]*)@", address, re.IGNORECASE)
    return userinfo is not None and (not userinfo[1].lower().endswith("ssh") or ":" in userinfo[2])


def text_problems(name: str, text: str) -> list[str]:
    if not text:
        return [f"{name}: must not be empty"]
    # str.splitlines knows every character that one of the tools treats as a line break.
    if len(text.splitlines()) > 1 or any(
        unicodedata.category(letter) in ("Cc", "Cs") for letter in text
    ):
        return [f"{name}: must be one line, without control characters"]
    if text.lower().rstrip(".…") in PLACEHOLDERS or text.lower().startswith(("todo:", "tbd:")):
        return [f"{name}: {text!r} is a placeholder; describe your notebook instead"]
    if text.startswith("#") or "<!--" in text:
        return [
            f"{name}: must not start with '#' or contain '<!--', which are markup in a notebook"
        ]
    return []


if found := problems():
    sys.exit(
        "\nNothing was generated, because these answers are invalid:\n\n"
        + "".join(f"  * {problem}\n" for problem in found)
        + "\nRun the same command again with corrected answers; the others are valid."
        "\n(cookiecutter's message below only says that it stopped.)\n"
    )
