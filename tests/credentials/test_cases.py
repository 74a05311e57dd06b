"""What is found and what is not, over all surfaces and idioms."""

import re

import pytest

from nblint.credentials.credentials import Credential, Credentials
from nblint.credentials.masking.redaction import mask
from nblint.document.model import Notebook
from nblint.project.project import Project
from nblint.reading.python.cells import PythonCells
from nblint.settings import CredentialsSettings
from tests.credentials import cases, domains, idioms
from tests.credentials.cases import Case, notebook
from tests.credentials.tokens import expand

CREDENTIALS = [*cases.CREDENTIALS, *idioms.CREDENTIALS, *domains.CREDENTIALS]
LOOK_ALIKES = [*cases.LOOK_ALIKES, *idioms.LOOK_ALIKES, *domains.LOOK_ALIKES]
# Identifiers that stand beside a credential, and the two halves of one.
BESIDE = {"uuid-tenant", "uuid-client", "half:2"}
# What reports quote as it is, but for what `mask` hides.
MASKED = ("code", "stream", "text/html")
# What is found is their content, not their text.
ENCODED = ("private-key", "service-account", "basic", "base64-github", "half")


def find(case: Case) -> tuple[Credential, ...]:
    document = Notebook.parse("nb.ipynb", notebook(case))
    python = PythonCells.read(document)
    return Credentials.read(document, python, CredentialsSettings(), Project()).all


def title(case: Case) -> str:
    return f"{case.surface}: {case.text[:60]!r}"


@pytest.mark.parametrize("case", CREDENTIALS, ids=title)
def test_credential(case: Case) -> None:
    found = find(case)
    planted = re.findall("«([^»]+)»", case.text)
    if 'client_id": "«uuid»' in case.text:
        planted.remove("uuid")
    planted = [name for name in planted if name not in BESIDE]
    assert len(found) == len(planted), [hit.hit for hit in found]
    values = [hit.hit.secret.reveal() for hit in found]
    for name in planted:
        if not name.startswith(ENCODED):
            value = expand(f"«{name}»")
            assert any(value in one or one in value for one in values), name
    if case.surface in MASKED:
        masked = mask(expand(case.text))
        assert not [name for name in planted if expand(f"«{name}»") in masked]


@pytest.mark.parametrize("case", LOOK_ALIKES, ids=title)
def test_look_alike(case: Case) -> None:
    assert not find(case)


def test_there_are_enough_cases() -> None:
    assert len(CREDENTIALS) >= 450
    assert len(LOOK_ALIKES) >= 300
    surfaces = {case.surface for case in CREDENTIALS}
    assert surfaces >= {"code", "markdown", "raw", "stream", "traceback", "text/html", "metadata"}


def test_values_stand_where_they_are_said_to() -> None:
    for case in CREDENTIALS:
        document = Notebook.parse("nb.ipynb", notebook(case))
        for found in find(case):
            hit, place = found.hit, found.place
            if place.surface == "source" and place.row == place.end_row and place.cell:
                row = document.cells[place.cell - 1].rows[(place.row or 1) - 1]
                part = row[(place.column or 1) - 1 : (place.end_column or 1) - 1]
                value = hit.secret.reveal()
                assert value in part or part in value or part[:1] in "b\"'([" or hit.detector in (
                    "basic-auth", "private-key", "github-token",
                ), title(case)  # fmt: skip
