"""Clients that take a credential by position: no name beside the value gives it away."""

from __future__ import annotations

import ast

from nblint.credentials.bound import PASSWORD, SECRET
from nblint.credentials.names import CredentialName, Level

# Positional credentials of well-known clients: which argument, counted from 0.
# A name with a dot is matched with its last two parts.
_TABLE: dict[str, dict[int, CredentialName]] = {
    name: {index: PASSWORD if kind == "password" else SECRET}
    for kind, index, names in (
        ("password", 1, "HTTPBasicAuth HTTPDigestAuth HTTPProxyAuth BasicAuth HTTPKerberosAuth"),
        ("password", 1, "basic_auth HttpNtlmAuth PlainCredentials PlainTextAuthProvider"),
        ("password", 1, "smtp.login server.login ftp.login imap.login mail.login s.login"),
        ("password", 1, "conn.login client.login session.login smtplib.login NetworkCredential"),
        ("password", 2, "UsernamePasswordCredential pymysql.connect pymssql.connect MySQLdb.connect Neo4jGraph"),
        ("password", 2, "set_password keyring.set_password Server.login ldap.login"),
        ("password", 0, "setpassword setPassword"),
        ("password", 2, "Connection URL.create"),
        ("password", 1, "yagmail.SMTP Credentials UsernameToken BasicAuthentication tn.login site.login"),
        ("password", 2, "ftplib.FTP FTP FTPHost"),
        ("password", 3, "ssh.connect add_password Redis StrictRedis"),
        ("token", 0, "add_app_token set_auth_token"),
        ("token", 1, "SpotifyClientCredentials"),
        ("password", 1, "cx_Oracle.connect oracledb.connect bind_s simple_bind_s username_pw_set"),
        ("token", 0, "OpenAI AsyncOpenAI Anthropic WebClient Github Gitlab Shodan Slack Groq Cohere"),
        ("token", 0, "AzureKeyCredential AzureSasCredential CognitiveServicesCredentials Fernet"),
        ("token", 0, "HTTPBearerAuth BearerAuth TokenAuth set_api_key set_token from_token"),
        ("token", 0, "huggingface_hub.login notebook.login cohere.Client HfApi HfFolder.save_token hf.login"),
        ("token", 0, "SecretStr wandb.login OTXv2 VirusTotalPublicApi vt.Client Bot Updater"),
        ("token", 0, "pinecone.init SendGridAPIClient InferenceClient TelegramBot Auth.Token"),
        ("token", 0, "NewsApiClient Fred Tiingo quandl.ApiConfig stripe.api_key TavilyClient"),
        ("token", 0, "OWM WolframClient wolframalpha.Client googlemaps.Client bot.run client.run"),
        ("token", 0, "enable_rapidapi Dropbox Airtable GhApi Mistral MistralClient AccessTokenAuth"),
        ("token", 0, "SlackClient TodoistAPI KeyCredential DeepL deepl.Translator EODHD"),
        ("token", 1, "StorageSharedKeyCredential NamedKeyCredential AzureNamedKeyCredential hvac.Client"),
        ("token", 1, "SharedKeyCredentials PyMISP ExpandedPyMISP Airtable TwilioClient twilio.rest"),
        ("token", 1, "OAuthHandler AppAuthHandler Canvas TheHiveApi ClientCredential"),
        ("token", 0, "TimeSeries RESTClient AES.new URLSafeTimedSerializer URLSafeSerializer OpenCageGeocode ApiKeyAuth"),
        ("password", 1, "SentinelAPI UserCredential acquire_token_for_user with_user_credentials auth_with_creds"),
        ("password", 2, "GIS getConnection"),
        ("token", 1, "InfluxDBClient CensysHosts CensysCerts jira.JIRA Exchange"),
        ("token", 2, "ClientSecretCredential TelegramClient ServicePrincipalCredentials"),
        ("token", 1, "TenableIO TenableSC"),
        ("token", 1, "jwt.encode jwt.decode"),
        ("token", 0, "hmac.new"),
        ("token", 2, "BatchSharedKey AzureServicePrincipal"),
    )
    for name in names.split()
}  # fmt: skip
# A key with its secret: either alone is worth nothing, and both are credentials by their names.
_PAIRS = "set_access_token REST TradingClient CryptoHistoricalDataClient StockHistoricalDataClient"
_TABLE |= {name: {0: SECRET, 1: SECRET} for name in _PAIRS.split()}
_TABLE["Minio"] = {1: SECRET, 2: SECRET}
_TABLE["authorize_account"] = {2: SECRET}
# Twitter's libraries take four keys in a row; only the first names somebody.
_TABLE["OAuth1"] = _TABLE["OAuth1UserHandler"] = {1: SECRET, 2: SECRET, 3: SECRET}
_TABLE["Github"] = {0: SECRET, 1: PASSWORD}
_TABLE["Client"] = {1: SECRET}
_TABLE["InfluxDBClient"] = {1: SECRET, 3: PASSWORD}  # versions 2 and 1
_WEAK = CredentialName(Level.WEAK, "token")  # or a host, a project, a name of something
# How they are called, without what stands before the dot: for a look at the words of a text.
CALLED = frozenset(name.rpartition(".")[2] for name in _TABLE)


def positional(full: str, node: ast.Call) -> dict[int, CredentialName]:
    """Return which arguments of a call hold a credential, and of what kind.

    Args:
        full: The called name as far as it is written out (`ldap3.Connection`).
        node: The call.
    """
    called = full.rpartition(".")[2]
    known = _TABLE.get(".".join(full.split(".")[-2:])) or _TABLE.get(called)
    if known is None and called == "login" and len(node.args) == 2:
        return {1: SECRET}  # whatever the client is called: user, password
    if known is None and called.endswith("Client"):
        return {1: _WEAK}
    if called == "connect" and len(node.args) >= 4 and _is_number(node.args[1]):
        return {3: PASSWORD}  # paramiko: host, port, user, password
    return known or {}


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)
