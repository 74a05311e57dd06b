"""Say where nblint comes from, then finish the repository as the notebook template does."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

ANSWERS: dict[str, Any] = json.loads(r"""{{ cookiecutter | tojson }}""")
# Where pre_gen_project.py has put the notebook template's hooks.
SHARED = Path(".nblint-hooks")
NBLINT = """\
# nblint, from where this repository was generated. .pre-commit-config.yaml has the nblint of the
# checks: change both, then run `make lock`, which locks what nblint needs, and `make setup`.
{requirement}
"""


def requirement_of(origin: dict[str, str]) -> str:
    """Return what pip installs for the hub: nblint of a release, a file or a repository."""
    if requirement := origin.get("requirement", ""):
        return re.sub(r"^nblint-suite\b", "nblint-suite[hub]", requirement)
    repo = origin["repo"]
    if "://" not in repo:
        if Path(repo).is_absolute():
            repo = Path(repo).as_uri()
        else:  # git@host:organisation/nblint
            repo = "ssh://" + repo.replace(":", "/", 1)
    # Older versions of pip refuse an address without a host.
    repo = re.sub("^file:///", "file://localhost/", repo)
    return f"nblint-suite[hub] @ git+{repo}@{origin['rev']}"


def next_steps() -> str:
    return f"""
Next steps:

    cd {ANSWERS["slug"]}
    make setup        install what the commands need, and turn on the checks
    make demo         run this hub on this machine, to see what people will see

Then edit welcome.md, environment.toml and requirements/user.in.
README.md says what each file is for, and what the host needs.
"""


def main() -> None:
    """Finish the generated repository."""
    spec = importlib.util.spec_from_file_location("shared", SHARED / "post_gen_project.py")
    assert spec
    assert spec.loader
    shared = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = shared
    spec.loader.exec_module(shared)
    shutil.rmtree(SHARED)
    # pip compiles the template's Python files where it installs them.
    for compiled in list(Path().rglob("__pycache__")):
        shutil.rmtree(compiled)

    if ANSWERS["runs_on"] == "host":
        for name in ("kubernetes.in", "kubernetes.txt"):
            Path("requirements", name).unlink()

    def finish() -> None:
        requirement = requirement_of(json.loads(shared.DECIDED.read_text(encoding="utf-8")))
        # As bytes: line ends stay LF on Windows.
        text = NBLINT.format(requirement=requirement)
        Path("requirements/nblint.txt").write_bytes(text.encode())

    shared.run(shared.Template("hub", finish, str, next_steps))


if __name__ == "__main__":
    main()
