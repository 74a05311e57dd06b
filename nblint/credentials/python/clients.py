"""The clients that take a credential by position, without a name that gives it away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import PASSWORD, SECRET, CredentialName, Level
from nblint.secret_names.words import GIVERS, split_words

# Which argument of well-known clients is a credential, counted from 0. A name with a dot must match
# the last two parts of what is called.
TABLE: dict[str, dict[int, CredentialName]] = {
    name: {index: PASSWORD if kind == "password" else SECRET}
    for kind, index, names in (
        ("password", 1, "HTTPBasicAuth HTTPDigestAuth HTTPProxyAuth BasicAuth HTTPKerberosAuth"),
        ("password", 1, "basic_auth HttpNtlmAuth PlainCredentials PlainTextAuthProvider"),
        ("password", 1, "smtp.login server.login ftp.login imap.login mail.login s.login"),
        ("password", 1, "conn.login client.login session.login smtplib.login NetworkCredential"),
        ("password", 2, "UsernamePasswordCredential pymysql.connect pymssql.connect MySQLdb.connect Neo4jGraph"),
        ("password", 2, "set_password keyring.set_password Server.login ldap.login"),
        ("password", 0, "setpassword setPassword"),
        ("password", 2, "ldap3.Connection URL.create"),
        ("password", 1, "yagmail.SMTP Credentials UsernameToken BasicAuthentication tn.login site.login"),
        ("password", 2, "ftplib.FTP FTP FTPHost"),
        ("password", 1, "SMBConnection TableauAuth auth_password EventHubSharedKeyCredential Cloudant"),
        ("password", 0, "pdf.decrypt reader.decrypt pdf_reader.decrypt pdfReader.decrypt load_key"),
        ("password", 2, "ServicePrincipalAuthentication acquire_token_with_client_credentials URL AuthToken"),
        ("password", 2, "Jenkins Metabase_API"),
        ("password", 3, "ConnectionContext ssh.connect add_password Redis StrictRedis"),
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
        ("token", 0, "TOTP HOTP Deepgram pro_api"),
        ("token", 1, "jwt.encode jwt.decode ConfidentialClientApplication OAuth2 Redash Fitbit Foursquare"),
        ("token", 1, "set_credentials_file connect_s3 set_credentials"),
        ("token", 0, "Census IAMAuthenticator Genius YelpAPI Pushbullet getHandler GoogleV3 Bing HereV7"),
        ("token", 0, "hmac.new"),
        ("token", 2, "BatchSharedKey AzureServicePrincipal"),
        ("password", 1, "BlitzGateway Garmin req_auth_basic SetBasicAuth"),
        ("token", 1, "redcap.Project BasicAWSCredentials jwt.sign AddOpenAIChatCompletion"),
        ("token", 2, "AddAzureOpenAIChatCompletion"),
        ("token", 0, "set_entrez_key fredr_set_key register_google register_stadiamaps ApiKeyCredential"),
        ("token", 0, "FromSubscription ApiKeyServiceClientCredentials GoogleGenerativeAI SymmetricSecurityKey"),
        ("token", 0, "HMAC256 HMAC384 HMAC512 cookieParser JwtAuthenticator OAuth2BearerToken auth.bearer"),
        ("token", 1, "createHmac createCipheriv createDecipheriv AES.encrypt AES.decrypt jwt.verify twilio CosmosClient"),
        ("token", 1, "AwsBasicCredentials.create AWSCredentials supabase.createClient HMACSHA256"),
        ("password", 1, "HttpBasicAuthenticator PasswordAuthenticationMethod UsernamePasswordCredentials"),
        ("password", 1, "BasicHttpCredentials auth.basic Credentials.basic AuthenticateAsync"),
        ("password", 2, "SshClient ScpClient SCPClient Sequelize MySQL.Connection ODBC.Connection odbcConnect"),
        ("password", 3, "fromDriverManager"),
        ("password", 0, "Unprotect unprotect crypt"),
        ("password", 1, "X509Certificate2 SET_WALLET"),
        ("password", 4, "JedisPool"),
        ("password", 2, "MongoCredential.CreateCredential MongoCredential.createCredential"),
        ("token", 0, "SecretKeySpec Wallet ethers.Wallet"),
        ("token", 1, "TwilioClient.Init algoliasearch subtle.importKey Jwt.encode encrypt hmac sign"),
        ("password", 0, "scryptSync pbkdf2Sync Rfc2898DeriveBytes"),
        # Of SQL: https://clickhouse.com/docs/sql-reference/table-functions and its like.
        ("password", 4, "mysql postgresql MySQL PostgreSQL remote remoteSecure"),
        ("token", 2, "s3 S3"),
        ("token", 1, "AES_ENCRYPT AES_DECRYPT aes_encrypt aes_decrypt pgp_sym_encrypt pgp_sym_decrypt"),
        ("password", 0, "ENCRYPTBYPASSPHRASE DECRYPTBYPASSPHRASE EncryptByPassPhrase DecryptByPassPhrase"),
        ("password", 2, "CREATE_CREDENTIAL create_credential"),
    )
    for name in names.split()
}  # fmt: skip
WEAK = CredentialName(Level.WEAK, "token")  # or a host, a project, a name
# A key with its secret.
_PAIRS = "TenableIO TenableSC set_access_token REST TradingClient CryptoHistoricalDataClient StockHistoricalDataClient FlickrAPI"
TABLE |= {name: {0: SECRET, 1: SECRET} for name in _PAIRS.split()}
TABLE["Minio"] = {1: SECRET, 2: SECRET}
TABLE["authorize_account"] = {2: SECRET}
# Twitter's libraries take four keys in a row; the first is only an identifier.
for _name in ("OAuth1", "OAuth1UserHandler", "Twython"):
    TABLE[_name] = {1: SECRET, 2: SECRET, 3: SECRET}
TABLE["FacebookAdsApi.init"] = {1: SECRET, 2: SECRET}
TABLE["Salesforce"] = {1: PASSWORD, 2: SECRET}
TABLE["Github"] = {0: SECRET, 1: PASSWORD}
TABLE["InfluxDBClient"] = {1: SECRET, 3: PASSWORD}  # versions 2 and 1
TABLE["Project"] = {1: WEAK}  # PyCap's
TABLE["UsmUserData"] = {1: PASSWORD, 2: PASSWORD}
TABLE["setup_twitter_oauth"] = {1: SECRET, 2: SECRET, 3: SECRET}
TABLE["key_set_with_value"] = {2: PASSWORD}
TABLE["Client"] = {0: WEAK, 1: SECRET}
TABLE["Connection"] = {2: SECRET, 3: SECRET}  # ldap3's and pysftp's
TABLE["Experiment"] = {0: WEAK}
TABLE["SftpClient"] = {2: PASSWORD, 3: PASSWORD}  # with a port or without
TABLE["sf_auth"] = {1: PASSWORD, 2: SECRET}
TABLE["createClient"] = {1: WEAK}  # Supabase's
TABLE["create_chat"] = {0: WEAK}
# Whatever logs in takes a user and a password.
LOGINS = frozenset("login log_in sign_in authenticate auth".split())
# Classes with such names take a key, or a user and a password.
ENDINGS = (
    "Client",
    "Credential",
    "OAuthHandler",
    "API",
    "Api",
    "Connection",
    "Service",
    "Session",
    "Rester",
    "Data",
)
_CLASSES = (*ENDINGS, "Auth", "Authenticator", "Credentials")
# Calls in any language that take a user and a password, or a token.
_LOGIN_ENDINGS = ("Auth", "Authenticator", "Credential", "Credentials", "BasicAuthentication")
_LOGIN_WORDS = frozenset({"credential", "authentication"})
_LOGIN_BEGINNINGS = ("signIn", "logIn", "sign_in_", "log_in_", "login_", "authenticate_")
# Calls that other searches read, by their names or by how they end.
_OTHERS = (
    "b64decode b64encode urlsafe_b64encode Graph Hosts connect key_set_with_value MongoClient "
    "req_auth_basic send_keys dbConnect SpeechConfig btoa base64encode ToBase64String Buffer.from GetBytes "
    "base64Encode encodeToString base64_encode Authenticate Login SignIn require fromhex unhexlify system2 spawn exec run Start authenticate auth \".format '.format"
)
_LITERAL_ARGUMENT = lazy_pattern(r"""\([^()]{0,200}?["'][^"'\n]{6}""")


def _ends(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return names by their last part: `{"new": ("hmac.new",)}`."""
    ends: dict[str, tuple[str, ...]] = {}
    for name in names:
        last = name.rpartition(".")[2]
        ends[last] = (*ends.get(last, ()), name)
    return ends


_CALLED = _ends((*TABLE, *LOGINS, *_OTHERS.split()))


def client_calls(code: str) -> Iterator[int]:
    """Yield the offsets of calls of such clients with a literal."""
    at = -1
    for piece in code.split("(")[:-1]:
        at += len(piece) + 1
        tail = piece[-32:]
        word = tail.rpartition(".")[2].rpartition(" ")[2].rpartition("=")[2].rpartition(":")[2]
        word = word.rpartition("\n")[2]
        if word in _CALLED:
            known = tail.endswith(_CALLED[word])
        else:
            known = word[:1].isupper() and word.endswith(_CLASSES)
        if known and _LITERAL_ARGUMENT.match(code, at):
            yield at


def taken_from(full: str) -> dict[int, CredentialName]:
    """Return which arguments of a call in any language are credentials, as far as its name says.

    Args:
        full: The name of what is called, with dots or colons: `keyring::key_set_with_value`.
    """
    parts = full.replace("::", ".").split(".")
    known = TABLE.get(".".join(parts[-2:])) or TABLE.get(parts[-1])
    return known or {}


def taken_like(full: str, count: int) -> dict[int, CredentialName]:
    """Return which arguments of an unknown call are credentials, as its name suggests.

    Args:
        full: The dotted name of what is called: `firebase.signInWithEmailAndPassword`.
        count: How many arguments it has.
    """
    last = full.rpartition(".")[2]
    words = split_words(last)
    if not words or words[0] in GIVERS or not count:
        return {}
    if count >= 2 and not _LOGIN_WORDS.isdisjoint(words):
        return {count - 1: SECRET}
    if words[-1] == "password" and count >= 2:
        return {count - 1: SECRET}
    if last.endswith(_LOGIN_ENDINGS) or words[0] in LOGINS or last.startswith(_LOGIN_BEGINNINGS):
        return {min(count - 1, 1): SECRET}
    if last[:1].isupper() and last.endswith(ENDINGS):
        return {0: WEAK, 1: WEAK, 2: WEAK}
    return {}
