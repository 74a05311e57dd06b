"""Metrics: what is told of backups, and when an alert comes; `test_login` has who reads them."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from nblint.hub.metrics import record
from tests.system import needs
from tests.template.conftest import ROOT, Generate, away_from_home, generate
from tests.template.packages import run

__all__ = ["away_from_home", "generate"]


def test_how_something_ended_is_told(tmp_path: Path) -> None:
    metrics = SimpleNamespace(textfiles=str(tmp_path / "textfiles"))
    file = SimpleNamespace(settings=SimpleNamespace(metrics=metrics))
    path = tmp_path / "textfiles/nblint_hub_backup.prom"

    def said() -> dict[str, float]:
        lines = (line.split() for line in path.read_text().splitlines())
        return {words[0]: float(words[1]) for words in lines if words[0] != "#"}

    name = "nblint_hub_backup_last"
    record(file, "backup", succeeded=True)  # type: ignore[arg-type]
    first = said()
    assert first[f"{name}_run_succeeded"] == 1
    assert first[f"{name}_success_timestamp_seconds"] > 1e9
    record(file, "backup", succeeded=False)  # type: ignore[arg-type]
    second = said()
    assert second[f"{name}_run_succeeded"] == 0
    # A failure does not hide when the last one was made.
    success = f"{name}_success_timestamp_seconds"
    assert second[success] == pytest.approx(first[success], abs=1)
    assert path.stat().st_mode & 0o777 == 0o644


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
