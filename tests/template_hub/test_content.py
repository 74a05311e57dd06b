"""What a generated hub's repository holds, for every pipeline and for awkward answers."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from nblint.adding import title
from nblint.cli.template import template_folder, template_hook
from nblint.hub.locked import Lock
from nblint.hub.notebooks.wanted import read_notebooks
from nblint.hub.settings import HubFile
from nblint.hub.versions import holes
from nblint.toml import read_toml
from tests.command import nblint
from tests.template.circleci import problems
from tests.template.conftest import ROOT
from tests.template.test_content import AWKWARD, assert_sound_files
from tests.template.test_pipeline import schema_accepts
from tests.template.test_supply_chain import ACTION, zizmor
from tests.template_hub.conftest import Generate

FILES = {
    "circleci": ("vendor.circle-ci", ".circleci/config.yml"),
    "github": ("vendor.github-workflows", ".github/workflows/hub.yml"),
    "gitlab": ("vendor.gitlab-ci", ".gitlab-ci.yml"),
}
LOCKS = ("hub", "user", "dev")
# The files that both templates have: cookiecutter copies only what lies in a template's own folder.
SHARED = (".editorconfig", "CODEOWNERS", "scripts/gate")


def accepted(repository: Path) -> str:
    """Hold that nblint has nothing against a hub; return what it says."""
    checked = nblint("check", str(repository))
    assert checked.exit_code == 0, checked.output
    result = nblint("hub", "check", "--without-host", "--config", str(repository / "hub.toml"))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.slow
@pytest.mark.parametrize("ci", FILES)
def test_every_pipeline(hub: Generate, ci: str) -> None:
    repository = hub(ci=ci)
    assert_sound_files(repository)
    accepted(repository)
    schema, path = FILES[ci]
    assert schema_accepts(schema, repository / path)
    for other, (_, elsewhere) in FILES.items():
        assert (repository / elsewhere).exists() == (other == ci)
    assert (repository / ".gitlab").exists() == (ci == "gitlab")
    assert (repository / ".github").exists() == (ci != "gitlab")
    notebooks = repository / "examples"
    stripped = [sys.executable, "-m", "nbstripout", "--verify", *map(str, notebooks.iterdir())]
    assert subprocess.run(stripped, check=False).returncode == 0


def test_what_is_asked_is_what_is_written(hub: Generate) -> None:
    repository = hub(
        address="https://hub.acme.example:8443/",
        issuer="https://login.acme.example/realms/acme",
        client_id='hub "1"',
        users=" Blue Team, soc\\\\analysts ,Zoë's ",
        admins="-",
    )
    settings = HubFile.read(repository / "hub.toml").settings
    assert settings.address == "https://hub.acme.example:8443/"
    assert settings.provider.issuer == "https://login.acme.example/realms/acme"
    assert settings.provider.client_id == 'hub "1"'
    assert settings.groups.users == ("Blue Team", "soc\\\\analysts", "Zoë's")
    assert settings.groups.admins == ()
    assert "note: groups.admins is empty" in accepted(repository)
    readme = (repository / "README.md").read_text("utf-8")
    assert "`https://hub.acme.example:8443/hub/oauth_callback`" in readme
    assert read_notebooks(repository / "notebooks.toml") == {}


@pytest.mark.slow
def test_nasty_answers(hub: Generate) -> None:
    nasty = f"  {' '.join(AWKWARD)}  "
    group = AWKWARD[2]
    repository = hub(slug="nasty", title=nasty, author=nasty, users=group, client_id=nasty)
    assert_sound_files(repository)
    settings = HubFile.read(repository / "hub.toml").settings
    assert settings.provider.client_id == nasty.strip()
    assert settings.groups.users == (group,)
    accepted(repository)
    welcome = (repository / "welcome.md").read_text("utf-8")
    assert welcome.startswith(f"# {nasty.strip()}\n")
    plain = hub(slug="plain")
    for name in (
        FILES["circleci"][1],
        "Makefile",
        "jupyterhub_config.py",
        "notebooks.toml",
        "pyproject.toml",
    ):
        assert (repository / name).read_bytes() == (plain / name).read_bytes(), name


def test_examples_in_comments_can_be_used(hub: Generate, tmp_path: Path) -> None:
    """What stands behind a `#` in the files that people edit is what these files take."""
    repository = hub()
    for name in ("hub.toml", "notebooks.toml"):
        text = (repository / name).read_text("utf-8")
        used = re.sub(r"(?m)^# (?=\[[a-z.-]+\]$|[a-z-]+ = )", "", text)
        assert used.count("\n#") < text.count("\n#")
        (tmp_path / name).write_text(used.replace('by = "caddy"', 'by = "files"'), "utf-8")
    settings = HubFile.read(tmp_path / "hub.toml").settings
    for key in ("timezone", "http_proxy", "no_proxy", "ca_file"):
        assert getattr(settings, key), key
    assert settings.notify.mail
    assert settings.tls.key
    assert settings.backup.access_file
    assert settings.metrics.token_file
    (pinned,) = read_notebooks(tmp_path / "notebooks.toml").values()
    assert list(pinned.schedules) == ["weekdays"]
    assert pinned.schedules["weekdays"].parameters == {"DAYS": 1}


def test_make_says_what_there_is(hub: Generate) -> None:
    repository = hub()
    shown = subprocess.run(
        ["make"], cwd=repository, capture_output=True, encoding="utf-8", check=True
    )
    readme = (repository / "README.md").read_text("utf-8")
    targets = "setup check demo test lock deploy rollback secret run usage restore upgrade"
    for target in targets.split():
        assert re.search(rf"^  make {target} - [A-Z]\w+ ", shown.stdout, re.MULTILINE), target
        assert f"| `make {target}" in readme


# ---- the pipelines


def loaded(repository: Path, ci: str) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((repository / FILES[ci][1]).read_text("utf-8"))
    return config


@pytest.mark.parametrize("ci", FILES)
def test_the_gate_is_that_of_notebooks(hub: Generate, ci: str) -> None:
    """So that what is tried with the notebook template's holds here."""
    own, other = loaded(hub(ci=ci), ci), ROOT / "template/{{cookiecutter.slug}}" / FILES[ci][1]
    text = other.with_name(other.name.replace("hub", "notebook")).read_text("utf-8")
    theirs = yaml.safe_load(re.sub(r"\{% (end)?raw %\}", "", text))
    jobs = (own["jobs"], theirs["jobs"]) if ci != "gitlab" else (own, theirs)
    assert jobs[0]["gate"] == jobs[1]["gate"]
    for key in ("permissions", "default", "variables", "executors", "concurrency"):
        assert own.get(key) == theirs.get(key)
    assert "make setup" in str(jobs[0]["check"])
    assert "make check" in str(jobs[0]["check"])


