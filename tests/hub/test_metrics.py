"""Metrics of what runs by itself, and when an alert comes; `test_login` has who reads them."""

import os
import re
import sys
from pathlib import Path

import pytest

from nblint.hub.metrics import record
from nblint.hub.schedules.last_runs import forget, note
from nblint.hub.settings import HubFile
from tests.system import needs
from tests.template.conftest import ROOT, Generate, away_from_home, generate
from tests.template.packages import run

__all__ = ["away_from_home", "generate"]


def hub_file(folder: Path) -> HubFile:
    path = folder / "hub.toml"
    path.write_text(
        'address = "https://hub.example.com"\nstate = "state"\n'
        'provider = { issuer = "https://login.example.com", client-id = "hub" }\n'
        f'groups = {{ users = ["analysts"] }}\nmetrics.textfiles = "{folder}/textfiles"\n'
    )
    return HubFile.read(path)


def test_how_something_ended_is_told(tmp_path: Path) -> None:
    file = hub_file(tmp_path)
    path = tmp_path / "textfiles/nblint_hub_backup.prom"

    def said() -> dict[str, float]:
        lines = (line.split() for line in path.read_text().splitlines())
        return {words[0]: float(words[1]) for words in lines if words[0] != "#"}

    name = "nblint_hub_backup_last"
    before = os.umask(0o077)  # as units have it
    try:
        record(file, "backup", succeeded=True)
    finally:
        os.umask(before)
    assert path.parent.stat().st_mode & 0o777 == 0o755
    first = said()
    assert first[f"{name}_run_succeeded"] == 1
    assert first[f"{name}_success_timestamp_seconds"] > 1e9
    record(file, "backup", succeeded=False)
    second = said()
    assert second[f"{name}_run_succeeded"] == 0
    # A failure does not hide when the last one was made.
    success = f"{name}_success_timestamp_seconds"
    assert second[success] == pytest.approx(first[success], abs=1)
    assert path.stat().st_mode & 0o777 == 0o644


def test_how_schedules_ended_is_told(tmp_path: Path) -> None:
    file = hub_file(tmp_path)
    note(file, "phishing@daily", "success")
    note(file, "phishing@weekly", "exit-code")
    path = tmp_path / "textfiles/nblint_hub_schedule.prom"

    def said() -> list[str]:
        name = "nblint_hub_schedule_last_run_succeeded"
        return [line for line in path.read_text().splitlines() if line.startswith(name)]

    name = "nblint_hub_schedule_last_run_succeeded"
    daily = f'{name}{{schedule="phishing/daily"}} 1.0'
    assert said() == [daily, f'{name}{{schedule="phishing/weekly"}} 0.0']
    forget(file, "phishing@weekly")
    assert said() == [daily]


def test_alerts_ask_for_metrics_that_there_are(generate: Generate, tmp_path: Path) -> None:
    rules = (generate(ROOT / "template-hub") / "monitoring/rules.yml").read_text()
    asked = set(re.findall(r"\b(?:nblint_hub|jupyterhub)_\w+", rules))
    file = hub_file(tmp_path)
    record(file, "backup", succeeded=True)
    record(file, "backup_test", succeeded=True)
    note(file, "phishing@daily", "success")
    written = "".join(path.read_text() for path in (tmp_path / "textfiles").iterdir())
    program = (
        "import jupyterhub.metrics, nblint.hub.metrics, prometheus_client as p; "
        "print(p.generate_latest().decode())"
    )
    there = run(sys.executable, "-c", program).out + written
    assert len(asked) >= 6
    assert {name for name in asked if not re.search(rf"(?m)^{name}\b", there)} == set()


def test_alerts_come_when_they_must(generate: Generate) -> None:
    needs("promtool")
    repository = generate(ROOT / "template-hub")
    folder = repository / "monitoring"
    for command in (("test", "rules", "rules_test.yml"), ("check", "rules", "rules.yml")):
        ran = run("promtool", *command, cwd=folder)
        assert ran.status == 0, ran
    (folder / "metrics-token").touch()
    ran = run("promtool", "check", "config", "prometheus.yml", cwd=folder)
    assert ran.status == 0, ran
