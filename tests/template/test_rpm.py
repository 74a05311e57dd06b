"""The package: what is in it, the same bytes for everybody, and its life on a host."""

import os
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from tests.system import needs
from tests.template.conftest import Generate, git
from tests.template.packages import AS_ROOT, Host, Key, Run, build, make_key, run, succeed, tag
from tests.template.test_content import NASTY

pytestmark = pytest.mark.slow
HOME = "usr/share/notebooks/failed-logins"
SETTINGS = "etc/notebooks/failed-logins"
UNITS = "usr/lib/systemd/system/notebook-failed-logins"
# Every path of the package: mode, and whether the host may change it.
CONTENT = {
    "etc/notebooks": 0o40755,
    SETTINGS: 0o40755,
    f"{SETTINGS}/environment": 0o100600,
    f"{SETTINGS}/parameters": 0o40755,
    f"{SETTINGS}/parameters.yaml": 0o100644,
    f"{UNITS}.service": 0o100644,
    f"{UNITS}.timer": 0o100644,
    f"{UNITS}@.service": 0o100644,
    f"{UNITS}@.service.d": 0o40755,
    f"{UNITS}@.service.d/instance.conf": 0o100644,
    f"{UNITS}@.timer": 0o100644,
    "usr/share/notebooks": 0o40755,
    HOME: 0o40755,
    f"{HOME}/CHANGELOG.md": 0o100644,
    f"{HOME}/LICENSE": 0o100644,
    f"{HOME}/README.md": 0o100644,
    f"{HOME}/VERSION": 0o100644,
    f"{HOME}/environment.toml": 0o100644,
    f"{HOME}/notebooks": 0o40755,
    f"{HOME}/notebooks/failed-logins.ipynb": 0o100644,
    f"{HOME}/packaging": 0o40755,
    f"{HOME}/packaging/README.md": 0o100644,
    f"{HOME}/packaging/parameters": 0o120777,
    f"{HOME}/packaging/parameters.yaml": 0o120777,
    f"{HOME}/pyproject.toml": 0o100644,
    f"{HOME}/requirements.lock": 0o100644,
    f"{HOME}/requirements.txt": 0o100644,
    f"{HOME}/scripts": 0o40755,
    f"{HOME}/scripts/clean-environment": 0o100755,
    f"{HOME}/scripts/execute-notebook": 0o100755,
    f"{HOME}/scripts/run-notebook": 0o100755,
    f"{HOME}/scripts/share-copies": 0o100755,
}


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    needs("gpg", "gpgconf")
    # Short: gpg's socket in it must have a short path.
    return make_key(tmp_path_factory.mktemp("k"), "ours")


@pytest.fixture
def repository(copied: Generate) -> Path:
    needs("rpmbuild")
    made = copied()
    (made / ".git/hooks/pre-commit").unlink()  # the checks have tests of their own
    return made


def publish(repository: Path, package: Path, key: Key, to: str | Path, **variables: str) -> Run:
    return run(
        "scripts/publish-rpm", package, to, cwd=repository,
        **{"RPM_SIGNING_KEY": key.secret, "PUBLISH_WAIT": "0", **variables},
    )  # fmt: skip


def query(package: Path, form: str) -> str:
    return succeed("rpm", "--query", "--package", "--nosignature", "--queryformat", form, package)


# ---- what is built


def test_what_is_in_it(repository: Path, tmp_path: Path) -> None:
    tag(repository, "v1.2.0")
    package = build(repository, "v1.2.0", tmp_path / "built")
    assert package.name == "notebook-failed-logins-1.2.0-1.noarch.rpm"
    each = "[%{FILENAMES} %{FILEMODES:octal} %{FILEUSERNAME}:%{FILEGROUPNAME}\n]"
    rows = [line.split(" ") for line in query(package, each).splitlines()]
    assert {path: int(mode, 8) for path, mode, _ in rows} == {
        "/" + path: mode for path, mode in CONTENT.items()
    }
    assert {owner for _, _, owner in rows} == {"root:root"}
    assert succeed("rpm", "-qp", "--nosignature", "--scripts", "--triggers", package) == ""
    assert f"commit {git('rev-parse', 'v1.2.0', cwd=repository)}" in query(
        package, "%{DESCRIPTION}"
    )
    assert query(package, "%{PACKAGER}") == "Security operations <security-operations@example.com>"
    configuration = succeed("rpm", "-qp", "--nosignature", "--configfiles", package)
    assert configuration == f"/{SETTINGS}/environment\n/{SETTINGS}/parameters.yaml\n"
    requires = succeed("rpm", "-qp", "--nosignature", "--requires", package).splitlines()
    assert [line for line in requires if not line.startswith("rpmlib(")] == []


