"""What is planted, and what fills the text around it.

In an idiom, `«kind»` is a value that must be found, and `‹kind›` is text that must not be reported.
A kind that stands twice in one idiom with a number (`‹user:1›`) is the same text twice.
"""

from __future__ import annotations

import base64
import json
import random
import re
import string
import uuid
import zlib
from collections.abc import Callable
from functools import partial

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_CLASSES = {
    "a": string.ascii_letters + string.digits,
    "w": string.ascii_letters + string.digits + "-_",
    "b": string.ascii_letters + string.digits + "+/",
    "l": string.ascii_lowercase + string.digits,
    "u": string.ascii_uppercase + string.digits,
    "h": "0123456789abcdef",
    "H": "0123456789ABCDEF",
    "d": string.digits,
    "t": string.ascii_uppercase + "234567",
    "x": "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    "c": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}
_UUID = "{h8}-{h4}-4{h3}-a{h3}-{h12}"

# Provider: the shape of its token, as its documentation or its public partner rules give it.
PROVIDERS = {
    "1password": "ops_eyJ{a260}",
    "adobe": "p8e-{l32}",
    "age": "AGE-SECRET-KEY-1{c58}",
    "airtable": "pat{a14}.{h64}",
    "aiven": "AVNS_{w19}",
    "amazon-mws": f"amzn.mws.{_UUID}",
    "anthropic": "sk-ant-api03-{w93}AA",
    "apify": "apify_api_{a36}",
    "appsync": "da2-{l26}",
    "asana": "2/{d16}/{d16}:{h32}",
    "atlassian": "ATATT3xFfGF0{w180}={H8}",
    "aws-bedrock": "ABSK{a130}==",
    "axiom": f"xaat-{_UUID}",
    "bitbucket-repository": "ATCTT3xFfGN0{w160}={H8}",
    "bitbucket": "ATBB{a32}",
    "bitwarden": f"0.{_UUID}.{{a30}}:{{b22}}==",
    "braintree": "access_token$production${l16}${h32}",
    "brevo": "xkeysib-{h64}-{l16}",
    "buildkite": "bkua_{h40}",
    "cerebras": "csk-{l48}",
    "circleci": "CCIPAT_{a22}_{h40}",
    "clickhouse": "4b1d{a38}",
    "clojars": "CLOJARS_{h60}",
    "cloudflare-origin-ca": "v1.0-{h24}-{h146}",
    "cockroach": "CCDB1_{a22}_{a40}",
    "contentful": "CFPAT-{w43}",
    "crates": "cio{a32}",
    "databricks": "dapi{h32}",
    "dbt": "dbtc_{a43}",
    "defined": "dnkey-{t26}-{t52}",
    "deno": "ddp_{a36}",
    "dependency-track": "odt_{a32}",
    "digitalocean": "dop_v1_{h64}",
    "docker": "dckr_pat_{w27}",
    "doppler-audit": "dp.audit.{a43}",
    "doppler-cli": "dp.ct.{a43}",
    "doppler-personal": "dp.pt.{a43}",
    "doppler-scim": "dp.scim.{a43}",
    "doppler-service": "dp.st.prd.{a43}",
    "dropbox": "sl.{w135}",
    "duffel": "duffel_live_{w43}",
    "dynatrace": "dt0c01.{t24}.{t64}",
    "easypost": "EZAK{l54}",
    "elevenlabs": "sk_{h48}",
    "facebook": "EAAC{a160}",
    "figma": "figd_{w40}",
    "firecrawl": "fc-{h32}",
    "fireworks": "fw_{a24}",
    "flutterwave": "FLWSECK-{h32}-X",
    "fly": "fo1_{w43}",
    "frameio": "fio-u-{w64}",
    "gitlab": "glpat-{w20}",
    "gitlab-deploy": "gldt-{w20}",
    "gitlab-feed": "glft-{w20}",
    "google-api": "AIza{w35}",
    "google-oauth": "GOCSPX-{w28}",
    "google-refresh": "1//0{w100}",
    "grafana-cloud": "glc_eyJ{a80}",
    "groq": "gsk_{a52}",
    "harness": "pat.{w22}.{h24}.{a20}",
    "heroku": "HRKU-AA{w58}",
    "honeycomb": "hcaik_01{l58}",
    "hubspot": f"pat-na1-{_UUID}",
    "huggingface": "hf_{a34}",
    "infracost": "ico-{a32}",
    "intra42": "s-s4t2ud-{h64}",
    "jina": "jina_{h32}{w28}",
    "kaggle": "KGAT_{h32}",
    "langfuse": f"sk-lf-{_UUID}",
    "langsmith": "lsv2_pt_{h32}_{h10}",
    "launchdarkly": f"sdk-{_UUID}",
    "linear": "lin_api_{a40}",
    "llamacloud": "llx-{a48}",
    "logfire": "pylf_v1_us_{a43}",
    "mapbox": "sk.eyJ{a60}.{a22}",
    "maxmind": "{a6}_{a29}_mmk",
    "mongodb-atlas": "mdb_sa_sk_{w40}",
    "neon": "napi_{l64}",
    "netlify": "nfp_{a36}",
    "new-relic": "NRAK-{u27}",
    "notion": "ntn_{d11}{a35}",
    "nuget": "oy2{l43}",
    "nvidia": "nvapi-{w64}",
    "octopus": "API-{u26}",
    "openai": "sk-proj-{w74}T3BlbkFJ{w74}",
    "openrouter": "sk-or-v1-{h64}",
    "openshift": "sha256~{w43}",
    "perplexity": "pplx-{a48}",
    "pinecone": "pcsk_{a6}_{a63}",
    "plaid": f"access-production-{_UUID}",
    "planetscale": "pscale_tkn_{w43}",
    "planetscale-password": "pscale_pw_{w43}",
    "posthog": "phx_{a43}",
    "postman": "PMAK-{h24}-{h34}",
    "prefect": "pnu_{a36}",
    "pulumi": "pul-{h40}",
    "pypi": "pypi-AgEIcHlwaS5vcmc{w150}",
    "readme": "rdme_{l70}",
    "replicate": "r8_{a37}",
    "resend": "re_{a8}_{a24}",
    "rubygems": "rubygems_{h48}",
    "scalingo": "tk-us-{w48}",
    "segment": "sgp_{a64}",
    "sendgrid": "SG.{w22}.{w43}",
    "sentry": "sntryu_{h64}",
    "settlemint": "sm_pat_{a16}",
    "shippo": "shippo_live_{h40}",
    "shopify": "shpat_{h32}",
    "slack": "xoxb-{d12}-{d12}-{a24}",
    "sonarqube": "squ_{h40}",
    "sourcegraph": "sgp_{h16}_{h40}",
    "square": "EAAA{w60}",
    "square-oauth": "sq0csp-{w43}",
    "stripe": "rk_live_{a24}",
    "supabase": "sbp_{h40}",
    "supabase-secret": "sb_secret_{w22}_{w8}",
    "tailscale": "tskey-auth-{a12}CNTRL-{a32}",
    "tavily": "tvly-dev-{a32}",
    "telegram": "{d10}:AA{w33}",
    "terraform": "{a14}.atlasv1.{w67}",
    "together": "tgp_v1_{w43}",
    "trello": "ATTA{h72}",
    "twilio": "SK{h32}",
    "typeform": "tfp_{a44}_{a14}",
    "vault": "hvs.{w95}",
    "voyage": "pa-{w43}",
    "xai": "xai-{a80}",
    "yandex-api": "AQVN{w36}",
    "yandex-access": "YCA{w37}",
    "zuplo": "zpka_{h32}_{h8}",
}

_SYLLABLES = (
    "bar cor dan fel gri hol jun kap lim mor nev oss pel quin ras sol tam ulm ven wex yar zor "
    "brin clem drov flint grup knor plim strov thel vrek"
).split()
_SERVICES = (
    "billing harbor orion lumen redwood atlas tundra vega ledger quartz osprey nimbus".split()
)
_USERS = "ann bruno carla deploy etl_job frida gustav helena".split()
_PASSWORDS = "password passwd pwd db_password admin_password user_pass passphrase".split()
_KEYS = "api_key token auth_token access_token secret_key client_secret private_token api_secret".split()
_NEUTRAL = "x value data first item cfg a result line setting v3 current".split()


def fill(shape: str, chance: random.Random) -> str:
    """Return a string of a shape such as `ghp_{a36}`; no run of one character, all classes in it."""

    def some(match: re.Match[str]) -> str:
        alphabet = _CLASSES[match[1]]
        text = "".join(chance.choices(alphabet, k=int(match[2])))
        return text if text[-1] not in "-_" else text[:-1] + chance.choice("3579")

    return re.sub(r"\{(\w)(\d+)\}", some, shape)


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=2))


