"""Accounts and files of a real hub: what two users can do to each other, and what they cannot."""

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hub.host.hub_host import ENVIRONMENTS, ODD, HostHub, hub_host
from tests.hub.logins import check_logs, check_table, people
from tests.hub.running import Kernel, until
from tests.hub.test_servers import set_traps

pytestmark = pytest.mark.slow

HOWS = {
    "made": "cp -r /tmp/src/$u $u-made",
    "mv": "cp -a /tmp/src/$u /tmp/moved; mv /tmp/moved $u-mv",
    "cp": "cp -a /tmp/src/$u $u-cp",
    "tar": "tar -C /tmp/src -cf /tmp/x.tar $u; mkdir $u-tar; tar -xpf /tmp/x.tar -C $u-tar "
    "--strip-components=1",
    "unzip": "(cd /tmp/src/$u; zip -qr /tmp/$u.zip .); unzip -qn /tmp/$u.zip -d $u-unzip",
}
WRITES = (
    *("echo >> open.txt", "echo > open.txt", "echo >> open-dir/inner", "touch open-dir/new"),
    *("touch new", "mkdir new", "rm -f open.txt", "mv open.txt other", "chmod 777 open.txt"),
    *("rm -rf open-dir", "ln -s /etc/passwd link", "setfacl -m u:bob:rwx open.txt"),
    *("echo >> run.sh", "rm -f open-dir/inner", "touch listed/new", "rmdir listed"),
)


def tries(folder: str) -> str:
    """Return a script that tries to write in a folder by each command."""
    return "\n".join(
        f"echo '== {folder} {command}'; (cd {folder} && {command}) 2>&1; s=$?; echo; echo $s"
        for command in WRITES
    )


def tried(said: str) -> dict[str, tuple[str, str]]:
    """Return what became of each command: its status, and what it said."""
    found = {}
    for part in said.split("== ")[1:]:
        command, _, rest = part.strip().partition("\n")
        text, _, status = rest.rpartition("\n")
        found[command] = status, text
    return found


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostHub]:
    with hub_host(tmp_path_factory.mktemp("host")) as running:
        yield running


