"""The gate of each pipeline, played on a generated repository by the pipeline's own commands.

Each way past it is gone twice: with a credential, which is refused, and with something harmless,
which passes. Whatever happens, no log, report, cache or other file shows a planted value: `Author`
searches them all after each job.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from cookiecutter.main import cookiecutter

from demo.mirrors import mirror
from tests.credentials.tokens import make
from tests.git.author import commit, said
from tests.linting import test_gate as ways
from tests.linting.branches import (
    BASE,
    BASELINE,
    HARMLESS,
    SETTINGS,
    TOKEN,
    A,
    B,
    Branch,
    holding,
    notebook,
    printing,
    recorded,
)
from tests.template.conftest import ROOT
from tests.template.playing import SERVICES, Author, Event, Stage, set_up
from tests.template.test_pipeline_runs import (  # noqa: F401 - a fixture
    away_from_this_machine,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the pipelines' machines are Linux"),
]

PYPROJECT = "pyproject.toml"
# A team that keeps the outputs of one notebook, and does not schedule those of the tests.
IGNORES = '"**" = ["NBL409"]\n"a.ipynb" = ["NBL5"]\n'
EMPTY = '{"version": 2, "salt": "pepper", "entries": []}'


@pytest.fixture(scope="module")
def stage(
    tmp_path_factory: pytest.TempPathFactory,
    pre_commit_home: Path,
    checkout_of_the_run: Path,
    away_from_this_machine: None,  # noqa: F811
) -> Stage:
    """The generated repositories, and where all tests have the hooks installed."""
    folder = tmp_path_factory.mktemp("stage")
    template = str(checkout_of_the_run)
    repositories = {}
    for service in SERVICES:
        out, answers = str(folder / service), {"ci": service}
        made = Path(cookiecutter(template, no_input=True, extra_context=answers, output_dir=out))
        (made / ".git/hooks/pre-commit").unlink(missing_ok=True)
        settings = made / PYPROJECT
        text = settings.read_text("utf-8").replace('"examples/**" = ["NBL409"]\n', IGNORES)
        assert IGNORES in text
        notebooks = {path: content for path, content in BASE.items() if path.endswith(".ipynb")}
        commit(made, {PYPROJECT: text, **notebooks})
        repositories[service] = made
    config = repositories[SERVICES[0]] / ".pre-commit-config.yaml"
    variables = mirror(config, folder / "mirrors", ROOT)
    variables |= {"PRE_COMMIT_HOME": str(pre_commit_home), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return Stage(repositories, variables)


Attack = Callable[[Branch, str], None]


class Way(NamedTuple):
    """A way past the gate.

    Attributes:
        go: What the branch does with a value.
        said: What the refusal says, besides the rule.
        clean: What does the same and is in order; by default, the same with a harmless value.
        code: The rule that refuses it.
        noted: What reviewers are told.
    """

    go: Attack
    said: str = "GitHub token"
    clean: Attack | None = None
    code: str = "NBL20"
    noted: str = ""


# ---- what a branch does; more of them are in tests/linting/test_gate.py


def set_option(branch: Branch, line: str) -> None:
    """Add a line to the settings of the generated repository."""
    text = (branch.top / PYPROJECT).read_text("utf-8")
    branch.write({PYPROJECT: text.replace("[tool.nblint]\n", f"[tool.nblint]\n{line}\n", 1)})


def begin_baseline(branch: Branch, content: str | None = None) -> None:
    """Have the base record its findings, or what is given."""
    branch.git("checkout", "--quiet", "main")
    set_option(branch, f'baseline = "{BASELINE}"')
    if content is None:
        recorded(branch)
    else:
        branch.write({BASELINE: content})
    branch.commit()
    branch.git("checkout", "--quiet", "-B", "work")


def edited(change: Callable[[dict, str], None], base: bytes | None = None) -> Attack:  # type: ignore[type-arg]
    """Return what commits a notebook after a change of its JSON."""

    def go(branch: Branch, value: str) -> None:
        data = json.loads(base or printing("nothing"))
        change(data, value)
        branch.commit({A: json.dumps(data)})

    return go


def into_output_metadata(data: dict, value: str) -> None:  # type: ignore[type-arg]
    output = {"output_type": "display_data", "data": {}, "metadata": {"token": value}}
    data["cells"][1]["outputs"] = [output]


def shown(mime: str, text: str) -> Attack:
    def change(data: dict, value: str) -> None:  # type: ignore[type-arg]
        content: object = text.replace("VALUE", value)
        if mime.endswith("json"):
            content = json.loads(str(content))
        output = {"data": {mime: content}, "metadata": {}, "output_type": "display_data"}
        data["cells"][1]["outputs"] = [output]

    return edited(change)


def in_code(source: str) -> Attack:
    def go(branch: Branch, value: str) -> None:
        branch.commit({A: notebook(source.replace("VALUE", value))})

    return go


def clean(branch: Branch, _value: str) -> None:
    branch.commit({A: notebook("print(2 + 2)")})


def baseline_of_its_own(reason: str) -> Attack:
    def go(branch: Branch, value: str) -> None:
        set_option(branch, f'baseline = "{BASELINE}"')
        branch.write({A: holding(value)})
        recorded(branch, reason=reason)
        branch.commit()

    return go


def baseline_that_grows(branch: Branch, value: str) -> None:
    begin_baseline(branch)
    branch.write({A: holding(value)})
    recorded(branch, reason="a test account")
    branch.commit()


def option(line: str) -> Attack:
    def go(branch: Branch, value: str) -> None:
        set_option(branch, line)
        branch.commit({A: holding(value)})

    return go


def other_baseline(branch: Branch, value: str) -> None:
    begin_baseline(branch)
    branch.write({A: holding(value)})
    recorded(branch, name="old.json", reason="a test account")
    text = (branch.top / PYPROJECT).read_text("utf-8")
    branch.commit({PYPROJECT: text.replace(BASELINE, "old.json")})


def baseline_in_two_steps(first: Callable[[Branch], None]) -> Attack:
    """Return what has the baseline removed by one request, and begun again by the next."""

    def go(branch: Branch, value: str) -> None:
        begin_baseline(branch)
        first(branch)
        branch.commit()
        verdict = branch.gate()
        assert verdict.status == 0, verdict.log  # type: ignore[attr-defined]
        assert "settings changed" in verdict.log or "baseline " in verdict.log  # type: ignore[attr-defined]
        branch.git("branch", "--quiet", "--force", "main", "work")
        if BASELINE not in (branch.top / PYPROJECT).read_text("utf-8"):
            set_option(branch, f'baseline = "{BASELINE}"')
        branch.write({A: holding(value)})
        recorded(branch, reason="a test account")
        branch.commit()

    return go


def delete_baseline(branch: Branch) -> None:
    branch.write({BASELINE: None})


def empty_baseline(branch: Branch) -> None:
    branch.write({BASELINE: EMPTY})


def unname_baseline(branch: Branch) -> None:
    text = (branch.top / PYPROJECT).read_text("utf-8")
    branch.write({BASELINE: None, PYPROJECT: text.replace(f'baseline = "{BASELINE}"\n', "")})


def nested(line: str) -> Attack:
    def go(branch: Branch, value: str) -> None:
        branch.commit({f"team/{SETTINGS}": line, B: holding(value)})

    return go


def suppressed(source: str) -> Attack:
    return in_code(f"{source.replace('KEY', 'VALUE')}")


def duplicate_keys(branch: Branch, value: str) -> None:
    whole = notebook("print(1)").decode()
    first = f' "metadata": {{"token": "{value}"}},\n "metadata": '
    branch.commit({A: whole.replace(' "metadata": ', first) if value == TOKEN else whole})


def adjacent(branch: Branch, value: str) -> None:
    half = len(value) // 2
    branch.commit({A: notebook(f'key = "{value[:half]}" "{value[half:]}"')})


def attachment(encoding: str) -> Attack:
    def change(data: dict, value: str) -> None:  # type: ignore[type-arg]
        import base64

        text = base64.b64encode(f"token = {value}\n".encode(encoding)).decode()
        data["cells"][0]["attachments"] = {"note.txt": {"text/plain": text}}

    return edited(change)


def spoil(entries: object, *, on_base: bool) -> Attack:
    """Return what commits a baseline that holds no entries."""

    def go(branch: Branch, value: str) -> None:
        begin_baseline(branch)
        told = json.loads((branch.top / BASELINE).read_bytes())
        spoilt = json.dumps({**told, "entries": entries} if value == TOKEN else told)
        if on_base:
            branch.on_main({BASELINE: spoilt})
            branch.git("merge", "--quiet", "main")
            branch.commit({A: holding(value)})
        else:
            branch.commit({BASELINE: spoilt, A: holding(value)})

    return go


def many_passwords(number: int, *, with_baseline: bool) -> Attack:
    def go(branch: Branch, value: str) -> None:
        if with_baseline:
            begin_baseline(branch)
        values = [make("password", f"played-{n}") if value == TOKEN else "" for n in range(number)]
        lines = [f'password{n} = "{one}"' for n, one in enumerate(values)]
        branch.commit({A: notebook("\n".join([f'password = "{value}"', *lines]))})

    return go


def judge_itself(path: str, text: str) -> Attack:
    def go(branch: Branch, value: str) -> None:
        branch.commit({path: text, A: holding(value)})

    return go


def own_hook(branch: Branch, value: str) -> None:
    """A hook of the same name that is content with everything."""
    hook: dict[str, object] = {"id": "nblint-gate", "name": "gate", "entry": "true"}
    hook |= {
        "language": "system",
        "always_run": True,
        "pass_filenames": False,
        "stages": ["manual"],
    }
    config = json.dumps({"repos": [{"repo": "local", "hooks": [hook]}]})
    branch.commit({".pre-commit-config.yaml": config, A: holding(value)})


CHECK = '\nimport os\n\nprint(os.environ["{}"])'
DECLARED = '\n[environment.RPM_SIGNING_KEY]\nhelp = "Signs"\nsecret = true\n'


def declare_and_print(branch: Branch, value: str) -> None:
    text = (branch.top / "environment.toml").read_text("utf-8")
    name = "RPM_SIGNING_KEY" if value == TOKEN else "DATADOG_SITE"
    branch.commit({"environment.toml": text + DECLARED, A: notebook(CHECK.format(name).strip())})


def read_undeclared(source: str) -> Attack:
    def go(branch: Branch, value: str) -> None:
        name = "RPM_SIGNING_KEY" if value == TOKEN else "DATADOG_SITE"
        branch.commit({A: notebook(f"import os\n\n{source.replace('NAME', name)}")})

    return go


ROWS: dict[str, list[Way]] = {
    "output": [
        Way(ways.output),
        Way(ways.output_that_a_hook_strips),
        Way(ways.traceback_in_an_output),
    ],
    "ruff": [
        Way(in_code('import json; key = "VALUE"')),
        Way(in_code('print(unknown, "VALUE")')),
        Way(in_code('def f(items=[], key="VALUE"):\n    return items')),
    ],
    "own baseline": [
        Way(baseline_of_its_own(""), noted="baseline added"),
        Way(baseline_of_its_own("a test account"), noted="settings changed"),
        Way(baseline_that_grows, noted="baseline changed"),
    ],
    "settings": [
        Way(other_baseline, noted="settings changed"),
        Way(nested('exclude = ["*.ipynb"]'), noted="settings added"),
        Way(nested('select = ["NBL1"]'), noted="settings added"),
        Way(ways.nested_baseline, noted="baseline added"),
        Way(option('severity = { NBL2 = "warning" }'), noted="settings changed"),
        Way(option('exclude = ["**"]'), noted="settings changed"),
    ],
    "two steps": [
        Way(baseline_in_two_steps(delete_baseline), noted="baseline added"),
        Way(
            baseline_in_two_steps(empty_baseline),
            noted="baseline changed",
            clean=baseline_in_two_steps(empty_baseline),  # which changes nothing in the end
        ),
        Way(baseline_in_two_steps(unname_baseline), noted="settings changed"),
    ],
    "folders": [
        Way(ways.at(".ipynb_checkpoints/a-checkpoint.ipynb")),
        Way(ways.at(".venv/lib/n.ipynb")),
        Way(ways.at("team/node_modules/p/n.ipynb")),
        Way(ways.ignored, noted="attributes changed"),
        Way(ways.at("x.IPYNB")),
    ],
    "suppressions": [
        Way(in_code('key = "VALUE"  # nblint: ignore[NBL2]'), clean=clean),
        Way(in_code('key = "VALUE"' + " " * 3000 + "# nblint: ignore[NBL2]"), clean=clean),
        Way(in_code('key = "VALUE # nblint: ignore[NBL2] the reason"'), clean=clean),
        Way(ways.suppressed_by_a_tag, noted="suppresses NBL2: no reason given", clean=clean),
    ],
    "places": [
        Way(edited(into_output_metadata)),
        Way(edited(lambda data, value: data["cells"][1].update(id=value.replace(" ", "-")))),
        Way(shown("application/vnd.vega.v5+json", '{"data": [{"values": [{"token": "VALUE"}]}]}')),
        Way(shown("application/vnd.plotly.v1+json", '{"data": [{"text": ["key=VALUE"]}]}')),
        Way(shown("application/geo+json", '{"type": "Point", "properties": {"key": "VALUE"}}')),
        Way(shown("text/plain", "\x1b]8;;https://example.com/?token=VALUE\x1b\\here\x1b]8;;\x1b\\")),
        Way(shown("text/html", '<p data-token="VALUE">x</p>')),
        Way(shown("text/html", "<!-- VALUE --><p>x</p>")),
        Way(attachment("utf-16")),
        Way(duplicate_keys),
        Way(edited(lambda data, value: data.update(worksheets=[{"cells": [value]}])), clean=clean),
        Way(adjacent),
    ],
    "a key": [
        Way(read_undeclared('print(os.environ["NAME"])'), "RPM_SIGNING_KEY", code="NBL301"),
        Way(read_undeclared('print(os.getenv("NAME"))'), "RPM_SIGNING_KEY", code="NBL301"),
        Way(declare_and_print, "RPM_SIGNING_KEY", code="NBL304", noted="RPM_SIGNING_KEY' declared"),
    ],
    "no entry": [
        Way(spoil([{}], on_base=False), noted="baseline changed"),
        Way(spoil([{}], on_base=True), BASELINE, code=""),
        Way(spoil({}, on_base=True), BASELINE, code=""),
    ],
    "many": [
        Way(many_passwords(400, with_baseline=True), ""),
        Way(many_passwords(400, with_baseline=False), ""),
        Way(many_passwords(1500, with_baseline=True), ""),
    ],
    "judge": [
        Way(judge_itself("scripts/gate", "exit 0\n"), noted="script changed"),
        Way(judge_itself(".pre-commit-config.yaml", "repos: []\n"), noted="hooks changed"),
        Way(own_hook, noted="hooks changed"),
    ],
    "in between": [
        Way(ways.added_then_removed, "of this branch"),
        Way(ways.side_branch_whose_changes_are_dropped, "of this branch"),
        Way(ways.merge, "of this branch"),
    ],
}  # fmt: skip
CASES = [
    pytest.param(way, SERVICES[number % 3], id=f"{row}-{number}-{SERVICES[number % 3]}")
    for row, variations in ROWS.items()
    for number, way in enumerate(variations)
]


@pytest.mark.parametrize(("way", "service"), CASES)
def test_refused(stage: Stage, tmp_path: Path, way: Way, service: str) -> None:
    author = Author(stage, tmp_path, service)
    way.go(author, TOKEN)
    played = author.play()
    assert played.status != 0, played.log
    assert "Traceback" not in played.log
    assert "is suppressed" not in played.log  # it is an error, not a note
    for told in (way.code, way.said, way.noted):
        assert told in played.log, played.log


@pytest.mark.parametrize(("way", "service"), CASES)
def test_its_clean_twin_passes(stage: Stage, tmp_path: Path, way: Way, service: str) -> None:
    author = Author(stage, tmp_path, service)
    (way.clean or way.go)(author, HARMLESS)
    played = author.play()
    assert played.status == 0, played.log
    if not way.clean:
        assert way.noted in played.log


# ---- the log of the other job that reads what is committed, and caches


@pytest.mark.parametrize(
    ("way", "service"),
    [
        *zip(ROWS["ruff"], SERVICES, strict=True),
        *zip((*ROWS["output"][1:], ROWS["output"][0]), SERVICES, strict=True),
    ],
)
def test_the_log_of_the_checks(stage: Stage, tmp_path: Path, way: Way, service: str) -> None:
    """ruff and nblint say what they found or changed, and not what stands there."""
    author = Author(stage, tmp_path, service)
    way.go(author, TOKEN)
    played = author.play(job="lint", prepare=set_up)
    assert played.status != 0
    assert "a.ipynb" in played.log
    assert list((played.clone / "build").rglob("*.xml"))
    commit(author.top, {A: notebook()})
    assert author.play(job="lint", prepare=set_up).status == 0


FORGE = """
from nblint.credentials.masking.redaction import Redaction
from nblint.linting import examining
from nblint.linting.checking import Checked