@pytest.mark.parametrize("licence", ["Proprietary", "MIT", "BSD-3-Clause", "Apache-2.0"])
def test_rpmlint_has_nothing_to_say(generate: Generate, tmp_path: Path, licence: str) -> None:
    needs("rpmbuild", "rpmlint")
    repository = generate(license=licence)
    package = build(repository, "--snapshot", tmp_path / "built")
    said = run("rpmlint", "--config", repository / "packaging/rpmlint.toml", package)
    assert "0 errors, 0 warnings" in said.out, said
    assert said.status == 0


def test_everybody_builds_the_same_bytes(repository: Path, tmp_path: Path) -> None:
    tag(repository, "v1.2.0")
    first = build(repository, "v1.2.0", tmp_path / "built", TZ="UTC")
    elsewhere = tmp_path / "some where/else"
    git("clone", "--quiet", str(repository), str(elsewhere), cwd=tmp_path)
    (elsewhere / "CHANGELOG.md").write_text("not committed")
    home = tmp_path / "eve"
    home.mkdir()
    (home / ".rpmmacros").write_text("%packager Eve\n%vendor Eve\n%_topdir /nowhere\n")
    (home / ".gitconfig").write_text("[core]\nautocrlf = true\n[tar]\numask = 0077\n")
    os.utime(elsewhere / "environment.toml", (1, 1))
    variables = {
        "TZ": "Pacific/Auckland", "LC_ALL": "C", "HOME": str(home), "LOGNAME": "eve",
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"), "SOURCE_DATE_EPOCH": "1",
    }  # fmt: skip
    script = ("sh", "-c", 'umask 077; exec scripts/build-rpm v1.2.0 "$0"', str(tmp_path / "2"))
    second = Path(succeed(*script, cwd=elsewhere, **variables).strip())
    assert second.read_bytes() == first.read_bytes()


def test_nasty_answers(generate: Generate, tmp_path: Path) -> None:
    needs("rpmbuild")
    repository = generate(slug="nasty", **NASTY)
    package = build(repository, "--snapshot", tmp_path / "built")
    title, purpose, audience, author = (answer.strip() for answer in NASTY.values())
    assert query(package, "%{SUMMARY}") == title
    assert query(package, "%{PACKAGER}") == f"{author} <security-operations@example.com>"
    said = query(package, "%{DESCRIPTION}")
    assert said.startswith(f"Purpose: {purpose}\n\nAudience: {audience}\n\nBuilt from commit ")


@pytest.mark.parametrize("purpose", ["%install rm -rf things", "%{name} and %(id)", "%if 1", "%"])
def test_answers_are_no_directives(generate: Generate, tmp_path: Path, purpose: str) -> None:
    needs("rpmbuild")
    package = build(generate(purpose=purpose), "--snapshot", tmp_path / "built")
    assert query(package, "%{DESCRIPTION}").startswith(f"Purpose: {purpose}\n")