def test_colleagues_read_and_run_and_write_nothing(hub: HostHub) -> None:
    alice, bob, host = hub.shell("alice"), hub.shell("bob"), hub.host
    for umask in ("0022", "0002"):
        made, said = (
            alice(f"""set -eu; umask {umask}; u=m{umask}; mkdir -p /tmp/src/$u; cd /tmp/src/$u
            echo words > open.txt; chmod 666 open.txt
            printf '#!/bin/sh\\necho ran' > run.sh; chmod 777 run.sh
            echo plain > plain.txt
            echo mine > private; chmod 600 private; mkdir -m 700 closed; echo mine > closed/inner
            mkdir open-dir listed; echo words > open-dir/inner; chmod -R a+rwX open-dir
            setfacl -m d:u:bob:rwx,d:o::rwx listed
            cd; {"; ".join(HOWS.values())}""")
        )
        assert made, said
    made, said = alice("""set -eu; umask 0022; cd
        echo s > .netrc; mkdir .kube .ssh; echo s > .kube/config; echo s > .ssh/id
        mkdir -p work/.hidden; echo words > work/.hidden/x; echo words > new.ipynb
        mkdir .docker; echo s > .docker/config.json; chmod -R 777 .docker; mkfifo -m 666 .pipe""")
    assert made, said
    folders = [f"/home/alice/m{u}-{how}" for u in ("0022", "0002") for how in HOWS]
    # A link leads a colleague's server there.
    assert bob("cat Colleagues/alice/new.ipynb") == (True, "words")
    for folder in folders:
        # In a server, from the first moment on.
        assert bob(f"cd {folder} && cat open.txt plain.txt open-dir/inner && ./run.sh") == (
            True, "words\nplain\nwords\nran"
        ), folder  # fmt: skip
        for closed in ("cat private", "cat closed/inner", "ls closed"):
            assert not bob(f"cd {folder} && {closed}")[0], (folder, closed)
        found = tried(bob(tries(folder))[1])
        assert [command for command, (status, _) in found.items() if status == "0"] == []
        assert len(found) == len(WRITES)

    def is_closed(name: str) -> bool:
        return not bob(f"cat /home/alice/{name}")[0]

    # Names with a dot are closed while the server runs, whatever came by which way.
    for name in (".netrc", ".kube/config", ".docker/config.json"):
        until(functools.partial(is_closed, name), f"{name} is closed")
    assert alice("cat .netrc .kube/config .docker/config.json") == (True, "s\ns\ns")
    assert bob("cat /home/alice/work/.hidden/x") == (True, "words")

    # What is no server is kept out by modes and lists, from the next start on.
    assert host.run(f"su bob -c 'echo >> {folders[2]}/open.txt'").status == 0
    hub.stop("alice")
    hub.start("alice")
    (hub.folder / "tries.sh").write_text("\n".join(map(tries, folders)))
    found = tried(host.must("su bob -c 'sh /etc/jupyterhub/tries.sh'"))
    assert [command for command, (status, _) in found.items() if status == "0"] == []
    assert len(found) == len(folders) * len(WRITES)
    # Nor by what a folder that was moved in lets new files begin with.
    later = f"{folders[1]}/listed/later"
    host.must(
        f"getfacl {folders[1]}/listed | grep default:user:bob; su alice -c 'umask 0; touch {later}'"
    )
    assert host.run(f"su bob -c 'echo >> {later}'").status != 0
    for folder in folders:
        read = "cat open.txt plain.txt open-dir/inner && ./run.sh"
        assert "plain\nwords\nran" in host.must(f"su bob -c 'cd {folder} && {read}'")
    for name in (
        "work/.hidden",
        ".netrc",
        ".kube",
        ".ssh",
        ".docker",
        ".ipython",
        ".local",
        folders[0] + "/private",
    ):
        ran = host.run(f"su bob -c 'cd /home/alice; ls {name}/ || cat {name}'")
        assert ran.status != 0, (name, ran)
        assert host.run(f"su bob -c 'cat /home/alice/{name}'").status != 0
    # Whoever is no colleague does not get in.
    assert host.run("su -s /bin/sh nobody -c 'ls /home/alice/'").status != 0
    assert host.must("stat -c '%a %U' /home/alice").strip() == "750 alice"


def test_who_may_enter(hub: HostHub) -> None:
    people(hub)
    check_table(hub)
    check_logs(hub)
    journal = hub.host.must("journalctl --no-pager --output verbose")
    assert not [secret[:4] for secret in hub.secrets() if secret in journal]


