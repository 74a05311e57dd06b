"""detect-secrets' providers: whatever they find on a line, nblint finds; and a team's own plugins."""

import random
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from nblint.credentials.documented.detect_secrets_plugins import plugins
from nblint.credentials.engine import find_in_code, find_in_text
from nblint.credentials.hits import Hit
from nblint.credentials.options import Options
from tests.credentials.tokens import fill, make

# The plugins of providers; entropy, keywords, IP addresses and basic authentication are none.
PROVIDERS = {
    "ArtifactoryDetector": ["AKC{a60}", "AP5{a20}"],
    "AWSKeyDetector": ["AKIA{u16}", "ASIA{u16}", "aws_secret_key = '{b40}'"],
    "AzureStorageKeyDetector": ["AccountKey={b88}"],
    "CloudantDetector": ["cloudant_password = '{h64}'", "cloudant_key='{z24}'",
                         "https://user:{h64}@user.cloudant.com"],
    "DiscordBotTokenDetector": ["M{a23}.{w6}.{w27}"],
    "GitHubTokenDetector": ["ghp_{a36}", "gho_{a36}", "ghu_{a36}", "ghs_{a36}", "ghr_{a36}"],
    "GitLabTokenDetector": ["glpat-{w20}", "gldt-{w20}", "glft-{w20}", "glsoat-{w20}", "glrt-{w20}",
                            "GR1348941{w20}", "glcbt-{h2}_{w20}", "glimt-{w25}", "glptt-{w40}",
                            "glagent-{w50}", "gloas-{w64}"],
    "IbmCloudIamDetector": ["ibm_cloud_iam_api_key = '{w44}'", "apikey: {w44}"],
    "IbmCosHmacDetector": ["cos_hmac_secret_access_key = '{h48}'"],
    "MailchimpDetector": ["{h32}-us11"],
    "NpmDetector": ["//registry.npmjs.org/:_authToken=npm_{a36}"],
    "OpenAIDetector": ["sk-{a20}T3BlbkFJ{a20}"],
    "PypiTokenDetector": ["pypi-AgEIcHlwaS5vcmc{w80}", "pypi-AgENdGVzdC5weXBpLm9yZw{w80}"],
    "SendGridDetector": ["SG.{w22}.{w43}"],
    "SlackDetector": ["xoxb-{d12}-{d12}-{l24}", "https://hooks.slack.com/services/T{u8}/B{u8}/{a24}"],
    "SoftlayerDetector": ["softlayer_api_key = '{h64}'"],
    "SquareOAuthDetector": ["sq0csp-{w43}"],
    "StripeDetector": ["sk_live_{a24}", "rk_live_{a24}"],
    "TelegramBotTokenDetector": ["{d9}:{w35}"],
    "TwilioKeyDetector": ["AC{l32}", "SK{l32}"],
}  # fmt: skip
AROUND = ['x = "%s"', "%s", "print('%s')", "# %s", 'client = Client(token="%s")', "see %s for it"]


@pytest.fixture(scope="module")
def detectors() -> dict[str, object]:
    from detect_secrets.core.plugins.initialize import from_plugin_classname
    from detect_secrets.settings import transient_settings

    names = [*PROVIDERS, "JwtTokenDetector"]
    with transient_settings({"plugins_used": [{"name": name} for name in names]}):
        return {name: from_plugin_classname(name) for name in names}


def covered(value: str, text: str, hits: list[Hit]) -> bool:
    start = text.find(value)
    return any(hit.start < start + len(value) and start < hit.end for hit in hits)


@pytest.mark.parametrize("name", PROVIDERS)
def test_equivalence(detectors: dict[str, object], name: str) -> None:
    chance = random.Random(name)
    options = Options(plugins=plugins())
    seen = 0
    for token, around in product(PROVIDERS[name], AROUND):
        line = around % fill(token, chance)
        found_in_text = find_in_text(line, options)
        found_in_code = find_in_code(line, "python", options=options)
        for value in detectors[name].analyze_string(line):  # type: ignore[attr-defined]
            assert covered(value, line, found_in_text), (token, around)
            assert covered(value, line, found_in_code), (token, around)
            seen += 1
    assert seen >= len(PROVIDERS[name])


def test_json_web_tokens(detectors: dict[str, object]) -> None:
    options = Options(plugins=plugins())
    for seed in range(30):
        line = f'x = "{make("json-web-token", seed)}"'
        assert list(detectors["JwtTokenDetector"].analyze_string(line))  # type: ignore[attr-defined]
        assert find_in_code(line, options=options)


OWN = """
import re
from detect_secrets.plugins.base import RegexBasedDetector

class AcmeDetector(RegexBasedDetector):
    secret_type = "Acme Badge"
    denylist = (re.compile(r"acme:[a-z0-9]{12}"),)
"""


def test_own_plugin(tmp_path: Path) -> None:
    path = tmp_path / "acme.py"
    path.write_text(OWN)
    value = "acme:" + fill("{l12}", random.Random(1))
    found = list(plugins((str(path),))(f"x = 1\nsee {value} there"))
    assert [(hit.detector, hit.kind, hit.start) for hit in found] == [
        ("acme-badge", "Acme Badge", 10)
    ]
    assert found[0].secret.reveal() == value


def test_placeholders_of_the_settings_are_no_secrets() -> None:
    value = fill("{h64}", random.Random(2))
    line = f"softlayer_api_key = '{value}'"
    assert list(plugins()(line))
    assert not list(plugins(placeholders=[value.upper()])(line))


def test_detect_secrets_is_not_imported_without_a_candidate() -> None:
    program = (
        "import sys\n"
        "from nblint.credentials.engine import find_in_code\n"
        "from nblint.credentials.options import Options\n"
        "from nblint.credentials.documented.detect_secrets_plugins import plugins\n"
        "options = Options(plugins=plugins())\n"
        "find_in_code('password = input()\\nkey = 1\\n' * 50, options=options)\n"
        "print('detect_secrets' in sys.modules, 'socket' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["False", "False"]


def test_the_providers_are_all_of_detect_secrets() -> None:
    import detect_secrets.plugins

    folder = Path(detect_secrets.plugins.__file__).parent
    names = set()
    for path in folder.glob("*.py"):
        names.update(re.findall(r"^class (\w+)\((?:RegexBased|BasePlugin)", path.read_text(), re.M))
    others = {"RegexBasedDetector", "BasicAuthDetector", "IPPublicDetector", "KeywordDetector",
              "PrivateKeyDetector", "JwtTokenDetector", "HighEntropyStringsPlugin"}  # fmt: skip
    assert names - others == set(PROVIDERS)
