"""A notebook that prints everything that it can reach, and keys that it must not find."""

import os
from pathlib import Path

from tests.conftest import complete_header, notebook_bytes

NAME = "examples/snoop.ipynb"
# Not by os.environ: nblint would refuse undeclared variables before the notebook runs.
SOURCE = r"""
from pathlib import Path


def show(path):
    try:
        if path.is_file():
            print(f"{path}:", path.read_bytes().replace(b"\0", b"\n").decode(errors="replace"))
    except OSError as error:
        print(f"{path}: {error}")


# This process and those that started it, up to the test, which is not part of the pipeline.
test, *homes = Path("look-at.txt").read_text().splitlines()
process = Path("/proc/self").resolve()
while process.name not in ("0", test):
    show(process / "environ")
    lines = (process / "status").read_text().splitlines()
    process = Path("/proc", next(line.split()[1] for line in lines if line.startswith("PPid")))

here = Path.cwd()
for folder in (here, *here.parents):
    show(folder / ".git" / "config")
for home in (Path.home(), *map(Path, homes)):
    try:
        for path in [*home.glob("*"), *home.glob(".[!.]*"), *home.glob(".[!.]*/*")]:
            show(path)
    except OSError as error:
        print(f"{home}: {error}")
print("looked everywhere")
"""


def add_snooper(repository: Path, *folders: Path) -> None:
    """Add the notebook, and a catalogue that declares what it wants to have.

    Args:
        repository: The generated repository.
        folders: Where it looks, besides its own home.
    """
    header = complete_header("Look everywhere")
    data = notebook_bytes(("markdown", header), ("code", SOURCE.strip()))
    (repository / NAME).write_bytes(data)
    lines = [os.getpid(), *folders]
    (repository / NAME).with_name("look-at.txt").write_text("".join(f"{line}\n" for line in lines))
    with (repository / "environment.toml").open("a") as catalogue:
        for name in ("RPM_SIGNING_KEY", "LEFT_OVER"):
            catalogue.write(f'\n[environment.{name}]\nhelp = "What it wants"\nsecret = true\n')


def assert_out_of_reach(build: Path, log: str, *keys: str) -> None:
    """Hold that the notebook ran, and that neither its copy nor the log shows a key."""
    executed = (build / NAME).read_text("utf-8")
    assert "looked everywhere" in executed
    assert "NOTEBOOK_ENVIRONMENT=" in executed or "HOME=" in executed, "it reads an environment"
    files = [path for path in build.rglob("*") if path.is_file()]
    shown = {path: path.read_text("utf-8", "replace") for path in files}
    for key in keys:
        assert key
        assert [path for path, text in shown.items() if key in text] == []
        assert key not in log