def test_a_server_is_shut_in(hub: HostHub) -> None:
    alice, bob, host = hub.shell("alice"), hub.shell("bob"), hub.host
    assert alice("id -un; pwd; umask; echo $HOME") == (
        True,
        "alice\n/home/alice\n0022\n/home/alice",
    )
    assert set(alice("id -Gn")[1].split()) == {"alice", "developers", "hub-users"}
    assert alice("grep -c 'NoNewPrivs:.1' /proc/self/status")[0]
    links = "readlink Welcome.ipynb Notebooks Colleagues"
    pages = "/usr/share/jupyterhub/Welcome.ipynb\n/usr/share/notebooks\n/home"
    assert alice(links) == (True, pages)
    assert alice("stat -c %U Welcome.ipynb Notebooks Colleagues")[1].split() == ["alice"] * 3
    assert alice(
        "touch ~/x /tmp/x /var/tmp/x /dev/shm/x && head -c1 Welcome.ipynb && ls Notebooks/"
    )[0]
    assert not bob("ls /tmp/x")[0]
    assert not bob("ls /dev/shm/x")[0]
    for folder in ("/tmp", "/var/tmp", "/dev/shm"):
        done, said = alice(f"head -c 300M /dev/zero >{folder}/fill; rm {folder}/fill")
        assert "No space left on device" in said, (done, said)
    host.must("ls /var/lib/rpm/")
    for command in (
        "ls /var/lib/rpm/",  # whose lock keeps root from installing
        # What all share in memory, nobody could start anything once it is full.
        *("touch /run/jupyter-alice/x", "touch /run/lock/x /run/x"),
        *("touch /usr/share/notebooks/x", "touch /srv/data/x", "ls /etc/jupyterhub/secrets/"),
        *("cat /etc/jupyterhub/crypt-key", "cat /etc/jupyterhub/client-secret"),
        *("ls /etc/jupyterhub/state/", "busctl list", "systemctl --user status", "sudo -n true"),
        *("ls /run/jupyter-bob/", "cat /etc/shadow", "unshare -rm true", "su -c true"),
        *("ls /proc/1/", "echo > /sys/kernel/mm/ksm/run", "systemd-run --wait true"),
    ):
        done, said = alice(command)
        assert not done, (command, said)
    # The limits, the own slice, and nothing that outlives the server.
    names = "MemoryMax CPUQuotaPerSecUSec Slice KillMode ProtectProc"
    shown = host.must(f"systemctl show jupyter-alice {' '.join(f'-p {n}' for n in names.split())}")
    assert set(shown.split()) == {
        *("MemoryMax=1073741824", "CPUQuotaPerSecUSec=1.500000s", "Slice=jupyter.slice"),
        *("KillMode=control-group", "ProtectProc=invisible"),
    }


def test_ports_are_kept_though_rules_are_flushed(hub: HostHub) -> None:
    """As `nft --file /etc/nftables.conf` does, which other programs and people run."""
    kept = "nft --numeric list set inet nblint_servers owners"
    uid = hub.host.must("id -u alice").strip()
    hub.host.must(f"{kept} | grep ' {uid}'; nft flush ruleset")
    hub.host.until(f"{kept} | grep ' {uid}'")


def test_secrets_reach_their_server_alone(hub: HostHub) -> None:
    alice, bob, host = hub.shell("alice"), hub.shell("bob"), hub.host
    digest = "import os, hashlib; print([os.environ['DATADOG_API_KEY'], os.environ['ODD']])"
    assert alice.run(digest) == repr([hub.canary, ODD])
    token = alice.run("print(os.environ['JUPYTERHUB_API_TOKEN'])")
    leader = host.must("systemctl show -p MainPID --value jupyter-alice").strip()
    seen = [
        host.must("su bob -c 'systemctl show \"jupyter-*\"; systemctl cat jupyter-alice'"),
        host.must("journalctl --no-pager -o verbose"),
        host.must("ps axwww -o args"),
        hub.log.read_text(),
        bob(f"cat /proc/{leader}/environ /proc/{leader}/cmdline; ls -l /run/jupyter-alice/")[1],
        bob("cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -v -e ^DATADOG -e ^ODD")[1],
        host.run(f"su bob -c 'cat /run/jupyter-alice/* /proc/{leader}/environ'").out,
    ]
    assert all(hub.canary not in text and token not in text for text in seen)
    assert bob(f"ls -d /proc/{leader}")[0] is False
    # Who waits for a server is told why there is none, and not what the secret is.
    path = hub.folder / "secrets/odd"
    path.write_text(secret := hub.canary + "\r\nsecond")
    hub.stop("bob")
    with pytest.raises(Exception, match="500"):
        hub.call("POST", "/users/bob/server")
    path.write_text(f"{ODD}\n")
    assert "ODD: has a control character" in hub.log.read_text()
    assert secret not in hub.log.read_text()
    hub.start("bob")