def _password(chance: random.Random) -> str:
    """Return a password as people choose them: two odd words, digits, a sign; safe to quote."""
    digits = fill("{d2}", chance)
    return chance.choice([
        f"{_word(chance).capitalize()}-{digits}-{_word(chance)}",
        f"{_word(chance).capitalize()}{_word(chance)}{digits}!",
        f"{fill('{a5}', chance)}_{fill('{a6}', chance)}{digits}",
        f"{_word(chance)}.{digits}{_word(chance).capitalize()}",
        fill("{a14}", chance) + digits,
    ])  # fmt: skip


def _checked(prefix: str, width: int, chance: random.Random) -> str:
    """Return a token that ends with the CRC32 of the rest, as GitHub's and npm's do."""
    body = fill(f"{{a{width}}}", chance)
    rest, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        digits = _BASE62[digit] + digits
    return prefix + body + digits


def _json_web_token(chance: random.Random) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    header = part({"alg": "HS256", "typ": "JWT"})
    payload = part({"sub": fill("{d9}", chance), "name": _word(chance), "iat": 1700000000})
    return f"{header}.{payload}.{fill('{w43}', chance)}"


def _uuid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def provider_token(provider: str, chance: random.Random) -> str:
    """Return a token of a provider, made up."""
    return fill(PROVIDERS[provider], chance)


