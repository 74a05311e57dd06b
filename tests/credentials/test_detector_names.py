"""Every detector that finds anything has a name that settings can switch off."""

import re

from nblint.credentials.detector_names import detectors
from tests.credentials.test_cases import CREDENTIALS, find


def test_names() -> None:
    for name, detector in detectors().items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        assert detector.kind


def test_all_are_known() -> None:
    found = {hit.hit.detector for case in CREDENTIALS for hit in find(case)}
    assert found <= set(detectors())
    assert len(found) > 25
