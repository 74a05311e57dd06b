"""Which names and values count."""

import pytest

from nblint.credentials.judging.placeholders import is_placeholder
from nblint.credentials.judging.values import is_credential
from nblint.secret_names.names import Level, judge

CREDENTIALS = """
password db_password dbPassword PASSWORD password2 password_prod smtp_pass userpass pwd api_key
apiKey API_KEY openai_api_key X-Api-Key api_key_prod access_token accessToken auth_token token
GITHUB_TOKEN client_secret clientSecret SECRET_KEY secret aws_secret_access_key account_key
subscription_key Ocp-Apim-Subscription-Key private_key signing_key datadog_key mykey
spark.hadoop.fs.s3a.secret.key fs.azure.account.key.x.dfs.core.windows.net bearer_token psk
""".split()
OTHERS = """
pad_token eos_token bos_token unk_token max_tokens token_type token_type_ids token_count tokens
next_page_token primary_key sort_key foreign_key partition_key cache_key s3_key public_key key
password_field password_hash password_file secret_name secret_arn key_file token_url tokenizer
tokenizer_file keyboard monkey author authority bypass compass passenger keys keyword no_password
use_auth_token secretary
""".split()


@pytest.mark.parametrize("name", CREDENTIALS)
def test_credential_names(name: str) -> None:
    assert judge(name).level is not Level.NONE
    assert judge(name).kind


@pytest.mark.parametrize("name", OTHERS)
def test_other_names(name: str) -> None:
    found = judge(name).level
    assert found is Level.NONE or not is_credential("a_word_or-2", found)


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
