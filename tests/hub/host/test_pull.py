"""A host that pulls deploys the newest tag, if somebody has signed it who may."""

from pathlib import Path

import pytest

from tests.hosts import ROOT, Booted
from tests.template.conftest import git
from tests.template.packages import succeed

pytestmark = pytest.mark.slow
# Stands in for what deploys, which the other tests try: says of which commit it was told.
PLAYBOOK = """\
#!/bin/sh
for word; do :; done
cat ../welcome.md
echo "$word"
"""


@pytest.fixture
def pulled(host: Booted, shared: Path, tmp_path: Path) -> Path:
    """The repository that the host pulls from."""
    for name in ("owner", "stranger"):
        succeed("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name)
    public = (tmp_path / "owner.pub").read_text()
    (shared / "allowed-signers").write_text(f"owner@example.com {public}")
    script = ROOT / "template-hub/{{cookiecutter.slug}}/scripts/pull"
    (shared / "pull").write_bytes(script.read_bytes())
    (shared / "ansible-playbook").write_text(PLAYBOOK)
    host.must(
        "mkdir -p /etc/jupyterhub /opt/jupyterhub/tools/current/bin /var/lib/nblint-hub-pull; "
        "cp /shared/allowed-signers /etc/jupyterhub; touch /etc/jupyterhub/pull.yml; "
        "install /shared/ansible-playbook /opt/jupyterhub/tools/current/bin"
    )
    repository = shared / "repository"
    (repository / "ansible").mkdir(parents=True)
    (repository / "ansible/site.yml").write_text("---\n")
    git("init", "--quiet", cwd=repository)
    return repository


def test_signed_tags(host: Booted, pulled: Path, tmp_path: Path) -> None:
    def release(tag: str, key: str | None = "owner", *, commit: bool = True) -> str:
        if commit:
            (pulled / "welcome.md").write_text(f"# {tag}\n")
            git("add", "--all", cwd=pulled)
            git("commit", "--quiet", "--message", tag, cwd=pulled)
        signed = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={tmp_path / (key or '')}")
        how = ("--sign",) if key else ("--annotate",)
        succeed("git", *signed, "tag", *how, "--message", tag, tag, cwd=pulled)
        return succeed("git", "rev-parse", f"{tag}^{{commit}}", cwd=pulled).strip()

    def pull() -> tuple[int, str]:
        ran = host.run(
            "git config --global safe.directory '*'; bash /shared/pull /shared/repository"
        )
        return ran.status, ran.out + ran.err

    status, said = pull()
    assert status == 0
    assert "pull: /shared/repository has no tag such as v1.0.0" in said
    first = release("v1.0.0")
    status, said = pull()
    assert status == 0, said
    assert f"# v1.0.0\nhub_commit={first}\n" in said
    assert pull() == (0, "")

    # Not signed, or by a stranger: refused, and again the next time; nothing is deployed.
    for tag, key in (("v1.1.0", None), ("v1.2.0", "stranger")):
        release(tag, key)
        for _ in range(2):
            status, said = pull()
            assert status == 1, said
            assert f"pull: {tag} is signed by nobody in /etc/jupyterhub/allowed-signers" in said
            assert "hub_commit" not in said
    git("tag", "--delete", "v1.1.0", cwd=pulled)
    git("tag", "--delete", "v1.2.0", cwd=pulled)
    # An old signature under a new name.
    git("update-ref", "refs/tags/v9.0.0", "refs/tags/v1.0.0", cwd=pulled)
    status, said = pull()
    assert status == 1
    assert "pull: v9.0.0 is another tag's signature" in said
    git("tag", "--delete", "v9.0.0", cwd=pulled)

    second = release("v1.10.0")
    assert f"hub_commit={second}" in pull()[1]
    # What is gone from the repository does not bring the older one back.
    git("tag", "--delete", "v1.10.0", cwd=pulled)
    status, said = pull()
    assert status == 1
    assert "pull: v1.0.0 is older than v1.10.0, which is deployed" in said