def test_opening_is_not_running(hub: HostHub, tmp_path: Path) -> None:
    """A notebook beside files of the names that a kernel imports."""
    host = hub.host
    set_traps(hub.folder / "traps", Path("/tmp/ran"))
    host.must("cp -r /etc/jupyterhub/traps /home/bob/work; chown -R bob: /home/bob/work")
    kernel = Kernel(hub, "alice", "Colleagues/bob/work/triage.ipynb")
    assert kernel.ask("kernel_info_request")[0]["status"] == "ok"
    assert kernel.ask("complete_request", code="impo", cursor_pos=4)[0]["status"] == "ok"
    assert kernel.run("import os; print(os.getcwd(), os.path.exists('/tmp/ran'))") == (
        "/home/bob/work False"
    )
    assert kernel.run("import beside; print(beside.VALUE)") == "42"
    assert kernel.run("import docrepr; print(open('/tmp/ran').read())") == "docrepr.py"


def test_a_server_keeps_the_environment_it_started_with(hub: HostHub) -> None:
    alice = hub.shell("alice")
    where = "import sys; print(sys.prefix, sys.executable)"
    assert alice.run(where).split()[0] == str(ENVIRONMENTS / "one")
    hub.host.must(f"ln -sfn two {ENVIRONMENTS}/current")
    # A kernel that starts in it later has the server's, and the next server the new one.
    assert hub.shell("alice").run(where).split()[0] == str(ENVIRONMENTS / "one")
    assert alice("command -v python")[1] == str(ENVIRONMENTS / "one/bin/python")
    hub.stop("alice")
    hub.start("alice")
    assert hub.shell("alice").run(where).split()[0] == str(ENVIRONMENTS / "two")


def test_names_of_the_machine_stay_its_own(hub: HostHub) -> None:
    host = hub.host
    for name in ("developers", "hub-users", "caddy", "root"):
        hub.provider.add(name, "analysts")
        assert hub.sign_in(name)[1].status_code == 403, name
    # What the machine has got between the login and the start, in each way that it can be there.
    # By hand, as an account; as a group; as a folder; and as a link to another's home.
    taken = {
        "carla": ("useradd -m carla", "an account of this name that the hub did not make"),
        "dora": ("groupadd dora", "a group of this name"),
        "emil": ("mkdir /home/emil", "no account that it belongs to"),
        "fred": ("ln -s /home/bob /home/fred", "no account that it belongs to"),
    }
    for name, (command, message) in taken.items():
        hub.provider.add(name, "analysts")
        hub.sign_in(name)
        host.must(command)
        with pytest.raises(Exception, match="500"):
            hub.call("POST", f"/users/{name}/server")
        assert re.search(f"{name}: .*{message}", hub.log.read_text()), name
    assert "fred" not in host.must("getent passwd")
    assert host.must("stat -c %U /home/bob").strip() == "bob"
    # Made, and cut off before its home was there: the next start completes it.
    hub.provider.add("gina", "analysts")
    hub.sign_in("gina")
    host.must("useradd --no-create-home --groups hub-users,developers gina")
    hub.start("gina")
    assert hub.shell("gina")("touch x; stat -c '%a %U' .") == (True, "750 gina")
    hub.stop("gina")


IN_HOME = "/srv/nblint/nblint/hub/servers/in_home.py"


def wanted(hub: HostHub, name: str, **values: Any) -> str:
    """Return what the program is told that sets a home right."""
    uid = int(hub.host.must(f"id -u {name}"))
    readers = int(hub.host.must("getent group developers").split(":")[2])
    job = {"path": f"/home/{name}", "uid": uid, "gid": uid, "readers": readers, "whole": True}
    return json.dumps({**job, "links": {}, "seconds": 10, **values})


def in_home(hub: HostHub, name: str, **values: Any) -> dict[str, str]:
    """Let that program run; return what it tells."""
    job = wanted(hub, name, **values)
    told: dict[str, str] = json.loads(hub.host.must(f"{hub.python} -IS {IN_HOME} '{job}'"))
    return told


