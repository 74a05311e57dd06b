"""Calendar events of systemd as the five fields of cron, where these say the same.

https://www.freedesktop.org/software/systemd/man/latest/systemd.time.html#Calendar%20Events
https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from nblint.hub.schedules.checks import is_zone

_NAMED = {
    "minutely": "*:*",
    "hourly": "*:00",
    "daily": "00:00",
    "weekly": "Mon 00:00",
    "monthly": "*-*-01 00:00",
    "quarterly": "*-01,04,07,10-01 00:00",
    "semiannually": "*-01,07-01 00:00",
    "yearly": "*-01-01 00:00",
    "annually": "*-01-01 00:00",
    "anually": "*-01-01 00:00",  # systemd knows this one, too
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# FROM, FROM..TO, FROM/STEP or FROM..TO/STEP.
_NUMBERS = re.compile(r"([0-9]{1,9})(?:\.\.([0-9]{1,9}))?(?:/([0-9]{1,9}))?")
_NOT_A_TIME = "is not a time such as 'Mon..Fri 06:00'"
# What a CronJob runs by where nobody says otherwise; a cluster has no time zone that people know.
UTC = "UTC"


class Cron(Struct, frozen=True):
    """A schedule of a CronJob.

    Attributes:
        fields: Minute, hour, day of the month, month and weekday.
        zone: The time zone.
    """

    fields: str
    zone: str


class _Field(Struct, frozen=True):
    """What a field of cron can be.

    Attributes:
        first: Its least number.
        last: Its greatest one.
    """

    first: int
    last: int

    def read(self, text: str) -> frozenset[int]:
        """Return the numbers that a part of a calendar event stands for."""
        if text == "*":
            return frozenset(range(self.first, self.last + 1))
        return frozenset(number for item in text.split(",") for number in self._item(item))

    def _item(self, text: str) -> Iterable[int]:
        found = _NUMBERS.fullmatch(text)
        if not found:
            raise ValueError(_NOT_A_TIME)
        first, step = int(found[1]), int(found[3] or 1)
        last = int(found[2]) if found[2] else self.last if found[3] else first
        # systemd refuses a step that leads out at once.
        least = first + step if found[3] and not found[2] else first
        if not self.first <= first <= last <= self.last or least > self.last or not step:
            raise ValueError(_NOT_A_TIME)
        return range(first, last + 1, step)

    def write(self, numbers: frozenset[int]) -> str:
        """Return numbers as cron has them."""
        if len(numbers) == self.last - self.first + 1:
            return "*"
        ordered = sorted(numbers)
        step = ordered[1] - ordered[0] if len(ordered) > 2 else 0
        if step > 1 and tuple(ordered) == tuple(range(self.first, self.last + 1, step)):
            return f"*/{step}"
        return ",".join(_runs(ordered))


_MINUTE, _HOUR, _DAY, _MONTH = _Field(0, 59), _Field(0, 23), _Field(1, 31), _Field(1, 12)
_WEEKDAY = _Field(0, 6)


def cron(time: str) -> Cron:
    """Return the schedule of a CronJob that runs when a timer of systemd does.

    Args:
        time: A calendar event, such as `Mon..Fri 06:00 Europe/Prague`.

    Raises:
        ValueError: It is none, or cron cannot say it; the text, which follows the time in a
            sentence, says why.
    """
    words = time.split()
    # A last word of letters is the time zone: the other ones begin with a digit or `*`.
    zone = words.pop() if len(words) > 1 and words[-1][0].isalpha() else UTC
    if len(words) == 1:
        words = _NAMED.get(words[0].lower(), words[0]).split()
    weekdays = _weekdays(words.pop(0)) if words and words[0][0].isalpha() else _WEEKDAY.read("*")
    date = words.pop(0) if words and set(words[0]) & {"-", "~"} else "*-*-*"
    clock = words.pop(0) if words and ":" in words[0] else "00:00"
    if words or not time.split():
        raise ValueError(_NOT_A_TIME)
    zone = UTC if zone.upper() == UTC else zone
    if not is_zone(zone):
        raise ValueError(f"has {zone!r:.80}, which is not a time zone such as 'Europe/Prague'")
    month, day = _date(date)
    hour, minute = _clock(clock)
    if "*" not in (_DAY.write(day), _WEEKDAY.write(weekdays)):
        raise ValueError("says weekdays and days of the month, and cron runs on either")
    parts = ((_MINUTE, minute), (_HOUR, hour), (_DAY, day), (_MONTH, month), (_WEEKDAY, weekdays))
    fields = " ".join(field.write(numbers) for field, numbers in parts)
    return Cron(fields, zone)


def _weekdays(text: str) -> frozenset[int]:
    """Return weekdays as cron counts them, from Sunday, which is 0."""
    found: set[int] = set()
    for item in text.removesuffix(",").split(","):
        first, dots, last = item.replace("-", "..").partition("..")
        begin = _weekday(first)
        end = _weekday(last) if dots else begin
        if end < begin:
            raise ValueError(_NOT_A_TIME)
        found.update((day + 1) % 7 for day in range(begin, end + 1))
    return frozenset(found)


def _weekday(text: str) -> int:
    names = [day for day in _DAYS if text.lower() in (day, day[:3])]
    if not names:
        raise ValueError(_NOT_A_TIME)
    return _DAYS.index(names[0])


def _date(text: str) -> tuple[frozenset[int], frozenset[int]]:
    """Return the months and days of a date."""
    if "~" in text:
        raise ValueError("counts days from the end of a month, which cron cannot")
    parts = text.split("-")
    year = parts.pop(0) if len(parts) == 3 else "*"
    if len(parts) != 2:
        raise ValueError(_NOT_A_TIME)
    if year != "*":
        raise ValueError("says a year, which cron cannot")
    return _MONTH.read(parts[0]), _DAY.read(parts[1])


def _clock(text: str) -> tuple[frozenset[int], frozenset[int]]:
    """Return the hours and minutes of a time of day."""
    hour, minute, *second = text.split(":")
    if len(second) > 1:
        raise ValueError(_NOT_A_TIME)
    if second and second[0].strip("0"):
        raise ValueError("says seconds, which cron cannot")
    return _HOUR.read(hour), _MINUTE.read(minute)


def _runs(ordered: list[int]) -> Iterable[str]:
    """Yield numbers, those that follow each other as a range."""
    begin = 0
    for index, number in enumerate(ordered):
        if index + 1 == len(ordered) or ordered[index + 1] != number + 1:
            first = ordered[begin]
            yield str(first) if first == number else f"{first}-{number}"
            begin = index + 1