def _token(chance: random.Random) -> str:
    return provider_token(chance.choice(sorted(PROVIDERS)), chance)


def _snake(words: list[str], chance: random.Random) -> str:
    name = chance.choice(words)
    return name if chance.random() < 0.4 else f"{chance.choice(_SERVICES)}_{name}"


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


PLANTED: dict[str, Callable[[random.Random], str]] = {
    "pw": _password,
    "pw?": lambda chance: _password(chance).rstrip("!") + "?",
    "phrase": lambda chance: " ".join(_word(chance) for _ in range(4)),
    "opaque": lambda chance: fill("{a40}", chance),
    "opaque20": lambda chance: fill("{a20}", chance),
    "azpat": lambda chance: fill("{l52}", chance),
    "HEX64": lambda chance: fill("{H64}", chance),
    "short": lambda chance: fill("{l5}{d2}", chance),
    "hex32": lambda chance: fill("{h32}", chance),
    "HEX32": lambda chance: fill("{H32}", chance),
    "hex40": lambda chance: fill("{h40}", chance),
    "hex64": lambda chance: fill("{h64}", chance),
    "b64": lambda chance: fill("{b43}", chance) + "=",
    "hex36": lambda chance: fill("{h36}", chance),
    "hex48": lambda chance: fill("{h48}", chance),
    "hex512": lambda chance: fill("{h512}", chance),
    "sas": lambda chance: fill("{a42}%3D", chance),
    "slackhook": lambda chance: fill("T{u8}/B{u8}/{a24}", chance),
    "aws": lambda chance: fill("{b38}g7", chance),
    "azure": lambda chance: fill("{b86}", chance) + "==",
    "uuid": _uuid,
    "token": _token,
    "jwt": _json_web_token,
    "github": lambda chance: _checked("ghp_", 30, chance),
    "npm": lambda chance: _checked("npm_", 30, chance),
    "sig64": lambda chance: fill("{h64}", chance),
    "dwh": lambda chance: fill("{w68}", chance),
    "discord": lambda chance: fill("M{a23}.{a6}.{w27}", chance),
    "sig": lambda chance: fill("{w171}", chance) + "__",
    "sigb64": lambda chance: fill("{a80}%2B{a90}%3D%3D", chance),
    **{name: partial(provider_token, name) for name in PROVIDERS},
}

