import pickle
import sys
from pathlib import Path

import pytest

from nblint.errors import SettingsError
from nblint.project.catalogue.known_names import KNOWN_NAMES, is_known
from nblint.project.catalogue.loading import load_catalogue
from nblint.project.catalogue.model import Catalogue
from nblint.settings import EnvironmentSettings

TOML = """
[environment.DATADOG_API_KEY]
help = "Read-only Datadog API key"
secret = true
file = "datadog-api-key"

[environment.DATADOG_SITE]
value = "datadoghq.com"
users = { alice = "datadoghq.eu" }

[environment]
CASE_ID = { required = false }
"""


def load(root: Path, *names: str, known: tuple[str, ...] = ()) -> Catalogue:
    return load_catalogue(EnvironmentSettings(catalogues=names or None, known=known), root)


def test_environment_toml_is_the_default(tmp_path: Path) -> None:
    (tmp_path / "environment.toml").write_text(TOML)
    catalogue = load(tmp_path)
    assert list(catalogue.variables) == ["DATADOG_API_KEY", "DATADOG_SITE", "CASE_ID"]
    assert [v.row for v in catalogue.variables.values()] == [2, 7, 12]
    assert catalogue.is_secret("DATADOG_API_KEY")
    assert not catalogue.is_secret("DATADOG_SITE")
    assert catalogue.is_optional("CASE_ID")
    assert not catalogue.is_optional("DATADOG_SITE")
    assert catalogue.nearest("DATADOG_APIKEY") == "DATADOG_API_KEY"
    assert catalogue.nearest("HOSTNAMES") is None
    assert catalogue.described == "environment.toml (3 names)"
    assert pickle.loads(pickle.dumps(catalogue)) == catalogue


def test_without_a_file_there_is_no_catalogue(tmp_path: Path) -> None:
    assert not load(tmp_path)
    assert load(tmp_path, known=("TEAM_*",)).knows("TEAM_X")


