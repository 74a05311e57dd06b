"""Idioms of tools, clouds and languages, and what looks like them; written before the engine saw them.

As in `tests.credentials.cases`: what is planted in `CREDENTIALS` must be found, and nothing else.
"""

from tests.credentials.cases import split

CREDENTIALS = [
*split("code", r'''
print('aws_secret_key = '«opaque-token»'')
---
cfg = """
user: ann
api_key: «opaque-token»
"""
---
c = configparser.ConfigParser(); c.read_string("""
[service]
access_token = «opaque-token»
""")
---
service = yaml.safe_load("""service:
  token: «opaque-token»
""")
---
body = "{\"user\": \"ann\", \"access_token\": \"«opaque-token»\"}"
---
note = "it's"; api_key = "«api-key»"  # isn't it
---
conf = SparkConf().setAll([("spark.kafka.sasl.password", "«password»")])
---
opts = {"kafka.sasl.jaas.config": 'PlainLoginModule required username="ann" password="«password»";'}
---
p = Producer({"bootstrap.servers": "b:9092", "sasl.username": "ann", "sasl.password": "«password»"})
---
c = KafkaConsumer("t", sasl_plain_username="ann", sasl_plain_password="«password»")
---
conn = ldap3.Connection(server, "cn=admin,dc=x", "«password»", auto_bind=True)
---
!curl --oauth2-bearer «opaque-token» https://x.internal
---
!curl -F "token=«opaque-token»" -F file=@a.csv https://x.internal
---
!curl --proxy-user ann:«password» -x http://proxy https://x
---
!docker run -d -e POSTGRES_PASSWORD=«password» postgres:15
---
!docker build --build-arg NPM_TOKEN=«opaque-token» .
---
!git config --global url."https://oauth2:«opaque-token»@git.internal".insteadOf https://git.internal
---
!git -c http.extraHeader="Authorization: Basic «basic»" clone https://git.internal/x
---
!jupyter lab --NotebookApp.token='«hex48»' --no-browser
---
!mc alias set store https://minio.internal ann «opaque-token»
---
!s3cmd --access_key=ann --secret_key=«opaque-token» ls
---
!vault kv put secret/x password=«password»
---
!helm install db ./chart --set db.password=«password»
---
!terraform apply -var="db_password=«password»"
---
!oc login --token=sha256~«b43» --server=https://x
---
!kubectl create secret docker-registry r --docker-username=ann --docker-password=«password»
---
!mount -t cifs //srv/x /mnt -o username=ann,password=«password»
---
!echo «password» | kinit ann@X.INTERNAL
---
!kinit ann <<< "«password»"
---
!nxc smb 10.0.0.5 -u ann -p '«password»' --shares
---
!evil-winrm -i 10.0.0.5 -u ann -p '«password»'
---
!ipmitool -I lanplus -H bmc -U ann -P «password» power status
---
!openssl enc -aes-256-cbc -in a -out b -pass pass:«password»
---
!pip config set global.index-url https://ann:«password»@pypi.internal/simple
---
!gh auth login --with-token <<< "«opaque-token»"
---
!conda config --add channels https://conda.internal/t/«uuid»/channel
---
!ansible-playbook -i h site.yml -e "ansible_password=«password»"
---
!az storage blob upload --sas-token "sv=2022-11-02&sig=«sas-signature»" -f a
---
os.environ.update(API_TOKEN="«opaque-token»", HOME="/root")
---
monkeypatch.setenv("API_KEY", "«api-key»")
---
with mock.patch.dict(os.environ, {"DB_PASSWORD": "«password»"}): run()
---
config["db"] = {"host": "db", "password": "«password»"}
---
config.read_string("""
[db]
password = «password»
""")
---
s.auth = ("ann", "«password»")
---
session.cookies.set("sessionid", "«a36»")
---
session.cookies["sessionid"] = "«a36»"
---
r = requests.get(url, proxies={"https": "http://ann:«password»@proxy:3128"})
---
mgr.add_password(None, url, "ann", "«password»")
---
ftp = ftplib.FTP("ftp.internal", "ann", "«password»")
---
yag = yagmail.SMTP("ann@x.org", "«password»")
---
child.expect("password:")
child.sendline("«password»")
---
account = exchangelib.Credentials("ann@x.org", "«password»")
---
client = zeep.Client(wsdl, wsse=UsernameToken("ann", "«password»"))
---
conn = teradatasql.connect('{"host":"h","user":"ann","password":"«password»"}')
---
conn = cx_Oracle.connect("ann/«password»@db.internal:1521/x")
---
r = redis.Redis("cache.internal", 6379, 0, "«password»")
---
mc = Minio("minio.internal:9000", "ann", "«opaque-token»")
---
mc = Minio("minio.internal:9000", access_key="ann", secret_key="«opaque-token»")
---
db = InfluxDBClient("h", 8086, "root", "«password»", "metrics")
---
conn = trino.dbapi.connect(host="h", auth=trino.auth.BasicAuthentication("ann", "«password»"))
---
app = msal.ConfidentialClientApplication(client, client_credential="«opaque-token»")
---
blob = BlobServiceClient("https://x.blob.core.windows.net", credential="«azure-storage-key»")
---
cosmos = CosmosClient("https://x.documents.azure.com", {"masterKey": "«b86»=="})
---
df = pd.read_csv("s3://b/a.csv", storage_options={"key": "«aws-access-key-id»", "secret": "«aws-secret-access-key»"})
---
fs = s3fs.S3FileSystem(key="ann", secret="«opaque-token»")
---
ses = boto3.Session("«aws-access-key-id»", "«aws-secret-access-key»")
---
mlflow.set_tracking_uri("https://ann:«password»@mlflow.internal")
---
dagshub.auth.add_app_token("«hex40»")
---
Task.set_credentials(api_host="https://x", key="ann", secret="«opaque-token»")
---
ngrok.set_auth_token("«opaque-token»")
---
conf.get_default().auth_token = "«opaque-token»"
---
sp = spotipy.Spotify(auth_manager=SpotifyClientCredentials("«uuid-client»", "«api-key»"))
---
reddit = praw.Reddit(client_id="x", client_secret="«a36»", user_agent="x")
---
auth.set_access_token("ann", "«opaque-token»")
---
fred = Fred("«api-key»")
---
ex = ccxt.binance({"apiKey": "«opaque-token»", "secret": "«opaque-token:2»"})
---
gmaps = googlemaps.Client("«google-api-key»")
---
tn.login("ann", "«password»")
---
API_KEYS = {
    "prod": "«api-key»",
}
---
payload = f'{{"username": "ann", "password": "«password»"}}'
---
login_data = [("user", "ann"), ("password", "«password»")]
---
def test(api_key="«api-key»", /): ...
---
PGPASSWORD = "«password»"
---
pw = "«password»"
---
%%writefile .streamlit/secrets.toml
[db]
password = "«password»"
---
%%writefile Dockerfile
FROM python
ENV API_TOKEN=«opaque-token»
---
%%writefile docker-compose.yml
services:
  db:
    environment:
      - POSTGRES_PASSWORD=«password»
---
%%sql
CREATE USER MAPPING FOR ann SERVER s OPTIONS (user 'ann', password '«password»');
---
%%sql
COPY INTO t FROM 's3://b' CREDENTIALS=(AWS_KEY_ID='«aws-access-key-id»' AWS_SECRET_KEY='«aws-secret-access-key»');
---
%%sql
CREATE LOGIN ann WITH PASSWORD = N'«password»';
---
%%sql
SET s3_secret_access_key='«aws-secret-access-key»';
---
con.execute("SET s3_secret_access_key='«aws-secret-access-key»'")
---
%sql SELECT * FROM dblink('host=db user=ann password=«password»', 'select 1') AS t(x int)
---
%%bigquery --project x
SELECT 1 -- token: «opaque-token»
---
%load_ext dotenv
os.environ["HF_TOKEN"] = "«opaque-token»"
'''),
*split("language:r", r'''
GET(url, authenticate("ann", "«password»"))
---
con <- dbConnect(Postgres(), host = "db", user = "ann", password = "«password»")
---
Sys.setenv("API_TOKEN" = "«opaque-token»")
---
options(openai_api_key = "«opaque-token»")
---
key_set_with_value("svc", "ann", "«password»")
---
req <- req_headers(req, Authorization = "Bearer «opaque-token»")
---
req <- req_auth_basic(req, "ann", "«password»")
'''),
*split("language:julia", r'''
HTTP.get(url, ["Authorization" => "Bearer «opaque-token»"])
---
conn = LibPQ.Connection("host=db user=ann password=«password»")
---
const API_KEY = "«api-key»"
'''),
*split("language:scala", r'''
val password = "«password»"
---
val df = spark.read.format("jdbc").option("password", "«password»").load()
---
props.put("password", "«password»")
---
spark.conf.set("fs.s3a.secret.key", "«opaque-token»")
---
props.setProperty("password", "«password»")
'''),
*split("language:sql", r'''
ALTER USER ann SET PASSWORD '«password»';
---
CREATE USER ann PASSWORD = '«password»' DEFAULT_ROLE = x;
'''),
*split("stream", r'''
[I 10:00:00 ServerApp] http://127.0.0.1:8888/lab?token=«hex48»
---
[default]
aws_secret_access_key=«aws-secret-access-key»
region=eu-west-1
---
[tool.x]
api_key = "«api-key»"
---
apiVersion: v1
users:
- name: ann
  user:
    token: «opaque-token»
---
{
  "auths": {
    "registry.internal": {
      "auth": "«basic»"
    }
  }
}
---
machine x.internal login ann password «password»
---
+----+-----------+
|user|   password|
+----+-----------+
| ann|«password»|
+----+-----------+
---
┌──────┬───────────┐
│ user ┆ password  │
│ ---  ┆ ---       │
│ str  ┆ str       │
╞══════╪═══════════╡
│ ann  ┆ «password» │
└──────┴───────────┘
---
[Row(user='ann', password='«password»')]
---
DB_HOST             db
DB_PASSWORD    «password»
dtype: object
---
user,password
ann,«password»
---
INFO:root:login with user=ann password=«password»
---
--header 'X-Api-Key: «api-key»'
---
< Set-Cookie: sid=«a36»; Path=/; HttpOnly
---
send: b'POST /login HTTP/1.1\r\nAuthorization: Basic «basic»\r\n\r\n'
---
Token: «opaque-token»
Expires: 2024-12-31
---
Created API key «opaque-token» for ann
---
TOKEN=«opaque-token»
'''),
*split("traceback", r'''
ConnectionError: HTTPConnectionPool(host='x', port=80): Max retries exceeded with url: /login?user=ann&password=«password»
---
CalledProcessError: Command 'mysql -u root -p«password» cases' returned non-zero exit status 1.
---
CalledProcessError: Command '['sshpass', '-p', '«password»', 'ssh', 'host']' returned non-zero exit status 5.
---
ValidationError: 1 validation error for Config
  input_value={'db': {'password': '«password»'}}, input_type=dict
---
      5     sasl_plain_password="«password»",
'''),
*split("text/plain", r'''
Text(value='«opaque-token»', description='API key')
---
Password(description='Password:', value='«password»')
---
environ{'API_KEY': '«api-key»'}
---
user       ann
password   «password»
Name: 0, dtype: object
---
ConnectionInfo(host='db', user='ann', password='«password»', port=5432)
'''),
*split("text/html", r'''
<table><tr><th>password</th><td>«password»</td></tr></table>
---
<dl><dt>Password</dt><dd>«password»</dd></dl>
---
<table><thead><tr><th>user</th><th>password</th></tr><tr><td>str</td><td>str</td></tr></thead><tbody><tr><td>&quot;ann&quot;</td><td>&quot;«password»&quot;</td></tr></tbody></table>
---
<table id="T_1"><thead><tr><th class="blank">&nbsp;</th><th id="T_1_c0" class="col_heading">api_key</th></tr></thead><tbody><tr><th id="T_1_r0" class="row_heading">0</th><td id="T_1_r0_c0" class="data">«api-key»</td></tr></tbody></table>
---
<input type="hidden" name="api_key" value="«api-key»">
---
<p>Username: ann<br>Password: «password»</p>
---
<a href="http://localhost:8888/?token=«hex48»">open</a>
'''),
*split("markdown", r'''
Username/password: ann/«password»
---
user: ann, pass: «password»
---
| Benutzer | Passwort |
|---|---|
| ann | `«password»` |
---
SSH: ann@host, password `«password»`
---
```yaml
db:
  password: «password»
```
---
```
$ export OPENAI_API_KEY="«opaque-token»"
```
---
Log in with **ann** / password **«password»**
---
API token is: «opaque-token»
---
```sh
docker login -u ann -p «password» registry.internal
```
'''),
*split("metadata", r'''
{"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"x": {"model_name": "HTMLModel", "state": {"value": "<b>Password</b>: «password»"}}}}}}
---
{"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"x": {"model_name": "OutputModel", "state": {"outputs": [{"output_type": "stream", "text": ["DB_PASSWORD=«password»\n"]}]}}}}}}
---
{"dotenv": {"content": "API_TOKEN=«opaque-token»"}}
---
{"sparkmagic": {"conf": {"spark.hadoop.fs.s3a.secret.key": "«opaque-token»"}}}
'''),
*split("json", r'''
{"headers": [{"name": "Authorization", "value": "Bearer «opaque-token»"}]}
---
{"env": [{"name": "DB_PASSWORD", "value": "«password»"}]}
---
{"request": {"url": "https://x/?api_key=«api-key»"}}
'''),

*split("stream", r'''
Set-Cookie: session=«opaque-token»; Path=/
---
{"columns":["user","password"],"index":[0],"data":[["ann","«password»"]]}
---
Using token «opaque-token»
---
Using token: «opaque-token»
'''),
*split("code", r'''
r = requests.get(url, cookies={"sessionid": "«a36»"})
---
!lftp -u ann,«password» sftp://srv
---
!rclone config create my sftp host h user ann pass «password»
---
!poetry config http-basic.internal ann «password»
---
!psexec.py dom/ann:«password»@10.0.0.5
---
!secretsdump.py 'dom/ann:«password»@10.0.0.5'
---
print(f"Using token «opaque-token» for {user}")
---
headers = {"Cookie": "session=«opaque-token»"}
'''),
*split("language:r", '"«password»" -> password\n---\n"«opaque-token»" -> api_token'),
*split("traceback", r'''
----> 3 subprocess.run(['mysql', '-u', 'root', '-p«password»'])
---
CalledProcessError: Command '['mysql', '-uroot', '-p«password»', 'cases']' returned non-zero exit status 1.
---
CalledProcessError: Command '['curl', '-u', 'ann:«password»', 'https://x']' returned non-zero exit status 22.
'''),
*split("json", '{"columns":["user","password"],"data":[["ann","«password»"]]}'),
*split("metadata", r'''
{"startup": {"command": "mysql -u root -p«password» cases"}}
---
{"setup": ["curl -u ann:«password» https://x", "ls"]}
'''),
*split("cell-metadata", '{"run": "sshpass -p «password» ssh host"}'),
]  # fmt: skip

