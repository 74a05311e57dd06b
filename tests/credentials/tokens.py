"""Token-like values, made when a test runs: no file of ours holds one.

A value is described by a template: `{a36}` is 36 letters and digits, `{h64}` 64 hexadecimal
digits; the other classes stand in `ALPHABETS`.
"""

import base64
import json
import random
import re
import string
import zlib
from collections.abc import Callable

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
ALPHABETS = {
    "a": string.ascii_letters + string.digits,
    "b": string.ascii_letters + string.digits + "+/",
    "w": string.ascii_letters + string.digits + "-_",
    "l": string.ascii_lowercase + string.digits,
    "u": string.ascii_uppercase + string.digits,
    "t": string.ascii_uppercase + "234567",
    "z": string.ascii_lowercase,
    "h": "0123456789abcdef",
    "d": "123456789",
}
TEMPLATES = {
    "aws-access-key-id": "AKIA{t16}",
    "aws-secret-access-key": "{b38}g7",
    "aws-session-token": "IQoJb3JpZ2lu{b200}",
    "aws-bedrock-api-key": "ABSK{b128}",
    "github-app-token": "ghs_{a36}",
    "github-fine-grained-token": "github_pat_{a22}_{a59}",
    "gitlab-token": "glpat-{w20}",
    "gitlab-routable-token": "glpat-{w27}.01.{l9}",
    "gitlab-runner-token": "GR1348941{w20}",
    "slack-token": "xoxb-{d12}-{d12}-{a24}",
    "slack-app-token": "xapp-1-A{u10}-{d13}-{h64}",
    "slack-webhook": "hooks.slack.com/services/T{u8}/B{u8}/{a24}",
    "google-api-key": "AIza{w35}",
    "google-oauth-secret": "GOCSPX-{w28}",
    "google-oauth-token": "ya29.{w120}",
    "azure-storage-key": "{b76}+ASt{b6}==",
    "azure-client-secret": "{a3}8Q~{a34}",
    "azure-ai-key": "{a52}JQQJ99{a26}",
    "azure-search-key": "{a42}AzSe{a6}",
    "azure-functions-key": "{a44}AzFu{a6}==",
    "openai-api-key": "sk-{a20}T3BlbkFJ{a20}",
    "openai-project-key": "sk-proj-{w74}T3BlbkFJ{w74}",
    "anthropic-api-key": "sk-ant-api03-{w93}AA",
    "openrouter-api-key": "sk-or-v1-{h64}",
    "huggingface-token": "hf_{a34}",
    "groq-api-key": "gsk_{a52}",
    "replicate-token": "r8_{a37}",
    "xai-api-key": "xai-{a80}",
    "perplexity-api-key": "pplx-{a48}",
    "tavily-api-key": "tvly-{a32}",
    "together-api-key": "tgp_v1_{w43}",
    "pinecone-api-key": "pcsk_{a6}_{a63}",
    "langsmith-api-key": "lsv2_pt_{h32}_{h10}",
    "nvidia-api-key": "nvapi-{w64}",
    "databricks-token": "dapi{h32}",
    "docker-token": "dckr_pat_{w27}",
    "grafana-token": "glsa_{a32}_{h8}",
    "vault-token": "hvs.{w90}",
    "terraform-token": "{a14}.atlasv1.{w67}",
    "digitalocean-token": "dop_v1_{h64}",
    "notion-token": "ntn_{a46}",
    "linear-api-key": "lin_api_{a40}",
    "airtable-token": "pat{a14}.{h64}",
    "shopify-token": "shpat_{h32}",
    "postman-api-key": "PMAK-{h24}-{h34}",
    "atlassian-token": "ATATT3{w186}",
    "sentry-token": "sntryu_{h64}",
    "new-relic-key": "NRAK-{u27}",
    "supabase-key": "sbp_{h40}",
    "mapbox-secret-token": "sk.eyJ{a60}.{a22}",
    "pypi-token": "pypi-AgEIcHlwaS5vcmc{w150}",
    "npm-token": "npm_{a36}",
    "rubygems-token": "rubygems_{h48}",
    "stripe-secret-key": "sk_live_{a24}",
    "twilio-api-key": "SK{h32}",
    "sendgrid-api-key": "SG.{w22}.{w43}",
    "mailgun-api-key": "key-{h32}",
    "mailchimp-api-key": "{h32}-us12",
    "square-token": "sq0csp-{w43}",
    "discord-bot-token": "M{a23}.{w6}.{w27}",
    "telegram-bot-token": "{d10}:AA{w33}",
    "artifactory-token": "AKCp8{a68}",
    "circleci-token": "CCIPAT_{a22}_{h40}",
    "dynatrace-token": "dt0c01.{t24}.{t64}",
    "figma-token": "figd_{w40}",
    "kaggle-api-token": "KGAT_{h32}",
    "password": "{z3}{a9}{d2}",
    "api-key": "{h32}",
    "opaque-token": "{a40}",
    "hex40": "{h40}",
    "hex48": "{h48}",
    "hex64": "{h64}",
    "b43": "{b43}",
    "b86": "{b86}",
    "z5": "{z5}",
    "half": "{h16}",
    "a36": "{a36}",
    "base32": "{t32}",
    "sas-signature": "{a42}%3D",
    "uuid-tenant": "{h8}-{h4}-4{h3}-a{h3}-{h12}",
    "uuid-client": "{h8}-{h4}-4{h3}-a{h3}-{h12}",
    "uuid": "{h8}-{h4}-4{h3}-a{h3}-{h12}",
}


