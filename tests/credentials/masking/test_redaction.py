"""What every report shows of a notebook's text; `test_cases.py` holds that it hides each case."""

from nblint.credentials.masking.masked import Masked
from nblint.credentials.masking.redaction import _hide_beginnings, _prefixes, mask
from tests.credentials.tokens import make


def test_what_is_no_credential_stays() -> None:
    for text in ("x = 1", "password = os.environ['DB_PASSWORD']", "# Purpose\nRank mails.", ""):
        assert mask(text) == text


def test_known_values_are_hidden_wherever_they_stand() -> None:
    value = make("password")
    assert value not in mask(f"ann uses {value} there", [value])
    assert 'a"b\\c9' not in mask(repr('a"b\\c9'), ['a"b\\c9'])


def test_a_token_that_an_excerpt_cuts_off() -> None:
    token = make("github-token")
    assert token[4:14] not in mask(f'client = Client("{token[:24]}')


def test_prefix_stays() -> None:
    assert mask(make("github-token")) == "ghp_…"


def test_every_beginning_of_a_token_is_hidden_however_little_is_left_of_it() -> None:
    for beginning in _prefixes().all:
        masked = Masked(f"see {beginning}{'Zq3x' * 2} there")
        _hide_beginnings(masked)
        assert "Zq3x" not in masked.text, beginning
