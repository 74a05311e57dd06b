"""Credentials and look-alikes as people write them, one a case.

A case is a text for one surface; `«password»` and the like are planted when a test runs (see
`tests.credentials.tokens`). In `CREDENTIALS` everything planted must be found, and nothing else;
in `LOOK_ALIKES` nothing may be found. Cases are separated by lines of `---`.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.credentials.tokens import expand


class Case(NamedTuple):
    surface: str
    text: str


def split(surface: str, texts: str) -> Iterator[Case]:
    """Yield the cases of a block."""
    for text in texts.split("\n---\n"):
        yield Case(surface, text.strip("\n"))


def notebook(case: Case) -> bytes:
    """Return a notebook that holds a case's text on its surface and nothing else of interest."""
    text = expand(case.text)
    code: dict[str, Any] = {
        "cell_type": "code", "execution_count": None, "id": "a", "metadata": {}, "outputs": [],
        "source": "run()",
    }  # fmt: skip
    cell: dict[str, Any] = code
    metadata: dict[str, Any] = {}
    match case.surface:
        case "code":
            code["source"] = text.splitlines(keepends=True)
        case "markdown" | "raw":
            cell = {"cell_type": case.surface, "id": "a", "metadata": {}, "source": text}
        case "stream":
            code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]
        case "traceback":
            error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": [text]}
            code["outputs"] = [error]
        case "json":
            data = {"application/json": json.loads(text)}
            code["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": data}]
        case "metadata":
            metadata = json.loads(text)
        case "cell-metadata":
            code["metadata"] = json.loads(text)
        case "attachment":
            import base64

            content = base64.b64encode(text.encode()).decode()
            cell = {
                "cell_type": "markdown", "id": "a", "metadata": {}, "source": "see",
                "attachments": {"a.txt": {"text/plain": content}},
            }  # fmt: skip
        case language if language.startswith("language:"):
            code["source"] = text
            metadata = {"kernelspec": {"name": "k", "language": language.partition(":")[2]}}
        case mime:
            data = {mime: text}
            code["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": data}]
    whole = {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False).encode()


