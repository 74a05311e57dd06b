"""Refuse what would fail later: answers, all at once, and an nblint that cannot be installed.

`nblint new` takes the rules for answers from here, and asks again for each that is refused.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

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
QUESTIONS = ("title", "slug", "author", "email", "purpose", "audience")  # as they are asked
# Without an answer, the header asks for them, and the notebook is refused until its author writes.
OPTIONAL = ("purpose", "audience")
# Where post_gen_project.py reads what was decided here.
DECIDED = Path(".nblint-origin.json")
# Returns what is wrong with the answer to a question.
Judge = Callable[[str, Mapping[str, Any]], str]


# ---- answers


def problem(name: str, answers: Mapping[str, Any]) -> str:
    """Return what is wrong with one answer.

    Args:
        name: The question.
        answers: All answers, at least those to the questions before it.

    Returns:
        A sentence; empty if the answer is fine.
    """
    text = answers[name].strip() if isinstance(answers[name], str) else ""
    if name in ("title", "author", "email", *OPTIONAL):
        found = "" if name in OPTIONAL and not text else text_problem(text)
        if found:
            return found
    if name == "title" and (text.lower().startswith("untitled ") or text == answers["slug"]):
        return f"{text!r} looks like a file name; write it in plain words, such as 'Failed logins'"
    if name == "slug":
        return slug_problem(answers[name])
    if name == "email" and not re.fullmatch(r"[^@\s<>]+@[^@\s<>.]+(\.[^@\s<>.]+)+", text):
        return f"{text!r} is not an e-mail address, such as 'team@example.com'"
    return ""


def text_problem(text: str) -> str:
    if not text:
        return "must not be empty"
    # str.splitlines knows every character that one of the tools treats as a line break.
    if len(text.splitlines()) > 1 or any(
        unicodedata.category(letter) in ("Cc", "Cs") for letter in text
    ):
        return "must be one line, without control characters"
    if text.lower().rstrip(".…") in PLACEHOLDERS or text.lower().startswith(("todo:", "tbd:")):
        return f"{text!r} is a placeholder; write your own text instead"
    if text.startswith("#") or "<!--" in text:
        return "must not start with '#' or contain '<!--', which are markup in a notebook"
    return ""


def slug_problem(slug: str) -> str:
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 60:
        return (
            f"{slug!r} must be at most 60 lower-case letters, digits and single hyphens "
            "between them, such as 'failed-logins'"
        )
    return f"{slug!r} is a reserved name on Windows; choose another one" if slug in RESERVED else ""


def problems(
    answers: Mapping[str, Any], questions: Iterable[str] = QUESTIONS, judge: Judge = problem
) -> list[str]:
    """Return what is wrong with the answers, one sentence each, in the order of the questions."""
    found = [f"{name}: {sentence}" for name in questions if (sentence := judge(name, answers))]
    # Only cruft passes a commit. It writes the address into .cruft.json, and a token with it.
    if "_commit" in answers and has_token(answers["_template"]):
        found.append(
            "the address of the template contains a name or token, which .cruft.json would record; "
            "use the address without it, and a git credential helper"
        )
    return found


def has_token(address: str) -> bool:
    """Tell whether an address has `name:token@` or `token@`; ssh needs a name."""
    userinfo = re.match(r"([a-z0-9+.-]+)://([^/]*)@", address, re.IGNORECASE)
    return userinfo is not None and (not userinfo[1].lower().endswith("ssh") or ":" in userinfo[2])


# ---- where nblint comes from


def decide(answers: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """Return where the checks get nblint, and why that cannot be; empty if it can."""
    # `nblint new` has decided before it asked its first question.
    if decided := os.environ.get("NBLINT_NEW_ORIGIN"):
        return json.loads(decided), ""
    # cruft generates from a clone that it removes afterwards.
    if "_commit" in answers:
        return {"repo": answers["_template"], "rev": answers["_commit"]}, ""
    template = template_folder(answers)
    if template is None:
        return {"requirement": "nblint-suite"}, ""
    path = template.parent / "template/hooks/origin.py"  # for the hub's template, too
    spec = importlib.util.spec_from_file_location("origin", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["origin"] = module
    sys.dont_write_bytecode = True  # the template's folder stays as it is
    spec.loader.exec_module(module)
    root = template.parent
    found = module.origin_of(root)
    # Who names a folder of this machine knows that; post_gen_project.py warns. An archive is
    # unpacked to a folder that goes again, and what is in it may be released.
    if found.is_release or found.is_file:
        release = module.release_of(root)
        missing = module.missing_release(release)
        if not missing:
            found = module.Origin(requirement=release)
        elif found.is_release or is_unpacked(root):
            return {}, missing
    return found._asdict(), "" if found.exists else found.obstacle


def template_folder(answers: Mapping[str, Any]) -> Path | None:
    """Return the folder of the template, if cookiecutter says where it is."""
    if "_repo_dir" not in answers:
        return None
    # `cookiecutter . --directory template` passes a relative path, and this runs elsewhere.
    for base in (os.environ.get("PWD", ""), answers["_output_dir"]):
        folder = Path(base, answers["_repo_dir"])
        if folder.is_absolute() and (folder / "cookiecutter.json").is_file():
            return folder.resolve()
    return None


def is_unpacked(folder: Path) -> bool:
    """Tell whether cookiecutter has unpacked an archive to a folder, which it removes again."""
    temporary = Path(tempfile.gettempdir()).resolve()
    made = re.fullmatch("tmp[a-z0-9_]{8}", folder.parent.name)  # by tempfile.mkdtemp
    return folder.parent.parent == temporary and made is not None


def main(
    answers: Mapping[str, Any], questions: Iterable[str] = QUESTIONS, judge: Judge = problem
) -> None:
    """Refuse, or leave what was decided to the next hook; the hub's template has own questions."""
    if found := problems(answers, questions, judge):
        sys.exit(
            "\nNothing was generated, because these answers are invalid:\n\n"
            + "".join(f"  * {problem}\n" for problem in found)
            + "\nRun the same command again with corrected answers; the others are valid."
            "\n(cookiecutter's message below only says that it stopped.)\n"
        )
    origin, obstacle = decide(answers)
    if obstacle:
        sys.exit(
            f"\nNothing was generated, because its checks could not install nblint: {obstacle}.\n\n"
            "Generate it from the address of nblint's git repository instead, or from a clone:\n\n"
            "    cookiecutter https://github.com/your-organisation/nblint\n"
            "\n(cookiecutter's message below only says that it stopped.)\n"
        )
    DECIDED.write_text(json.dumps(origin), encoding="utf-8")


if __name__ == "__main__":
    main(json.loads(r"""{{ cookiecutter | tojson }}"""))
