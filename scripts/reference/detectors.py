"""Generate the page of the credential detectors from the engine."""

from nblint.credentials.detector_names import detectors

OPENING = """\
# Credential detectors

`detector` in the JSON report names the detector that found a credential. To turn detectors off,
list their names in [`credentials.disable`](settings.md#credentials-disable). Detectors without a
link go by the name or the location of a value."""


def page() -> str:
    """Return the page as Markdown."""
    rows = ["detector | what it finds | documented by its vendor", "--- | --- | ---"]
    for detector in detectors().values():
        address = f"<{detector.url}>" if detector.url else ""
        rows.append(f"`{detector.name}` | {detector.kind} | {address}")
    return "\n\n".join([OPENING, "\n".join(rows)]) + "\n"
