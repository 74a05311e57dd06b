"""The page of the detectors of credentials, made from the engine."""

from nblint.credentials.detectors import detectors

OPENING = """\
# Detectors of credentials

What finds a credential is named by `detector` in the JSON report. `disable` in
[`[tool.nblint.credentials]`](settings.md#credentials-disable) switches detectors off by these
names. Those without an address go by the name or the place of a value."""


def page() -> str:
    """Return the page, as markdown."""
    rows = ["detector | what it finds | documented by its vendor", "--- | --- | ---"]
    for detector in detectors().values():
        address = f"<{detector.url}>" if detector.url else ""
        rows.append(f"`{detector.name}` | {detector.kind} | {address}")
    return "\n\n".join([OPENING, "\n".join(rows)]) + "\n"