def test_what_does_not_belong_in_a_package(repository: Path, tmp_path: Path) -> None:
    """All of it is refused at once, for a tag too, and named."""
    notebooks = repository / "notebooks"
    secret = tmp_path / "secret"
    secret.write_text("of the machine that builds\n")
    (notebooks / "deep").mkdir()
    links = {
        "absolute": "/etc/passwd",
        "up": "../README.md",
        "far": "../../../../secret",
        "dangling": "nowhere",
        "folder": "/etc",
        "deep/by-a-link": "../here/../README.md",
    }
    (notebooks / "here").symlink_to(".")
    for name, target in links.items():
        (notebooks / name).symlink_to(target)
    (notebooks / "inside").symlink_to("failed-logins.ipynb")
    (notebooks / "deep/inside").symlink_to("../failed-logins.ipynb")
    (notebooks / ".ipynb_checkpoints").mkdir()
    (notebooks / ".ipynb_checkpoints/old-checkpoint.ipynb").write_text("{}")
    for name in (".env", "deep/.env.production", ".env.example"):
        (notebooks / name).write_text("KEY=\n")
    for name in ("LICENSE", "packaging/environment"):
        (repository / name).unlink()
        (repository / name).symlink_to(secret)
    git("add", "--all", "--force", cwd=repository)
    commit = git("rev-parse", "HEAD", cwd=repository)
    submodule = f"160000,{commit},notebooks/sub"
    git("update-index", "--add", "--cacheinfo", submodule, cwd=repository)
    git("commit", "--quiet", "--message", "all of it", cwd=repository)
    git("tag", "v1.2.0", cwd=repository)
    for version in ("v1.2.0", "--snapshot"):
        refused = run("scripts/build-rpm", version, tmp_path / "built", cwd=repository)
        assert (refused.status, refused.out) == (1, "")
        lines = refused.err.splitlines()
        assert all(line.startswith("build-rpm: ") for line in lines)
        named = {line.split()[1] for line in lines}
        assert named == {
            *(f"notebooks/{name}" for name in (*links, "here")),
            *("notebooks/.ipynb_checkpoints", "notebooks/.env", "notebooks/deep/.env.production"),
            *("LICENSE", "packaging/environment", "notebooks/sub"),
        }
        assert not list((tmp_path / "built").iterdir())


def test_links_inside_are_packaged(repository: Path, tmp_path: Path) -> None:
    (repository / "notebooks/latest.ipynb").symlink_to("failed-logins.ipynb")
    (repository / "notebooks/.env.example").write_text("KEY=\n")
    git("add", "--all", cwd=repository)
    tag(repository, "v1.2.0")
    package = build(repository, "v1.2.0", tmp_path / "built")
    listed = query(package, "[%{FILENAMES} %{FILELINKTOS}\n]")
    assert f"/{HOME}/notebooks/latest.ipynb failed-logins.ipynb\n" in listed


def test_what_git_does_not_track(repository: Path, tmp_path: Path) -> None:
    tag(repository, "v1.2.0")
    (repository / "notebooks/new notebook.ipynb").write_text("{}")
    (repository / "notebooks/.ipynb_checkpoints").mkdir()  # ignored, so nobody misses it
    (repository / "notebooks/.ipynb_checkpoints/a.ipynb").write_text("{}")
    refused = run("scripts/build-rpm", "--snapshot", tmp_path / "built", cwd=repository)
    assert refused.status == 1
    (line,) = refused.err.splitlines()
    assert line.startswith("build-rpm: notebooks/new notebook.ipynb is not tracked by git")
    # A tag has what it has.
    package = build(repository, "v1.2.0", tmp_path / "built")
    assert "new notebook" not in query(package, "[%{FILENAMES}\n]")


# ---- which versions there are


@pytest.mark.parametrize(
    ("version", "expected"),
    [("v1.2.0", "1.2.0"), ("v0.0.1", "0.0.1"), ("v10.20.30-rc11", "10.20.30~rc11")],
)
def test_version_of_a_tag(repository: Path, version: str, expected: str) -> None:
    assert succeed("scripts/rpm-version", version, cwd=repository) == expected + "\n"


@pytest.mark.parametrize(
    "version",
    ["1.2", "1.2.0", "v1.2", "v1.2.0.0", "v1.2.0-rc", "v1.2.0-rc0", "v1.2.0-RC1", "v01.2.0",
     "v1.2.0-beta", "v1.2.0~rc1", "v1.2.0\n", "xv1.2.0", "v1.2.0^1", "--snapshots",
     "v99999999999999999999.0.0", "v1.2.0-rc1234567890"],
)  # fmt: skip
def test_no_version(repository: Path, tmp_path: Path, version: str) -> None:
    refused = run("scripts/build-rpm", version, tmp_path / "built", cwd=repository)
    assert (refused.status, refused.out) == (1, "")
    assert "is not a version tag; use v1.2.0" in refused.err
    assert not list((tmp_path / "built").iterdir())


