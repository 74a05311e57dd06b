"""Marking: what the engine finds in the papers, group by group."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from nblint.credentials.credentials import Credentials
from nblint.document.model import Notebook
from nblint.project.project import Project
from nblint.reading.python.cells import PythonCells
from nblint.settings import CredentialsSettings
from tests.credentials.exam.paper import Idiom, Question, papers

# An access key's id names an account; a report of it is neither asked for nor wrong.
_BESIDE = ("aws-access-key-id",)


class Marks:
    """What was asked, found and wrongly reported.

    Attributes:
        asked: Values planted, by group.
        found: Values found, by group.
        missed: Idioms of the others, and on which surface.
        false: Idioms and the detector that reported something else in them.
        look_alikes: Texts asked that hold no credential.
    """

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.missed: Counter[Missed] = Counter()
        self.false: Counter[FalseAlarm] = Counter()
        self.look_alikes = 0

    @property
    def recall(self) -> float:
        """The share of planted values that were found."""
        return sum(self.found.values()) / max(1, sum(self.asked.values()))

    def report(self) -> str:
        """Return a table by group, then idioms; never a value."""
        rows = [f"{'group':12} {'asked':>6} {'found':>6} {'recall':>7}"]
        for group, asked in sorted(self.asked.items()):
            rows.append(
                f"{group:12} {asked:6} {self.found[group]:6} {self.found[group] / asked:7.1%}"
            )
        rows.append(
            f"{'all':12} {sum(self.asked.values()):6} {sum(self.found.values()):6} {self.recall:7.1%}"
        )
        rows.append(f"{self.look_alikes} look-alikes, {sum(self.false.values())} false alarms")
        for missed, times in sorted(self.missed.items()):
            rows.append(f"missed {times}× [{missed.surface}] {missed.text}")
        for false, times in sorted(self.false.items()):
            rows.append(f"false {times}× {false.detector} [{false.surface}] {false.text}")
        return "\n".join(rows)


class Missed(NamedTuple):
    surface: str
    text: str


class FalseAlarm(NamedTuple):
    detector: str
    surface: str
    text: str


def mark(questions: Iterable[Question], chance: random.Random) -> Marks:
    """Let the engine search the papers made of questions, and mark what it finds."""
    marks = Marks()
    for content, asked in papers(questions, chance):
        document = Notebook.parse("exam.ipynb", content)
        python = PythonCells.read(document)
        found = Credentials.read(document, python, CredentialsSettings(), Project()).all
        values = [item.hit.secret.reveal() for item in found]
        for question in asked:
            group = question.idiom.group
            marks.look_alikes += not question.planted
            for value in question.planted:
                marks.asked[group] += 1
                if any(_same(value, other) for other in values):
                    marks.found[group] += 1
                else:
                    marks.missed[Missed(question.surface, question.idiom.text)] += 1
        for item, value in zip(found, values, strict=True):
            if item.hit.detector in _BESIDE:
                continue
            if not any(_same(planted, value) for q in asked for planted in q.planted):
                idiom, surface = _where(value, asked)
                marks.false[FalseAlarm(item.hit.detector, surface, idiom.text)] += 1
    return marks


def _same(planted: str, found: str) -> bool:
    """Tell whether a value found is the one planted, with or without a little of what is around it."""
    return planted in found or (found in planted and len(found) >= 0.6 * len(planted))


def _where(value: str, asked: list[Question]) -> tuple[Idiom, str]:
    for question in asked:
        if value in question.text:
            return question.idiom, question.surface
    return asked[0].idiom, asked[0].surface