FILLERS: dict[str, Callable[[random.Random], str]] = {
    "pw_name": lambda chance: _snake(_PASSWORDS, chance),
    "PW_NAME": lambda chance: _snake(_PASSWORDS, chance).upper(),
    "pwName": lambda chance: _camel(_snake(_PASSWORDS, chance)),
    "PwName": lambda chance: (name := _camel(_snake(_PASSWORDS, chance)))[0].upper() + name[1:],
    "key_name": lambda chance: _snake(_KEYS, chance),
    "KEY_NAME": lambda chance: _snake(_KEYS, chance).upper(),
    "keyName": lambda chance: _camel(_snake(_KEYS, chance)),
    "KeyName": lambda chance: (name := _camel(_snake(_KEYS, chance)))[0].upper() + name[1:],
    "key-name": lambda chance: _snake(_KEYS, chance).replace("_", "-"),
    "key.name": lambda chance: _snake(_KEYS, chance).replace("_", "."),
    "neutral": lambda chance: chance.choice(_NEUTRAL),
    "user": lambda chance: chance.choice(_USERS),
    "svc": lambda chance: chance.choice(_SERVICES),
    "SVC": lambda chance: chance.choice(_SERVICES).upper(),
    "Svc": lambda chance: chance.choice(_SERVICES).capitalize(),
    "host": lambda chance: f"{chance.choice(_SERVICES)}.{_word(chance)}.internal",
    "word": _word,
    "Word": lambda chance: _word(chance).capitalize(),
    "n": lambda chance: str(chance.randrange(2, 900)),
    "digits": lambda chance: fill("{d9}", chance),
    "sha": lambda chance: fill("{h40}", chance),
    "md5": lambda chance: fill("{h32}", chance),
    "sha256": lambda chance: fill("{h64}", chance),
    "sha512": lambda chance: base64.b64encode(chance.randbytes(64)).decode(),
    "uid": _uuid,
    "b58": lambda chance: fill("{x44}", chance),
    "id12": lambda chance: fill("{a12}", chance),
    "blob": lambda chance: fill("{b400}", chance),
    "b64": lambda chance: base64.b64encode(chance.randbytes(40)).decode(),
    "cipher": lambda chance: base64.b64encode(chance.randbytes(24)).decode(),
    "dna": lambda chance: "".join(chance.choices("ACGT", k=60)),
    "snow": lambda chance: fill("1{d17}", chance),
    "lm": lambda chance: "aad3b435b51404eeaad3b435b51404ee",  # of the empty password
    "acsid": lambda chance: fill("AC{h32}", chance),
    "account": lambda chance: fill("1{d11}", chance),
    # Identifiers that stand beside a secret: a report of them is neither asked for nor wrong.
    "akid": lambda chance: "AKIA" + fill("{t16}", chance),
}  # fmt: skip

_SLOT = re.compile(r"«([^»]+)»|‹([^›]+)›")


def expand(text: str, chance: random.Random) -> tuple[str, list[str]]:
    """Return an idiom's text and the values planted in it."""
    planted: list[str] = []
    kept: dict[str, str] = {}

    def put(match: re.Match[str]) -> str:
        slot = match[1] or match[2]
        kind = slot.split(":")[0]
        made = (PLANTED if match[1] else FILLERS)[kind]
        value = kept.setdefault(slot, made(chance)) if ":" in slot else made(chance)
        if match[1]:
            planted.append(value)
        return value

    return _SLOT.sub(put, text), planted