def test_a_tag_that_is_missing(repository: Path, tmp_path: Path) -> None:
    refused = run("scripts/build-rpm", "v1.2.0", tmp_path / "built", cwd=repository)
    assert refused.status == 1
    assert "tag v1.2.0 not found" in refused.err


def test_versions_are_in_order(repository: Path) -> None:
    def snapshot() -> str:
        return succeed("scripts/rpm-version", "--snapshot", cwd=repository).strip()

    versions = [snapshot()]
    for name in ("v1.2.0-rc1", "v1.2.0-rc2", "v1.2.0", "v1.10.0"):
        tag(repository, name)
        git("tag", f"also-{name}", cwd=repository)
        versions.append(succeed("scripts/rpm-version", name, cwd=repository).strip())
        git("commit", "--quiet", "--allow-empty", "--message", "more", cwd=repository)
        versions.append(snapshot())
    for older, newer in pairwise(versions):
        compared = succeed("rpm", "--eval", f'%{{lua:print(rpm.vercmp("{older}", "{newer}"))}}')
        assert compared == "-1\n", (older, newer)
    commit = git("rev-parse", "--short=7", "HEAD", cwd=repository)
    assert versions[0].startswith("0^1.g")
    assert versions[-1] == f"1.10.0^1.g{commit}"


# ---- what the host does with it


def test_life_on_a_host(repository: Path, tmp_path: Path, key: Key) -> None:
    needs("dnf", "createrepo_c", "rpmsign", "rsync", "systemctl", *AS_ROOT[:1])
    yum = tmp_path / "yum"
    tag(repository, "v1.1.0", "v1.2.0", "v1.3.0-rc1")
    for version in ("v1.1.0", "v1.2.0", "v1.3.0-rc1"):
        package = build(repository, version, tmp_path / "built")
        published = publish(repository, package, key, yum)
        assert published.status == 0, published
    channels = {p.parent.name: p.name for p in yum.rglob("*rc1*.rpm")}
    assert channels == {"testing": "notebook-failed-logins-1.3.0~rc1-1.noarch.rpm"}

    host = Host(tmp_path / "host", [yum / "stable"], key.public)
    name = "notebook-failed-logins"
    assert host.dnf("install", f"{name}-1.1.0").status == 0
    assert host.installed() == "1.1.0"
    assert_as_packaged(host.root, "1.1.0")
    assert not list(host.root.rglob("*.wants"))  # nothing is enabled

    parameters = host.root / SETTINGS / "parameters.yaml"
    parameters.write_text("DAYS: 30\n")
    succeed("systemctl", f"--root={host.root}", "enable", "--quiet", f"{name}.timer")
    upgraded = host.dnf("upgrade")
    assert (upgraded.status, host.installed()) == (0, "1.2.0"), upgraded  # not the candidate
    assert parameters.read_text() == "DAYS: 30\n"
    assert_as_packaged(host.root, "1.2.0")
    # What the host has enabled stays so, under the same name.
    (enabled,) = (host.root / "etc/systemd/system/timers.target.wants").iterdir()
    assert enabled.name == f"{name}.timer"
    assert (host.root / str(enabled.readlink()).lstrip("/")).is_file()

    # The page for the host: roll back, and hold it.
    assert host.dnf("install", f"{name}-1.1.0").status == 0
    assert host.installed() == "1.1.0"
    assert host.dnf("versionlock", "add", name).status == 0
    assert host.dnf("upgrade").status == 0
    assert host.installed() == "1.1.0"
    assert host.dnf("versionlock", "delete", name).status == 0
    assert host.dnf("upgrade").status == 0
    assert host.installed() == "1.2.0"

    assert host.rpm("--verify", "--noconfig", name) == Run(0, "", "")
    with (host.root / HOME / "notebooks/failed-logins.ipynb").open("a") as notebook:
        notebook.write(" ")
    (host.root / HOME / "requirements.lock").chmod(0o666)
    tampered = host.rpm("--verify", "--noconfig", name)
    assert tampered.status != 0
    changed = dict(re.findall(r"^(\S+) .* /\S*/(\S+)$", tampered.out, re.MULTILINE))
    assert set(changed) == {"S.5....T."} | {".M......."}

    assert host.dnf("remove", name).status == 0
    assert not (host.root / HOME).exists()
    assert not (host.root / "usr/share/notebooks").exists()
    assert [path.name for path in (host.root / SETTINGS).iterdir()] == ["parameters.yaml.rpmsave"]