@pytest.mark.parametrize("name", SHARED)
def test_files_of_both_templates_are_the_same(name: str) -> None:
    one, other = (
        ROOT / folder / "{{cookiecutter.slug}}" / name for folder in ("template", "template-hub")
    )
    assert one.read_bytes() == other.read_bytes()
    assert one.stat().st_mode == other.stat().st_mode


def test_what_hooks_repeat_is_the_same() -> None:
    """cookiecutter runs each hook on its own, without nblint: these cannot be imported."""
    notebooks, hub = (template_folder(name) for name in ("template", "template-hub"))
    answers = template_hook("pre_gen_project", notebooks)
    assert answers.RESERVED == title._RESERVED
    leftovers = [
        found
        for folder in (notebooks, hub)
        for hook in sorted((folder / "hooks").glob("*.py"))
        for found in re.findall(r"^GIT_LEFTOVERS = .*", hook.read_text("utf-8"), re.MULTILINE)
    ]
    assert len(leftovers) == 3
    assert len(set(leftovers)) == 1


@pytest.mark.parametrize("ci", FILES)
def test_no_job_but_deploy_has_a_secret(hub: Generate, ci: str) -> None:
    """And that one is off until somebody switches it on, and waits until somebody approves."""
    config = loaded(hub(ci=ci), ci)
    jobs = config if ci == "gitlab" else config["jobs"]
    deploy = jobs.pop("deploy")
    text = str(config)
    for word in ("secrets.", "context", "add_ssh_keys", "HUB_SSH_KEY", "id-token", "CI_JOB_TOKEN"):
        assert word not in text
    if ci == "github":
        assert deploy["if"].startswith("${{ vars.HUB_DEPLOY == 'true' && ")
        assert deploy["environment"] == "production"
    elif ci == "gitlab":
        (rule,) = deploy["rules"]
        assert rule["when"] == "manual"
        assert rule["if"].startswith("$HUB_SSH_KEY && ")
    else:
        assert config["parameters"]["deploy"]["default"] is False
        jobs["deploy"] = deploy
    if ci == "circleci":
        assert problems(config) == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the same files on every system")