LOOK_ALIKES = [
*split("code", r'''
conn = connect(password=cfg.get("password-2024"))
---
cookies = {"theme": "dark-mode-2024", "lang": "en_GB"}
---
session.cookies.get("sessionid")
---
r = requests.get(url, cookies={"sessionid": session_id})
---
headers = {"Cookie": f"session={sid}"}
---
session = tf.compat.v1.Session(config="grpc://10.0.0.5:8470")
---
sid = "S-1-5-21-3623811015-3361044348-30300820-1013"
---
session_id = "2024-05-01-a1b2c3d4-training"
---
!lftp -u $USER,$PASS sftp://srv
---
!rclone copy remote:data-2024 ./data --password-command "pass show x"
---
!poetry config virtualenvs.in-project true
---
!scp ann@host-2:/data/x.csv .
---
!rsync -avz data/ ann@host-2:/srv/x
---
!psexec.py dom/ann@10.0.0.5 -hashes :$HASH
---
print(f"Using token {token} for {user}")
---
print("Using tokenizer bert-base-uncased-2024")
---
subprocess.run(["tar", "-pxzf", "data-2024.tgz"])
---
subprocess.run(["mkdir", "-p", "data/raw_2024x"])
---
!ssh -p 2222 ann@host
---
!nmap -p 22,80-9000 10.0.0.5
---
!docker run -p 8888:8888 -e NB_UID=1000 jupyter/base-notebook
---
!jupyter notebook --NotebookApp.token='' --ip 0.0.0.0
---
c.NotebookApp.password = "argon2:$argon2id$v=19$m=10240,t=10,p=8$«a36»"
---
c.ServerApp.password = "sha1:67c9e60bb8b6:9ffede0825894254b2e042ea597d771089e11aed"
---
child.expect("password:")
child.sendline(password)
---
r = redis.Redis("cache.internal", 6379, 0)
---
mc = Minio("minio.internal:9000", access, secret)
---
key_set("svc", "ann")
---
df.to_json(orient="split")
---
x = {"columns": ["user", "password"], "data": [["ann", None]]}
---
storage_options = {"anon": True, "token": "cloud"}
---
fs = gcsfs.GCSFileSystem(token="google_default")
---
fs = gcsfs.GCSFileSystem(token="anon", project="x-2024")
---
AutoModel.from_pretrained("meta-llama/Llama-2-7b", token=True)
---
mask_token_id = tokenizer.convert_tokens_to_ids("[MASK]")
---
df["key"] = df["a"].astype(str) + "_" + df["b"]
---
merge(left, right, left_key="user_id_2024", right_key="id_2024_v2")
---
CREDENTIAL_SCOPES = ["https://www.googleapis.com/auth/drive.readonly"]
---
creds, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
---
login = User.login("ann.smith", remember=True)
---
assert login("ann", wrong) is None
---
hashlib.sha256(b"correct horse battery").hexdigest()
---
signature = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"
---
pwd = os.getcwd()
---
pwd = "/home/ann/work-2024"
---
%cd ~/pass/2024
---
from secrets import token_hex, token_urlsafe
---
token = secrets.token_urlsafe(32)
---
fernet_key = Fernet.generate_key()
---
spark.conf.set("spark.sql.session.timeZone", "Europe/Berlin")
---
spark.conf.set("fs.azure.account.key.x", dbutils.secrets.get("kv-2024", "storage-key-1"))
---
df.write.option("keyspace", "cases_2024").save()
---
%%sql
SELECT name, password_hash FROM users WHERE token_type = 'bearer_2024';
---
%%sql
CREATE TABLE t (id int, password varchar(255), api_key char(32));
---
%%sql
ALTER USER ann SET PASSWORD = :pw
---
%%writefile docker-compose.yml
services:
  db:
    environment:
      - POSTGRES_PASSWORD=${DB_PASSWORD:?set it}
---
%%bash
mysql -u root -p"$MYSQL_PWD" cases
---
from nacl.public import PrivateKey
key = PrivateKey.generate()
'''),
*split("language:r", r'''
password -> pw_from_vault
---
"results-2024-05.csv" -> key_file
---
key_get("svc-2024", "ann")
---
df |> mutate(key = paste0("a", "_2024_b"))
'''),
*split("language:scala", 'val password = sys.env("DB_PASSWORD_2")\n---\nval key = row.getAs[String]("user_key_2024")'),
*split("stream", r'''
Set-Cookie: theme=dark-mode-2024; Path=/
---
Set-Cookie: session=deleted; expires=Thu, 01 Jan 1970 00:00:00 GMT
---
Session: 4f0a9a570c6d2e8f1b347b1f8d523c4e started
---
session_id=4f0a9a570c6d2e8f1b347b1f8d523c4e
---
Using token limit 4096 for gpt-4-0613
---
Using tokenizer from google/bert_uncased_L-2_H-128_A-2
---
Using token from /root/.cache/huggingface/token
---
Using token [CLS]_2024
---
{"columns":["user","password"],"index":[0],"data":[["ann",null]]}
---
{"columns":["token","count"],"index":[0],"data":[["transformers",12]]}
---
{"columns":["user","pass_rate"],"index":[0],"data":[["ann","94.5%"]]}
---
┌──────┬───────────┐
│ user ┆ password  │
╞══════╪═══════════╡
│ ann  ┆ null      │
└──────┴───────────┘
---
user password_age
ann  12d-old
---
Enter passphrase for key '/home/ann/.ssh/id_ed25519':
---
SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8 ann@host (ED25519)
---
key: 'epoch_accuracy_2024', value: 0.93
---
tokens/s: 4125.3, loss=0.12
---
  pass 1/20: 94.2%
---
PASSED tests/test_api.py::test_token_2024
---
Access token expired at 2024-05-01T10:00:00Z, refreshing
---
Password hash: $2b$12$«half»«half:2»«half:3»
---
keys: ['a1b2', 'c3d4e5f6']
---
SASL mechanism: SCRAM-SHA-512
---
ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ«opaque-token» ann@host
'''),
*split("traceback", r'''
OperationalError: (1045, "Access denied for user 'ann'@'10.0.0.5' (using password: YES)")
---
CalledProcessError: Command '['pip', 'install', '-p', 'pkg-2024']' returned non-zero exit status 1.
---
CalledProcessError: Command '['mkdir', '-p', 'data/raw-2024']' returned non-zero exit status 1.
---
CalledProcessError: Command '['mysql', '-u', 'root', '-p', 'cases_2024']' returned non-zero exit status 1.
---
AuthError: token 'Bearer' not found in header_2024
---
KeyError: "['password_2', 'api_key'] not in index"
'''),
*split("text/html", r'''
<table><tr><th>password_changed</th><td>2024-05-01</td></tr></table>
---
<dl><dt>Token count</dt><dd>12345-abc678</dd></dl>
---
<a href="https://x.internal/page?continuation_token=«a36»">next</a>
---
<div class="token keyword-2024a">def</div>
'''),
*split("markdown", r'''
Password/Username: ask ann/bob2
---
Keys: `a`, `b2`, `c3-long-key-2024`
---
Log in with your SSO account / password manager 1Password7
---
Pass 2: `train-v2-2024`
---
The session cookie `sessionid` is set by Django-4.2
---
`{"columns": ["user", "password"]}` is the schema of users_2024
'''),
*split("metadata", r'''
{"startup": {"command": "mkdir -p data/raw-2024"}}
---
{"session": {"id": "7b1f8d52-3c4e-4f0a-9a57-0c6d2e8f1b34"}}
---
{"kernelspec": {"argv": ["python", "-m", "ipykernel", "-f", "{connection_file}", "-p", "9024x1"]}}
'''),
]  # fmt: skip
