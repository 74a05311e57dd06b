"""Findings as one sentence, for viewers that know the lines of a file but no cells."""

import hashlib
from collections import Counter

from nblint.linting.results import Reported
from nblint.reports.terminal import printable


def sentence(reported: Reported) -> str:
    """Return what is wrong, opening with the cell and its line: "cell 5, line 4: …".

    A viewer shows it at a line of the `.ipynb` file. Where the whole file is one line, it says so.
    """
    where = inside(reported)
    if reported.one_line:
        where = f"{where} (the file has no lines)" if where else "the file has no lines"
    message = printable(reported.finding.message)
    return f"{where}: {message}" if where else message


def inside(reported: Reported) -> str:
    """Return where in the notebook: "cell 5, output 1, line 2"; empty for the file itself."""
    place = reported.finding.place
    parts = [f"cell {place.cell}"] if place.cell is not None else []
    if place.surface == "output":
        parts.append(f"output {place.output}")
    elif place.surface not in ("source", "file"):
        parts.append(place.surface)
    if parts and place.row is not None:
        parts.append(f"line {place.row}")
    return ", ".join(parts)


class Fingerprints:
    """Tells findings apart, and knows them again when lines and cells move."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, reported: Reported) -> str:
        """Return 64 hexadecimal digits, which no other finding of the run has."""
        finding = reported.finding
        known = finding.fingerprint or f"{finding.detector}\0{finding.subject}"
        alike = f"{reported.path}\0{finding.code}\0{known}"
        self._seen[alike] += 1
        text = f"{alike}\0{self._seen[alike]}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
