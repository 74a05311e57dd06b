"""How findings are worded: facts and instructions, without blame and in one form."""

import re
from pathlib import Path

from tests.rules.cases import read_cases

QUOTED = re.compile(r"'.*'|\".*\"", re.DOTALL)
BLAME = re.compile(
    r"\b(?:you(?! mean)|your|please|should|forgot\w*|wrong|mend\w*)\b", re.IGNORECASE
)


def test_findings_are_worded_alike(tmp_path: Path) -> None:
    said: dict[str, str] = {}
    for number, case in enumerate(read_cases()):
        folder = tmp_path / str(number)
        folder.mkdir()
        case.lay_out(folder)
        for finding in case.check(folder)[1]:
            fix = finding.fix.message if finding.fix else ""
            # A credential's message starts with its kind, which can be a proper name.
            message = "" if finding.detector else finding.message
            said |= dict.fromkeys((message, finding.help or "", fix), finding.code)
    del said[""]
    assert not [text for text in said if text[0].isupper()]
    assert not [text for text in said if text.endswith((".", "!")) or "\n" in text]
    assert not [text for text in said if BLAME.search(QUOTED.sub("", text))]
