"""Imports are matched with the distributions that people declare for them."""

from pathlib import Path

import pytest

from nblint.document.model import Notebook
from nblint.linting.checking import check_document
from nblint.linting.selection import Selection
from nblint.project.distributions import canonical, importable, is_declared
from nblint.project.project import Project
from nblint.project.requirements import Requirements
from nblint.settings import Settings
from nblint.settings_files import SettingsFile
from tests.conftest import notebook_bytes

# By the projects' own pages on PyPI: the imported module and the distribution.
DIFFERENT = """
Bio biopython
Crypto pycryptodome
Levenshtein python-Levenshtein
MySQLdb mysqlclient
OpenSSL pyOpenSSL
PIL Pillow
Stemmer PyStemmer
absl absl-py
airflow apache-airflow
apache_beam apache-beam
attr attrs
binance python-binance
bs4 beautifulsoup4
bson pymongo
clr pythonnet
cv2 opencv-python-headless
dateutil python-dateutil
delta delta-spark
discord discord.py
dns dnspython
docx python-docx
dotenv python-dotenv
ee earthengine-api
faiss faiss-cpu
falconpy crowdstrike-falconpy
fitz PyMuPDF
gi PyGObject
gin gin-config
git GitPython
github PyGithub
gitlab python-gitlab
grpc grpcio
hydra hydra-core
igraph python-igraph
imblearn imbalanced-learn
jose python-jose
jwt PyJWT
kafka kafka-python
ldap python-ldap
magic python-magic
mysql mysql-connector-python
nacl PyNaCl
nmap python-nmap
phoenix arize-phoenix
pinecone pinecone-client
pptx python-pptx
psycopg2 psycopg2-binary
pwn pwntools
pywt PyWavelets
serial pyserial
skimage scikit-image
sklearn scikit-learn
sksurv scikit-survival
slugify python-slugify
speech_recognition SpeechRecognition
tabula tabula-py
tensorflow_serving tensorflow-serving-api
tlz toolz
umap umap-learn
usb pyusb
whisper openai-whisper
yaml PyYAML
yara yara-python
z3 z3-solver
zmq pyzmq
"""
NAMESPACES = """
airflow.providers.amazon.aws apache-airflow-providers-amazon
azure.ai.ml azure-ai-ml
azure.identity azure-identity
azure.keyvault.secrets azure-keyvault-secrets
azure.storage.blob azure-storage-blob
azureml.core azureml-core
backports.zoneinfo backports.zoneinfo
databricks.sql databricks-sql-connector
google.api_core google-api-core
google.cloud.bigquery google-cloud-bigquery
google.cloud.storage google-cloud-storage
google.cloud.vision_v1 google-cloud-vision
google.generativeai google-generativeai
google.oauth2.service_account google-auth
google.protobuf.json_format protobuf
jaraco.text jaraco.text
opentelemetry.exporter.otlp.proto.grpc opentelemetry-exporter-otlp-proto-grpc
opentelemetry.instrumentation.requests opentelemetry-instrumentation-requests
opentelemetry.sdk.trace opentelemetry-sdk
opentelemetry.trace opentelemetry-api
ruamel.yaml ruamel.yaml
snowflake.connector snowflake-connector-python
snowflake.snowpark snowflake-snowpark-python
sphinxcontrib.mermaid sphinxcontrib-mermaid
zope.interface zope.interface
"""
PAIRS = [tuple(line.split()) for line in (DIFFERENT + NAMESPACES).split("\n") if line]


def messages(source: str, *declared: str) -> list[str]:
    found = SettingsFile(Settings(select=("NBL505",)), Path())
    names = frozenset(map(canonical, declared))
    requirements = Requirements((Path("requirements.txt"),), names, frozenset())
    notebook = Notebook.parse("nb.ipynb", notebook_bytes(("code", source)))
    project = Project(found, requirements=requirements)
    checked = check_document(notebook, "nb.ipynb", project, Selection(found))
    return [finding.message for finding in checked.findings]


@pytest.mark.parametrize(("module", "distribution"), PAIRS)
def test_declared_is_silent_and_undeclared_is_named_as_written(
    module: str, distribution: str
) -> None:
    assert not messages(f"import {module}", "some-other", distribution)
    (message,) = messages(f"import {module}", "some-other")
    named = message.split("'")[1]
    assert module == named or module.startswith(f"{named}.")


def test_names_stay_as_they_are_written() -> None:
    assert messages("import _private") == ["imported module '_private' is not in the requirements"]
    assert messages("from google.cloud import storage, bigquery", "google-cloud-storage") == [
        "imported module 'google.cloud.bigquery' is not in the requirements"
    ]


def test_what_is_installed_and_declared_is_known() -> None:
    # A distribution of several modules, which the table does not have.
    assert is_declared(importable("_pytest.config"), {"pytest"})
    assert not is_declared(importable("_pytest.config"), {"msgspec"})