def assert_as_packaged(root: Path, version: str) -> None:
    below = ("etc/notebooks", "usr/share/notebooks", "usr/lib/systemd")
    paths = [path for top in below for path in (root / top, *(root / top).rglob("*"))]
    found = {str(path.relative_to(root)): path.lstat() for path in paths}
    for folder in ("usr/lib/systemd", "usr/lib/systemd/system"):
        del found[folder]
    assert {path: stat.st_mode for path, stat in found.items()} == CONTENT
    assert {(stat.st_uid, stat.st_gid) for stat in found.values()} == {(os.geteuid(), os.getegid())}
    assert (root / HOME / "VERSION").read_text() == f"{version}\n"
    link = (root / HOME / "packaging/parameters.yaml").resolve()
    assert link == (root / SETTINGS / "parameters.yaml").resolve()


def test_signatures(repository: Path, tmp_path: Path, key: Key) -> None:
    needs("createrepo_c", "rpmsign", "rpmkeys", "rsync", *AS_ROOT[:1])
    tag(repository, "v1.2.0")
    unsigned = build(repository, "v1.2.0", tmp_path / "built")
    before = unsigned.read_bytes()
    assert publish(repository, unsigned, key, tmp_path / "yum").status == 0
    assert unsigned.read_bytes() == before
    (signed,) = (tmp_path / "yum/stable").glob("*.rpm")

    host = Host(tmp_path / "host", [], key.public)
    strict = ("--define", "_pkgverify_level all")
    unknown = host.rpm(*strict, "--install", signed)
    assert unknown.status != 0
    assert "NOKEY" in unknown.err
    assert run(*AS_ROOT, "rpmkeys", "--root", host.root, "--import", key.public).status == 0
    refused = host.rpm(*strict, "--install", unsigned)
    assert refused.status != 0
    assert "no signature" in refused.err
    changed = tmp_path / "changed.rpm"
    changed.write_bytes(signed.read_bytes()[:-9] + b"tampering")
    refused = host.rpm(*strict, "--install", changed)
    assert refused.status != 0
    assert "BAD" in refused.err
    assert host.rpm(*strict, "--install", signed).status == 0

    # But for its signature it is what anybody builds.
    assert query(signed, "%{SHA256HEADER}") == query(unsigned, "%{SHA256HEADER}") != ""


def test_dnf_refuses_what_is_unsigned(repository: Path, tmp_path: Path, key: Key) -> None:
    needs("dnf", "createrepo_c", *AS_ROOT[:1])
    tag(repository, "v1.2.0")
    build(repository, "v1.2.0", tmp_path / "stable")
    succeed("createrepo_c", "--quiet", tmp_path / "stable")
    host = Host(tmp_path / "host", [tmp_path / "stable"], key.public)
    refused = host.dnf("--setopt", "stable.repo_gpgcheck=0", "install", "notebook-failed-logins")
    assert refused.status != 0
    assert "is not signed" in refused.err
    assert host.installed() == ""


# ---- publishing