SWAPS = """
import json, os, runpy, sys
at, place, program, job = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
calls, file = 0, "/srv/victim/file"
entries = {".ssh": "/srv/victim", "work": "/srv/victim"}
entries |= {"Welcome.ipynb": file, ".netrc": file, "open.txt": file}
def swap():
    for name, target in entries.items():
        path = os.path.join(place, name)
        if real["lexists"](path) and not os.path.islink(path):
            real["rename"](path, path + ".aside")
        if not real["lexists"](path):
            real["symlink"](target, path)
def hooked(name):
    def call(*arguments, **keywords):
        global calls
        calls += 1
        if os.geteuid() == 0:
            os._exit(4)
        if calls == at:
            swap()
        return real[name](*arguments, **keywords)
    return call
names = "stat open chmod setxattr getxattr scandir symlink unlink readlink fstat".split()
real = {name: getattr(os, name) for name in (*names, "rename")} | {"lexists": os.path.lexists}
for name in names:
    setattr(os, name, hooked(name))
sys.argv = [program, job]
runpy.run_path(program, run_name="__main__")
sys.exit(0 if calls < at else 3)
"""


def test_swapping_entries_for_links_gains_nothing(hub: HostHub) -> None:
    """Before each call by which a start looks at a home, all that it has looked at is a link; and
    each of them is made as the user."""
    host = hub.host
    host.must("useradd -m -G developers swapper; mkdir -p /srv/victim; echo x > /srv/victim/file")
    host.must("chmod 666 /srv/victim/file; chmod 777 /srv/victim; setfacl -m d:o::rwx /srv/victim")
    before = host.must("getfacl -R /srv/victim; stat -c '%a %U %Y %n' /srv/victim/*")
    links = {"Welcome.ipynb": "/usr/share/jupyterhub/Welcome.ipynb"}
    job = wanted(hub, "swapper", links=links)
    (hub.folder / "swaps.py").write_text(SWAPS)
    (hub.folder / "job.json").write_text(job)
    (hub.folder / "swaps.sh").write_text(f"""
        i=0; status=3
        while [ $status = 3 ]; do
            i=$((i+1)); rm -rf /home/swapper/* /home/swapper/.[a-z]*
            su swapper -c 'cd; umask 0; mkdir -p .ssh work/deep; touch .netrc open.txt work/deep/f'
            {hub.python} -I /etc/jupyterhub/swaps.py $i /home/swapper \\
                {IN_HOME} "$(cat /etc/jupyterhub/job.json)" > /dev/null
            status=$?
            [ $status = 3 ] || [ $status = 0 ] || exit 1
        done
        echo $i
    """)
    assert int(host.must("sh /etc/jupyterhub/swaps.sh")) > 20
    assert before == host.must("getfacl -R /srv/victim; stat -c '%a %U %Y %n' /srv/victim/*")


def test_what_an_earlier_server_left_gains_nothing(hub: HostHub) -> None:
    """Its process outlives it in a unit that ends, with a link where root writes."""
    hub.host.must("echo kept > /srv/kept")
    alice = hub.shell("alice")
    alice("""cat > /tmp/stay.sh <<'END'
trap '' TERM HUP
rm -f /run/jupyter-alice/jupyter-alice.env
ln -s /srv/kept /run/jupyter-alice/jupyter-alice.env
while true; do sleep 1; done
END
setsid bash /tmp/stay.sh > /dev/null 2>&1 &
sleep 0.5""")
    main = hub.host.must("systemctl show -p MainPID --value jupyter-alice").strip()
    hub.host.must(f"kill {main}")
    until(lambda: not hub.user("alice")["servers"], "the hub sees that the server has ended")
    assert hub.host.run("systemctl is-active jupyter-alice").out.strip() == "deactivating"
    hub.start("alice")
    assert hub.host.must("cat /srv/kept") == "kept\n"
    assert hub.host.run("pgrep -f [s]tay.sh").status == 1


