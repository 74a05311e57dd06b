"""`nblint baseline` and `nblint check` with one, as they are called, in real repositories."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from nblint.linting.baseline import SALT_VARIABLE
from tests import command
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import GENERATORS, TEMPLATES, make

FILE = ".nblint-baseline.json"
TODO = "## Audience\n\nTODO"
SETTINGS = f'[tool.nblint]\nbaseline = "{FILE}"\n'


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with settings and two old notebooks: a.ipynb, notebooks/b.ipynb."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(SALT_VARIABLE, raising=False)
    git("init", "--quiet")
    Path("pyproject.toml").write_text(SETTINGS)
    save("a.ipynb", ("markdown", "# Triage\n\n## Purpose\n\nTODO"), ("code", "1"))
    save("notebooks/b.ipynb", ("markdown", old_header()))
    return tmp_path


def git(*arguments: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    run = ["git", *identity, *arguments]
    return subprocess.run(run, check=True, capture_output=True, text=True).stdout


def nblint(*arguments: str, status: int = 0, stdin: str = "", salt: str = "") -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SALT_VARIABLE, salt)
        result = command.nblint(*arguments, stdin=stdin.encode())
    assert result.exit_code == status, result.output
    return result


def save(path: str, *cells: tuple[str, str]) -> None:
    target = Path(path)
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(notebook_bytes(*cells))


def old_header(*sections: str) -> str:
    return complete_header().replace("## Audience\nSaid in a sentence.", "\n\n".join(sections))


def entries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(Path(FILE).read_text())["entries"]
    return found


def codes() -> list[tuple[str, str]]:
    return [(entry["path"], entry["code"]) for entry in entries()]


def test_old_findings_pass_and_new_ones_are_refused(repository: Path) -> None:
    assert "no such baseline" in nblint("check", status=2).stderr
    before = nblint("check", "--no-baseline", status=1).stdout
    created = nblint("baseline", "create")
    assert created.stdout.startswith(f"{FILE} records ")
    assert created.stdout.endswith("in 2 notebooks.\n")
    recorded = len(entries())
    assert f"{recorded} errors" in before

    clean = nblint("check")
    assert clean.stdout == "All clean: 2 notebooks checked.\n"
    assert clean.stderr == f"{recorded} recorded findings not shown.\n"
    assert nblint("check", "--quiet").stderr == ""
    assert nblint("check", "--no-baseline", status=1).stdout == before
    # The record is the same from any folder.
    Path("elsewhere").mkdir()
    run = [sys.executable, "-m", "nblint", "check", "../a.ipynb"]
    assert subprocess.run(run, cwd="elsewhere", check=False).returncode == 0

    save("notebooks/b.ipynb", ("markdown", old_header("## Audience\n\nTBD")))
    refused = nblint("check", status=1)
    assert "notebooks/b.ipynb:cell 1:" in refused.stdout
    assert "1 error" in refused.stdout
    save("c.ipynb", ("markdown", old_header()))
    assert "c.ipynb:cell 1:" in nblint("check", "c.ipynb", status=1).stdout


def test_moving_a_cell_or_editing_elsewhere_changes_nothing(repository: Path) -> None:
    header, step = old_header(TODO), ("markdown", "Some words.")
    save("a.ipynb", ("markdown", header), ("code", "1"))
    nblint("baseline", "create")
    text = Path(FILE).read_text()
    git("add", "--all")
    git("commit", "--quiet", "--message", "Adopt nblint")

    save("a.ipynb", step, ("markdown", header.replace("Said", "Put")), ("code", "2"), step)
    assert nblint("check").stdout.startswith("All clean")
    update = nblint("baseline", "update")
    assert update.stdout.startswith(f"{FILE}: 0 stale entries dropped, ")
    assert Path(FILE).read_text() == text
    assert FILE not in git("status", "--short")
    assert "already" in nblint("baseline", "create", status=2).stderr
    assert Path(FILE).read_text() == text


def test_one_of_two_is_fixed(repository: Path) -> None:
    # Twice the same sentence about the same thing: only their number tells them apart.
    settings = 'select = ["NBL104"]\n[tool.nblint.header]\nplaceholders = ["TODO"]\nsections = []\n'
    Path("pyproject.toml").write_text(SETTINGS + settings)
    twice = ("markdown", "# Triage\n\nTODO"), ("code", "1")
    save("a.ipynb", *twice)
    save("notebooks/b.ipynb", *twice)
    nblint("baseline", "create")
    before = Path(FILE).read_text()
    both = codes()
    assert both == [("a.ipynb", "NBL104"), ("notebooks/b.ipynb", "NBL104")]

    save("a.ipynb", ("markdown", "# Triage\n\nRank mails."), ("code", "1"))
    checked = nblint("check")
    stale = "1 baseline entry is stale: run `nblint baseline update`"
    assert checked.stdout == "All clean: 2 notebooks checked.\n"
    assert checked.stderr.splitlines() == ["1 recorded finding not shown.", stale]
    # Only of the notebooks that this run is about; and no run of check changes the record.
    assert stale not in nblint("check", "notebooks").stderr
    assert stale not in nblint("check", "--select", "NBL101").stderr
    assert stale not in nblint("check", "--extend-select", "NBL101", "--ignore", "NBL104").stderr
    assert Path(FILE).read_text() == before

    nblint("baseline", "update", "notebooks")
    assert codes() == both
    assert nblint("baseline", "update").stdout == f"{FILE}: 1 stale entry dropped, 1 left.\n"
    assert codes() == both[1:]
    # What was dropped is refused when it comes back: the record only shrinks.
    save("a.ipynb", *twice)
    nblint("baseline", "update")
    assert codes() == both[1:]
    nblint("check", status=1)


def test_a_notebook_that_gets_another_name(repository: Path) -> None:
    nblint("baseline", "create")
    nblint("baseline", "audit", stdin="it is old\nq\n")
    before = entries()
    git("add", "--all")
    git("mv", "a.ipynb", "triage.ipynb")
    assert "triage.ipynb:cell 1" in nblint("check", status=1).stdout

    sorry = nblint("baseline", "update", "--moved", "x.ipynb", "y.ipynb", status=2).stderr
    assert sorry == "nblint: y.ipynb: no such file or folder\n"
    update = nblint("baseline", "update", "--moved", "a.ipynb", "triage.ipynb")
    assert "0 stale entries dropped" in update.stdout
    assert sorted(
        {**entry, "path": entry["path"].replace("a.ipynb", "triage.ipynb")}["fingerprint"]
        for entry in before
    ) == sorted(entry["fingerprint"] for entry in entries())
    assert {"triage.ipynb", "notebooks/b.ipynb"} == {path for path, _ in codes()}
    assert [entry["reason"] for entry in entries()].count("it is old") == 1
    nblint("check")


def test_a_notebook_that_is_gone(repository: Path) -> None:
    nblint("baseline", "create")
    Path("a.ipynb").unlink()
    assert nblint("check").stderr.endswith("not shown.\n")
    nblint("baseline", "update", "notebooks")
    assert "a.ipynb" in {path for path, _ in codes()}
    said = nblint("baseline", "update").stdout
    assert "1 recorded notebook not found." in said
    assert "`nblint baseline update --moved OLD NEW`" in said
    assert {path for path, _ in codes()} == {"notebooks/b.ipynb"}
    assert "not found" not in nblint("baseline", "update").stdout


def test_fixing_leaves_what_is_recorded_alone(repository: Path) -> None:
    nblint("baseline", "create")
    before = {path: path.read_bytes() for path in repository.rglob("*.ipynb")}
    for fixing in ("--fix", "--diff"):
        result = nblint("check", fixing, "--unsafe-fixes")
        assert "fixed" not in result.stderr
        assert "stale" not in result.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_fixing_shrinks_the_record_where_it_is_asked_to(repository: Path) -> None:
    nblint("baseline", "create")
    fixed = nblint("check", "--fix", "--unsafe-fixes", "--no-baseline", "notebooks", status=1)
    assert "1 finding fixed in 1 notebook.\n" in fixed.stderr
    assert "NBL104" in fixed.stdout, "the text that the fix inserted is to be replaced"
    assert "1 baseline entry is stale" in nblint("check", "notebooks", status=1).stderr


def test_adding_takes_a_flag_and_keeps_reasons(repository: Path) -> None:
    nblint("baseline", "create", "notebooks")
    nblint("baseline", "audit", stdin="nobody reads it\n" * 5)
    assert {path for path, _ in codes()} == {"notebooks/b.ipynb"}
    nblint("check", status=1)
    nblint("baseline", "create", "--force", "a.ipynb")
    assert {path for path, _ in codes()} == {"a.ipynb", "notebooks/b.ipynb"}
    assert {entry["reason"] for entry in entries() if entry["path"] != "a.ipynb"} == {
        "nobody reads it"
    }
    nblint("baseline", "create", "--force")
    assert "nobody reads it" in Path(FILE).read_text()
    nblint("check")


def test_a_file_that_is_given_is_named_on_the_command_line(repository: Path) -> None:
    Path("pyproject.toml").write_text("[tool.nblint]\n")
    nblint("baseline", "create", "--baseline", FILE)
    nblint("check", status=1)
    nblint("check", "--baseline", FILE)
    nblint("check", "--baseline", FILE, "--no-baseline", status=2)
    nblint("check", "--baseline", "other.json", status=2)
    nblint("baseline", "create", "--baseline", "notebooks/own.json")
    own = json.loads(Path("notebooks/own.json").read_text())["entries"]
    assert {entry["path"] for entry in own} == {"b.ipynb"}
    outside = nblint(
        "baseline", "create", "--force", "--baseline", "notebooks/own.json", "a.ipynb", status=2
    )
    assert "a.ipynb: NBL102 cannot be recorded" in outside.stderr
    assert Path("pyproject.toml").read_text() == "[tool.nblint]\n"


ADDED = f'baseline = "{FILE}"'
# A settings file before and after; None where there is none.
SETTINGS_FILES: dict[str, tuple[str, str | None, str]] = {
    "none": ("nblint.toml", None, f"{ADDED}\n"),
    "empty": ("nblint.toml", "", f"{ADDED}\n"),
    "keys": ("nblint.toml", 'ignore = ["NBL5"]  # why', f'ignore = ["NBL5"]  # why\n{ADDED}\n'),
    "tables": (
        "nblint.toml",
        "# Ours.\nignore = []\n\n# The header.\n# More.\n[header]\nsections = []\n",
        f"# Ours.\nignore = []\n{ADDED}\n\n# The header.\n# More.\n[header]\nsections = []\n",
    ),
    "only tables": (
        "nblint.toml",
        "[environment]\ncatalogues = []",
        f"{ADDED}\n\n[environment]\ncatalogues = []",
    ),
    "CRLF": (
        "nblint.toml",
        'ignore = [\r\n  "NBL5",\r\n]\r\n',
        f'ignore = [\r\n  "NBL5",\r\n]\r\n{ADDED}\r\n',
    ),
    "a project": (
        "pyproject.toml",
        '[project]\nname = "ours"  # ours\n',
        f'[project]\nname = "ours"  # ours\n\n[tool.nblint]\n{ADDED}\n',
    ),
    "a table": (
        "pyproject.toml",
        "[tool.nblint] # ours\nignore = []\n\n[tool.ruff]\n",
        f"[tool.nblint] # ours\n{ADDED}\nignore = []\n\n[tool.ruff]\n",
    ),
    "a table below": (
        "pyproject.toml",
        "[tool.nblint.header]\nsections = []\n\n[tool.ruff]\n",
        f"[tool.nblint]\n{ADDED}\n\n[tool.nblint.header]\nsections = []\n\n[tool.ruff]\n",
    ),
    "in a string": (
        "pyproject.toml",
        '[project]\ndescription = """\n[tool.nblint]\n"""\n[tool."nblint"]\nignore = []\n',
        "",
    ),
    "no table": ("pyproject.toml", "tool = 1\n", ""),
    "inline": ("pyproject.toml", "tool.nblint = { ignore = [] }\n", ""),
    "dotted": ("pyproject.toml", "[tool]\nnblint.ignore = []\n", ""),
    "a byte order mark": ("nblint.toml", "\ufeffignore = []\n", ""),
}


@pytest.mark.parametrize("case", SETTINGS_FILES)
def test_the_settings_name_the_new_baseline(repository: Path, case: str) -> None:
    Path("pyproject.toml").unlink()
    name, before, after = SETTINGS_FILES[case]
    file = Path(name)
    if before is not None:
        file.write_bytes(before.encode())
    created = nblint("baseline", "create").stdout
    if after:
        assert file.read_bytes().decode() == after
        assert created.endswith(f"Added to {name}: {ADDED}\n")
        assert nblint("check").exit_code == 0
    else:
        assert before is not None
        assert file.read_bytes() == before.encode(), "nobody could say where it belongs"
        where = " (below [tool.nblint])" if name == "pyproject.toml" else ""
        assert created.endswith(f"Add to {name}{where}: {ADDED}\n")


def test_all_settings_that_decide_name_the_new_baseline(repository: Path) -> None:
    Path("pyproject.toml").write_text("[tool.nblint]\n")
    for folder in ("notebooks", "clean", "clean/more"):
        Path(folder).mkdir(exist_ok=True)
        Path(folder, "nblint.toml").write_text("")
    created = nblint("baseline", "create").stdout
    assert Path("notebooks/nblint.toml").read_text() == f'baseline = "../{FILE}"\n'
    assert f'Added to notebooks/nblint.toml: baseline = "../{FILE}"\n' in created
    assert Path("clean/nblint.toml").read_text() == ""
    nblint("check")


def test_nothing_is_recorded_of_nothing(repository: Path) -> None:
    """An empty baseline would have to be deleted before the next attempt."""
    Path("empty").mkdir()
    for paths in (["gone.ipynb"], ["empty"], ["empty", "gone.ipynb"]):
        created = nblint("baseline", "create", *paths, status=2)
        assert paths[0] in created.stderr
        assert created.stdout == ""
        assert not Path(".nblint-baseline.json").exists()
    nblint("baseline", "create")


def test_what_cannot_be_read_is_not_recorded(repository: Path) -> None:
    Path("a.ipynb").write_text("{")
    created = nblint("baseline", "create", status=2)
    assert "a.ipynb: NBL001 cannot be recorded: nothing in the file is checked; " in created.stderr
    assert {path for path, _ in codes()} == {"notebooks/b.ipynb"}
    Path("empty").mkdir()
    assert "no notebook" in nblint("baseline", "create", "--force", "empty", status=2).stderr
    # Nor is anything stale in a file of which nothing is known.
    Path("notebooks/b.ipynb").write_text("{")
    nblint("check", status=1)
    nblint("baseline", "update")
    assert {path for path, _ in codes()} == {"notebooks/b.ipynb"}


def test_a_broken_baseline_is_one_sentence(repository: Path) -> None:
    Path(FILE).write_text('{"version": 2, "salt": null, "entries": [{"path": "../../x"}]}')
    for words in (["check"], *(["baseline", name] for name in ("create", "update", "audit"))):
        flags = ["--force"] if "create" in words else []
        run = nblint(*words, *flags, status=2)
        (sentence,) = run.stderr.splitlines()
        assert sentence.startswith("nblint: ")
        assert "missing key" in sentence


def test_an_audit(repository: Path) -> None:
    nblint("baseline", "create")
    total = len(entries())
    assert total > 3
    first = nblint("baseline", "audit", stdin="for the archive\n\nit  is\tbeing\x1b[2J fixed\nq\n")
    assert f"[1/{total}] a.ipynb:cell 1:" in first.stdout
    assert "in the cell: # Triage" in first.stdout
    assert f"[5/{total}]" not in first.stdout
    assert f"{FILE}: {total - 2} of {total} without a reason." in first.stdout
    reasons = [entry["reason"] for entry in entries() if entry["reason"]]
    assert reasons == ["for the archive", "it is being\\x1b[2J fixed"]

    # Where input ends, nothing that was answered is lost.
    second = nblint("baseline", "audit", stdin="and this\n")
    assert f"[1/{total - 2}]" in second.stdout
    assert [entry["reason"] for entry in entries()].count("and this") == 1
    nblint("baseline", "audit", stdin="rest\n" * total)
    assert nblint("baseline", "audit").stdout == "Every entry has a reason.\n"
    again = nblint("baseline", "audit", "--all", stdin="\nq\n")
    assert "reason: for the archive" in again.stdout
    save("a.ipynb", ("markdown", complete_header()))
    gone = nblint("baseline", "audit", "--all", stdin="q\n").stdout
    assert "a.ipynb: NBL102 no longer occurs: run `nblint baseline update`" in gone
    nblint("check")


def test_an_audit_names_the_fix_that_works(repository: Path) -> None:
    """Without --no-baseline, --fix leaves recorded findings as they are."""
    save("a.ipynb", ("markdown", complete_header().replace("## Purpose", "### Purpose")))
    nblint("baseline", "create")
    said = nblint("baseline", "audit", stdin="q\n").stdout
    assert "  fix: change the heading to level 2 (--fix --no-baseline)\n" in said
    assert nblint("check", "--fix").stderr.count("fixed") == 0
    assert "1 finding fixed" in nblint("check", "--fix", "--no-baseline", "a.ipynb").stderr


def with_output(notebook: bytes, text: str) -> bytes:
    """Return a notebook whose last cell has printed a text."""
    data = json.loads(notebook)
    data["cells"][-1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [text]}]
    return json.dumps(data, indent=1).encode()


def leaky(*tokens: str) -> tuple[tuple[str, str], ...]:
    """Return a notebook's cells: a header and, for each token, a cell that holds it."""
    cells = (("code", f'client = connect(api_token="{token}")') for token in tokens)
    return (("markdown", complete_header()), *cells)


