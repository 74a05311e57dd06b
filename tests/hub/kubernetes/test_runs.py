"""Scheduled runs: what a CronJob is told, who hears of a failure, and what is refused."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from nblint.errors import SettingsError
from nblint.hub.kubernetes import layout
from nblint.toml import toml_text
from tests.hub.kubernetes.clusters import CATALOGUE, rendered
from tests.system import needs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a hub's host is Linux")

HOSTILE = "$(DATADOG_API_KEY) $HOME\n- x: {y} #\u2028'\"\U0001f600"
NOTEBOOKS = f"""\
[notebooks.failed-logins]
version = "1.2.0"

[notebooks.failed-logins.schedules.daily]
time = "Mon..Fri 07:30"
timezone = "Europe/Prague"
parameters = {{ DAYS = 30, LIMIT = 1e-7, TEXT = {toml_text(HOSTILE)} }}
keep = 5

[notebooks.failed-logins.schedules.other]
time = "*:0/15"
notebook = "Weekly_report.v2"

[notebooks.a-b]
version = "1.0.0"
"""


def schedules(folder: Path, text: str = NOTEBOOKS, **tables: Any) -> dict[str, dict[str, Any]]:
    """Return the CronJobs by their names."""
    out = rendered(folder, notebooks_text=text, **tables)
    listed = [*yaml.safe_load_all((out / "schedules.yaml").read_text())]
    return {each["metadata"]["name"]: each for each in listed if each}


def pod_of(job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return found


def test_a_run_is_told_what_a_host_tells_it(tmp_path: Path) -> None:
    catalogue = f'{CATALOGUE}\n[environment.NOTEBOOK_KEEP]\nhelp = "Ours"\nvalue = "1"\n'
    found = schedules(tmp_path, catalogue=catalogue)
    assert list(found) == ["notebook-failed-logins--daily", "notebook-failed-logins--other"]
    daily, other = found.values()
    assert {key: daily["spec"][key] for key in daily["spec"] if key != "jobTemplate"} == {
        "schedule": "30 7 * * 1-5",
        "timeZone": "Europe/Prague",
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 3600,
        "failedJobsHistoryLimit": 3,
    }
    assert daily["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 7200
    assert (other["spec"]["schedule"], other["spec"]["timeZone"]) == ("*/15 * * * *", "UTC")

    script = "/srv/notebooks/current/usr/share/notebooks/failed-logins/scripts/run-notebook"
    (container,) = pod_of(daily)["containers"]
    assert container["command"][:3] == [script, "failed-logins", "--parameters_yaml"]
    # Kubernetes fills in $(NAME), and makes one $ of two.
    told = container["command"][3]
    assert "$(" not in told.replace("$$", "")
    parameters = {"DAYS": 30, "LIMIT": 1e-7, "TEXT": HOSTILE}
    assert yaml.safe_load(told.replace("$$", "$")) == parameters
    assert pod_of(other)["containers"][0]["command"] == [script, "Weekly_report.v2"]

    listed = [each["name"] for each in container["env"]]
    assert len(listed) == len({*listed})
    environment = {
        each["name"]: each.get("value", each.get("valueFrom")) for each in container["env"]
    }
    assert environment["NOTEBOOK_KEEP"] == "5"
    assert environment["STATE_DIRECTORY"] == "/srv/notebook-results/failed-logins@daily"
    assert environment["NOTEBOOK_UMASK"] == "027"
    assert environment["DATADOG_SITE"] == "datadoghq.com"
    assert environment["DATADOG_API_KEY"] == {
        "secretKeyRef": {"name": "hub-environment", "key": "DATADOG_API_KEY"}
    }
    mounts = {each["mountPath"]: each.get("readOnly", False) for each in container["volumeMounts"]}
    assert mounts == {"/srv/notebooks": True, "/srv/notebook-results": False, "/tmp": False}


def test_the_proxy_of_the_company(tmp_path: Path) -> None:
    """As on a host: the catalogue's variables win; and the cluster is reached without it."""
    catalogue = f'{CATALOGUE}\n[environment.https_proxy]\nhelp = "Ours"\nvalue = "http://own:1"\n'
    proxy: dict[str, Any] = {"http-proxy": "http://proxy:3128", "no-proxy": [".example.com"]}
    job = schedules(tmp_path, catalogue=catalogue, **proxy)["notebook-failed-logins--daily"]
    listed = [(each["name"], each.get("value")) for each in pod_of(job)["containers"][0]["env"]]
    environment = dict(listed)
    assert len(environment) == len(listed)
    values = yaml.safe_load((tmp_path / "out/values.yaml").read_text())
    for found in (environment, values["singleuser"]["extraEnv"]):
        assert found["HTTPS_PROXY"] == "http://proxy:3128"
        assert found["https_proxy"] == "http://own:1"
        assert {"127.0.0.1", ".example.com", "hub", ".svc"} <= {*found["NO_PROXY"].split(",")}
    assert values["hub"]["extraEnv"]["no_proxy"] == environment["NO_PROXY"]


