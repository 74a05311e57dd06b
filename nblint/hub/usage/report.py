"""What is told of usage, from the counts that are kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from nblint.errors import SettingsError, unreadable
from nblint.hub.usage.counts import Counts
from nblint.reports.terminal import printable
from nblint.reports.text import count

# A notebook that nobody has opened for so long is named.
UNOPENED_DAYS = 90


class Notebook(msgspec.Struct, frozen=True):
    """What became of a notebook.

    Attributes:
        notebook: Its path below the folder of installed notebooks; empty for all others together.
        opened: How many people opened it.
        run: How many people ran it.
    """

    notebook: str
    opened: int
    run: int


class Schedule(msgspec.Struct, frozen=True):
    """What a scheduled unit did.

    Attributes:
        unit: Its name, without `.service`.
        runs: How often it ran.
        failures: How often it failed.
    """

    unit: str
    runs: int
    failures: int


class Report(msgspec.Struct, frozen=True):
    """Usage of some days.

    Attributes:
        first_day: The first day.
        last_day: The last day, which may not be over.
        counted_since: The day since which usage is counted.
        person: Whose usage it is; None for everybody's.
        people: How many people started a server, or opened, made or ran a notebook.
        days: On how many days somebody did.
        made: How many notebooks were made.
        notebooks: The installed notebooks that were opened or run, and all others together.
        schedules: The scheduled runs.
        unopened: Installed notebooks that nobody opened in 90 days; of a hub that counts for less,
            and for one person, None.
    """

    first_day: str
    last_day: str
    counted_since: str
    person: str | None
    people: int
    days: int
    made: int
    notebooks: list[Notebook]
    schedules: list[Schedule]
    unopened: list[str] | None


def report(counts: Counts, days: int, person: str | None = None) -> Report:
    """Return what is told of usage.

    Args:
        counts: The counts.
        days: Of how many days, today included.
        person: Whose; None for everybody's.

    Raises:
        SettingsError: Nothing was counted yet, or it cannot be read.
    """
    try:
        counts.path.stat()
    except FileNotFoundError:
        raise SettingsError(
            f"{counts.path}: no such file; `nblint hub usage --collect` makes it, as root"
        ) from None
    except OSError as error:
        raise SettingsError(unreadable(counts.path, error)) from None
    today = date.today()
    first = (today - timedelta(days - 1)).isoformat()
    with counts.open() as database:
        found = database.execute("SELECT since FROM collected").fetchone()
        if found is None:
            raise SettingsError(f"{counts.path}: nothing was collected yet")
        # What a wrong clock has dated is not of these days.
        where = "day BETWEEN ? AND ?" + (" AND person = ?" if person is not None else "")
        values = [first, today.isoformat(), *([person] if person is not None else [])]

        def ask(what: str, rest: str = "") -> list[tuple[str | int, ...]]:
            query = f"SELECT {what} FROM events WHERE {where} {rest}"  # noqa: S608 - ours
            return database.execute(query, values).fetchall()

        ((people, with_somebody, made),) = ask(
            "COUNT(DISTINCT person), COUNT(DISTINCT day), "
            "SUM(CASE event WHEN 'made' THEN times END)"
        )
        notebooks = ask(
            "notebook, COUNT(DISTINCT CASE event WHEN 'open' THEN person END), "
            "COUNT(DISTINCT CASE event WHEN 'run' THEN person END)",
            "AND event IN ('open', 'run') GROUP BY notebook ORDER BY notebook = '', 2 DESC, 1",
        )
        return Report(
            first,
            today.isoformat(),
            str(found[0]),
            person,
            int(people),
            int(with_somebody),
            int(made or 0),
            [Notebook(str(name), int(opened), int(run)) for name, opened, run in notebooks],
            [] if person is not None else _schedules(database, first, today),
            None if person is not None else _unopened(database, str(found[0]), today),
        )


def _schedules(database: sqlite3.Connection, first: str, today: date) -> list[Schedule]:
    rows = database.execute(
        "SELECT unit, SUM(times), SUM(failures) FROM runs WHERE day BETWEEN ? AND ? GROUP BY unit "
        "ORDER BY unit",
        (first, today.isoformat()),
    )
    return [Schedule(*row) for row in rows]


def _unopened(database: sqlite3.Connection, since: str, today: date) -> list[str] | None:
    begin = (today - timedelta(UNOPENED_DAYS)).isoformat()
    if since > begin:
        return None
    rows = database.execute(
        "SELECT notebook FROM installed WHERE since <= ? AND notebook NOT IN "
        "(SELECT notebook FROM events WHERE day >= ? AND event = 'open') ORDER BY notebook",
        (begin, begin),
    )
    return [name for (name,) in rows]


def text(said: Report) -> Iterator[str]:
    """Yield the lines of a report for people.

    Args:
        said: The report.
    """
    whose = f"{printable(said.person)}, " if said.person is not None else ""
    yield f"{whose}{said.first_day} to {said.last_day}, counted since {said.counted_since}"
    yield ""
    if said.person is None:
        yield f"{said.people} {'person' if said.people == 1 else 'people'} came"
    else:
        yield f"came on {count(said.days, 'day')}"
    yield f"{count(said.made, 'notebook')} made"
    if said.notebooks:
        yield ""
        yield "opened by  run by  notebook"
    for one in said.notebooks:
        name = printable(one.notebook) or "(not installed: people's own and colleagues')"
        yield f"{one.opened:9}  {one.run:6}  {name}"
    if said.schedules:
        yield ""
        yield "runs  failed  schedule"
    for schedule in said.schedules:
        yield f"{schedule.runs:4}  {schedule.failures:6}  {printable(schedule.unit)}"
    if said.person is not None:
        return
    yield ""
    if said.unopened is None:
        yield f"Counted for less than {UNOPENED_DAYS} days: what nobody opens is not known yet."
    elif said.unopened:
        yield f"Nobody has opened in {UNOPENED_DAYS} days:"
        yield from (f"  {printable(name)}" for name in said.unopened)
    else:
        yield f"Each installed notebook was opened in the last {UNOPENED_DAYS} days."