def test_several_add_up(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[environment.A]\nhelp = 'first'\nsecret = true\n")
    (tmp_path / ".env.example").write_text("# What B is\n# for\nexport B=1\n\nA=2\nC\n#D=1\n")
    absolute = tmp_path / "elsewhere" / "hub.py"
    absolute.parent.mkdir()
    absolute.write_text("c.Spawner.environment = {'E': '1'}")
    catalogue = load(tmp_path, "a.toml", ".env.example", str(absolute))
    assert sorted(catalogue.variables) == ["A", "B", "C", "E"]
    assert catalogue.variables["A"].declaration.help == "first"
    assert catalogue.variables["B"].declaration.help == "What B is for"
    assert catalogue.variables["B"].row == 3
    assert catalogue.own == ("a.toml", ".env.example")
    assert catalogue.has_dotenv


@pytest.mark.parametrize(
    ("config", "names"),
    [
        ("c.Spawner.environment = {'A': '1', 'B': secret()}", "A B"),
        ("c.KubeSpawner.environment.update({'A': 1}, B=2)", "A B"),
        ("c.Spawner.environment['A'] = '1'", "A"),
        ("c.Spawner.environment |= {'A': '1'}", "A"),
        ("c.Spawner.environment = dict(A=1, **{'B': 2})", "A B"),
        ("base = {'A': 1}\nc.Spawner.environment = {**base, 'B': 2}", "A B"),
        ("base = {'A': 1}\nif x:\n  c.DockerSpawner.environment = base | {'B': 2}", "A B"),
        ("c.Spawner.env_keep = ['A']\nc.Spawner.env_keep.append('B')", "A B"),
        ("c.Spawner.env_keep += ['A']", "A"),
        ("c.Spawner.environment.setdefault('A', 1)", "A"),
        ("c.Spawner.environment = nblint.hub.spawner_environment('e.toml', '/run')", "T"),
        ("env = {}\nenv['A'] = 1\nenv.update({'B': 2}, C=3)\nc.Spawner.environment = env", "A B C"),
        ("env = {'A': 1}\nenv |= {'B': 2}\nenv.update(env)\nc.Spawner.environment = env", "A B"),
        ("for n in ('A', 'B'):\n  c.Spawner.environment[n] = secret(n)", "A B"),
        ("K = 'A'\nc.Spawner.environment = {K: 1, 'B_' + K: 2}", "A B_A"),
        ("c.Spawner.environment = {n: secret(n) for n in ['A', 'B']}", "A B"),
        ("\ufeffc.Spawner.environment = {'A': 1}", "A"),
        ("c.Spawner.environment = spawner_environment('jupyterhub_config.py', '/run')", ""),
        ("configure(get_config(), 'hub.toml')", "T"),
        ("nblint.hub.configure(c, 'hub.toml')\nc.Spawner.environment['A'] = 1", "T A"),
        ("configure(c)\nconfigure(c, path)\nlogging.configure('a', 'b')", ""),
        ("c.Spawner.cmd = ['A']\nenvironment = {'B': 1}", ""),
        ("a = a\nc.Spawner.environment = a", ""),
        ("import os; os._exit(1)", ""),
    ],
)
def test_hub_config(tmp_path: Path, config: str, names: str) -> None:
    (tmp_path / "e.toml").write_text("[environment.T]\n")
    hub = 'address = "https://h"\nenvironment = "e.toml"\n[provider]\nissuer = "https://i"\n'
    (tmp_path / "hub.toml").write_text(hub)
    (tmp_path / "jupyterhub_config.py").write_text(config, encoding="utf-8")
    catalogue = load(tmp_path, "jupyterhub_config.py")
    assert list(catalogue.variables) == names.split()


def test_a_hub_names_its_catalogue(tmp_path: Path) -> None:
    (tmp_path / "environment.toml").write_text("[environment.A]\n")
    (tmp_path / "hub.toml").write_text('address = "https://h"\n[provider]\n')
    assert list(load(tmp_path, "hub.toml").variables) == ["A"]
    (tmp_path / "hub.toml").write_text(
        'address = "https://h"\nenvironment = "hub.toml"\n[provider]\n'
    )
    with pytest.raises(SettingsError, match="unknown key 'address'"):
        load(tmp_path, "hub.toml")


def test_a_dotenv_file_of_windows_with_a_private_key(tmp_path: Path) -> None:
    text = "\ufeffA=1\r\nB='-----\r\nMII=\r\n-----'\r\nC=it's\r\nD=\"open\r\nE=1\r\n"
    (tmp_path / ".env.example").write_text(text, encoding="utf-8", newline="")
    assert list(load(tmp_path, ".env.example").variables) == ["A", "B", "C", "D", "E"]


def test_a_byte_order_mark_in_toml(tmp_path: Path) -> None:
    (tmp_path / "environment.toml").write_text("\ufeff[environment.A]\n", encoding="utf-8")
    assert list(load(tmp_path).variables) == ["A"]


def test_a_file_of_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "acme_environment"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('executed')")
    (package / "hub.toml").write_text("[environment.A]\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    catalogue = load(tmp_path, "acme_environment:hub.toml")
    assert list(catalogue.variables) == ["A"]
    assert catalogue.own == ()
    assert "acme_environment" not in sys.modules
    with pytest.raises(SettingsError, match="has no file"):
        load(tmp_path, "acme_environment:other.toml")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("environment.toml", "a = [", "environment.toml: not valid TOML"),
        ("environment.toml", "a = 1", "unknown key 'a'; variables are declared as"),
        ("environment.toml", "environment = 1", "environment: must be a table of variables"),
        ("environment.toml", "environment.A = 'x'", "environment.A: must be a table"),
        ("environment.toml", "environment.A.secrte = true", "did you mean 'secret'?"),
        ("environment.toml", "environment.A.secret = 'yes'", "environment.A.*true or false"),
        ("environment.toml", "environment.'A B'.secret = true", "not a valid name"),
        (
            "environment.toml",
            "environment.A = {secret=true, value='x'}",
            "must not hold a secret's value",
        ),
        ("environment.toml", "environment.A = {file='a', value='x'}", "both a file and a value"),
        ("environment.toml", "environment.A.file = '../a'", "secrets folder"),
        ("environment.toml", "environment.A.file = '/a'", "secrets folder"),
        ("environment.toml", "environment.A.file = 'a/{user}'", "'{user}' stands for nothing"),
        ("environment.toml", b"\xff", "not UTF-8"),
        ("hub.py", "x = = 1", "hub.py:1: cannot be parsed as Python"),
        ("hub.py", "(" * 5000, "cannot be parsed as Python"),
        ("hub.py", "x = 'a'" + "+ 'a'" * 3000, "cannot be parsed as Python"),
        ("environment.toml", '[environment.A]\nvalue = "a\\u0000"', "a NUL character"),
        ("environment.toml", '[environment.A]\nfile = "a\\u0000"', "a NUL character"),
        ("values.yaml", "a: [", "not valid YAML"),
        ("hub.json", "", "cannot tell what kind of catalogue"),
        ("missing.toml", None, "no such catalogue; create it"),
        ("nowhere_at_all:x.toml", None, "the package 'nowhere_at_all' is not installed"),
        (".", None, "is a folder"),
    ],
)
def test_errors_are_one_sentence(
    tmp_path: Path, name: str, content: str | bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SettingsError, match=message) as caught:
        load(tmp_path, name)
    assert "\n" not in str(caught.value)