examining.check_document = lambda *_: Checked((), (), Redaction())
from nblint.cli.main import main
main(["check"])
"""


@pytest.mark.parametrize("service", SERVICES)
def test_a_forged_cache(stage: Stage, tmp_path: Path, service: str) -> None:
    """A cache that has the notebook as clean, as a job of another branch could have left it."""
    author = Author(stage, tmp_path, service)
    many = {f"many/{number}.ipynb": notebook(f"print({number})") for number in range(50)}
    commit(author.top, many)
    assert author.play().status == 0

    def forge(clone: Path, variables: dict[str, str]) -> None:
        installed = Path(variables["PRE_COMMIT_HOME"]).glob("repo*/py_env-*/bin/nblint")
        python = max(installed, key=os.path.getmtime).with_name("python")
        for command in (["-c", FORGE], ["-m", "nblint", "check"]):
            ran = subprocess.run(
                [str(python), *command], cwd=clone, env=variables, capture_output=True, check=False
            )
            assert ran.returncode == 0, "the cache is believed by a check"
        caches.extend(path for path in clone.parent.rglob("nblint/findings/*"))
        contents.extend(path.read_bytes() for path in caches)

    caches: list[Path] = []
    contents: list[bytes] = []
    commit(author.top, {A: holding(TOKEN)})
    played = author.play(prepare=forge)
    assert played.status != 0
    assert "NBL201" in played.log
    # The gate neither reads nor writes it.
    assert caches
    assert [path.read_bytes() for path in caches] == contents


# ---- what passes


def test_a_clean_request(stage: Stage, tmp_path: Path) -> None:
    author = Author(stage, tmp_path, "circleci")
    author.commit({A: notebook("print(3)"), "team/new.ipynb": notebook(title="Another")})
    played = author.play()
    assert played.status == 0, played.log
    assert "All clean: 6 notebooks checked." in played.log
    assert "For a reviewer" not in played.log


def test_the_first_request(stage: Stage, tmp_path: Path) -> None:
    """It brings all that was generated to a repository that has nothing of it."""
    author = Author(stage, tmp_path, "github")
    readme = said(author.top, "ls-tree", "HEAD", "README.md")
    tree = said(author.top, "mktree", given=f"{readme}\n".encode())
    first = said(author.top, "commit-tree", "-m", "first", tree)
    everything = said(author.top, "commit-tree", "-p", first, "-m", "all", "HEAD^{tree}")
    author.git("branch", "--force", "main", first)
    author.git("reset", "--quiet", "--hard", everything)
    played = author.play()
    assert played.status == 0, played.log
    assert "gate: the base has no hook nblint-gate yet" in played.log
    assert "the base has no settings of nblint: these are used" in played.log
    author.commit({A: holding(TOKEN)})
    assert author.play().status != 0


def with_record(stage: Stage, folder: Path, service: str) -> Author:
    """Return an author whose base records a credential."""
    author = Author(stage, folder, service)
    author.git("checkout", "--quiet", "main")
    set_option(author, f'baseline = "{BASELINE}"')
    author.write({A: holding(TOKEN)})
    recorded(author, reason="a test account")
    author.commit()
    author.git("checkout", "--quiet", "-B", "work")
    return author


def test_recorded_findings(stage: Stage, tmp_path: Path) -> None:
    """They move along with their notebook, and may go."""
    author = with_record(stage, tmp_path, "github")
    author.git("mv", A, "renamed.ipynb")
    author.commit()
    played = author.play()
    assert played.status == 0, played.log
    assert "old finding" in played.log
    author.git("mv", "renamed.ipynb", A)
    author.commit({A: notebook(), BASELINE: EMPTY})
    played = author.play()
    assert played.status == 0, played.log
    assert "baseline changed" in played.log


def test_a_declared_variable(stage: Stage, tmp_path: Path) -> None:
    author = Author(stage, tmp_path, "gitlab")
    text = (author.top / "environment.toml").read_text("utf-8")
    more = '\n[environment.TEAM_SITE]\nhelp = "Where the team is"\nvalue = "here"\n'
    use = notebook('import os\n\nprint(os.environ["TEAM_SITE"])')
    author.commit({"environment.toml": text + more, A: use})
    played = author.play()
    assert played.status == 0, played.log
    assert "environment variable 'TEAM_SITE' declared" in played.log


@pytest.mark.parametrize("service", SERVICES)
def test_pushes(stage: Stage, tmp_path: Path, service: str) -> None:
    """To the default branch, first and later, with force; and versions: each has its own base."""
    author = Author(stage, tmp_path, service)
    author.git("checkout", "--quiet", "main")
    assert author.play(Event("main")).status == 0
    before = said(author.top, "rev-parse", "HEAD")
    author.git("tag", "v1.0.0")
    author.commit({A: holding(TOKEN)})
    bad = said(author.top, "rev-parse", "HEAD")
    assert author.play(Event("main", before=before)).status != 0
    author.git("tag", "v1.1.0")
    assert author.play(Event("", "v1.1.0")).status != 0
    # What was pushed stays known; the push that takes it back brings nothing.
    author.commit({A: notebook()})
    played = author.play(Event("main", before=bad))
    assert played.status == 0, played.log
    # A forced push to a branch: only what it has now counts.
    author.git("reset", "--quiet", "--hard", before)
    author.git("checkout", "--quiet", "-B", "work")
    author.commit({A: holding(TOKEN)})
    assert author.play().status != 0
    author.git("reset", "--quiet", "--hard", "HEAD~1")
    author.commit({A: notebook("print(4)")})
    assert author.play().status == 0
    author.git("tag", "v1.2.0")
    assert author.play(Event("", "v1.2.0")).status == 0


def test_a_suppression_with_a_reason(stage: Stage, tmp_path: Path) -> None:
    author = Author(stage, tmp_path, "circleci")
    author.commit({A: notebook(f'key = "{TOKEN}"  # nblint: ignore[NBL201] revoked in May')})
    played = author.play()
    assert played.status == 0, played.log
    assert "suppresses NBL201: revoked in May" in played.log


def test_a_merge(stage: Stage, tmp_path: Path) -> None:
    author = with_record(stage, tmp_path, "gitlab")
    author.git("checkout", "--quiet", "-b", "side")
    author.commit({B: notebook("print(5)")})
    author.git("checkout", "--quiet", "work")
    author.on_main({"more.ipynb": notebook(title="More")})
    author.commit({"x.txt": "x\n"})
    author.git("merge", "--quiet", "--no-edit", "side", "main")
    played = author.play()
    assert played.status == 0, played.log


# ---- what cannot be judged


@pytest.mark.parametrize("service", SERVICES)
def test_an_incomplete_clone(stage: Stage, tmp_path: Path, service: str) -> None:
    author = Author(stage, tmp_path, service)
    author.git("config", "uploadpack.allowFilter", "true")
    for number in range(3):
        author.commit({A: notebook(f"print({number})")})
    author.on_main({"x.txt": "x\n"})
    alone = author.play(clone=("--depth=1",))
    assert alone.status == 2, alone.log
    if service == "circleci":
        assert "does not know the default branch; its checkout needs method: full" in alone.log
    else:
        told = alone.log[alone.log.index("git fetch origin --unshallow ") :].strip()
        subprocess.run(["/bin/bash", "-c", told], cwd=alone.clone, check=True)
        said(alone.clone, "merge-base", "origin/main", "HEAD")
    # pre-commit shows the status of the gate, and ends with its own.
    shallow = author.play(clone=("--depth=2", "--no-single-branch"))
    assert shallow.status != 0
    assert "exit code: 2" in shallow.log
    assert "in this shallow clone; run `git fetch --unshallow`" in shallow.log
    blobless = author.play(clone=("--filter=blob:none",))
    assert blobless.status != 0
    assert "exit code: 2" in blobless.log, blobless.log
    assert "partial clone; run `git fetch --refetch --no-filter`" in blobless.log