def test_the_workflow_is_safe(hub: Generate) -> None:
    repository = hub(ci="github")
    assert zizmor(repository) == ""
    known = {
        (found["action"], found["version"]): found["commit"]
        for path in (ROOT / "template/{{cookiecutter.slug}}/.github/workflows").iterdir()
        for found in ACTION.finditer(path.read_text("utf-8"))
    }
    uses = list(ACTION.finditer((repository / FILES["github"][1]).read_text("utf-8")))
    assert uses
    for each in uses:
        assert known[each["action"], each["version"]] == each["commit"]


def test_checks_are_pinned_as_in_the_other_template() -> None:
    pins = [
        re.findall(
            r"repo: (\S+)\n +rev: (\S+)  # frozen: (\S+)",
            (ROOT / folder / "{{cookiecutter.slug}}/.pre-commit-config.yaml").read_text("utf-8"),
        )
        for folder in ("template", "template-hub")
    ]
    assert len(pins[1]) == 3
    assert set(pins[1]) < set(pins[0])


# ---- the locks


def lock(name: str) -> Lock:
    folder = ROOT / "template-hub/{{cookiecutter.slug}}/requirements"
    return Lock.read(folder / f"{name}.txt")


def test_every_requirement_has_a_hash() -> None:
    for name in LOCKS:
        lines = lock(name).text.replace("\\\n", "").splitlines()
        locked = [line for line in lines if line and line[0] != "#"]
        assert len(locked) > 50
        for line in locked:
            assert re.match(r"[a-z0-9.-]+==\S+", line), line
            assert "--hash=sha256:" in line


def test_one_environment_can_have_all_locks() -> None:
    versions: dict[str, str] = {}
    for name in LOCKS:
        for distribution, version in lock(name).versions("3.13").items():
            assert versions.setdefault(distribution, version) == version, distribution


def test_locks_have_no_known_hole() -> None:
    for name in LOCKS:
        assert list(holes(lock(name).versions("3.11"))) == []
        assert lock(name).python == "3.11"


def test_the_hubs_lock_has_what_nblint_needs() -> None:
    project = read_toml(ROOT / "pyproject.toml")["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["hub"]]
    for name in ("hub", "kubernetes"):
        assert list(lock(name).unmet("\n".join(needed), "3.11")) == [], name
    extras = project["optional-dependencies"]
    demo = [
        one
        for one in (*extras["hub-demo"], *extras["new"])
        if Requirement(one).name != "nblint-suite"
    ]
    assert list(lock("dev").unmet("\n".join(demo), "3.11")) == []


def test_everybodys_packages_are_enough_for_every_notebook_of_the_template() -> None:
    asked = ROOT / "template/{{cookiecutter.slug}}/requirements.txt"
    assert list(lock("user").unmet(asked.read_text("utf-8"), "3.11")) == []
