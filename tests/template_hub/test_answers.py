"""Answers with which a hub would not work are refused in a sentence, whoever asks."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from nblint.cli.main import main
from nblint.cli.template import template_folder, template_hook
from nblint.hub.addresses import address_problem
from tests.template.conftest import ROOT, command

REFUSED = {
    "title": ["", " ", "TODO", "# Hub", "a\nb", "a\u2028b", "a\x1bb", "<!-- x -->"],
    "slug": ["Hub", "a b", "../hub", "con", "a" * 61, "é"],
    "author": ["", "Ada\tLovelace"],
    "email": ["nobody", "a@b", "a b@example.com"],
    "address": [
        "", "hub.example.com", "http://hub.example.com", "ftp://hub.example.com", "https://",
        "https://hub.example.com/notebooks", "https://hub.example.com?x=1", "https://hub exam.ple",
        "https://user:word@hub.example.com", "https://hub.example.com:99999", "https://[::1",
        'https://hub.example.com"', "https://hub.example.com\nx", "https://hüb.example.com",
        "https://-hub.example.com", "https://hub..example.com", "http://127.0.0.1.nip.io",
        "javascript:alert(1)", "https://hub.example.com/{{ x }}",
    ],
    "issuer": [
        "", "login.example.com", "http://login.example.com", "http://10.0.0.1/realms/acme",
        "https://login.example.com/realms/acme?x", "https://login.example.com#x",
        "https://token@login.example.com", 'https://login.example.com/"x', "https://a\\b",
    ],
    "client_id": ["", " ", "hub\nb"],
    "users": ["", " ", ",", "analysts,,soc", "analysts, ", "a, a", "-", "a\nb", "analysts, -"],
    "admins": ["", ",", "a,,b", "a, a", "a\tb", "-, a"],
}  # fmt: skip
ACCEPTED = {
    "address": ["https://hub.example.com/", "https://hub", "https://10.0.0.1:8443", "https://[::1]",
                "http://localhost:8000", "http://127.0.0.1:8000", "HTTPS://Hub.Example.com"],
    "issuer": ["https://login.example.com/realms/acme/", "http://127.0.0.1:9000"],
    "client_id": ["jupyterhub", "0oa1 b/c", "{{ x }}", 'a"b'],
    "users": ["analysts", "Blue Team, soc", "Domain Users\\Ä, {{ x }}", "a-b"],
    "admins": ["-", " - ", "hub-admins"],
}  # fmt: skip


@pytest.fixture(scope="module")
def hook() -> object:
    return template_hook("pre_gen_project", template_folder("template-hub"))


def problem(hook: object, name: str, value: str) -> str:
    said: str = hook.problem(name, {"slug": "hub", name: value})  # type: ignore[attr-defined]
    return said


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values]
)
def test_refused(hook: object, name: str, value: str) -> None:
    said = problem(hook, name, value)
    assert said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in ACCEPTED.items() for value in values]
)
def test_accepted(hook: object, name: str, value: str) -> None:
    assert problem(hook, name, value) == ""
    if name in ("address", "issuer"):
        assert address_problem(value.lower()) is None


def test_a_token_in_an_address_is_not_shown(hook: object) -> None:
    planted = "never" + "shown"
    for value in (
        f"https://{planted}@hub.example.com",
        f"https://a:{planted}@hub.example.com:99999",
        f"https://a:b/{planted}@hub.example.com",
        f"https://a:{planted}@[hub",
        f"a:{planted}@hub.example.com",
    ):
        assert planted not in (address_problem(value) or planted)
        for name in ("address", "issuer"):
            said = problem(hook, name, value)
            assert said
            assert planted not in said


@pytest.mark.slow
def test_cookiecutter_lists_all_at_once(tmp_path: Path) -> None:
    template = str(ROOT / "template-hub")
    wrong = ["title=", "slug=../Evil", "email=me", "address=http://hub.example.com", "users=a,,b"]
    refused = command(template, "--no-input", *wrong, "issuer=login", cwd=tmp_path)
    assert refused.returncode == 1
    message = refused.stdout[refused.stdout.index("Nothing was generated") :].split("\n\n")
    names = ("title", "slug", "email", "address", "issuer", "users")
    assert [line.split(":")[0] for line in message[1].splitlines()] == [f"  * {n}" for n in names]
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def new(folder: Path, *arguments: str, typed: tuple[str, ...] = ()) -> tuple[int, str]:
    call = ["new", "--hub", "-o", str(folder / "out"), *arguments]
    result = CliRunner().invoke(main, call, input="\n".join([*typed, ""]))
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("isuer=x", "unknown key 'isuer'; did you mean 'issuer'?"),
        ("purpose=x", "unknown key 'purpose'"),
        ("issuer=http://login.example.com", "issuer: 'http://login.example.com' must begin with"),
        ("users=a,,b", "users: 'a,,b' must be names of groups with commas between them"),
        ("ci=jenkins", "ci: unknown value 'jenkins'; choose from circleci, github, gitlab"),
    ],
)
def test_a_wrong_answer_is_one_sentence(answer: str, sentence: str, tmp_path: Path) -> None:
    status, said = new(tmp_path, "--no-input", answer)
    assert status == 2
    assert sentence in said
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()


def test_a_refused_answer_is_asked_again(tmp_path: Path) -> None:
    typed: tuple[str, ...] = ("Our hub", "", "SOC", "soc@example.com", "http://hub.example.com")
    typed += ("https://hub.example.org", "https://login.example.org", "", "a,,b", "a, b", "-")
    status, said = new(tmp_path, typed=(*typed, "gitlab", "", "n"))
    assert status == 0, said
    assert said.count("Error: ") == 2
    text = (tmp_path / "out/our-hub/hub.toml").read_text("utf-8")
    assert 'address = "https://hub.example.org"' in text
    assert 'users = ["a", "b"]\nadmins = []\n' in text


def test_an_answer_is_no_program(tmp_path: Path) -> None:
    braces = '{{ 6 * 7 }} {% raw %} {# "none" #}'
    answers = [f"{name}={braces}" for name in ("title", "author", "client_id", "users", "admins")]
    status, said = new(tmp_path, "--no-input", "slug=braces", "git_init=no", *answers)
    assert status == 0, said
    text = (tmp_path / "out/braces/hub.toml").read_text("utf-8")
    quoted = '"{{ 6 * 7 }} {% raw %} {# \\"none\\" #}"'
    assert text.count(quoted) == 3
    assert (tmp_path / "out/braces/welcome.md").read_text("utf-8").startswith(f"# {braces}\n")
