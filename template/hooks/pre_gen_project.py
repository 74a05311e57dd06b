"""Refuse answers that would give a repository whose own checks fail, all at once."""

from __future__ import annotations

import json
import re
import sys
import unicodedata

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")

# Windows cannot have files of these names, whatever follows a dot.
RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}
# nblint takes these for words that were left from the header's skeleton (NBL104, NBL110).
PLACEHOLDERS = {
    "blah blah", "notebook name", "tbd", "todo", "untitled",
    "what are you trying to do with this notebook?", "who is this notebook developed for?",
}  # fmt: skip


def problems() -> list[str]:
    """List what is wrong with the answers, a sentence each, in the order of the questions."""
    found = []
    for name in ("title", "author", "email", "purpose", "audience"):
        found += text_problems(name, ANSWERS[name].strip())
    title, slug, email = ANSWERS["title"].strip(), ANSWERS["slug"], ANSWERS["email"].strip()
    if title.lower().startswith("untitled ") or (title and title == slug):
        found.append(
            f"title: {title!r} looks like a file's name; "
            "write it as people would say it, such as 'Failed logins'"
        )
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 60:
        found.append(
            f"slug: {slug!r} must be lower-case letters and digits, with single hyphens "
            "between them, at most 60 in all, such as 'failed-logins'"
        )
    elif slug in RESERVED:
        found.append(f"slug: {slug!r} is a name that Windows keeps for itself; choose another one")
    if email and not re.fullmatch(r"[^@\s<>]+@[^@\s<>.]+(\.[^@\s<>.]+)+", email):
        found.append(f"email: {email!r} is no e-mail address, such as 'team@example.com'")
    return found


def text_problems(name: str, text: str) -> list[str]:
    if not text:
        return [f"{name}: is empty"]
    # str.splitlines knows every character that any of the tools takes for a line's end.
    if len(text.splitlines()) > 1 or any(
        unicodedata.category(letter) in ("Cc", "Cs") for letter in text
    ):
        return [f"{name}: must be one line, without control characters"]
    if text.lower().rstrip(".…") in PLACEHOLDERS or text.lower().startswith(("todo:", "tbd:")):
        return [f"{name}: {text!r} is a placeholder; write what is true of your notebook"]
    if text.startswith("#") or "<!--" in text:
        return [
            f"{name}: must not start with '#' or hold '<!--', which are no plain text in a notebook"
        ]
    return []


if found := problems():
    sys.exit(
        "\nNothing was generated, because of these answers:\n\n"
        + "".join(f"  * {problem}\n" for problem in found)
        + "\nRun the same command again and correct them; the other answers were fine."
        "\n(What cookiecutter adds below says only that it stopped.)\n"
    )
