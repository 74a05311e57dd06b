"""What the generated repository installs: by commit and by hash; its own commands keep it so."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from demo.mirrors import FROZEN, TOOLS, instead_of, stand_ins
from tests.interpreters import make_environment
from tests.template.conftest import ROOT, Generate, command, git

ACTION = re.compile(
    r"uses: +(?P<action>[\w/-]+)@(?P<commit>\S+)(?:  # (?P<version>v\d+\.\d+\.\d+))?$", re.M
)
OWN = [ROOT / ".github/workflows" / name for name in ("check.yml", "use-this-template.yml")]


def zizmor(folder: Path) -> str:
    """Run zizmor's offline audits on the workflows of a repository."""
    program = shutil.which("zizmor", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if program is None:
        pytest.skip("needs zizmor, which has no wheel for this system")
    ran = subprocess.run(
        [program, "--offline", "--no-progress", "--format=json", str(folder / ".github")],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode in (0, 11, 12, 13, 14), ran.stderr
    return "\n".join(
        f"{found['ident']}: {found['determinations']}" for found in json.loads(ran.stdout)
    )


@pytest.mark.skipif(sys.platform == "win32", reason="the same files on every system")
def test_zizmor_finds_nothing(generated: Generate, tmp_path: Path) -> None:
    repository = generated(ci="github")
    assert zizmor(repository) == ""
    assert zizmor(ROOT) == ""
    # It does look.
    shutil.copytree(repository / ".github", tmp_path / ".github")
    workflow = tmp_path / ".github/workflows/notebook.yml"
    text = workflow.read_text("utf-8").replace("persist-credentials: false", "lfs: false")
    workflow.write_text(re.sub(r"@[0-9a-f]{40}  # (v\d+)\S+", r"@\1", text), "utf-8")
    assert {"artipacked", "unpinned-uses"} <= set(re.findall("^[a-z-]+", zizmor(tmp_path), re.M))


def test_actions_are_named_by_commit(generated: Generate) -> None:
    """The same commit for the same version, here and in the template."""
    known: dict[tuple[str, str], str] = {}
    for path in (*OWN, generated(ci="github") / ".github/workflows/notebook.yml"):
        found = list(ACTION.finditer(path.read_text("utf-8")))
        assert found
        for each in found:
            assert re.fullmatch("[0-9a-f]{40}", each["commit"]), each[0]
            assert each["version"], each[0]
            commit = known.setdefault((each["action"], each["version"]), each["commit"])
            assert commit == each["commit"], each[0]
    assert len({action for action, _ in known}) == len(known), "one version of each action"


def test_hooks_are_named_by_commit(generated: Generate) -> None:
    known: dict[tuple[str, str], str] = {}
    for path in (ROOT / ".pre-commit-config.yaml", generated() / ".pre-commit-config.yaml"):
        text = path.read_text("utf-8")
        versions = {found["commit"]: found["version"] for found in FROZEN.finditer(text)}
        for entry in yaml.safe_load(text)["repos"]:
            if entry["repo"] == "local" or any(h["id"] == "nblint" for h in entry["hooks"]):
                continue
            pair = entry["repo"], versions[entry["rev"]]
            assert known.setdefault(pair, entry["rev"]) == entry["rev"]


@pytest.mark.slow
def test_autoupdate_changes_the_pins_and_nothing_else(
    checkout: Path, generate: Generate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("tag", "v1.0.0", cwd=checkout)
    repository = generate(checkout)
    config = repository / ".pre-commit-config.yaml"
    before = config.read_text("utf-8")
    targets = stand_ins(config, tmp_path / "mirrors", checkout)
    for name, value in instead_of(targets).items():
        monkeypatch.setenv(name, value)
    newer: dict[str, str] = {}
    for folder in (*targets.values(), checkout):
        git("commit", "--quiet", "--allow-empty", "--message", "newer", cwd=folder)
        git("tag", "v99.1.0", cwd=folder)
        newer[folder.name] = git("rev-parse", "HEAD", cwd=folder)
    ran = command("autoupdate", "--freeze", cwd=repository, program="pre_commit")
    assert ran.returncode == 0, ran.stdout
    after = config.read_text("utf-8")
    changed = [
        (old, new)
        for old, new in zip(before.splitlines(), after.splitlines(), strict=True)
        if old != new
    ]
    assert len(changed) == len(newer) == len(TOOLS) + 1  # and nblint
    for old, new in changed:
        for line in (old, new):
            assert re.fullmatch(r' +rev: "?[0-9a-f]{40}"?  # frozen: v?\d+\.\d+\.\d+', line)
        assert new.endswith("  # frozen: v99.1.0")
    assert sorted(re.findall("[0-9a-f]{40}", "".join(new for _, new in changed))) == sorted(
        newer.values()
    )


def test_autoupdate_is_named_with_freeze() -> None:
    """Without it, tags come back."""
    named = git("grep", "-h", "autoupdate", "--", "*.md", "*.yaml", "template", cwd=ROOT)
    lines = [line for line in named.splitlines() if "pre-commit autoupdate" in line]
    assert lines
    assert [line for line in lines if "autoupdate --freeze" not in line] == []


# ---- what is installed


def check_lock(repository: Path) -> tuple[int, str]:
    ran = subprocess.run(
        [sys.executable, "scripts/lock", "--check"],
        cwd=repository,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return ran.returncode, ran.stdout


def test_setup_says_when_the_lock_file_is_old(generate: Generate) -> None:
    repository = generate()
    requirements = repository / "requirements.txt"
    assert check_lock(repository) == (0, "")
    text = requirements.read_text("utf-8")
    # Neither when it was written nor a comment counts.
    os.utime(requirements)
    requirements.write_text(f"# A comment\n\n{text}", "utf-8")
    assert check_lock(repository) == (0, "")
    requirements.write_text(f"{text}requests\n", "utf-8")
    said = "requirements.txt was changed since requirements.lock was written: "
    said += "run `make lock`, and add both files to the commit\n"
    assert check_lock(repository) == (1, said)
    made = subprocess.run(
        ["make", "setup"], cwd=repository, capture_output=True, encoding="utf-8", check=False
    )
    assert made.returncode != 0
    assert said in made.stdout
    assert not (repository / ".venv").exists()
    # A file that was only written anew installs nothing.
    requirements.write_text(text, "utf-8")
    installed = repository / ".venv/installed"
    installed.parent.mkdir()
    shutil.copy(repository / "requirements.lock", installed)
    os.utime(installed, (0, 0))
    made = subprocess.run(
        ["make", "--silent", ".venv/installed"],
        cwd=repository, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert made.stdout + made.stderr == ""
    assert [path.name for path in installed.parent.iterdir()] == ["installed"]
    assert installed.stat().st_mtime > 0
    requirements.write_text(f"{text}requests\n", "utf-8")
    (repository / "requirements.lock").unlink()
    assert check_lock(repository) == (1, said)


def test_every_requirement_has_a_hash(generated: Generate) -> None:
    text = (generated() / "requirements.lock").read_text("utf-8")
    requirements = [
        line for line in text.replace("\\\n", "").splitlines() if line and line[0] != "#"
    ]
    assert len(requirements) > 50
    for line in requirements:
        assert re.match(r"[a-z0-9.-]+==\S+", line), line
        assert "--hash=sha256:" in line


@pytest.mark.slow
def test_make_lock(generate: Generate, tmp_path: Path) -> None:
    """The command itself, with the pinned uv; what has no hash is refused."""
    repository = generate()
    requirements, lock = repository / "requirements.txt", repository / "requirements.lock"
    requirements.write_text("tomli>=2.0,<3\n", "utf-8")
    subprocess.run(["make", "lock"], cwd=repository, check=True, capture_output=True)
    assert check_lock(repository) == (0, "")
    (line,) = [line for line in lock.read_text("utf-8").splitlines() if line.startswith("tomli==")]
    assert line.endswith(" \\")

    package = tmp_path / "package"
    package.mkdir()
    (package / "pyproject.toml").write_text('[project]\nname = "ours"\nversion = "1"\n')
    before = lock.read_bytes()
    requirements.write_text(f"ours @ {package.as_uri()}\n", "utf-8")
    made = subprocess.run(
        ["make", "lock"], cwd=repository, capture_output=True, encoding="utf-8", check=False
    )
    assert made.returncode != 0
    assert "no hash, because it does not come from a package index" in made.stderr
    assert lock.read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize("pip", ["pip==23.2", "pip"], ids=["oldest", "newest"])
def test_a_file_that_was_replaced_is_not_installed(
    generated: Generate, tmp_path: Path, pip: str
) -> None:
    text = (generated() / "requirements.lock").read_text("utf-8")
    one = re.search(r"^executing==.+?(?=^\S)", text, re.MULTILINE | re.DOTALL)
    assert one is not None
    python = str(make_environment(tmp_path / "venv", sys.executable, pip) / "python")
    quiet = ["--quiet", "--disable-pip-version-check"]
    lock = tmp_path / "requirements.lock"
    for hashes, status in ((one[0], 0), (re.sub("sha256:....", "sha256:0000", one[0]), 1)):
        lock.write_text(hashes, "utf-8")
        install = ["install", *quiet, "--force-reinstall", "--require-hashes", "-r", str(lock)]
        ran = subprocess.run([python, "-m", "pip", *install], capture_output=True, check=False)
        assert ran.returncode == status, ran.stderr


# ---- where the template came from


@pytest.mark.parametrize(
    ("address", "is_refused"),
    [
        ("https://{}@github.com/org/nblint", True),
        ("https://reader:{}@github.com/org/nblint", True),
        ("HTTPS://reader:{}@github.com/org/nblint", True),
        ("ssh://git:{}@host/org/nblint", True),
        ("ssh://git@host:2222/org/nblint", False),
        ("git@github.com:org/nblint.git", False),
        ("https://github.com/org/nblint", False),
        ("https://github.com/org/nblint@v1", False),
        ("file:///srv/nblint", False),
    ],
)
def test_a_token_in_the_address_that_cruft_records(
    generated: Generate, address: str, is_refused: bool
) -> None:
    """By the hook at each commit, and by the template's own check when cruft generates."""
    address = address.format("x" * 12)
    config = yaml.safe_load((generated() / ".pre-commit-config.yaml").read_text("utf-8"))
    hooks = [hook for entry in config["repos"] for hook in entry["hooks"]]
    (hook,) = [hook for hook in hooks if hook["id"].startswith("cruft")]
    assert (hook["language"], hook["files"]) == ("pygrep", r"^\.cruft\.json$")
    line = f'  "template": {json.dumps(address)},'
    assert (re.search(hook["entry"], line) is not None) == is_refused

    source = (ROOT / "template/hooks/pre_gen_project.py").read_text("utf-8")
    start = source.index("def has_token")
    namespace: dict[str, object] = {"re": re}
    exec(source[start : source.index("\n\n\n", start)], namespace)
    assert namespace["has_token"](address) == is_refused  # type: ignore[operator]


def test_cruft_does_not_begin_with_a_token(checkout: Path, tmp_path: Path) -> None:
    """Through cruft itself: git takes the token's place with a folder."""
    token = "never" + "recorded"
    address = f"https://{token}@git.example.com/nblint"
    settings = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{checkout.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
    }
    os.environ.update(settings)
    try:
        arguments = ("create", address, "--directory", "template", "--no-input")
        ran = command(*arguments, cwd=tmp_path, program="cruft")
    finally:
        for name in settings:
            del os.environ[name]
    assert ran.returncode != 0
    assert "the address of the template contains a name or token" in ran.stdout
    assert not (tmp_path / "failed-logins").exists()