def fill(template: str, chance: random.Random) -> str:
    """Return a value that a template describes."""

    def piece(match: re.Match[str]) -> str:
        return "".join(chance.choices(ALPHABETS[match[1]], k=int(match[2])))

    return re.sub(r"\{([a-z])(\d+)\}", piece, template)


def _base62(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits


def github_token(chance: random.Random) -> str:
    """Return a token with a right checksum."""
    body = "".join(chance.choices(_BASE62, k=30))
    return "ghp" + "_" + body + _base62(zlib.crc32(body.encode()), 6)


def json_web_token(chance: random.Random) -> str:
    """Return a token whose header and payload decode."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    payload = {"sub": fill("{l12}", chance), "iat": chance.randrange(1_600_000_000, 1_900_000_000)}
    return ".".join((part({"alg": "HS256", "typ": "JWT"}), part(payload), fill("{w43}", chance)))


def private_key(chance: random.Random) -> str:
    """Return something in the form of a PEM file."""
    body = fill("{b1600}", chance)
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    label = "RSA PRIVATE" + " KEY"
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"))


def service_account(chance: random.Random) -> str:
    """Return a Google service account's file."""
    account = {"type": "service_account", "private_key": private_key(chance) + "\n"}
    return json.dumps(account)


def _documented_json_web_token(chance: random.Random) -> str:
    """Return a token with the payload that jwt.io shows to everybody."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    payload = b'{"sub":"1234567890","name":"John Doe","iat":1516239022}'
    body = base64.urlsafe_b64encode(payload).decode().rstrip("=")
    return ".".join((head, body, fill("{w43}", chance)))


def _basic(chance: random.Random) -> str:
    return base64.b64encode(("ann:" + fill(TEMPLATES["password"], chance)).encode()).decode()


GENERATORS: dict[str, Callable[[random.Random], str]] = {
    "github-token": github_token,
    "json-web-token": json_web_token,
    "private-key": private_key,
    "service-account": service_account,
    "basic": _basic,
    "documented-json-web-token": _documented_json_web_token,
    "masked-github-token": lambda chance: "ghp" + "_" + 36 * "x",
    "masked-huggingface-token": lambda chance: "hf" + "_" + 34 * "x",
    "sequential-github-token": lambda chance: "ghp" + "_" + string.ascii_lowercase + string.digits,
    "base64-github": lambda chance: base64.b64encode(github_token(chance).encode()).decode(),
    # What rules for passwords ask for, and what Google makes for programs.
    "chosen-password": lambda chance: "Admin" + "@" + chance.choice(("123", "1234")),
    "signed-password": lambda chance: fill("{z5}", chance).title() + "#" + fill("{d4}", chance),
    "app-password": lambda chance: fill("{z4} {z4} {z4} {z4}", chance),
    "private-key-escaped": lambda chance: private_key(chance).replace("\n", "\\n"),
}


def make(name: str, seed: object = "") -> str:
    """Return a value of a kind, the same for the same seed."""
    chance = random.Random(f"{name}{seed}")
    generator = GENERATORS.get(name)
    return generator(chance) if generator else fill(TEMPLATES[name], chance)


def expand(text: str) -> str:
    """Return a text with `«github-token»` and the like made values, the same at every run.

    `«github-token:2»` is another one than `«github-token»`.
    """
    return re.sub("«([a-z0-9-]+)(?::([0-9]+))?»", lambda m: make(m[1], m[2] or ""), text)
