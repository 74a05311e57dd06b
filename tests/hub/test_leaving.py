"""What ends with an account of the machine, without a machine that has it; the host's tests do."""

import pwd
import sys
from pathlib import Path

import pytest

from nblint.hub.servers import accounts, processes
from nblint.hub.servers.accounts import AccountError, is_of_the_machine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a hub's host is Linux")


def test_a_step_that_fails_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = pwd.struct_passwd(("nblint-nobody", "x", 54321, 54321, "", "/nonexistent", ""))
    (tmp_path / account.pw_name).touch()
    (tmp_path / "other").touch()
    (tmp_path / "folder").mkdir()

    def fails(name: str) -> None:
        raise AccountError(f"{name}: usermod: cannot lock /etc/passwd")

    monkeypatch.setattr(processes, "our_account", lambda name: account)
    monkeypatch.setattr(processes, "expire_account", fails)
    monkeypatch.setattr(processes, "_SPOOLS", (str(tmp_path / "missing"), str(tmp_path)))
    monkeypatch.setenv("PATH", "/nonexistent")
    problems = processes.end_account(account.pw_name)
    assert problems[0] == "nblint-nobody: usermod: cannot lock /etc/passwd"
    assert "loginctl" in problems[1]
    assert len(problems) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "other"]


def test_what_the_hub_did_not_make_is_not_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "expire_account", pytest.fail)
    assert processes.end_account("root") == []
    assert processes.end_account("nblint-nobody") == []
    with pytest.raises(AccountError, match="root: the machine has an account of this name"):
        accounts.our_account("root")


@pytest.mark.parametrize("is_ours", [True, False])
def test_names_of_the_hubs_parts_are_nobodys(is_ours: bool) -> None:
    for name in ("developers", "hub-users", "caddy", "root"):
        assert is_of_the_machine(name, is_ours=is_ours), name
