"""The examples in the rules' docstrings: "Refused" has a finding, "Instead" has none."""

from pathlib import Path

import pytest

import nblint
from nblint.linting.documentation import Example, RuleDocumentation, documentation
from tests.credentials.tokens import expand
from tests.rules.cases import percent_to_bytes

# What surrounds every example.
REPOSITORY = {
    "environment.toml": """
        [environment.DATADOG_SITE]
        [environment.DATADOG_API_KEY]
        secret = true
        [environment.CASE_ID]
        required = false
        """,
    "parameters.yaml": "days: 30",
    "requirements.txt": "pandas",
}
NOTEBOOK = """
# %% tags=["parameters"]
days = 7

# %%
import os
import numpy as np

site = os.environ["DATADOG_SITE"]
"""
# Settings of the rules that need some.
SETTINGS = {
    "NBL009": 'select = ["NBL009", "NBL201"]',
    "NBL409": 'select = ["NBL409"]\nparameters.file = "parameters.yaml"',
    "NBL502": 'select = ["NBL502"]\nreproducibility.outputs = "keep"',
    "NBL510": 'select = ["NBL510"]\nreproducibility.outputs = "keep"',
}


def lay_out(code: str, example: Example) -> None:
    """Write the repository that contains an example to the current directory."""
    text = expand(example.text)
    files = dict(REPOSITORY)
    name, notebook = "triage.ipynb", percent_to_bytes(NOTEBOOK)
    match example.language:
        case "json":
            notebook = text.encode()
        case "markdown":
            rows = "\n".join(f"# {row}".rstrip() for row in text.splitlines())
            notebook = percent_to_bytes(f"# %% [markdown]\n{rows}\n")
        case "python":
            notebook = percent_to_bytes(text if "# %%" in text else f"# %%\n{text}")
        case "text":
            name = text.strip()
        case file:
            files[file] = text
    files["nblint.toml"] = SETTINGS.get(code, f'select = ["{code}"]')
    for file, content in files.items():
        Path(file).write_text(content, encoding="utf-8")
    Path(name).write_bytes(notebook)


@pytest.mark.parametrize("rule", documentation().values(), ids=documentation())
def test_examples(rule: RuleDocumentation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rule.refused
    assert rule.instead
    for example, codes in ((rule.refused, {rule.code}), (rule.instead, set())):
        folder = tmp_path / ("refused" if codes else "instead")
        folder.mkdir()
        monkeypatch.chdir(folder)
        lay_out(rule.code, example)
        found = [reported for result in nblint.check(["."]) for reported in result.findings]
        assert {reported.finding.code for reported in found} == codes
        if codes:
            assert all(not reported.finding.fix for reported in found) == (not rule.fixable)