def test_published_once(repository: Path, tmp_path: Path, key: Key) -> None:
    needs("createrepo_c", "rpmsign", "rsync")
    yum = tmp_path / "yum"
    tag(repository, "v1.2.0", "v1.2.1-rc1")
    for version in ("v1.2.0", "v1.2.1-rc1"):
        package = build(repository, version, tmp_path / "built")
        assert publish(repository, package, key, yum).status == 0
        before = {path: path.read_bytes() for path in yum.rglob("*") if path.is_file()}
        again = publish(repository, package, key, yum)
        assert again.status == 1
        assert "is already published and must not change" in again.err
        assert {path: path.read_bytes() for path in yum.rglob("*") if path.is_file()} == before
    for channel in ("stable", "testing"):
        index = yum / channel / "repodata/repomd.xml"
        assert index.with_name("repomd.xml.asc").is_file()
    assert {path.stat().st_mode & 0o777 for path in yum.rglob("*") if path.is_file()} == {0o644}
    assert not (yum / ".publishing").exists()


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ("", "RPM_SIGNING_KEY is not set; unsigned packages are not published"),
        ("bm8ga2V5", "RPM_SIGNING_KEY is not a valid key"),
        ("not base64!", "RPM_SIGNING_KEY is not a valid key"),
    ],
)
def test_not_without_a_key(repository: Path, tmp_path: Path, secret: str, reason: str) -> None:
    needs("createrepo_c", "rpmsign", "rsync", "gpg")
    tag(repository, "v1.2.0")
    package = build(repository, "v1.2.0", tmp_path / "built")
    refused = publish(repository, package, Key(secret, Path()), tmp_path / "yum")
    assert refused.status == 1
    assert reason in refused.err
    assert not secret or secret not in refused.err
    assert not (tmp_path / "yum").exists()


def test_what_is_not_published(repository: Path, tmp_path: Path, key: Key) -> None:
    needs("createrepo_c", "rpmsign", "rsync")
    snapshot = build(repository, "--snapshot", tmp_path / "built")
    refused = publish(repository, snapshot, key, tmp_path / "yum")
    assert refused.status == 1
    assert "is a snapshot; only tagged versions can be published" in refused.err
    readme = publish(repository, repository / "README.md", key, tmp_path / "yum")
    assert readme.status == 1
    assert "README.md is not an RPM package" in readme.err
    assert not (tmp_path / "yum").exists()


def test_while_somebody_else_publishes(repository: Path, tmp_path: Path, key: Key) -> None:
    needs("createrepo_c", "rpmsign", "rsync")
    tag(repository, "v1.2.0")
    package = build(repository, "v1.2.0", tmp_path / "built")
    lock = tmp_path / "yum/.publishing"
    lock.mkdir(parents=True)
    refused = publish(repository, package, key, tmp_path / "yum")
    assert refused.status == 1
    assert "another run is publishing" in refused.err
    assert lock.exists()
    assert not list(tmp_path.glob("yum/*/*.rpm"))


def test_over_ssh(repository: Path, tmp_path: Path, key: Key) -> None:
    needs("createrepo_c", "rpmsign", "rsync")
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    # What ssh does to a command: its words, joined, go to a shell on the other side.
    ssh = bin_ / "ssh"
    ssh.write_text(
        f'#!/bin/sh\n[ "$1" = -- ] && shift\necho "$1" >>"{tmp_path}/hosts"\n'
        'shift\nexec sh -c "$*"\n'
    )
    ssh.chmod(0o755)
    tag(repository, "v1.2.0")
    package = build(repository, "v1.2.0", tmp_path / "built")
    path = f"{bin_}:{os.environ['PATH']}"
    to = f"yum.example.com:{tmp_path}/yum"
    published = publish(repository, package, key, to, PATH=path)
    assert published.status == 0, published
    assert set((tmp_path / "hosts").read_text().split()) == {"yum.example.com"}
    assert (tmp_path / "yum/stable" / package.name).is_file()
    assert publish(repository, package, key, to, PATH=path).status == 1


# ---- releasing


