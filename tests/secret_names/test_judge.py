"""Which names count: of what stands in a notebook, and of environment variables."""

import pytest

from nblint.credentials.documented.formats import FORMATS
from nblint.credentials.judging.values import is_credential
from nblint.secret_names.judge import Level, judge, looks_secret, taken_by

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
password_field password_hash password_file secret_name secret_arn key_file token_url tokenizer pub_key pubkey askpass
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


VARIABLES = """
DATADOG_API_KEY GITHUB_TOKEN TOKEN DB_PASSWORD API_KEY_2 AWS_SECRET_ACCESS_KEY STRIPE_KEY_PROD
OPENAI_APIKEY GITHUBTOKEN MONGO_CONNECTION_STRING DB_PWD AWS_BEARER_TOKEN_BEDROCK AZURE_SEARCH_KEY
REDIS_KEY MEM0_KEY GITLAB_GROUP_TOKEN SECRET_KEY_BASE API_KEY_TEST API_KEYS PASSWORD_ADMIN
DATABASE_DSN APP_ONE_OF_MANY_SMTP_PASS AUTH_HEADER HTTP_AUTHORIZATION BASIC_AUTH_USER_INFO
SSH_PRIVATE_KEY
""".split()
OTHER_VARIABLES = """
MAX_TOKENS TOKENIZERS_PARALLELISM SECRET_NAME KEY_FILE PUBLIC_KEY TOKEN_URL PWD KEY
GOOGLE_APPLICATION_CREDENTIALS AWS_ACCESS_KEY_ID PARTITION_KEY MONKEY PATH PASSENGERS _ 9 PASS
OLDPWD GIT_ASKPASS S3_KEY PUBLIC_TOKEN PUBKEY NEXT_PUBLIC_ANON_KEY USE_AUTH_TOKEN REQUIRE_AUTH
AWS_CREDENTIALS FIRST_PASS TOKEN_BUDGET SECRETS_PREFIX ENCRYPTED_TOKEN PASSWORD_ENABLED
""".split()


@pytest.mark.parametrize("name", VARIABLES)
def test_variables_with_secrets(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["", *OTHER_VARIABLES])
def test_variables_without_secrets(name: str) -> None:
    assert not looks_secret(name)


def test_what_vendors_call_their_variables() -> None:
    """But for what the name does not say: an identifier that goes with a secret, a webhook."""
    unknown = {row.variable for row in FORMATS if not looks_secret(row.variable)}
    assert all(name.endswith(("_ID", "_SID", "_WEBHOOK_URL")) for name in unknown)


def test_calls_that_take_a_credential() -> None:
    assert taken_by("setPassword").level is Level.WEAK
    assert taken_by("census_api_key").kind == "API key"
    assert taken_by("get_password").level is Level.NONE
    assert taken_by("token").level is Level.NONE, "a weak name, and who knows what it takes"
