"""Which values count."""

import pytest

from nblint.credentials.judging.placeholders import is_placeholder
from nblint.credentials.judging.values import is_credential
from nblint.secret_names.judge import Level

PLACEHOLDERS = [
    "", " ", "...", "…", "xxxx", "XXXXXXXXXXXX", "********", "changeme", "your-api-key", "<TOKEN>",
    "<your token>", "${TOKEN}", "$TOKEN", "{{ token }}", "{token}", "%s", "%(token)s", "%TOKEN%",
    "YOUR_API_KEY", "my-secret-token", "password", "secret", "test", "sk-xxxxxxxxxxxxxxxxxxxx",
    "[REDACTED]", "(hidden)", "INSERT KEY HERE", "todo", "replace-me-please-replace", "abcdefgh1234",
    "0123456789abcdef", "AKIA" + "IOSFODNN7" + "EXAMPLE", "pk_live_" + "a1b2c3", "__TOKEN__",
]  # fmt: skip


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_placeholders(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize("value", ["hunter2x9", "S3cure!Pass", "p@$$w0rd-42", "Qk3mZ8xT1vB6cLpR"])
def test_no_placeholders(value: str) -> None:
    assert not is_placeholder(value)
    assert is_placeholder(value, [value.upper()]), "the settings say so, in any case"


@pytest.mark.parametrize(
    "value",
    ["https://x.internal/tokens", "/run/secrets/token", "arn:aws:secretsmanager:eu:1:secret:x",
     "SLACK_BOT_TOKEN", "key.pem", "ann@example.org", "vault:secret/x", "abc", r"[A-Z]\d+", "2024-01-01"],
)  # fmt: skip
def test_references_are_no_credentials(value: str) -> None:
    for level in (Level.WEAK, Level.STRONG):
        assert not is_credential(value, level)


def test_what_telegram_prints_in_its_documentation_is_no_secret() -> None:
    # https://core.telegram.org/bots/api#authorizing-your-bot
    assert is_placeholder("123456:ABC" + "-DEF1234ghIkl-" + "zyx57W2v1u123ew11")
