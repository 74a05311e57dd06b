"""Schedules of notebooks.toml on a booted host: results, secrets, who hears of failures."""

import json
import sys
from email import message_from_string
from email.policy import default
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.hosts import Booted
from tests.hub.host.conftest import Channel
from tests.template.conftest import Generate
from tests.template.test_booted_host import RELAXED

pytestmark = pytest.mark.slow
HUB = f"""\
address = "https://hub.example.com"
notebooks = "notebooks.toml"
timezone = "Europe/Prague"
provider = {{ issuer = "https://login.example.com", client-id = "hub" }}
groups = {{ users = ["analysts"] }}
servers = {{ python = "{sys.executable}" }}
notify = {{ command = "/usr/local/sbin/tell", mail = "soc@example.com" }}
"""
CATALOGUE = """\
[environment.DATADOG_SITE]
help = "Site"
value = "datadoghq.eu"
[environment.DATADOG_API_KEY]
help = "A key"
secret = true
file = "key"
[environment.OTHER]
help = "Nothing that this package declares"
value = "other"
"""
CODE = """\
import os
print("site", os.environ["DATADOG_SITE"], DAYS, "other" in os.environ.get("OTHER", ""))
assert DAYS < 90, os.environ["DATADOG_API_KEY"]
"""
DAILY: dict[str, Any] = {"time": "Mon..Fri 06:00", "keep": 1, "parameters": {"DAYS": 30}}
MONTHLY: dict[str, Any] = {"time": "*-*-01 04:30", "timezone": "UTC", "parameters": {"DAYS": 90}}
NBLINT = f"{sys.executable} -P -m nblint"
CONFIG = "--config /etc/jupyterhub/hub.toml"
NAME = "notebook-failed-logins"


class Hub:
    """A hub whose notebooks.toml is written anew for each installation."""

    def __init__(self, host: Booted, shared: Path) -> None:
        self.host, self.shared = host, shared

    def install(self, **schedules: dict[str, Any]) -> tuple[int, str]:
        """Install with these schedules; return the status and what is said."""
        lines = ['[notebooks.failed-logins]\nversion = "1.0.0"']
        for name, schedule in schedules.items():
            lines.append(f"[notebooks.failed-logins.schedules.{name}]")
            lines += [
                f"{key} = {json.dumps(value)}"
                for key, value in schedule.items()
                if key != "parameters"
            ]
            lines.append(f"[notebooks.failed-logins.schedules.{name}.parameters]")
            lines += [
                f"{key} = {json.dumps(value)}" for key, value in schedule["parameters"].items()
            ]
        (self.shared / "notebooks.toml").write_text("\n".join(lines))
        self.host.must("cp /shared/notebooks.toml /etc/jupyterhub/")
        ran = self.host.run(f"{NBLINT} hub install {CONFIG}")
        return ran.status, ran.out + ran.err


