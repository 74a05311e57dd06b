"""Idioms of many trades, and what looks like them there; written before the engine saw them.

Bioinformatics, finance, maps, teaching, security and the running of models and warehouses. As in
`tests.credentials.cases`: what is planted in `CREDENTIALS` must be found, and nothing else.
"""

from tests.credentials.cases import split

CREDENTIALS = [
*split("code", r'''
pro = ts.pro_api("«hex64»")
---
context = ConnectionContext("hana", 443, "ANN", "«password»")
---
es = Elasticsearch([{"host": "es", "http_auth": "ann:«signed-password»"}])
---
sftp = pysftp.Connection("sftp.x.internal", "ann", None, "«signed-password»")
---
with MPRester("«opaque-token»") as materials: pass
---
broker = TradeService("ann", "«signed-password»", "«hex40»", "demo")
---
FacebookAdsApi.init("123456789012", "«api-key»", "«opaque-token»")
---
wlan.connect("lab-guest", "«signed-password»")
---
totp = pyotp.TOTP("«base32»").now()
---
broker = Exchange(key="«api-key»", b64secret="«b86»", passphrase="«password»")
---
config = speechsdk.SpeechConfig(subscription="«api-key»", region="westeurope")
---
token = client.authenticate_basic_token("ann", "«signed-password»")
---
driver.execute_script("document.getElementById('password').value='«password»'")
---
con.execute("PRAGMA key = '«password»'")
---
opener.addheaders = [("Cookie", "PHPSESSID=«opaque-token»")]
---
config = """
developer_token: «opaque-token»
client_id: 1.apps.x.internal
"""
---
clave = "«opaque-token»"
---
!kaggle config set -n key -v «api-key»
---
password = "«chosen-password»"
---
mqttc.username_pw_set("sensor", "«chosen-password»")
---
server.login("ann@x.internal", "«app-password»")
---
db.authenticate("ann", "«password»")
---
portal.sign_in("ann", "«password»")
---
conn.login("ann", "«password»", "CORP")
---
share = SMBConnection("ann", "«password»", "here", "srv", use_ntlm_v2=True)
---
share = FileShareConnection("ann", "«signed-password»")
---
auth = TSC.TableauAuth("ann", "«password»", site_id="x")
---
auth = TicketAuth("ann", "«password»")
---
sf = Salesforce("ann@x.internal", "«password»", "«opaque-token»")
---
feed = StoreAPI("«opaque-token»")
---
client = Client("«opaque-token»", "«opaque-token:2»")
---
run = Experiment("«opaque-token»", project_name="churn")
---
app = msal.ConfidentialClientApplication(client_id, "«opaque-token»", authority)
---
transport.connect(None, "ann", "«password»")
---
con = mdb.connect("db", "ann", "«signed-password»", "dw")
---
PdfReader("a.pdf")
reader.decrypt("«password»")
---
encoded = base64.b64encode("ann:«password»".encode("ascii"))
---
url = "postgresql://ann:%s@db/x" % quote_plus("«password»")
---
sr = SchemaRegistryClient({"url": "https://x.internal", "basic.auth.user.info": "ANN:«opaque-token»"})
---
options = {"userpwd": "ann:«password»"}
---
credentials = {"ann": "«signed-password»", "ben": "«signed-password:2»"}
---
params = {"q": "Oslo", "appid": "«api-key»"}
requests.get("https://api.x.internal/weather", params=params)
---
querystring = {"symbol": "X", "key": "«api-key»"}
---
headers = {"SEC": "«uuid»", "Version": "12.0"}
---
services = {"api": {"key": "«opaque-token»"}}
---
cookies = {
    "_ga": "GA1.2.1.2",
    "sessionid": "«opaque-token»",
}
---
kql = "loganalytics://tenant('x.com').clientsecret('«opaque-token»').workspace('x')"
---
# the password was «signed-password» until March
---
%%writefile a.ini
[api]
url = https://x.internal
key = «opaque-token»
---
%%writefile a.yaml
service:
  key: «opaque-token»
---
%%cmd
net use Z: \\srv\share /user:CORP\ann «password»
---
M.login("ann@x.internal", "«password»")
---
get_password = lambda: "«password»"
---
def get_secret():
    return "«opaque-token»"
---
def api_key() -> str:
    """Return the key."""
    if prod:
        return '«opaque-token»'
    return look_up()
---
secret = "«opaque-token»" + suffix
---
match secret:
    case "«opaque-token»": pass
---
for pwd in ("«password»", "«password:2»"): attempt(pwd)
---
driver.find_element(By.ID, "password").send_keys("«password»")
---
password_box.send_keys("«password»")
---
auth_header = "Basic «basic»"
---
# !curl -u ann:«password» https://x.internal/api
---
# mysql -u root -p«password» -h db
---
PW = "«password»"
engine = create_engine(f"postgresql://ann:{PW}@db/x")
---
url = "postgres://{u}:{p}@h/d".format(u="ann", p="«password»")
---
k = "«opaque-token»"
client = OpenAI(api_key=k)
---
key = b"«b43»="
f = Fernet(key)
---
con = cx_Oracle.connect("ann/«password»@//ora:1521/ORCL")
---
con = pymssql.connect("srv", "ann", "«password»", "dw")
---
jaydebeapi.connect("org.h2.Driver", "jdbc:h2:mem", ["ann", "«password»"], "h2.jar")
---
gis = GIS("https://x.maps.internal", "ann", "«password»")
---
api = SentinelAPI("ann", "«password»", "https://x.internal")
---
auth.set_access_token("«opaque-token»", "«opaque-token:2»")
---
minio = Minio("minio:9000", "«a36»", "«opaque-token»")
---
exchange = krakenex.API(key="«opaque-token»", secret="«b86»")
---
headers = {"Key": "«hex64»", "Accept": "application/json"}
---
cds = cdsapi.Client(url="https://cds.climate.copernicus.eu/api/v2", key="123456:«uuid»")
---
ors = openrouteservice.Client(key="«hex64»")
---
asana.Client.access_token("«opaque-token»")
---
geemap.set_token("«opaque-token»")
---
app = dash_auth.BasicAuth(app, {"ann": "«password»"})
---
kfp.Client(host="https://x", cookies="authservice_session=«opaque-token»")
---
sys.argv = ["run.py", "--api-key", "«opaque-token»"]
---
runner.invoke(cli, ["login", "--token", "«opaque-token»"])
---
self.assertEqual(cfg.password, "«password»")
---
@pytest.mark.parametrize("password", ["«password»"])
def test_it(password): ...
---
password = attr.ib(default="«password»")
---
api_key = Unicode("«opaque-token»").tag(config=True)
---
f.write("machine urs.x.internal login ann password «password»\n")
---
command = "mysql -u root -p«password» crm"
---
soap = "<wsse:Password Type='x'>«password»</wsse:Password>"
---
pswd = "«password»"
---
keystore.load(storepass="«password»")
---
access_tokens = ["«opaque-token»"]
---
!htpasswd -b -c .htpasswd ann «password»
---
!dvc remote modify --local origin password «password»
---
!gh secret set TOKEN --body «opaque-token»
---
!az keyvault secret set --vault-name kv --name db --value "«password»"
---
!aws ssm put-parameter --name /db --type SecureString --value "«password»"
---
!databricks secrets put --scope s --key k --string-value "«password»"
---
!ansible-vault encrypt_string '«password»' --name db
---
!echo "«password»" | gpg --batch --passphrase-fd 0 -d a.gpg
---
!prefect cloud login -k «opaque-token»
---
!rar x -p«password» a.rar
---
!steghide extract -sf a.jpg -p «password»
---
%%writefile main.tf
variable "api_token" {
  type    = string
  default = "«opaque-token»"
}
---
%%writefile ~/.cdsapirc
url: https://cds.climate.copernicus.eu/api/v2
key: 123456:«uuid»
'''),
*split("language:java", 'DriverManager.getConnection("jdbc:mysql://h/d", "root", "«password»");'),
*split("language:julia", 'c = DBInterface.connect(MySQL.Connection, "db", "ann", "«password»"; db="x")'),
*split("language:java", 'Session s = builder.user("ann").password("«opaque-token»").build();'),
*split("language:r", 'con <- dbConnect(drv, "jdbc:oracle:thin:@//db:1521/x", "ann", "«password»")'),
*split("language:r", 'census_api_key("«hex40»", install = TRUE)'),
*split("language:powershell", '$c = New-Object System.Net.NetworkCredential("ann", "«password»", "CORP")'),
*split("language:kotlin", 'val apiKey: String = "«opaque-token»"'),
*split("language:rust", 'let api_key: &str = "«opaque-token»";'),
*split("language:scala", 'lazy val token = s"«opaque-token»"'),
*split("language:perl", '$ENV{API_TOKEN} = "«opaque-token»";'),
*split("markdown", "<table><tr><td>API key</td><td>«opaque-token»</td></tr></table>"),
*split("markdown", r'''
La contraseña es `«signed-password»`.
---
Das Passwort lautet «signed-password».
---
Le mot de passe est `«signed-password»`
---
Token for staging:

    «hex40»
---
The API key:
```
«hex40»
```
---
Use the key `«opaque-token»` for the staging API.
---
API-Schlüssel: `«opaque-token»`
---
Clave de API: `«opaque-token»`
---
Password of user `ann`: `«signed-password»`
---
Clé API : `«opaque-token»`
'''),
*split("json", '{"services": {"api": {"key": "«opaque-token»", "secret": "«hex40»"}}}'),
*split("stream", r'''
New API key created: «opaque-token»
---
Secret value: «signed-password»
---
db:5432:dw:ann:«password»
---
Your API key is: «opaque-token»
---
Password is «password:3»=x
'''),
]  # fmt: skip