def test_a_recorded_credential_hides_no_other(repository: Path) -> None:
    one, other = make("github-token", 1), make("github-token", 2)
    save("a.ipynb", *leaky(one))
    save("notebooks/b.ipynb", *leaky())
    created = nblint("baseline", "create")
    assert "1 credential among them: revoke any that ever left this machine." in created.stdout
    assert codes() == [("a.ipynb", "NBL201")]
    nblint("check")
    # Moved, and used in a second cell, it is the same leak.
    save("a.ipynb", ("markdown", complete_header()), ("code", "1"), *leaky(one, one)[1:])
    nblint("check")
    # Another one on the very same line is not; nor is the same one in another notebook.
    save("a.ipynb", *leaky(other))
    refused = nblint("check", status=1)
    assert "NBL201" in refused.stdout
    assert "1 baseline entry is stale" in refused.stderr
    save("notebooks/b.ipynb", *leaky(one))
    assert "1 error" in nblint("check", "notebooks", status=1).stdout
    nblint("baseline", "update")
    assert not entries()


def test_fingerprints_of_credentials_take_a_baseline_s_salt(repository: Path) -> None:
    token, password = make("github-token"), make("password")
    save("a.ipynb", *leaky(token), ("code", f'db_password = "{password}"'))
    as_json = ("check", "a.ipynb", "--no-baseline", "--output-format", "json")

    without = json.loads(nblint(*as_json, status=1).stdout)
    assert [f["fingerprint"] for f in without if f["code"] == "NBL201"] == [None, None]

    nblint("baseline", "create", "a.ipynb")
    first = {entry["fingerprint"] for entry in entries()}
    nblint("baseline", "create", "--force", "a.ipynb")
    assert {entry["fingerprint"] for entry in entries()} == first
    # With one, reports hold the fingerprints: here of a credential that is new.
    with_one = ("check", "--baseline", FILE, "--output-format", "json", "notebooks")
    save("notebooks/b.ipynb", *leaky(token))
    (new,) = json.loads(nblint(*with_one, status=1).stdout)
    assert new["fingerprint"] in first

    Path(FILE).unlink()
    nblint("baseline", "create", "a.ipynb")
    assert first.isdisjoint(entry["fingerprint"] for entry in entries()), "another salt"

    Path(FILE).unlink()
    nblint("baseline", "create", "a.ipynb", salt="kept elsewhere")
    assert json.loads(Path(FILE).read_text())["salt"] is None
    nblint("check", "a.ipynb", salt="kept elsewhere")
    assert "kept in NBLINT_BASELINE_SALT, which is not set" in nblint("check", status=2).stderr
    nblint("check", "a.ipynb", status=1, salt="another")


