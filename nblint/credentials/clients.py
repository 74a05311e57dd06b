"""Clients that take a credential by position: no name beside the value gives it away."""

from __future__ import annotations

import ast

from nblint.credentials.bound import PASSWORD, SECRET
from nblint.credentials.names import CredentialName

# Positional credentials of well-known clients: which argument, counted from 0.
# A name with a dot is matched with its last two parts.
_TABLE: dict[str, dict[int, CredentialName]] = {
    name: {index: PASSWORD if kind == "password" else SECRET}
    for kind, index, names in (
        ("password", 1, "HTTPBasicAuth HTTPDigestAuth HTTPProxyAuth BasicAuth HTTPKerberosAuth"),
        ("password", 1, "basic_auth HttpNtlmAuth PlainCredentials PlainTextAuthProvider"),
        ("password", 1, "smtp.login server.login ftp.login imap.login mail.login s.login"),
        ("password", 1, "conn.login client.login session.login smtplib.login NetworkCredential"),
        ("password", 2, "UsernamePasswordCredential pymysql.connect MySQLdb.connect Neo4jGraph"),
        ("password", 2, "set_password keyring.set_password Server.login ldap.login"),
        ("password", 0, "setpassword setPassword"),
        ("password", 2, "Connection URL.create"),
        ("password", 1, "yagmail.SMTP Credentials UsernameToken BasicAuthentication tn.login site.login"),
        ("password", 2, "ftplib.FTP FTP FTPHost"),
        ("password", 3, "ssh.connect add_password Redis StrictRedis"),
        ("token", 0, "add_app_token set_auth_token"),
        ("token", 1, "SpotifyClientCredentials"),
        ("token", 2, "Minio"),
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
        ("token", 1, "OAuthHandler set_access_token AppAuthHandler OAuth1UserHandler"),
        ("token", 1, "InfluxDBClient CensysHosts CensysCerts jira.JIRA Exchange"),
        ("token", 2, "ClientSecretCredential TelegramClient ServicePrincipalCredentials"),
        ("token", 1, "TenableIO TenableSC"),
        ("token", 1, "jwt.encode jwt.decode"),
        ("token", 0, "hmac.new"),
        ("token", 2, "BatchSharedKey AzureServicePrincipal"),
    )
    for name in names.split()
}  # fmt: skip
# Twitter's libraries take four keys in a row; only the first names somebody.
_TABLE["OAuth1"] = {1: SECRET, 3: SECRET}
_TABLE["OAuth1UserHandler"] = {1: SECRET, 3: SECRET}
_TABLE["Github"] = {0: SECRET, 1: PASSWORD}
_TABLE["Client"] = {1: SECRET}
_TABLE["InfluxDBClient"] = {1: SECRET, 3: PASSWORD}  # versions 2 and 1


def positional(full: str, node: ast.Call) -> dict[int, CredentialName]:
    """Return which arguments of a call hold a credential, and of what kind.

    Args:
        full: The called name as far as it is written out (`ldap3.Connection`).
        node: The call.
    """
    called = full.rpartition(".")[2]
    if called == "connect" and len(node.args) >= 4 and _is_number(node.args[1]):
        return {3: PASSWORD}  # paramiko: host, port, user, password
    return _TABLE.get(".".join(full.split(".")[-2:])) or _TABLE.get(called, {})


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)