LOOK_ALIKES = [
*split("code", r'''
gene_key = "ENSG00000139618.15"
---
bibkey = "Smith2024analytics"
---
article_key = "smith2017attention"
---
correlation_key = "«uuid»"
---
dedupe_key = "«api-key»"
---
encrypted_token = "enc:«opaque-token»"
---
ml_client = MLClient(credential, "«uuid»", "rg-analytics", "mlw-prod01")
---
conn = Connection("bolt://graph:7687", "movies_2024", "readonly_v2")
---
engine = create_engine(f"snowflake://{u}:{urllib.parse.quote_plus(p)}@{account}/db")
---
df = df.rename(columns={"passwd": "pass_hash2"})
---
!grep -rn "password=" src/ --include="*.py2"
---
sock.connect("tcp://10.0.0.5:8443", "topic-2024-01")
---
df = TimeSeriesData("prices-2024-q1", "close")
---
password = "P@ssw0rd"
---
secret = "t0k3n"
---
password = "password@123"
---
headers = {"key": "Content-Type-2024-application"}
---
provider(auth="oauth2:authorization_code")
---
schemas = {"AWS::KMS::ReplicaKey": "903f43e74c8d8853"}
---
signer = SigV4Auth(credentials, "codecommit")
---
usage = "alembic -x dbname=postgresql://user:pass@host/dbname upgrade"
---
cipher.decrypt("gAAAAABk2«b43»")
---
client = Client("«uuid»", "westeurope")
---
client = SearchClient("https://x.search.windows.net", "idx-2024-docs-v2")
---
df = OverpassAPI("node[amenity=school](50.6,7.0,50.8,7.3)")
---
ws.connect("wss://x.internal/stream", "chat.v2", "json")
---
ax = sns.connect("left", "right", "arrow-2")
---
password = get_password("dw-reader-2024")
---
portal = sign_in("ann.smith2", use_sso)
---
instrumentation_key = "«uuid»"
---
%%bash
kubectl get secret db -o jsonpath='{.data.password}' | base64 -d
---
params = {"key": "species_name_normalized_1", "code": "DE-BY-2024"}
---
cookies = {
    "theme": "dark-mode-with-contrast-2",
}
---
layout = {"axis": {"key": "«api-key»"}}
---
patterns = [r"(?i)(userpwd|publishingpassword).{0,100}[a-z0-9]{60}"]
---
%%writefile plot.yaml
axis:
  key: «api-key»
---
seq_key = "chr17:43044295-43125483"
---
vcf_filter_pass = "LowQual;q10"
---
token_price_key = "coingecko:ethereum2"
---
place_key = "222-223@5vg-82n-pgk"
---
asset_key = "COPERNICUS/S2_SR_HARMONIZED"
---
course_key = "course-v1:edX+DemoX+2023"
---
artifact_key = "sha256-«hex64»"
---
dag_key = "etl_daily__2024-01-01T00:00:00+00:00"
---
job_cluster_key = "main_cluster_13x"
---
etag_token = "«api-key»"
---
surrogate_key = "«api-key»"
---
composite_key = "eu-west-1|prod|0001"
---
deployment_key = "gpt-4o-mini-2024-07-18"
---
spark.conf.set("spark.kryo.registrator.token.key", "org.x.Registrator2")
---
hashed_password = "«api-key»"
---
df.rename(columns={"password": "pwd_column", "pw": "passwort_neu"})
---
errors = {"password": "min. 12 Zeichen"}
---
user = {"pwdLastSet": "132514231230000000"}
---
Client("my-gcp-project-39201", "eu")
---
def token() -> str: return "IDENT_2"
---
def secret_name(): return "prod/db2"
---
for token in ["the", "cat2", "sat"]: print(token)
---
token = "prefix_2024_words_" + str(i)
---
driver.find_element(By.NAME, "username").send_keys("ann.smith2")
---
search_box.send_keys("passport renewal 2024")
---
s.login("your_email@x.com", "your_password")
---
h = "Basic auth is not supported in v2"
---
# docker run -p 8888:8888 -v $PWD:/w jupyter/base
---
# python train.py --token-dim 512 --key-size 64 --lr 1e-3
---
!gh secret set TOKEN --body "$TOKEN"
---
!az keyvault secret show --vault-name kv --name db-password-2
---
!dvc remote modify origin url s3://bucket/path-2024
---
text = "a machine learning password model -2"
---
session.put({"Key": "raw/2024/part-00000-«uuid».parquet", "Version": "3"})
---
sso.login("corp", "okta.corp.com")
---
connect(["node1:9042", "node2:9042"])
---
user_tokens = ["hello2024", "world2"]
---
train_pass = "epoch2"
---
filter_type = design(btype="bandpass", order="order-4")
---
%%writefile main.tf
variable "db_password" {
  type      = string
  sensitive = true
}
'''),
*split("language:java", 'String p = vault.getPassword("dw/reader-2024");'),
*split("language:scala", 'val k = dbutils.secrets.getSecret("kv-nb", "sp-key-2024x")'),
*split("stream", "GPG_KEY=«hex40»"),
*split("text/plain", "                       password_md5   user\n0  «api-key»    ann"),
*split("metadata", '{"synapse_widget": {"token": "«uuid»", "version": "0.1"}}'),
*split("markdown", "Do not provide a password:\n\n```\nhttps://x.internal/simple/0123456789\n```"),
*split("markdown", "Palabras clave: BERT2vec, aprendizaje2024"),
*split("markdown", "Password managers: KeePass2, 1Password8"),
*split("text/plain", "        clave  valor\n0  riesgo2024   0.91"),
*split("markdown", "Join by the key `customer_id_of_the_order_2024`."),
*split("markdown", r'''
Secret sauce: XGBoost2.0 ensembles.
---
Commit of the token service:

    see-2024-release
---
Password spraying: `Summer2024!` style guesses are tried against many users.
---
You can ask the password to @vx-underground. :p
---
Log in with Okta / Duo2FA.
'''),
*split("stream", r'''
wandb: Paste an API key from your profile and hit enter:
commit «hex40»
---
ED25519 key fingerprint is SHA256:«b43».
---
Secret 'db-password-v2' created (version: «api-key»)
---
{"type": "password"}, "field-2024x"
'''),
*split("traceback", r'''
AADSTS7000215: Invalid client secret provided. Trace ID: «uuid» Correlation ID: «uuid-client»
'''),
*split("metadata", '{"cell_key": "«hex40»"}'),
]  # fmt: skip
