"""Findings as one sentence, for viewers that show files by lines, not by cells."""

import hashlib
from collections import Counter

from nblint.linting.results import Reported
from nblint.reports.terminal import printable


def sentence(reported: Reported) -> str:
    """Return the message with the cell and the line in it: "cell 5, line 4: …".

    Viewers show it at a line of the `.ipynb` file; if the file has only one, the sentence says so.
    """
    where = inside(reported)
    if reported.one_line:
        where = f"{where} (the file is a single line)" if where else "the file is a single line"
    message = printable(reported.finding.message)
    return f"{where}: {message}" if where else message


def inside(reported: Reported) -> str:
    """Return the place in the notebook: "cell 5, output 1, line 2"; empty for the file itself."""
    place = reported.finding.place
    parts = [f"cell {place.cell}"] if place.cell is not None else []
    if place.surface == "file":
        return parts[0] if parts else ""
    if place.surface == "output":
        parts.append(f"output {place.output}")
    elif place.surface not in ("source", "file"):
        parts.append(place.surface)
    if parts and place.row is not None:
        parts.append(f"line {place.row}")
    return ", ".join(parts)


class Fingerprints:
    """Identifies findings, even after lines and cells have moved."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, reported: Reported) -> str:
        """Return 64 hexadecimal digits that no other finding of the run has."""
        finding = reported.finding
        known = finding.fingerprint or f"{finding.detector}\0{finding.subject}"
        alike = f"{reported.path}\0{finding.code}\0{known}"
        self._seen[alike] += 1
        text = f"{alike}\0{self._seen[alike]}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