def test_data_is_mounted_where_a_host_has_it(tmp_path: Path) -> None:
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    servers = {"requirements": "requirements/user.txt", "data": ["/srv/data", "/mnt/SOC_share.2"]}
    for job in schedules(tmp_path, servers=servers).values():
        kubernetes_validate.validate(job, "1.30", strict=True)
        pod = pod_of(job)
        claims = {
            each["name"]: each["persistentVolumeClaim"]
            for each in pod["volumes"]
            if each["name"].startswith("data-")
        }
        assert next(iter(claims)) == "data-srv-data"
        assert all(claim == {"claimName": name, "readOnly": True} for name, claim in claims.items())
        mounts = [each for each in pod["containers"][0]["volumeMounts"] if each["name"] in claims]
        assert [each["mountPath"] for each in mounts] == ["/srv/data", "/mnt/SOC_share.2"]
        assert all(each["readOnly"] for each in mounts)


@pytest.mark.parametrize(
    "folder",
    ["/", "/usr", "/usr/share/notebooks/x", "/home", "/srv", "/srv/notebooks/x", "/srv/../etc",
     "/mnt/{username}", "/mnt/a:b", "/mnt/a-", "/mnt/a\nb"],
)  # fmt: skip
def test_data_that_would_hide_the_image(tmp_path: Path, folder: str) -> None:
    servers = {"requirements": "requirements/user.txt", "data": [folder]}
    with pytest.raises(SettingsError, match=r"hub\.toml: servers\.data: .* cannot be mounted"):
        schedules(tmp_path, servers=servers)


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("Mon *-*-01..07 06:00", "says weekdays and days of the month, and cron runs on either"),
        ("06:00:30", "says seconds, which cron cannot"),
        ("2027-*-* 06:00", "says a year, which cron cannot"),
        ("*-*~1", "counts days from the end of a month, which cron cannot"),
        ("06:00 Foo/Bar", "is not a time"),
    ],
)
def test_what_cron_cannot_say(tmp_path: Path, time: str, said: str) -> None:
    """It is refused with its place, and nothing is written."""
    text = NOTEBOOKS.replace("Mon..Fri 07:30", time).replace('timezone = "Europe/Prague"\n', "")
    with pytest.raises(SettingsError, match=said) as caught:
        schedules(tmp_path, text)
    assert f"notebooks.toml: notebooks.failed-logins.schedules.daily.time: {time!r}" in str(
        caught.value
    )
    assert not (tmp_path / "out").exists()


