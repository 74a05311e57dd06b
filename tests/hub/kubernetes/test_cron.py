"""When a notebook runs: a CronJob's schedule is that of systemd's timer, or it is refused."""

import os
import re
import subprocess
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nblint.hub.kubernetes.cron import Cron, cron
from tests.system import needs

BEGIN = "2026-11-30 12:34:00"
TIMES = 4
_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))


def numbers(text: str, first: int, last: int) -> set[int]:
    """Read a field as robfig/cron does, which Kubernetes reads it with."""
    found: set[int] = set()
    for item in text.split(","):
        span, _, step = item.partition("/")
        low, _, high = (f"{first}-{last}" if span == "*" else span).partition("-")
        found.update(range(int(low), int(high or low) + 1, int(step or 1)))
    assert found <= {*range(first, last + 1)}, text
    return found


def runs(fields: str) -> Iterator[str]:
    """Yield when a CronJob runs."""
    texts = fields.split()
    minutes, hours, days, months, weekdays = (
        numbers(text, *limit) for text, limit in zip(texts, _LIMITS, strict=True)
    )
    # Of days and weekdays, one is enough where neither is a star.
    assert "*" in (texts[2], texts[4])
    day, begin = date(2026, 11, 30), datetime.fromisoformat(BEGIN)
    while day.year < 2060:
        if day.month in months and day.day in days and day.isoweekday() % 7 in weekdays:
            for minute in sorted(hour * 60 + minute for hour in hours for minute in minutes):
                run = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
                if run > begin:
                    yield str(run)
        day += timedelta(days=1)


def elapses(time: str) -> list[str] | None:
    """Return when systemd's timer elapses; None where it is no time."""
    ran = subprocess.run(
        ["systemd-analyze", "calendar", f"--iterations={TIMES}", f"--base-time={BEGIN}", time],
        env={**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        return None
    lines = [line for line in ran.stdout.splitlines() if re.match(" *(Next elapse|Iter)", line)]
    return re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "\n".join(lines))


def converted(time: str) -> Cron | str:
    """Return a schedule, or why it is refused."""
    try:
        return cron(time)
    except ValueError as error:
        return str(error)


def check(time: str) -> None:
    expected, found = elapses(time), converted(time)
    if isinstance(found, Cron):
        assert found.zone == "UTC"
        assert list(islice(runs(found.fields), TIMES)) == expected, found
    elif expected is not None:  # what cannot be said is told from what is no time
        assert not found.startswith("is not a time"), found


@pytest.mark.parametrize(
    ("time", "fields"),
    [
        ("minutely", "* * * * *"),
        ("hourly", "0 * * * *"),
        ("Daily", "0 0 * * *"),
        ("weekly", "0 0 * * 1"),
        ("monthly", "0 0 1 * *"),
        ("quarterly", "0 0 1 */3 *"),
        ("semiannually", "0 0 1 1,7 *"),
        ("yearly", "0 0 1 1 *"),
        ("anually", "0 0 1 1 *"),
        ("Mon..Fri 07:30", "30 7 * * 1-5"),
        ("Mon-Fri 07:30:00", "30 7 * * 1-5"),
        ("*-*-01 06:00", "0 6 1 * *"),
        ("*:0/15", "*/15 * * * *"),
        ("*-2..4-* 5:00", "0 5 * 2-4 *"),
        ("Sat,Sun 9..17/2:20", "20 9,11,13,15,17 * * 0,6"),
        ("Sat..Sun 1:1", "1 1 * * 0,6"),
        ("12..14,16:10,20", "10,20 12-14,16 * * *"),
        ("*-*-*", "0 0 * * *"),
        ("Sun", "0 0 * * 0"),
        ("*:00005", "5 * * * *"),
        # What cron cannot say.
        ("*-02-29", "0 0 29 2 *"),
        ("Mon *-*-01..07 06:00", None),
        ("2026-12-01 06:00", None),
        ("06:00:30", None),
        ("*-*-* 06:00:*", None),
        ("05:40:00.5", None),
        ("*-*~1 06:00", None),
        ("Mon *-*~7/1", None),
        ("Mon, 1-1", None),
        # What systemd does not take, either.
        ("Fri..Mon 07:30", None),
        ("*:*/5", None),
        ("*:55/10", None),
        ("Mon.. 1:1", None),
        ("24:00", None),
        ("9-17:00", None),
        ("Mon Fri Sun", None),
        ("*-*-1/31", None),
        ("*:0/0", None),
        ("tomorrow", None),
    ],
)
def test_as_systemd(time: str, fields: str | None) -> None:
    """Without systemd, the fields alone are compared."""
    found = converted(time)
    assert (found.fields if isinstance(found, Cron) else None) == fields, found
    needs("systemd-analyze")
    check(time)


def parts(first: int, last: int) -> st.SearchStrategy[str]:
    number = st.integers(first, last).flatmap(lambda n: st.sampled_from([str(n), f"{n:02}"]))
    step = st.integers(1, last + 1).map(str)
    item = st.one_of(
        number,
        st.builds("{}..{}".format, number, number),
        st.builds("{}/{}".format, number, step),
        st.builds("{}..{}/{}".format, number, number, step),
    )
    return st.one_of(st.just("*"), st.lists(item, min_size=1, max_size=3).map(",".join))


_DAY = st.sampled_from(["Mon", "tue", "Wednesday", "Thu", "FRI", "Sat", "sunday"])
_WEEKDAYS = st.lists(
    st.one_of(_DAY, st.builds("{}..{}".format, _DAY, _DAY)), min_size=1, max_size=3
).map(",".join)
_CLOCK = st.builds(
    "{}:{}{}".format, parts(0, 23), parts(0, 59), st.sampled_from(["", ":00", ":30"])
)
_DATE = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["*-", "", "", "2027-"]),
    parts(1, 12),
    st.sampled_from(["-"] * 8 + ["~"]),
    parts(1, 28),
)
EVENTS = st.one_of(
    st.builds("{} {}".format, _WEEKDAYS, _CLOCK),
    st.builds("{} {}".format, _DATE, _CLOCK),
    st.builds("{} {} {}".format, _WEEKDAYS, _DATE, _CLOCK),
    _WEEKDAYS,
    _DATE,
    _CLOCK,
)


@settings(max_examples=120, deadline=None)
@given(EVENTS)
def test_any_event_as_systemd(time: str) -> None:
    needs("systemd-analyze")
    check(time)


@pytest.mark.parametrize(
    ("time", "zone"),
    [
        ("06:00", "UTC"),
        ("06:00 utc", "UTC"),
        ("daily Europe/Prague", "Europe/Prague"),
        ("Mon 06:00 Etc/GMT+3", "Etc/GMT+3"),
        ("06:00 Foo/Bar", None),
        ("06:00 UTC Europe/Prague", None),
    ],
)
def test_zones(time: str, zone: str | None) -> None:
    found = converted(time)
    assert (found.zone if isinstance(found, Cron) else None) == zone, found
