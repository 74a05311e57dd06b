"""Reads from the journal who opened and ran which notebook, and which scheduled runs there were.

Anybody can write anything to the journal, under any name and with any fields. Only what the journal
itself adds says who it was, from what the kernel says of the sender: `_UID`, and `_SYSTEMD_UNIT`,
which is the unit of the server. systemd.journal-fields(7)
"""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import IO

import msgspec

from nblint.errors import SettingsError
from nblint.hub.notebooks.installed import packages
from nblint.hub.servers.accounts import AccountError, our_account
from nblint.hub.settings import HubFile
from nblint.hub.usage.counts import Counts, Event, Scheduled, add, cursor, remember_installed

# sd-messages.h: a unit has started, which one that runs once says at its end; a unit has failed.
_STARTED = "39f53479d3a045ac8e11786248231fbf"
_FAILED = "be02cf6855d2428ba40df7e9d022f03d"
_EVENTS = ("open", "made", "run")
_MATCHES = (
    *(f"NBLINT_USAGE={event}" for event in _EVENTS),
    *("+", "_PID=1", f"MESSAGE_ID={_STARTED}", f"MESSAGE_ID={_FAILED}"),
)
_FIELDS = ("NBLINT_USAGE", "NBLINT_NOTEBOOK", "MESSAGE_ID", "UNIT", "_UID", "_PID", "_SYSTEMD_UNIT")
_SERVER = re.compile(r"jupyter-([a-z][a-z0-9_-]{0,30})\.service")
_SCHEDULED = re.compile(r"(notebook-.{1,200})\.service", re.S)
# After so many entries, what they say is written down.
_BATCH = 20_000
# In bytes; journalctl leaves out what fields hold beyond 4 KB.
_LONGEST_LINE = 1_000_000


class _Text(str):
    """What a field holds, if that is text."""

    __slots__ = ()

    def __new__(cls, value: object) -> _Text:
        return super().__new__(cls, value if isinstance(value, str) else "")


_NONE = _Text("")


class Entry(msgspec.Struct, frozen=True):
    """An entry of the journal.

    What is no text there is none here: names that are no UTF-8 and fields that are given twice, of
    which journalctl makes lists, and what is too long for it. No server says such a thing.
    """

    cursor: str = msgspec.field(name="__CURSOR")
    time: str = msgspec.field(name="__REALTIME_TIMESTAMP")
    event: _Text = msgspec.field(name="NBLINT_USAGE", default=_NONE)
    notebook: _Text = msgspec.field(name="NBLINT_NOTEBOOK", default=_NONE)
    message: _Text = msgspec.field(name="MESSAGE_ID", default=_NONE)
    about: _Text = msgspec.field(name="UNIT", default=_NONE)
    uid: _Text = msgspec.field(name="_UID", default=_NONE)
    pid: _Text = msgspec.field(name="_PID", default=_NONE)
    unit: _Text = msgspec.field(name="_SYSTEMD_UNIT", default=_NONE)


_DECODER = msgspec.json.Decoder(Entry, dec_hook=lambda _, value: _Text(value))


def collect(file: HubFile, counts: Counts) -> int:
    """Add to the counts what the journal says since it was last read.

    What was counted is not counted again, whenever this was interrupted: the place in the journal
    is written down together with the counts.

    Args:
        file: The settings, which say where installed notebooks are.
        counts: The counts.

    Returns:
        The number of entries.

    Raises:
        SettingsError: The journal cannot be read, or the counts not be written.
    """
    root = file / file.settings.landing.notebooks
    installed = frozenset(
        path.relative_to(root).as_posix() for one in packages(root) for path in one.notebooks
    )
    total = 0
    while True:
        with counts.open(to_write=True) as database:
            today = date.today()
            remember_installed(database, installed, today)
            read = _Read(installed, cursor(database))
            with _journal(read.cursor) as entries:
                for entry in islice(entries, _BATCH):
                    read.entry(entry)
            add(database, read.events, read.scheduled, read.cursor, today)
        total += read.number
        if read.number < _BATCH:
            return total


class _Read:
    """What some entries say together."""

    def __init__(self, installed: frozenset[str], cursor: str) -> None:
        self.events: Counter[Event] = Counter()
        self.scheduled: Counter[Scheduled] = Counter()
        self.number = 0
        self.cursor = cursor
        self._installed = installed

    def entry(self, entry: Entry) -> None:
        self.cursor = entry.cursor
        self.number += 1
        day = _day(entry.time)
        if day is None:
            return
        if entry.uid == "0" and entry.pid == "1":
            self._said_by_systemd(entry, day)
        elif entry.event in _EVENTS:
            self._said_by_a_server(entry, day)

    def _said_by_systemd(self, entry: Entry, day: str) -> None:
        if unit := _SCHEDULED.fullmatch(entry.about):
            self.scheduled[Scheduled(day, unit[1], entry.message == _FAILED)] += 1
        elif (server := _SERVER.fullmatch(entry.about)) and entry.message == _STARTED:
            self.events[Event(day, server[1], "came", "")] += 1

    def _said_by_a_server(self, entry: Entry, day: str) -> None:
        server = _SERVER.fullmatch(entry.unit)
        # Whoever becomes somebody else, in a server or out of it, is neither of the two.
        if server is None or entry.uid != _uid(server[1]):
            return
        # Of what people call their own files, nothing is kept; nor of notebooks that they invent.
        notebook = entry.notebook if entry.notebook in self._installed else ""
        self.events[Event(day, server[1], str(entry.event), str(notebook))] += 1


@contextmanager
def _journal(cursor: str) -> Iterator[Iterator[Entry]]:
    """Give the entries behind a place in the journal, oldest first; all of them without a place.

    Raises:
        SettingsError: The journal cannot be read.
    """
    # Not `--after-cursor`, which leaves out another entry where that of the cursor is gone.
    place = [f"--cursor={cursor}"] if cursor else []
    fields = f"--output-fields={','.join(_FIELDS)}"
    command = ["journalctl", "--quiet", "--output=json", fields, *place, *_MATCHES]
    try:
        reading = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except OSError as error:
        raise SettingsError(f"journalctl: cannot be run: {error.strerror}") from None
    with reading:
        assert reading.stdout is not None
        assert reading.stderr is not None
        try:
            yield (entry for entry in _parsed(reading.stdout) if entry.cursor != cursor)
            is_over = not reading.stdout.read(1)
        finally:
            reading.kill()
        said = reading.stderr.read(_LONGEST_LINE).decode(errors="replace").strip()
    if is_over and said:
        raise SettingsError(f"journalctl: {said.splitlines()[-1]}")


def _parsed(lines: IO[bytes]) -> Iterator[Entry]:
    while line := lines.readline(_LONGEST_LINE):
        # What cannot be decoded is nothing that a server says.
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
            yield _DECODER.decode(line)


def _day(time: str) -> str | None:
    """Return the day of a time in microseconds; None if there is no such day."""
    try:
        return datetime.fromtimestamp(int(time) / 1_000_000).date().isoformat()
    except (OSError, OverflowError, ValueError):
        return None


@cache
def _uid(name: str) -> str | None:
    """Return the number of an account that the hub made; None for others."""
    try:
        account = our_account(name)
    except AccountError:
        return None
    return str(account.pw_uid) if account else None