def test_names() -> None:
    """Each is one that Kubernetes takes, and no two things share one."""
    pairs = [("a-b", "c"), ("a", "b-c"), ("a", "b"), ("a" * 60, "b"), ("a" * 59, "b")]
    crons = [layout.cron_job_of(*pair) for pair in pairs]
    folders = ["/srv/a-b", "/srv/a/b", "/srv/A/b", "/srv/a_b", "/srv/a.b", f"/srv/{'a' * 90}"]
    claims = [layout.data_claim_of(PurePosixPath(folder)) for folder in folders]
    variables = ["OWN_TOKEN", "own_token", "OWN__TOKEN", "_OWN_TOKEN", "OWN_TOKEN_", "A" * 99]
    secrets = [layout.secret_of(variable) for variable in variables]
    for names, longest in ((crons, 52), (claims, 63), (secrets, 63)):
        assert len({*names}) == len(names)
        label = rf"(?=.{{1,{longest}}}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?"
        for name in names:
            assert re.fullmatch(label, name), name
    assert crons[0] == "notebook-a-b--c"
    assert secrets[0] == "personal-own-token"


RUNS = """\
rule_files: [alerts.yaml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      # Succeeds, fails, succeeds; runs at minute 10, 20 and 30, for five minutes.
      - series: 'kube_cronjob_status_last_schedule_time{namespace="hub", cronjob="notebook-a--b"}'
        values: '_x9 600x9 1200x9 1800x10'
      - series: 'kube_cronjob_status_last_successful_time{namespace="hub", cronjob="notebook-a--b"}'
        values: '_x14 900x19 2100x6'
      - series: 'kube_cronjob_status_active{namespace="hub", cronjob="notebook-a--b"}'
        values: '0x9 1x4 0x4 1x4 0x4 1x4 0x6'
      # Never succeeded.
      - series: 'kube_cronjob_status_last_schedule_time{namespace="hub", cronjob="notebook-c--d"}'
        values: '_x19 1200x20'
      - series: 'kube_cronjob_status_active{namespace="hub", cronjob="notebook-c--d"}'
        values: '0x19 1x4 0x15'
      # Another's.
      - series: 'kube_cronjob_status_last_schedule_time{namespace="hub", cronjob="other"}'
        values: '600x40'
      - series: 'kube_cronjob_status_active{namespace="hub", cronjob="other"}'
        values: '0x40'
      - series: 'kube_job_failed{namespace="hub", job_name="fill-notebooks-1", condition="true"}'
        values: '0x19 1x20'
"""


def alerts(at: str, name: str, *labels: str) -> str:
    lines = [f"      - eval_time: {at}", f"        alertname: {name}", "        exp_alerts:"]
    lines += [f"          - exp_labels: {{ severity: warning, {each} }}" for each in labels]
    return "\n".join(lines if labels else [*lines[:2], "        exp_alerts: []"])


def test_who_hears_of_a_failure(tmp_path: Path) -> None:
    """By kube-state-metrics' counts: of a run that failed, until one succeeds; of a filling."""
    needs("promtool")
    out = rendered(tmp_path)
    of = "namespace: hub, cronjob: {}".format
    job = "namespace: hub, job_name: fill-notebooks-1, condition: 'true'"
    expected = [
        alerts("12m", "NotebookRunFailed"),
        alerts("17m", "NotebookRunFailed"),
        alerts("22m", "NotebookRunFailed"),
        alerts("28m", "NotebookRunFailed", of("notebook-a--b"), of("notebook-c--d")),
        alerts("37m", "NotebookRunFailed", of("notebook-c--d")),
        alerts("10m", "NotebooksNotInstalled"),
        alerts("25m", "NotebooksNotInstalled", job),
    ]
    # What an alert says is for people: it is compared without.
    rules = yaml.safe_load((out / "alerts.yaml").read_text())
    for rule in rules["groups"][0]["rules"]:
        assert rule.pop("annotations")["summary"]
    (tmp_path / "alerts.yaml").write_text(yaml.safe_dump(rules))
    (tmp_path / "tests.yaml").write_text(
        RUNS + "    alert_rule_test:\n" + "\n".join(expected) + "\n"
    )
    subprocess.run(["promtool", "check", "rules", out / "alerts.yaml"], check=True)
    ran = subprocess.run(
        ["promtool", "test", "rules", "tests.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
