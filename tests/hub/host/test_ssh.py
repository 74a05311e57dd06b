"""What deploys reaches a host by ssh, and none whose key nobody has confirmed."""

from pathlib import Path

import pytest

from tests.hosts import ROOT, Booted
from tests.hub.host.deploying import Deployer
from tests.hub.host.hub_host import in_network_of
from tests.system import needs
from tests.template.conftest import Generate
from tests.template.packages import Run, run, succeed

pytestmark = pytest.mark.slow


def test_a_wrong_key_of_the_host(
    generate: Generate, host: Booted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs("ssh", "ssh-keygen")
    # The path of a test is too long for the socket by which connections are shared.
    monkeypatch.setenv("ANSIBLE_SSH_ARGS", "-o ControlMaster=no")
    repository = generate(ROOT / "template-hub", address="https://localhost")
    (repository / ".git/hooks/pre-commit").unlink()
    deployer = Deployer(repository, host)
    keys = tmp_path / "keys"
    keys.mkdir()
    for name in ("mine", "wrong"):
        succeed("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", keys / name)
    public = (keys / "mine.pub").read_text().strip()
    host.must(f"mkdir -m 700 /root/.ssh; echo '{public}' > /root/.ssh/authorized_keys")
    host.must("systemctl enable --quiet --now ssh")
    (repository / "ansible/inventory.ini").write_text(
        f"[staging]\nlocalhost ansible_connection=ssh ansible_user=root "
        f"ansible_ssh_private_key_file={keys / 'mine'} ansible_host=127.0.0.1\n"
    )
    known = repository / "ansible/known_hosts"
    commented = known.read_text()
    right = host.must("cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub")
    wrong = (keys / "wrong.pub").read_text()

    def secret() -> Run:
        command = ("sh", "-c", "echo planted | make secret NAME=client-secret TO=staging")
        return run(*command, cwd=repository, ANSIBLE_NOCOLOR="1")

    with in_network_of(host):
        for line in (f"127.0.0.1 {wrong}", ""):  # another one; nobody's
            known.write_text(f"{commented}{line}")
            deployer.commit("Know the host by another key")
            for ran in (deployer.make("deploy", "TO=staging"), secret()):
                assert ran.status != 0
                assert "Host key verification failed" in ran.out + ran.err
                assert "Traceback" not in ran.out + ran.err
        assert host.run("ls -d /etc/jupyterhub /opt/jupyterhub").out == ""
        known.write_text(f"{commented}127.0.0.1 {right}")
        ran = secret()
    assert ran.status == 0, ran.out + ran.err
    assert host.must("cat /etc/jupyterhub/client-secret") == "planted"
    assert "planted" not in ran.out + ran.err