CREDENTIALS = [
    *split("code", r'''
password = "«password»"
---
PASSWORD: str = '«password»'
---
user, password = "ann", "«password»"
---
self.api_key = "«api-key»"
---
config["db"]["password"] = "«password»"
---
os.environ["OPENAI_API_KEY"] = "«openai-api-key»"
---
os.environ["SERVICE_TOKEN"] = "«opaque-token»"
---
os.environ.update({"DB_PASSWORD": "«password»", "HOME": "/root"})
---
os.environ.setdefault("DD_API_KEY", "«api-key»")
---
os.putenv("DB_PASSWORD", "«password»")
---
key = os.getenv("DD_API_KEY", "«api-key»")
---
key = os.environ.get("DD_API_KEY") or "«api-key»"
---
conn = psycopg2.connect(host="db", user="ann", password="«password»")
---
conn = psycopg2.connect("host=db user=ann password=«password» dbname=cases")
---
conn = pymysql.connect("db.internal", "ann", "«password»", "cases")
---
engine = create_engine("postgresql+psycopg2://ann:«password»@db.internal:5432/cases")
---
engine = create_engine(f"mysql://ann:«password»@{host}/cases")
---
r = redis.from_url("redis://:«password»@cache:6379/0")
---
client = MongoClient("mongodb+srv://ann:«password»@cluster0.abcde.mongodb.net/?retryWrites=true")
---
conn = pyodbc.connect("DRIVER={ODBC Driver 17};SERVER=db;DATABASE=x;UID=sa;PWD=«password»")
---
conn = pyodbc.connect('Driver={SQL Server};Server=db;Uid=sa;Pwd={«password»};')
---
jdbc = "jdbc:sqlserver://db:1433;databaseName=x;user=sa;password=«password»;encrypt=true"
---
jdbc = "jdbc:mysql://db/x?user=root&password=«password»"
---
cs = "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=«azure-storage-key»;EndpointSuffix=core.windows.net"
---
requests.get(url, auth=("ann", "«password»"))
---
requests.get(url, auth=HTTPBasicAuth("ann", "«password»"))
---
requests.get(url, headers={"Authorization": "Bearer «opaque-token»"})
---
headers = {
    "Accept": "application/json",
    "X-Api-Key": "«api-key»",
}
---
headers["Authorization"] = "Token «opaque-token»"
---
headers = {"Authorization": "Basic " + "«basic»"}
---
session.headers.update({"Ocp-Apim-Subscription-Key": "«api-key»"})
---
headers = {"DD-API-KEY": "«api-key»", "DD-APPLICATION-KEY": "«opaque-token»"}
---
headers = {"Authorization": f"Bearer {'«opaque-token»'}"}
---
headers = {"authorization": "Splunk «uuid»"}
---
requests.get(f"https://api.example.org/v1?api_key=«api-key»&q={q}")
---
requests.get("https://api.openweathermap.org/data/2.5/weather?q=x&appid=«api-key»")
---
url = "https://ann:«password»@git.internal/x.git"
---
url = "https://oauth2:«gitlab-token»@gitlab.com/x/y.git"
---
client = OpenAI(api_key="«openai-project-key»")
---
client = anthropic.Anthropic(api_key="«anthropic-api-key»")
---
openai.api_key = "«openai-api-key»"
---
login(token="«huggingface-token»")
---
login("«huggingface-token»")
---
wandb.login(key="«hex40»")
---
wandb.login("relogin", "«hex40»")
---
g = Github("«github-token»")
---
g = Github("ann", "«password»")
---
client = WebClient("«slack-token»")
---
s3 = boto3.client("s3", aws_access_key_id="«aws-access-key-id»", aws_secret_access_key="«aws-secret-access-key»")
---
s3 = boto3.client(
    "s3", "eu-west-1",
    "«aws-access-key-id»",
    "«aws-secret-access-key»",
)
---
credential = ClientSecretCredential("«uuid-tenant»", "«uuid-client»", "«azure-client-secret»")
---
credential = AzureKeyCredential("«api-key»")
---
api = tweepy.OAuthHandler("consumer", "«opaque-token»")
---
twilio = Client(account, "«api-key»")
---
ssh.connect("host", username="ann", password="«password»")
---
server.login("ann@example.org", "«password»")
---
keyring.set_password("service", "ann", "«password»")
---
spark.conf.set("fs.azure.account.key.store.dfs.core.windows.net", "«azure-storage-key»")
---
df = spark.read.format("jdbc").option("url", url).option("password", "«password»").load()
---
spark = SparkSession.builder.config("spark.hadoop.fs.s3a.secret.key", "«aws-secret-access-key»").getOrCreate()
---
conf = [("spark.hadoop.fs.s3a.secret.key", "«aws-secret-access-key»")]
---
parser.add_argument("--password", default="«password»")
---
parser.add_argument("--api-key", type=str, default="«api-key»", help="the key")
---
def connect(host, user="ann", password="«password»"): ...
---
def connect(*, token: str = "«opaque-token»"): ...
---
connect = lambda user, password="«password»": None
---
if password == "«password»": print("in")
---
if "«opaque-token»" == api_token: ok()
---
assert request.headers["X-Api-Key"] == "«api-key»"
---
class Settings:
    db_password = "«password»"
    SECRET_KEY = "«opaque-token»"
---
@dataclass
class Config:
    token: str = field(default="«opaque-token»")
---
class Config(BaseSettings):
    api_key: SecretStr = SecretStr("«api-key»")
---
api_key = ("«half»"
           "«half:2»")
---
token = "ghp_" + "«a36»"
---
token = "".join(["ghp_", "«a36»"])
---
prefix = "ghp_"
rest = "«a36»"
token = f"{prefix}{rest}"
---
token = "%s" % "«opaque-token»"
---
password = "«password»".encode("utf-8")
---
password = b"«password»"
---
password = quote_plus("«password»")
---
secret = base64.b64encode(b"«opaque-token»")
---
token = base64.b64decode("«base64-github»")
---
api_key = "«api-key»" if prod else os.environ["API_KEY"]
---
(api_key := "«api-key»")
---
api_keys = ["«api-key»", "«api-key:2»"]
---
credentials = {"username": "ann", "password": "«password»"}
---
creds = dict(user="ann", password="«password»")
---
config = json.loads('{"host": "db", "password": "«password»"}')
---
config = yaml.safe_load("""
host: db
password: «password»
""")
---
env = """
DB_HOST=db
DB_PASSWORD=«password»
"""
---
cursor.execute("CREATE USER ann IDENTIFIED BY '«password»'")
---
cursor.execute("ALTER ROLE ann WITH PASSWORD '«password»'")
---
subprocess.run("mysql -u root -p«password» cases", shell=True)
---
os.system("curl -u ann:«password» https://x.internal")
---
subprocess.run(["sshpass", "-p", "«password»", "ssh", "host"])
---
# password = "«password»"
---
# the old key was «github-token»
---
x = 1  # token: «opaque-token»
---
pem = """«private-key»"""
---
pem = "«private-key-escaped»"
---
info = json.loads("""«service-account»""")
---
jwt_token = "«json-web-token»"
---
bot.send("https://«slack-webhook»", text)
---
bot = telegram.Bot("«telegram-bot-token»")
---
client.run("«discord-bot-token»")
---
setattr(settings, "api_key", "«api-key»")
---
widgets.Password(description="Password", value="«password»")
---
st.text_input("API key", value="«api-key»")
---
API_KEY = "«api-key»" #@param {type:"string"}
---
token = "«uuid»"
---
client_secret = "«uuid»"
---
auth_token = '«opaque-token»'; other = 1
---
DATADOG_KEY = "«api-key»"
---
dbPassword = "«password»"
---
return_value = fetch(url, apiKey="«api-key»")
---
%env API_TOKEN=«opaque-token»
---
%env API_TOKEN «opaque-token»
---
%set_env DB_PASSWORD=«password»
---
!export DB_PASSWORD=«password» && ./run.sh
---
!DB_PASSWORD=«password» ./run.sh
---
!curl -H "Authorization: Bearer «opaque-token»" https://x.internal
---
!curl -H 'X-Api-Key: «api-key»' https://x.internal
---
!curl --user ann:«password» https://x.internal
---
!git clone https://ann:«password»@git.internal/x.git
---
!git clone https://«github-token»@github.com/x/y
---
!pip install --index-url https://ann:«password»@pypi.internal/simple x
---
!wget --password="«password»" https://x.internal
---
!docker login -u ann -p «password» registry.internal
---
!echo "«password»" | sudo -S apt install x
---
!sshpass -p '«password»' ssh host
---
!wandb login «hex40»
---
!huggingface-cli login --token «huggingface-token»
---
!aws configure set aws_secret_access_key «aws-secret-access-key»
---
!az storage blob list --account-key "«azure-storage-key»"
---
!PGPASSWORD=«password» psql -h db
---
!tool --verbose \
  --api-key «api-key»
---
out = !curl -s -u ann:«password» https://x.internal
---
%%bash
export AWS_SECRET_ACCESS_KEY=«aws-secret-access-key»
---
%%bash
set -e
psql "postgresql://ann:«password»@db/cases" -c "select 1"
---
%%writefile .env
API_TOKEN=«opaque-token»
---
%%writefile config.yaml
db:
  user: ann
  password: «password»
---
%%writefile config.ini
[db]
password = «password»
---
%%writefile app.py
import os
PASSWORD = "«password»"
---
%%writefile ~/.netrc
machine x.internal login ann password «password»
---
%%writefile kaggle.json
{"username":"ann","key":"«api-key»"}
---
%%sql
ALTER USER ann IDENTIFIED BY '«password»';
---
%sql postgresql://ann:«password»@db/cases
---
%%R
api_key <- "«api-key»"
---
%%javascript
const apiKey = "«api-key»";
---
%sql
CREATE USER ann WITH PASSWORD '«password»'
---
api_key = "«api-key»"
def broken(:
---
print "old python"
password = "«password»"
---
df = pd.read_sql(q, con="mssql+pyodbc://sa:«password»@dsn")
---
ftp = FTP("host"); ftp.login(user="ann", passwd="«password»")
---
requests.post(url, data={"grant_type": "password", "username": "ann", "password": "«password»"})
---
requests.post(url, json={"client_id": "«uuid»", "client_secret": "«opaque-token»"})
---
params = dict(q="x", apikey="«api-key»")
---
es = Elasticsearch("https://es:9200", basic_auth=("elastic", "«password»"))
---
driver = GraphDatabase.driver("bolt://x", auth=("neo4j", "«password»"))
---
snow = snowflake.connector.connect(user="ann", password="«password»", account="x")
---
hvac.Client(url="https://vault", token="«vault-token»")
---
sas = "https://x.blob.core.windows.net/c?sv=2022-11-02&ss=b&se=2030-01-01&sig=«sas-signature»"
---
os.environ |= {"DB_PASSWORD": "«password»"}
---
mapping = {b"password": b"«password»"}
'''),
    *split("language:bash", "export DB_PASSWORD=«password»\n---\ncurl -u ann:«password» https://x"),
    *split("language:r", 'Sys.setenv(API_TOKEN = "«opaque-token»")\n---\ncon <- dbConnect(drv, password = "«password»")'),
    *split("language:c#", 'var apiKey = "«api-key»";'),
    *split("language:julia", 'ENV["API_TOKEN"] = "«opaque-token»"'),
    *split("markdown", r'''
Use the token `«github-token»`.
---
Password: «password»
---
The password is «password»
---
| user | password |
| --- | --- |
| ann | «password» |
---
**API key**: `«api-key»`
---
    export API_TOKEN=«opaque-token»
---
```python
client = Client(api_key="«api-key»")
```
---
See https://ann:«password»@wiki.internal/x
---
[link](https://x.internal/?token=«opaque-token»)
---
Client secret: «opaque-token»
---
- user: ann
- password: «password»
---
<!-- password: «password» -->
'''),
    *split("raw", 'api_key = "«api-key»"\n---\n«private-key»'),
    *split("stream", r'''
token: «opaque-token»
---
DB_HOST=db
DB_PASSWORD=«password»
---
{'user': 'ann', 'password': '«password»'}
---
{"access_token": "«opaque-token»", "expires_in": 3600}
---
environ({'HOME': '/root', 'API_TOKEN': '«opaque-token»'})
---
> Authorization: Bearer «opaque-token»
---
Connecting to postgresql://ann:«password»@db/cases
---
«github-token»
---
Namespace(host='db', password='«password»')
---
  "client_secret" : "«opaque-token»",
---
aws_secret_access_key = «aws-secret-access-key»
---
AWS Access Key ID [None]: «aws-access-key-id»
AWS Secret Access Key [None]: «aws-secret-access-key»
---
   user  password
0   ann  «password»
1   bob  «password:2»
'''),
    *split("traceback", r'''
----> 1 connect(host, password="«password»")
---
OperationalError: could not connect: postgresql://ann:«password»@db/cases
---
HTTPError: 401 Client Error for url: https://x.internal/v1?api_key=«api-key»
---
----> 3 requests.get(url, auth=('ann', '«password»'))
---
      2 headers = {'Authorization': 'Bearer «opaque-token»'}
'''),
    *split("text/plain", "{'api_key': '«api-key»'}\n---\n'«github-token»'\n---\nConfig(secret='«opaque-token»')"),
    *split("text/html", r'''
<table><thead><tr><th></th><th>user</th><th>password</th></tr></thead><tbody><tr><th>0</th><td>ann</td><td>«password»</td></tr></tbody></table>
---
<table><tr><td>API key</td><td>«api-key»</td></tr></table>
---
<b>Password:</b> <code>«password»</code>
---
<pre>{&quot;password&quot;: &quot;«password»&quot;}</pre>
---
<script>var token = "«github-token»";</script>
---
<a href="https://x.internal/?access_token=«opaque-token»">x</a>
'''),
    *split("image/svg+xml", "<svg><text>«github-token»</text></svg>"),
    *split("text/markdown", "**token**: «opaque-token»"),
    *split("text/latex", "password: «password»"),
    *split("application/javascript", 'connect("«slack-token»")'),
    *split("json", '{"db": {"password": "«password»"}}\n---\n[{"api_key": "«api-key»"}]\n---\n["«github-token»"]'),
    *split("metadata", r'''
{"papermill": {"parameters": {"api_key": "«api-key»"}}}
---
{"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"x": {"model_name": "PasswordModel", "state": {"value": "«password»"}}}}}}
---
{"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"x": {"model_name": "TextModel", "state": {"description": "API key:", "value": "«api-key»"}}}}}}
---
{"source": "https://ann:«password»@git.internal/x.git"}
'''),
    *split("cell-metadata", '{"env": {"DB_PASSWORD": "«password»"}}'),
    *split("attachment", "user=ann\npassword=«password»\n---\n«private-key»\n---\nAPI_TOKEN=«opaque-token»"),
    *split("code", r'''
!python train.py --wandb_key=«hex40» --epochs 3
---
!python x.py --hf_token «huggingface-token»
---
%run script.py --password «password»
---
%sql mysql+pymysql://ann:«password»@db/cases
---
%%sql postgresql://ann:«password»@db/cases
select 1
---
%%configure -f
{"conf": {"spark.hadoop.fs.s3a.secret.key": "«aws-secret-access-key»"}}
---
!echo "machine x.internal login ann password «password»" > ~/.netrc
---
!echo '{"username":"ann","key":"«api-key»"}' > ~/.kaggle/kaggle.json
---
!echo "API_TOKEN=«opaque-token»" >> .env
---
!git remote set-url origin https://ann:«github-token»@github.com/x/y.git
---
!az login --service-principal -u x -p «password» --tenant y
---
!heroku config:set API_KEY=«api-key»
---
!kubectl create secret generic db --from-literal=password=«password»
---
!curl "https://x.internal/v1?limit=1&token=«opaque-token»"
---
!curl -d '{"password": "«password»"}' https://x.internal
---
!curl -d "username=ann&password=«password»" https://x.internal
---
!psql "host=db user=ann password=«password»"
---
!mongo --username ann --password «password» db
---
!redis-cli -h cache -a «password» ping
---
!smbclient //srv/x -U ann%«password»
---
!ldapsearch -x -D cn=ann -w «password»
---
!sqlcmd -S db -U sa -P «password»
---
!gpg --batch --passphrase «password» -d x.gpg
---
!unzip -P «password» x.zip
---
!7z x -p«password» x.7z
---
get_ipython().system("curl -u ann:«password» https://x")
---
%%time
password = "«password»"
---
%%capture out
client = Client(token="«opaque-token»")
---
%%powershell
$env:API_TOKEN = "«opaque-token»"
---
%%bash
cat > .env <<EOT
DB_PASSWORD=«password»
EOT
---
%%html
<script>const token = "«github-token»"</script>
---
session = boto3.Session(aws_access_key_id="«aws-access-key-id»", aws_secret_access_key="«aws-secret-access-key»")
---
requests.get(url, params={"api_key": "«api-key»"})
---
requests.post(url, data="username=ann&password=«password»")
---
os.environ["USER_A"], os.environ["TOKEN_B"] = "ann", "«opaque-token»"
---
globals()["token"] = "«opaque-token»"
---
config.set("db", "password", "«password»")
---
DB_CREDS = ("ann", "«password»")
---
creds = ("ann", "«password»")
---
passwords = {"ann": "«password»"}
---
userpass = base64.b64encode(b"ann:«password»").decode()
---
headers = {"Authorization": "Basic " + base64.b64encode("ann:«password»".encode()).decode()}
---
mykey = "«opaque-token»"
---
openai_key = "«opaque-token»"
---
signing_key = "«opaque-token»"
---
encryption_key = b"«opaque-token»="
---
fernet = Fernet(b"«opaque-token»abc=")
---
password = "p@ss w0rd! «password»"
---
password = 'it"s-«password»'
---
passwd: Final = "«password»"
---
if True:
    if True:
        self._password = "«password»"
---
x = {"config": {"nested": [{"client_secret": "«opaque-token»"}]}}
---
connect(**{"password": "«password»"})
---
api = Api("https://x.internal", api_token="«opaque-token»", verify=False)
---
llm = ChatOpenAI(openai_api_key="«openai-project-key»")
---
genai.configure(api_key="«google-api-key»")
---
pinecone.init(api_key="«uuid»", environment="us-east1")
---
misp = PyMISP("https://misp.internal", "«opaque-token»")
---
shodan.Shodan("«opaque-token»")
---
vt = virustotal_python.Virustotal(API_KEY="«hex64»")
---
es = Elasticsearch(cloud_id="x", api_key=("id", "«opaque-token»"))
---
splunklib.client.connect(host="x", username="ann", password="«password»")
---
jira = JIRA("https://x", basic_auth=("ann@x.org", "«opaque-token»"))
---
mqtt.username_pw_set("ann", "«password»")
---
zf.extractall(pwd=b"«password»")
---
wb = load(path, Password="«password»")
---
smtp.login("ann", "«password»")
---
paramiko.SSHClient().connect("host", 22, "ann", "«password»")
---
imap.login("ann@x.org", "«password»")
---
ldap.simple_bind_s("cn=ann", "«password»")
---
conn = snowflake.connector.connect("ann", password="«password»")
---
sc._jsc.hadoopConfiguration().set("fs.s3a.secret.key", "«aws-secret-access-key»")
---
dbutils.fs.mount(source="x", extra_configs={"fs.azure.account.key.x.blob.core.windows.net": "«azure-storage-key»"})
---
query = f"COPY t FROM 's3://x' CREDENTIALS 'aws_access_key_id=«aws-access-key-id»;aws_secret_access_key=«aws-secret-access-key»'"
---
duckdb.sql("CREATE SECRET (TYPE S3, KEY_ID '«aws-access-key-id»', SECRET '«aws-secret-access-key»')")
---
settings = """
[default]
aws_access_key_id = «aws-access-key-id»
aws_secret_access_key = «aws-secret-access-key»
"""
---
toml = "password = '«password»'"
---
xml = "<password>«password»</password>"
---
cfg = {'user': 'ann', 'pass': '«password»'}
---
cfg = {'user': 'ann', 'pw': '«password»'}
---
token = (
    # production
    "«opaque-token»"
)
---
match x:
    case "a":
        api_key = "«api-key»"
---
with open(".env", "w") as f:
    f.write("API_TOKEN=«opaque-token»\n")
---
print("token is «github-token»")
---
client = Client("«uuid-client»", client_secret='«opaque-token»')
---
url = "ftp://ann:«password»@ftp.internal/x"
---
url = "amqp://ann:«password»@mq:5672//"
---
url = "https://api.telegram.org/bot«telegram-bot-token»/sendMessage"
---
url = f"https://api.github.com/user?access_token=«opaque-token»"
---
app.secret_key = "«opaque-token»"
---
app.config["SECRET_KEY"] = "«opaque-token»"
---
app.config.update(SECRET_KEY="«opaque-token»")
---
jwt.encode(payload, "«opaque-token»", algorithm="HS256")
---
hmac.new(b"«opaque-token»", msg, hashlib.sha256)
---
tok = "«json-web-token»"
---
AZURE_CONN = "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=«b43»="
---
API = {"openai": "«openai-project-key»", "cohere_key": "«opaque-token»"}
'''),
    *split("stream", r'''
DB_PASSWORD=correcthorsebatterystaple«z5»
---
        "Env": ["DB_PASSWORD=«password»"]
---
origin	https://ann:«password»@git.internal/x.git (fetch)
---
+----------+-----------+
| user     | password  |
+----------+-----------+
| ann      | «password» |
+----------+-----------+
---
export API_TOKEN="«opaque-token»"
---
password: '«password»'
---
Your API key is «api-key»
---
Generated password for ann: «password»
---
API key: «api-key»
---
apiKey: «api-key»,
---
  password = "«password»"
---
<Response token=«opaque-token»>
---
«private-key»
'''),
    *split("text/plain", "{'headers': {'Authorization': 'Bearer «opaque-token»'}}\n---\nUser(name='ann', password_plain='«password»')"),
    *split("text/html", r'''
<input type="password" name="p" value="«password»">
---
<table><tr><th>name</th><th>value</th></tr><tr><td>DB_PASSWORD</td><td>«password»</td></tr></table>
---
<div>token=«opaque-token»</div>
---
<li>Client secret: <b>«opaque-token»</b></li>
'''),
    *split("application/vnd.dataresource+json", '{"data": [{"user": "ann", "password": "«password»"}]}'),
    *split("markdown", r'''
Login: ann / Password: «password»
---
<b>Password</b>: «password»
---
Credentials: `ann:«password»`
---
curl -u ann:«password» https://x.internal
---
> **Token:** `«opaque-token»`
---
Access key: «aws-access-key-id» Secret key: «aws-secret-access-key»
---
1. Set `API_KEY=«api-key»`
'''),
]  # fmt: skip

