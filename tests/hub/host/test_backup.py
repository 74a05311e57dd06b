"""Backups on a host, by a real restic: kept for two weeks, brought back as they were."""

import secrets
import sys
import textwrap

import pytest

from tests.hosts import Booted
from tests.hub.least import LEAST
from tests.system import needs
from tests.template.packages import Run

# A hub's database, as JupyterHub itself makes it, with somebody and their role.
DATABASE = """\
import sqlite3
from jupyterhub import orm
maker = orm.new_session_factory("sqlite:////var/lib/jupyterhub/jupyterhub.sqlite")
session = maker()
ada = orm.User(name="ada")
role = orm.Role(name="operators", scopes=["list:users"])
session.add_all([ada, role])
ada.roles.append(role)
session.commit()
"""
ROLES = """\
from jupyterhub import orm
session = orm.new_session_factory("sqlite:////var/lib/jupyterhub/jupyterhub.sqlite")()
print([(user.name, [role.name for role in user.roles]) for user in session.query(orm.User)])
"""
DAY = """\
from datetime import datetime
from pathlib import Path
from nblint.hub.backup.making import back_up
from nblint.hub.settings import HubFile
file = HubFile.read(Path("/etc/jupyterhub/hub.toml"))
back_up(file, datetime(2026, 1, {day}, 2, 30))
"""
RESTIC = "RESTIC_PASSWORD_FILE=/etc/jupyterhub/backup-password restic -r /var/backups/jupyterhub"
METRICS = "/var/lib/prometheus/node-exporter/nblint_hub_backup"
HOME = """\
groupadd hub-users; groupadd developers
for name in ada bob; do
    useradd --create-home --user-group --groups hub-users,developers --key HOME_MODE=0750 $name
done
setfacl -m g:developers:rx,d:g:developers:rx,d:o::- /home/ada /home/bob
su ada -c '
    cd; umask 0027
    mkdir -p work/deep "odd [1]*?" .ssh
    echo one > work/deep/notes.ipynb; echo two > "odd [1]*?/-dash"
    echo private > .ssh/id; chmod 600 .ssh/id; chmod 700 .ssh
    mkdir .cache; echo cached > .cache/big
    touch read-only; chmod 444 read-only; mkdir closed; touch closed/x; chmod 500 closed
    mkfifo pipe; ln -s /etc/passwd link; ln work/deep/notes.ipynb hard
    setfacl -m u:bob:r work/deep/notes.ipynb; setfacl -d -m u:bob:rwx work/deep
    touch -d 2026-01-01 work/deep'
"""
TREE = (
    'cd /home/ada; all() { find . -path ./.cache -prune -o "$@"; }; '
    "all ! -type l -print0 | sort -z | xargs -0 getfacl -n; "
    "all -printf '%p %y %m %U:%G %l\\n' | sort; all -type f -printf '%p %n %s %T+\\n' | sort"
)


class Host:
    """A booted host with homes, a hub's state, and a password."""

    def __init__(self, booted: Booted) -> None:
        self.booted, self.must = booted, booted.must
        self.password = secrets.token_hex(20)
        self.must("mkdir -p /etc/jupyterhub/secrets /var/lib/jupyterhub")
        self.must("chmod 700 /etc/jupyterhub/secrets /var/lib/jupyterhub; umask 077")
        self.write("/etc/jupyterhub/hub.toml", LEAST)
        for name, value in {
            "backup-password": self.password,
            "crypt-key": "c" * 64,
            "client-secret": "s" * 20,
            "secrets/key": "k" * 20,
        }.items():
            self.write(f"/etc/jupyterhub/{name}", value)
            self.must(f"chmod 600 /etc/jupyterhub/{name}")
        self.python(DATABASE)
        self.must(HOME)

    def write(self, path: str, text: str) -> None:
        self.must(f"cat >{path} <<'END'\n{text}\nEND")

    def python(self, program: str) -> str:
        return self.must(f"{sys.executable} - <<'END'\n{textwrap.dedent(program)}\nEND")

    def run(self, command: str) -> Run:
        nblint = f"{sys.executable} -m nblint hub"
        words = command.split(" ", 1)
        ran = self.booted.run(
            f"{nblint} {words[0]} --config /etc/jupyterhub/hub.toml {' '.join(words[1:])}"
        )
        assert "Traceback" not in ran.out + ran.err
        assert self.password not in ran.out + ran.err
        return ran

    def done(self, command: str) -> str:
        ran = self.run(command)
        assert ran.status == 0, ran
        return ran.out

    def refused(self, command: str) -> str:
        ran = self.run(command)
        assert ran.status == 2, ran
        return ran.err