def test_schedules(generate: Generate, units: Booted, channel: Channel, shared: Path) -> None:
    """Checked, timed, run with parameters and variables; a failure is told; no secret is shown."""
    repository = generate()
    (path,) = (repository / "notebooks").glob("*.ipynb")
    content = nbformat.read(path, as_version=4)
    content.cells.append(nbformat.v4.new_code_cell(CODE, id="9"))
    nbformat.write(content, path)
    channel.publish(repository, "1.0.0")
    (shared / "hub.toml").write_text(HUB)
    (shared / "environment.toml").write_text(CATALOGUE)
    (shared / "relaxed").write_text(RELAXED)
    (shared / "sendmail").write_text('#!/bin/sh\n{ echo "$@"; cat; } >/shared/sending\n'
                                     "mv /shared/sending /shared/mail\n")  # fmt: skip
    (shared / "tell").write_text('#!/bin/sh\n{ echo "$@"; cat; } >>/shared/told\n')
    secret = "planted-" + "value" * 3
    (shared / "key").write_text(secret)
    host, hub = units, Hub(units, shared)
    host.must("""
        cp /shared/hub.toml /shared/environment.toml /etc/jupyterhub/
        install -m 755 /shared/tell /usr/local/sbin/tell
        install -D -m 755 /shared/sendmail /usr/sbin/sendmail
        install -d -m 700 /etc/jupyterhub/secrets
        install -m 600 /shared/key /etc/jupyterhub/secrets/key
        install -D /shared/relaxed /etc/systemd/system/notebook-.service.d/relaxed.conf
        rm /shared/key
        groupadd --force developers; useradd --groups developers ana; useradd bob
    """)

    wrong: list[tuple[str, Any, str]] = [
        ("time", "Mon 26:00", "is not a time such as 'Mon..Fri 06:00'"),
        ("timezone", "Europe/Praha", "is not a time zone"),
        ("notebook", "weekly", "has no notebook 'weekly'; it has failed-logins"),
        ("parameters", {"DAY": 1}, "has no parameter 'DAY'; did you mean 'DAYS'?"),
        ("parameters", {"DAYS": "x"}, "DAYS is a number in failed-logins 1.0.0, not a string"),
    ]
    for key, value, said in wrong:
        status, text = hub.install(daily={**DAILY, key: value})
        assert status == 2, text
        assert f"notebooks.failed-logins.schedules.daily.{key}: " in text
        assert said in text
    assert host.run("rpm -q notebook-failed-logins; ls /etc/systemd/system").out.count(NAME) == 1

    assert hub.install(daily=DAILY, monthly=MONTHLY) == (
        0,
        "Changed: failed-logins 1.0.0 is installed\n"
        "Changed: failed-logins/daily runs at Mon..Fri 06:00 Europe/Prague\n"
        "Changed: failed-logins/monthly runs at *-*-01 04:30 UTC\n",
    )
    assert hub.install(daily=DAILY, monthly=MONTHLY) == (0, "")
    timers = host.must("systemctl list-timers --no-legend")
    assert {f"{NAME}@daily.timer", f"{NAME}@monthly.timer"} <= set(timers.split())
    host.must(f"systemd-analyze verify {NAME}@daily.service {NAME}@daily.timer")

    # Two runs, of which one is kept; one that fails.
    for _ in range(2):
        host.must(f"{NBLINT} hub run failed-logins/daily {CONFIG}")
    failed = host.run(f"{NBLINT} hub run failed-logins/monthly {CONFIG}")
    assert failed.status == 1, failed
    assert "failed-logins failed in cell" in failed.err
    several = host.run(f"{NBLINT} hub run failed-logins {CONFIG}")
    assert several.status == 2
    assert "failed-logins/daily, failed-logins/monthly" in several.err
    results = "/var/lib/notebook-results/failed-logins@daily"
    copies = host.must(f"su ana -c 'ls {results}'").split()
    assert len(copies) == 1
    assert "site datadoghq.eu 30 False" in host.must(f"su ana -c 'cat {results}/*'")
    assert host.run(f"su bob -c 'ls {results}'").status != 0
    assert host.run(f"su ana -c 'echo >>{results}/{copies[0]}'").status != 0
    host.until("grep -q AssertionError /shared/told")
    assert (shared / "told").read_text().startswith(f"{NAME}@monthly\n")
    host.until("ls /shared/mail")
    arguments, _, sent = (shared / "mail").read_text().partition("\n")
    assert arguments == "-i -- soc@example.com"
    mail = message_from_string(sent, policy=default)
    assert mail["To"] == "soc@example.com"
    assert mail["Subject"].startswith(f"{NAME}@monthly failed on ")
    assert "failed-logins failed in cell 6: AssertionError: ***" in mail.get_content()
    assert secret not in mail.get_content()
    metrics = host.must("cat /var/lib/prometheus/node-exporter/nblint_hub_schedule.prom")
    succeeded = "nblint_hub_schedule_last_run_succeeded{schedule="
    assert f'{succeeded}"failed-logins/daily"}} 1.0' in metrics
    assert f'{succeeded}"failed-logins/monthly"}} 0.0' in metrics
    page = "/usr/share/jupyterhub/Welcome.ipynb"
    host.until(f"grep -q '\\*\\*failed\\*\\*' {page}")
    assert f"](Results/failed-logins%40daily/{copies[-1]})" in host.must(f"cat {page}")

    # A required secret that is missing stops a run before it begins.
    host.must("mv /etc/jupyterhub/secrets/key /root/")
    missing = host.run(f"{NBLINT} hub run failed-logins/daily {CONFIG}")
    assert missing.status == 1
    assert "DATADOG_API_KEY" in missing.err
    shown = host.must(
        f"journalctl; systemctl show '{NAME}@*' 'failed-notebook@*'; cat /shared/told {page}; "
        "cat /shared/mail /var/lib/notebook-results/*/*"
    )
    assert secret not in shown + failed.err + failed.out + missing.err
    assert host.must("ls /run/nblint-hub") == ""

    # What goes takes its timer with it, and leaves its results.
    assert hub.install(daily=DAILY | {"time": "07:00"}) == (
        0,
        "Changed: failed-logins/monthly no longer runs\n"
        "Changed: failed-logins/daily runs at 07:00 Europe/Prague\n",
    )
    timers = host.must("systemctl list-timers --all --no-legend; ls -R /etc/systemd/system")
    assert "monthly" not in timers
    assert "monthly" not in host.must("cat /var/lib/prometheus/node-exporter/*.prom")
    said = host.must(f"systemctl show --property TimersCalendar {NAME}@daily.timer")
    assert "07:00" in said
    assert "Mon" not in said