KINDS = sorted({*TEMPLATES, *GENERATORS} - {"uuid"})


def in_a_process(*arguments: str, status: int = 0, stdin: str = "") -> tuple[str, str]:
    """Run nblint on a pipe: what is typed does not show in the output, as it does in `Result`."""
    run = subprocess.run(
        [sys.executable, "-m", "nblint", *arguments],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == status, run.stdout + run.stderr
    return run.stdout, run.stderr


@pytest.mark.slow
def test_no_credential_is_ever_recorded_or_shown(repository: Path) -> None:
    values = {kind: make(kind) for kind in KINDS}
    lines = {kind: value.splitlines()[0] for kind, value in values.items()}
    cells = [
        *(("code", f"api_token = {value!r}") for value in values.values()),
        *(("markdown", f"password: {line}") for line in lines.values()),
        ("code", "print(token)"),
    ]
    printed = "\n".join(f"api_key = {value}" for value in lines.values())
    notebook = with_output(notebook_bytes(*cells, secret=lines["github-token"]), printed)
    Path("a.ipynb").write_bytes(notebook)

    created = in_a_process("baseline", "create")
    found = {code for _, code in codes()}
    assert {"NBL201", "NBL202", "NBL203", "NBL204"} <= found
    assert sum(code == "NBL201" for _, code in codes()) > 0.9 * len(KINDS)
    # People write anything as a reason, even the credential.
    reason = f"it was {values['github-token']}\n"
    everything = [
        created,
        in_a_process("check"),
        in_a_process("check", "--no-baseline", status=1),
        in_a_process("check", "--no-baseline", "--output-format", "json", status=1),
        in_a_process("baseline", "audit", stdin=reason * 10),
        in_a_process("baseline", "audit", "--all", stdin="\n" * len(codes())),
        in_a_process("baseline", "update"),
    ]
    texts = [text for streams in everything for text in streams]
    texts.append(Path(FILE).read_text())
    assert "Why may it stay?" in texts[8]
    assert "it was " in texts[-1]
    for kind, value in values.items():
        for line in value.splitlines():
            # Half of it is too much, too.
            secret = line.removeprefix("-----BEGIN ")[-max(6, len(line) // 2) :]
            if "-----" not in secret:
                shown = [text for text in texts if secret in text]
                assert not shown, f"{kind} is shown in {shown[0][:200]}"


def test_findings_about_other_files(repository: Path) -> None:
    catalogue = "[environment.OLD_SITE]\n[environment.OLDER_SITE]\n"
    Path("environment.toml").write_text(catalogue)
    Path("parameters.yaml").write_text("day: 1\n")
    for path in ("a.ipynb", "notebooks/b.ipynb"):
        data = json.loads(notebook_bytes(("code", "days = 7")))
        data["cells"][0]["metadata"]["tags"] = ["parameters"]
        Path(path).write_text(json.dumps(data))
    settings = 'select = ["NBL308", "NBL409"]\n[tool.nblint.parameters]\nfile = "parameters.yaml"\n'
    Path("pyproject.toml").write_text(SETTINGS + settings)
    nblint("baseline", "create")
    # A key of the parameters file is wrong for a notebook; a catalogue's variable for them all.
    assert codes() == [
        ("a.ipynb", "NBL409"),
        ("environment.toml", "NBL308"),
        ("environment.toml", "NBL308"),
        ("notebooks/b.ipynb", "NBL409"),
    ]
    assert nblint("check").stderr == "4 recorded findings not shown.\n"
    nblint("check", "a.ipynb")

    Path("environment.toml").write_text(catalogue.replace("OLD_SITE", "NEW_SITE"))
    refused = nblint("check", status=1)
    assert "environment.toml:1:1: NBL308" in refused.stdout
    stale = "1 baseline entry is stale"
    assert stale in refused.stderr
    assert stale not in nblint("check", "a.ipynb").stderr
    Path("environment.toml").write_text("[environment.OLD_SITE]\n")
    assert "1 stale entry dropped, 3 left" in nblint("baseline", "update").stdout
    nblint("check")