LOOK_ALIKES = [
    *split("code", r'''
password = os.environ["DB_PASSWORD"]
---
password = os.environ.get("DB_PASSWORD", "")
---
password = getpass("Password: ")
---
password = getpass.getpass(prompt="Enter your password (8+ chars): ")
---
password = input("Password? ")
---
api_key = userdata.get("OPENAI_API_KEY")
---
api_key = dbutils.secrets.get(scope="prod-kv-2", key="datadog-api-key-2")
---
api_key = vault.read("secret/data/datadog-2024/api_key")["data"]
---
token = config["auth"]["token"]
---
token = Path("~/.token-2024").expanduser().read_text()
---
secret = client.access_secret_version(name="projects/123456/secrets/api-key/versions/1")
---
api_key = "your-api-key"
---
api_key = "YOUR_API_KEY"
---
api_key = "<YOUR API KEY>"
---
api_key = "INSERT_YOUR_KEY_HERE_123"
---
api_key = "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
---
api_key = "sk-your-key-here-1234567890abcdef"
---
api_key = "sk-..."
---
api_key = "...............REDACTED..........."
---
api_key = ""
---
api_key = None
---
api_key = "{{ api_key }}"
---
api_key = "${API_KEY}"
---
api_key = "%API_KEY%"
---
api_key = "{api_key}".format(api_key=key)
---
password = "changeme"
---
password = "password"
---
password = "********"
---
password = "xxx"
---
password = "<password>"
---
password = "TODO: ask Ann"
---
password = "enter password here"
---
token = "«masked-huggingface-token»"
---
token = "«masked-github-token»"
---
token = "«sequential-github-token»"
---
aws_access_key_id = "AKIA" + "IOSFODNN7" + "EXAMPLE"
---
key = "AKIA" "AAAAAAAAAAAAAAAA"
---
pad_token = "<|endoftext|>"
---
tokenizer.pad_token = tokenizer.eos_token
---
special_tokens = {"pad_token": "[PAD]", "eos_token": "</s>", "unk_token": "<unk>"}
---
eos_token = "<|im_end_2024|>"
---
max_tokens = "4096"
---
token_type = "bearer_access_2024"
---
primary_key = "customer_id_2024_v2"
---
sort_key = "created_at#2024-01-01"
---
partition_key = "tenant#2f1a9c77"
---
cache_key = "9e107d9d372bb6826bd81d3542a419d6"
---
s3_key = "models/2024/bert-v2.tar.gz"
---
object_key = "a1b2c3d4e5f6/part-0001.parquet"
---
secret_name = "datadog-api-key-prod-2"
---
secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbC123"
---
key_file = "service-account-2024.json"
---
token_path = "/run/secrets/token-2024"
---
password_file = "/run/secrets/db_password_2"
---
password_field = "user_password_2"
---
password_regex = r"^(?=.*[A-Z])(?=.*\d).{8,}$"
---
password_hash = "$2b$12$«half»«half:2»«half:3»"
---
token_url = "https://login.microsoftonline.com/common/oauth2/v2.0/token"
---
token_endpoint = "https://auth.internal/oauth2/token"
---
auth_url = "https://auth.internal/v2"
---
client_id = "7b1f8d52-3c4e-4f0a-9a57-0c6d2e8f1b34"
---
tenant_id = "7b1f8d52-3c4e-4f0a-9a57-0c6d2e8f1b34"
---
run_id = "4f0a9a570c6d2e8f1b347b1f8d523c4e"
---
commit = "9fceb02d0ae598e95dc970b74767f19372d61af8"
---
sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
---
md5sum = "d41d8cd98f00b204e9800998ecf8427e"
---
next_page_token = "CAESBkF1dG8xMhoMCgp0b2tlbi0xMjM0"
---
continuation_token = "eyJza2lwIjoxMDAsInRvcCI6NTB9abc123"
---
stripe.api_key = "sk_test_" + "abcDEF123abcDEF123abcDEF"
---
publishable = "pk_live_" + "a8Fk29dkQ0x7Zp31LmT5vB6c"
---
mapbox_public = "pk.eyJ1IjoiYW5uIn0.Qk3mZ8xT1vB6cLpR2sD4"
---
engine = create_engine("postgresql://user:password@localhost/db")
---
engine = create_engine("postgresql://postgres:postgres@localhost:5432/db")
---
engine = create_engine(f"postgresql://{user}:{password}@{host}/db")
---
engine = create_engine("postgresql://%s:%s@%s/db" % (u, p, h))
---
url = "https://<user>:<password>@git.internal/x.git"
---
url = "http://localhost:8888/lab?path=x@y"
---
url = "https://host:443/a:b@c"
---
repo = "git@github.com:ann/x.git"
---
headers = {"Authorization": f"Bearer {token}"}
---
headers = {"Authorization": "Bearer " + token}
---
headers = {"Authorization": "Bearer <token>"}
---
headers = {"Authorization": "Bearer YOUR_ACCESS_TOKEN"}
---
headers = {"X-Api-Key": os.environ["API_KEY"]}
---
requests.get(url, auth=("user", "pass"))
---
requests.get(url, auth=(USER, PASSWORD))
---
df["password"] = df["password"].str.len()
---
df = df.drop(columns=["password", "api_key"])
---
df.rename(columns={"password": "pw_length_2"})
---
keys = ["password", "token", "api_key"]
---
if key == "password": pass
---
if token.startswith("Bearer"): pass
---
if token in ("[CLS]", "[SEP]"): pass
---
assert "password" in form
---
logging.info("token: %s", token)
---
print("Your API key is:", api_key)
---
print(f"password={password}")
---
raise ValueError("password must be at least 8 characters")
---
warnings.warn("api_key is deprecated, use token_2 instead")
---
st.text_input("Password", type="password")
---
widgets.Password(description="Password:")
---
parser.add_argument("--password", default=None, help="the password to use")
---
parser.add_argument("--token", default="", help="token from https://x.internal/tokens")
---
def connect(user, password=None, token=""): ...
---
class Form:
    password = CharField(label="Password", max_length=30)
---
secret = SecretClient(vault_url="https://x.vault.azure.net/", credential=credential)
---
credential = DefaultAzureCredential()
---
account_key_setting = "AzureWebJobsStorage2"
---
dna = "GATTACAGATTACAGATTACAGATTACAGATTACAGATTACA"
---
img = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
---
integrity = "sha512-«b86»=="
---
license_key_url = "https://x.internal/license-2024"
---
model = "sentence-transformers/all-MiniLM-L6-v2"
---
tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased", use_auth_token=True)
---
tokens = ["hello", "world1234567890abcdef"]
---
token_ids = "101 7592 2088 102"
---
word_token = "antidisestablishmentarianism"
---
key = "user:1234:profile"
---
KEY = "abcdefghijklmnopqrstuvwxyz012345"
---
keyboard = "qwertyuiop1234567890"
---
monkey = "b4n4n4s-4r3-g00d-f00d"
---
author = "ann.smith-2024-phd"
---
authority = "https://login.microsoftonline.com/7b1f8d52-3c4e-4f0a-9a57-0c6d2e8f1b34"
---
bypass = "route-66-express-lane-2"
---
compass = "NNE-22.5-degrees-mag"
---
sas_token = "?sv=2022-11-02&sig=<signature>"
---
"-----BEGIN PRIVATE KEY-----" in text
---
pem = "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----"
---
pub = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuvJ0\n-----END PUBLIC KEY-----"
---
jwt_example = "«documented-json-web-token»"
---
pattern = re.compile(r"ghp_[A-Za-z0-9]{36}")
---
pattern = r"AKIA[0-9A-Z]{16}"
---
password = password or default_password
---
api_key: str = Field(..., description="The API key (32 hex digits)")
---
os.environ["TOKENIZERS_PARALLELISM"] = "false"
---
os.environ["AWS_PROFILE"] = "analytics-prod-2"
---
os.environ["SECRET_NAME"] = "datadog-api-key-2"
---
!pip install python-jose==3.3.0
---
!curl -u "$USER:$PASSWORD" https://x.internal
---
!curl -H "Authorization: Bearer $TOKEN" https://x.internal
---
%env API_KEY=$API_KEY
---
%env API_KEY
---
!export TOKEN=$(cat token.txt)
---
!docker run -p 8080:80 nginx:1.25
---
!mkdir -p data/raw-2024
---
!mysql -u root -p cases
---
!sshpass -f password.txt ssh host
---
!kubectl get secret datadog-2 -o yaml
---
%%bash
export DB_PASSWORD="${DB_PASSWORD:-}"
---
%%writefile .env.example
API_KEY=
DB_PASSWORD=changeme
---
%%writefile config.yaml
password: ${DB_PASSWORD}
token: "{{ token }}"
---
%%sql
SELECT password, token FROM accounts WHERE api_key = :key
---
# password: ask Ann
---
# set the API key in your environment, see README.md#api-key-2
---
# token = os.environ["TOKEN"]
'''),
    *split("markdown", r'''
Set `OPENAI_API_KEY` to your key.
---
Password: ask the platform team
---
password: `getpass()` asks for it
---
The token is stored in the vault under `secret/data/x-2024`.
---
`password = os.environ["DB_PASSWORD"]`
---
| variable | meaning |
| --- | --- |
| API_KEY | read-only key, 32 digits |
| DB_PASSWORD | see vault/entry-2024 |
---
Account | Password
--- | ---
ann | (hidden)
---
Pass the token: `curl -H "Authorization: Bearer $TOKEN"`
---
Key takeaways: tokens2vec beats word2vec-300d
---
Secret sauce: gradient-boosting-v2
---
<img src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ">
---
Primary key: customer_id_2024
---
[Get an API key](https://x.internal/api-keys/new?ref=notebook-2024)
---
Password policy: at-least-12-chars
---
Author: J. R. Smith-2024
'''),
    *split("stream", r'''
token: [CLS]
---
token: ##ization_2024
---
password: ********
---
Password:
---
max_tokens=4096, temperature=0.7
---
Downloading tokenizer.json: 100%|██████████| 466k/466k
---
Key: Timestamp('2024-01-01 00:00:00')
---
sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
---
key=9e107d9d372bb6826bd81d3542a419d6 hits=12
---
Requirement already satisfied: keyring==24.3.0 (from twine)
---
Successfully installed token-0.1.2 secrets-1.0.4b1
---
request id: 7b1f8d52-3c4e-4f0a-9a57-0c6d2e8f1b34
---
{'input_ids': [101, 102], 'token_type_ids': [0, 0]}
---
{"next_token": "eyJza2lwIjoxMDAsInRvcCI6NTB9abc123"}
---
Logged in as ann; token expires 2024-12-31T23:59:59Z
---
Name: password, dtype: object
---
password    object
---
   user  password
0   ann  ********
---
token          count
hello_world_1  12345678
---
authenticated with key type RSA-4096
---
author: ann, version: 1.2.3-beta4
---
ACCOUNT_ID=123456789012
---
arn:aws:sagemaker:eu-west-1:123456789012:notebook-instance/x
---
<class 'cryptography.hazmat.primitives._RSAPrivateKey'>
'''),
    *split("traceback", r'''
----> 1 connect(host, password=password)
---
KeyError: 'DB_PASSWORD'
---
ValueError: api_key must be set, see https://x.internal/docs/api-key-2
---
----> 3 token = os.environ["API_TOKEN"]
---
AuthenticationError: Incorrect API key provided: sk-abc12***************************xyz9
'''),
    *split("text/html", r'''
<table><tr><th>user</th><th>password</th></tr><tr><td>ann</td><td>***</td></tr></table>
---
<table><tr><th>token</th><th>n</th></tr><tr><td>transformers</td><td>12</td></tr></table>
---
<div id="7b1f8d52-3c4e-4f0a-9a57-0c6d2e8f1b34" data-token-count="12">x</div>
---
<style>.password-input-2024 { color: red }</style>
---
<script>const docs_json = {"key": "4f0a9a570c6d2e8f1b347b1f8d523c4e"};</script>
---
<input type="password" placeholder="Password123">
---
<img src="data:image/png;base64,QUtJQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB">
'''),
    *split("image/svg+xml", '<svg><path id="key-2024-01" d="M10 10L20 20"/></svg>'),
    *split("application/vnd.plotly.v1+json", '{"data": [{"name": "password", "text": "tok3n-4b5c6d7e8f9a0b1c"}]}'),
    *split("json", '{"key": "4f0a9a570c6d2e8f1b347b1f8d523c4e"}\n---\n{"token_count": "1234567890123456abc"}\n---\n{"password": null, "api_key": ""}'),
    *split("metadata", r'''
{"vscode": {"interpreter": {"hash": "31f2aee4e71d21fbe5cf8b01ff0e069b9275f58929596ceb00d14d90e3e16cd6"}}}
---
{"colab": {"provenance": [{"file_id": "1a2B3c4D5e6F7g8H9i0JkLmNoPqRsTuVw", "timestamp": 1700000000000}]}}
---
{"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"4f0a9a570c6d2e8f1b347b1f8d523c4e": {"model_name": "LayoutModel", "state": {"_model_name": "LayoutModel"}}}}}}
---
{"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"x": {"model_name": "PasswordModel", "state": {"value": "", "description": "Password"}}}}}}
---
{"papermill": {"parameters": {"secret_name": "datadog-api-key-2", "max_tokens": "4096"}}}
'''),
    *split("attachment", "password=changeme\n---\nkey_id,name\n1,alpha-beta-2024"),
]  # fmt: skip