@pytest.fixture
def backed_up(host: Booted) -> Host:
    needs("restic")
    return Host(host)


@pytest.mark.slow
def test_backups_are_kept_and_brought_back(backed_up: Host) -> None:
    host = backed_up
    # 21 days; those between have other paths, as after a change of the settings.
    host.python(DAY.format(day=1))
    for day in range(2, 21):
        time = f"--time='2026-01-{day:02d} 02:30:00'"
        host.must(f"{RESTIC} backup -q --host nblint-hub --tag nblint-hub {time} /etc/hostname")
    host.python(DAY.format(day=21))
    kept = host.done("restore --list").splitlines()
    assert [line.split()[1] for line in kept] == [f"2026-01-{day:02d}" for day in range(8, 22)]

    # What is in a backup, and what opens it is not.
    assert "Made backup" in host.done("backup")
    there = f"{host.must(f'{RESTIC} ls latest')}\n"
    for path in ("/home/ada/.ssh/id", "/etc/jupyterhub/crypt-key", "/etc/jupyterhub/secrets/key"):
        assert f"\n{path}\n" in there
    assert "/var/lib/jupyterhub-backup/databases/jupyterhub.sqlite\n" in there
    for path in ("backup-password", "/home/ada/.cache/", "/var/lib/jupyterhub/jupyterhub.sqlite"):
        assert path not in there
    assert "last_run_succeeded 1.0" in host.must(f"cat {METRICS}.prom")
    assert "1 database whole" in host.done("backup --test")
    assert "last_run_succeeded 1.0" in host.must(f"cat {METRICS}_test.prom")

    _homes(host)
    _files(host)
    _hub(host)
    _faults(host)


def _homes(host: Host) -> None:
    """A home that is gone comes back as it was."""
    before = host.must(TREE)
    host.must("mv /home/ada /home/.gone")
    host.done("restore /home/ada")
    assert host.must(TREE) == before
    host.must("rm -rf /home/.gone")


def _files(host: Host) -> None:
    """A file comes back beside what is there, or in its place, and no link is followed."""
    path = "/home/ada/work/deep/notes.ipynb"
    before = host.must(f"getfacl {path}")
    host.must(f"echo changed > {path}")
    said = host.done(f"restore {path}")
    (beside,) = host.must("echo /home/ada/restored-*").split()
    assert beside in said
    assert host.must(f"stat -c %U:%a {beside} {beside}/work") == "ada:700\nada:750\n"
    assert host.must(f"cat {path} {beside}/work/deep/notes.ipynb") == "changed\none\n"
    host.done(f"restore --replace {path}")
    assert host.must(f"cat {path} /home/ada/replaced-*/work/deep/notes.ipynb") == "one\nchanged\n"
    assert host.must(f"getfacl {path}") == before
    host.must("rm '/home/ada/odd [1]*?/-dash'")
    host.done("restore '/home/ada/odd [1]*?'")
    host.done("restore '/home/ada/odd [1]*?/-dash'")
    assert host.must("cat '/home/ada/odd [1]*?/-dash'") == "two\n"
    # Links that lead to what root could write, at the file and above it.
    host.must("mkdir /srv/victim; echo safe > /srv/victim/id; rm -rf /home/ada/work /home/ada/.ssh")
    host.must("mkdir /home/ada/.ssh; chown ada: /home/ada/.ssh")
    host.must("ln -s /srv/victim/id /home/ada/.ssh/id; ln -s /srv/victim /home/ada/work")
    host.done("restore --replace /home/ada/.ssh/id")
    host.done("restore --replace /home/ada/work/deep/notes.ipynb")
    assert host.must("cat /home/ada/.ssh/id; test ! -L /home/ada/.ssh/id") == "private\n"
    assert host.must("cat /srv/victim/*; stat -c %U:%a /srv/victim/id") == "safe\nroot:644\n"
    assert host.must("readlink /home/ada/work") == "/srv/victim\n"
    # And while it goes on: ada exchanges a folder for a link, again and again.
    host.must("rm /home/ada/work")
    host.must(
        "setsid su ada -c 'cd; while :; do mkdir work; rm -rf work; ln -s /srv/victim work; "
        "rm work; done' >/dev/null 2>&1 & echo $! > /run/swapping"
    )
    for _ in range(3):
        host.run("restore --replace /home/ada/work/deep/notes.ipynb")
    host.must("pkill -9 -u ada; rm -rf /home/ada/work")
    assert host.must("ls /srv/victim") == "id\n"
    assert "is not in a home" in host.refused("restore /etc/passwd")
    assert "is not in a home" in host.refused("restore /home/ada/../../etc/passwd")
    assert "is not in the backup" in host.refused("restore /home/ada/never")
    assert "has no backup 2020-01-01" in host.refused("restore --at 2020-01-01 /home/ada")
    host.must("userdel bob")
    assert "there is no account of this name" in host.refused("restore /home/bob")