def test_known_names() -> None:
    assert all(known.source.startswith("https://") and known.names for known in KNOWN_NAMES)
    assert all(map(is_known, ["HOME", "PATH", "JUPYTERHUB_USER", "LANG", "LC_ALL", "CI"]))
    assert is_known("JUPYTERHUB_API_TOKEN")
    assert not any(map(is_known, ["GITHUB_TOKEN", "DATADOG_SITE", "JUPYTER_TOKEN", "AWS_REGION"]))


HOOKS = """
def pre_spawn_hook(spawner):
    spawner.environment["FROM_HOOK"] = "x"
    spawner.environment.update({"UPDATED": "x"})

async def auth_state_hook(spawner, auth_state):
    env = spawner.environment
    env["FROM_STATE"] = auth_state["token"]

class OurSpawner(KubeSpawner):
    def get_env(self):
        env = super().get_env()
        env["FROM_METHOD"] = "x"
        env.setdefault("DEFAULTED", "x")
        return env

class OtherSpawner(KubeSpawner):
    def get_env(self):
        return {**super().get_env(), "RETURNED": "x"}

s = c.KubeSpawner
s.environment = {"ALIASED": "x"}
c.KubeSpawner.profile_list = [
    {"display_name": "GPU", "kubespawner_override": {"environment": {"OF_PROFILE": "x"}}},
]
other = {}
other["NOT"] = "x"
"""


def test_hub_code_sets_variables_anywhere(tmp_path: Path) -> None:
    (tmp_path / "jupyterhub_config.py").write_text(HOOKS)
    names = set(load(tmp_path, "jupyterhub_config.py").variables)
    assert names == {
        *("FROM_HOOK", "UPDATED", "FROM_STATE", "FROM_METHOD", "DEFAULTED", "RETURNED"),
        *("ALIASED", "OF_PROFILE"),
    }


def test_secrets_and_optional_variables_of_helm_values(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(
        "singleuser:\n  extraEnv:\n    A:\n      valueFrom:\n        secretKeyRef:\n"
        "          optional: true\n    B: b\n    C:\n      - not\n"
    )
    catalogue = load(tmp_path, "values.yaml")
    assert catalogue.is_secret("A")
    assert catalogue.is_optional("A")
    assert not catalogue.is_optional("B")
    assert catalogue.variables["B"].row == 7