def test_release(repository: Path) -> None:
    changelog = repository / "CHANGELOG.md"
    early = run("make", "release", "VERSION=1.2.0", cwd=repository)
    assert "CHANGELOG.md does not describe it" in early.err
    changelog.write_text(
        "# Changelog\n\n## 1.2.0 - today\n\n- Counts *faster*.\n\n## 1.1.0\n\n- Old.\n"
    )
    assert "commit your changes first" in run("scripts/release", "1.2.0", cwd=repository).err
    git("commit", "--quiet", "--all", "--message", "1.2.0", cwd=repository)
    # With the tag's name, too.
    for version in ("1.2.0-rc1", "v1.2.0"):
        released = run("make", "release", f"VERSION={version}", cwd=repository)
        assert released.status == 0, released
        assert f"git push origin main v{version.removeprefix('v')}\n" in released.out
    message = git("tag", "--list", "--format=%(contents)", "v1.2.0", cwd=repository)
    assert message == "v1.2.0\n\n- Counts *faster*."
    assert "already exists" in run("scripts/release", "1.2.0", cwd=repository).err
    assert "'v1.2' is not a version tag" in run("scripts/release", "1.2", cwd=repository).err
    assert "say which version" in run("make", "release", cwd=repository).err
    (repository / "requirements.txt").write_text("zope.interface>=5\npapermill\n")
    changelog.write_text("## 1.3.0\n- More.\n")
    git("commit", "--quiet", "--all", "--message", "1.3.0", cwd=repository)
    refused = run("scripts/release", "1.3.0", cwd=repository)
    assert "changed since requirements.lock was written; run 'make lock'" in refused.err
    assert git("tag", "--list", cwd=repository).split() == ["v1.2.0", "v1.2.0-rc1"]


def test_a_tag_must_be_on_the_default_branch(repository: Path, tmp_path: Path) -> None:
    tag(repository, "v1.2.0")
    git("switch", "--quiet", "--create", "topic", cwd=repository)
    tag(repository, "v1.3.0")
    git("tag", "other", cwd=repository)
    git("switch", "--quiet", "main", cwd=repository)
    clone = tmp_path / "clone"
    git("clone", "--quiet", str(repository), str(clone), cwd=tmp_path)

    def check(*arguments: str) -> Run:
        return run("scripts/check-release", *arguments, cwd=clone)

    for branch in ([], ["main"]):
        assert check("v1.2.0", *branch) == Run(0, "", "")
        refused = check("v1.3.0", *branch)
        assert refused.status == 1
        assert "check-release: v1.3.0 is not on origin/main: merge its commit first" in refused.err
    assert check("v1.3.0", "topic").status == 0
    assert "is not a version tag" in check("other").err
    assert "tag v9.0.0 not found" in check("v9.0.0").err
    assert "branch origin/missing not found" in check("v1.2.0", "missing").err
    git("remote", "set-head", "origin", "--delete", cwd=clone)
    assert "git remote set-head origin --auto" in check("v1.2.0").err
    # A branch and a file of the tag's name change nothing.
    git("branch", "v1.3.0", "v1.2.0", cwd=clone)
    (clone / "v1.3.0").touch()
    assert check("v1.3.0", "main").status == 1


def test_make_rpm(repository: Path) -> None:
    tag(repository, "v1.2.0")
    succeed("make", "rpm", cwd=repository)
    succeed("make", "rpm", "TAG=v1.2.0", cwd=repository)
    built = sorted(path.name for path in (repository / "build").glob("*.rpm"))
    assert len(built) == 2
    assert built[0] == "notebook-failed-logins-1.2.0-1.noarch.rpm"
    assert git("status", "--porcelain", cwd=repository) == ""


def test_scripts(repository: Path) -> None:
    needs("shellcheck")
    scripts = sorted((repository / "scripts").iterdir())
    shell = [
        script for script in scripts if script.read_text("utf-8").split("\n")[0].endswith("sh")
    ]
    assert len(shell) >= 5
    succeed("shellcheck", *shell)
    assert all(os.access(script, os.X_OK) for script in scripts)
    modes = git("ls-files", "--stage", "scripts", cwd=repository).splitlines()
    assert {line.split()[0] for line in modes} == {"100755"}


def test_a_tool_is_missing(repository: Path, tmp_path: Path) -> None:
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for tool in ("bash", "env", "mkdir", "dirname", "git"):
        (bin_ / tool).symlink_to(str(shutil.which(tool)))
    refused = subprocess.run(
        ["scripts/build-rpm", "v1.2.0", str(tmp_path)], cwd=repository, env={"PATH": str(bin_)},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert refused.returncode == 1
    assert refused.stderr.startswith("build-rpm: rpmbuild is missing: apt-get install rpm")