def _hub(host: Host) -> None:
    """The hub's database comes back with its roles, while the hub is stopped."""
    unit = "/etc/systemd/system/jupyterhub.service"
    host.write(unit, "[Service]\nExecStart=sleep infinity")
    host.must("systemctl daemon-reload; systemctl start jupyterhub")
    assert "the hub runs" in host.refused("restore --hub")
    host.must("systemctl stop jupyterhub; echo new > /var/lib/jupyterhub/proxy.env")
    host.must("rm /var/lib/jupyterhub/jupyterhub.sqlite; echo other > /etc/jupyterhub/crypt-key")
    host.done("restore --hub")
    assert host.python(ROLES) == "[('ada', ['operators'])]\n"
    assert host.must("cat /var/lib/jupyterhub/proxy.env") == "new\n"
    assert host.must("cat /etc/jupyterhub/crypt-key") == f"{'c' * 64}\n"
    modes = "stat -c '%U %a' /var/lib/jupyterhub /etc/jupyterhub/crypt-key /etc/jupyterhub/secrets"
    assert host.must(modes) == "root 700\nroot 600\nroot 700\n"
    assert host.must("cat /etc/jupyterhub/crypt-key.before-*") == "other\n"
    assert host.must("cat /etc/jupyterhub/backup-password") == f"{host.password}\n"


def _faults(host: Host) -> None:
    """What goes wrong is a sentence; what was backed up can be used, and the next one is made."""
    host.must("head -c 60M /dev/urandom > /home/ada/big; chown ada: /home/ada/big")
    python = f"{sys.executable} -m nblint hub backup --config /etc/jupyterhub/hub.toml"
    host.must(
        f"systemd-run -q --unit interrupted -p KillMode=control-group {python}; "
        "until pgrep -f 'restic [b]ackup'; do sleep 0.05; done; sleep 0.7; "
        "systemctl kill --signal KILL interrupted; sleep 0.2; systemctl reset-failed interrupted"
    )
    assert "Made backup" in host.done("backup")
    host.must(f"{RESTIC} check -q")
    # Its disk is full.
    host.must(
        "mkdir /mnt/small; mount -t tmpfs -o size=8M none /mnt/small; "
        "sed -i '1i backup.repository = \"/mnt/small/hub\"' /etc/jupyterhub/hub.toml"
    )
    assert "disk is full" in host.refused("backup")
    assert "last_run_succeeded 0.0" in host.must(f"cat {METRICS}.prom")
    assert "last_success_timestamp_seconds 0.0" not in host.must(f"cat {METRICS}.prom")
    host.must("sed -i 1d /etc/jupyterhub/hub.toml")
    # Another password, as docs/how-to/hub-upgrade.md says.
    host.must(f"""
        cd /etc/jupyterhub && umask 077 && echo {host.password}-new > backup-password.new
        export RESTIC_REPOSITORY=/var/backups/jupyterhub RESTIC_PASSWORD_FILE=backup-password
        restic key passwd --new-password-file backup-password.new &&
            mv backup-password.new backup-password
    """)
    host.done("restore --list")
    # Damaged, which the next test finds.
    packs = "find /var/backups/jupyterhub/data -type f"
    host.must(
        f"for pack in $({packs}); do printf planted | dd of=$pack bs=1 seek=60 conv=notrunc; done"
    )
    assert "jupyterhub: it is damaged" in host.refused("backup --test")
    assert "last_run_succeeded 0.0" in host.must(f"cat {METRICS}_test.prom")
    # Not mounted; another password; somebody else's.
    host.must("mv /var/backups/jupyterhub /var/backups/away")
    assert "is its disk mounted?" in host.refused("backup")
    host.must("mv /var/backups/away /var/backups/jupyterhub")
    host.must("echo wrong > /etc/jupyterhub/backup-password")
    assert "does not hold its password" in host.refused("backup")
    host.must("chmod 644 /etc/jupyterhub/backup-password")
    assert "is accessible to others" in host.refused("backup")
