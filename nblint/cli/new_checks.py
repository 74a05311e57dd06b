"""The part of the template that a repository of old notebooks needs: the checks."""

import os
import re
from pathlib import Path

from nblint.cli.new_paste import nblint_hooks, nblint_settings, paragraphs

SETTINGS = "nblint.toml"
HOOKS = ".pre-commit-config.yaml"
_ABOUT = "# The settings of nblint, which checks the notebooks.\n\n"
_UNDECLARED = """\
# Whether imports are declared. Once requirements.txt has what the notebooks import, remove this.
ignore = ["NBL505"]

"""
# What `make setup`, `make lint` and `make fix` need: all of it, or nothing.
_MAKE = ("Makefile", "requirements.txt", "requirements.lock")
_MAKE_SETTING = re.compile(r"^(?:#.*\n)?fix-command = .*\n", re.MULTILINE)
# The others run, package and release the notebook that the template generates.
_TARGETS = ("help", "setup", "lab", "lock", "lint", "fix", ".venv/installed")


def reduce_to_checks(generated: Path, folder: Path) -> None:
    """Reduce a generated repository to what checks the notebooks of another one.

    Hooks other than nblint's would refuse and reformat old notebooks, and have no baseline.

    Args:
        generated: The generated repository, which is changed.
        folder: The repository that gets its files.
    """
    wanted = {HOOKS: _hooks(generated)}
    if not _has_settings(folder):
        wanted[SETTINGS] = _settings(generated, folder)
    makefile = _makefile((generated / "Makefile").read_text("utf-8"))
    (generated / "Makefile").write_bytes(makefile.encode())
    if all(_is_free(folder / name, generated / name) for name in _MAKE):
        also = (*_MAKE, ".gitignore")
        wanted |= {name: (generated / name).read_text("utf-8") for name in also}
        wanted |= _scripts(generated / "scripts", makefile)
    elif SETTINGS in wanted:
        wanted[SETTINGS] = _MAKE_SETTING.sub("", wanted[SETTINGS])
    for path in sorted(generated.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(generated).as_posix() not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (generated / name).write_bytes(text.encode())


def _hooks(generated: Path) -> str:
    return (
        "# The checks that `git commit` runs before it accepts a commit: https://pre-commit.com\n\n"
        f"repos:\n{nblint_hooks((generated / HOOKS).read_text('utf-8'))}"
    )


def _is_free(target: Path, ours: Path) -> bool:
    """Tell whether a file is missing, or there as generated."""
    return not os.path.lexists(target) or (
        target.is_file() and target.read_bytes() == ours.read_bytes()
    )


def _has_settings(folder: Path) -> bool:
    pyproject = folder / "pyproject.toml"
    return pyproject.is_file() and b"[tool.nblint" in pyproject.read_bytes()


def _settings(generated: Path, folder: Path) -> str:
    """Return settings for a file of their own: a `pyproject.toml` can be there already."""
    text = nblint_settings((generated / "pyproject.toml").read_text("utf-8"))
    header, _, own = next(paragraphs(text)).partition("\n")
    assert header == "[tool.nblint]"
    declared = (folder / "pyproject.toml").exists() or any(folder.glob("requirements*"))
    return f"{_ABOUT}{'' if declared else _UNDECLARED}{own}"


def _makefile(text: str) -> str:
    """Return the Makefile without what needs more than the checks: targets, the README."""
    text = text.replace(" On Windows without make, see README.md.", "", 1)
    rule = re.compile(r"(?:#.*\n)*([a-z.][a-z./]*):", re.MULTILINE)
    kept = [
        paragraph
        for paragraph in paragraphs(text)
        if not paragraph.startswith("NOTEBOOK")
        and ((found := rule.match(paragraph)) is None or found[1] in _TARGETS)
    ]
    phony = re.search(r"(?m)^\.PHONY:(.*)$", text)
    left = [name for name in phony[1].split() if name in _TARGETS] if phony else []
    return re.sub(r"(?m)^\.PHONY:.*$", f".PHONY: {' '.join(left)}", "\n".join(kept))


def _scripts(folder: Path, text: str) -> dict[str, str]:
    """Return the scripts that a text calls, and those that they call, by their names."""
    texts = {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.is_file()}
    called: dict[str, str] = {}
    following = [text]
    while following:
        one = following.pop()
        for name in texts.keys() - called.keys():
            if re.search(rf"\bscripts/{re.escape(name)}\b(?!-)", one):
                called[name] = texts[name]
                following.append(texts[name])
    return {f"scripts/{name}": text for name, text in called.items()}