def test_hostile_homes_do_not_hold_up_a_start(hub: HostHub) -> None:
    hub.stop("bob")
    hub.host.must("""su bob -c 'cd; umask 0; mkdir hostile; cd hostile
        ln -s . loop; ln -s /home/bob all; mkfifo -m 666 pipe .pipe; touch "$(printf "a\\nb\\377")"
        touch closed.txt; ln -s /dev/zero zero; mkdir -m 0 nothing; mkdir -m 777 last
        mkfifo -m 666 ../.fifo
        python3 -c "import os
for n in range(1200): os.mkdir(chr(120)); os.chdir(chr(120))"; touch last/late.txt
        chmod 666 last/late.txt'""")
    hub.start("bob")
    modes = hub.host.must("cd /home/bob; stat -c %a hostile/pipe hostile/last/late.txt .fifo")
    assert modes.split() == ["644", "644", "600"]
    assert "folders within 400 others were not looked at" in hub.log.read_text()
    # Where there is no time at all, the home itself is closed all the same.
    hub.host.must("useradd -m slow; chmod 777 /home/slow; touch /home/slow/x")
    told = in_home(hub, "slow", seconds=0)
    assert told == {"problem": "", "left": "not everything was looked at within 0 seconds"}
    assert hub.host.must("stat -c %a /home/slow").strip() == "750"


def test_a_file_system_without_lists_is_refused(hub: HostHub) -> None:
    host = hub.host
    host.must("mkdir /home/bare; mount -t ramfs none /home/bare; useradd -M bare")
    host.must("chown bare: /home/bare")
    assert "has no access control lists" in in_home(hub, "bare")["problem"]
    program = (
        "from pathlib import Path; from nblint.hub.servers.homes import refuse_without_lists as r; "
        "r(Path('/home')); r(Path('/home/bare'))"
    )
    said = host.run(f'{hub.python} -c "{program}"').err
    assert "SettingsError: /home/bare: its file system has no access control lists" in said
    host.must("umount /home/bare")


def test_who_left_has_no_process(hub: HostHub) -> None:
    host, uid = hub.host, hub.host.must("id -u alice").strip()
    alice = hub.shell("alice")
    alice(
        "touch kept.ipynb; (while true; do setsid sleep 1000 & sleep 0.05; done) > /dev/null 2>&1 &"
    )
    # Outside of all units of the hub, as whoever could log in otherwise has it.
    host.must("su alice -c 'setsid sleep 2000 > /dev/null 2>&1 &'")
    # One that is another process each time that somebody looks.
    (hub.folder / "run.py").write_text("import os\nwhile True:\n    if os.fork(): os._exit(0)\n")
    host.must("su alice -c 'nice setsid python3 /etc/jupyterhub/run.py > /dev/null 2>&1 &'")
    host.must("loginctl enable-linger alice; systemctl start user@$(id -u alice)")
    host.must("mkdir -p /var/spool/cron/crontabs; echo '* * * * * true' > /tmp/alice.tab")
    host.must("install -o alice -m 600 /tmp/alice.tab /var/spool/cron/crontabs/alice")
    assert len(host.must(f"ps -o pid= -u {uid}").split()) > 5
    claims = hub.provider.people.pop("alice")
    hub.provider.save()
    until(lambda: "alice was put out" in hub.log.read_text(), "alice is put out")
    assert host.run(f"ps -o pid= -u {uid}").out == ""
    assert host.run("ls /var/spool/cron/crontabs/alice /var/lib/systemd/linger/alice").out == ""
    assert host.must("getent shadow alice").split(":")[7] == "1"
    log = hub.log.read_text()
    assert re.search("alice was put out: .*could read: DATADOG_API_KEY, ODD", log)
    assert "not put out wholly" not in log
    assert host.must("ls /home/alice/kept.ipynb")  # nothing of theirs is lost
    # Who comes back is let in.
    hub.provider.people["alice"] = claims
    hub.provider.save()
    hub.sign_in("alice")
    hub.start("alice")
    assert host.must("getent shadow alice").split(":")[7] == ""
    # Whom an operator deletes has left as well.
    host.must("su alice -c 'setsid sleep 2000 > /dev/null 2>&1 &'")
    hub.call("DELETE", "/users/alice")
    assert host.run(f"ps -o pid= -u {uid}").out == ""
    assert host.must("getent shadow alice").split(":")[7] == "1"
    assert "alice was put out: an operator deleted them" in hub.log.read_text()
