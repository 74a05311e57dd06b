"""Which distribution a module comes from, where its name does not say.

The linter's own environment is not the notebook's, so what is installed there says nothing.
Source: the projects' own pages on PyPI.
"""

import re
import sys

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
        Crypto: pycryptodome pycrypto
        Cryptodome: pycryptodomex
        Levenshtein: levenshtein python-levenshtein
        MySQLdb: mysqlclient
        OpenSSL: pyopenssl
        PIL: pillow
        absl: absl-py
        attr: attrs
        bs4: beautifulsoup4
        bson: pymongo
        community: python-louvain
        cv2: opencv-python opencv-contrib-python opencv-python-headless
        dateutil: python-dateutil
        discord: discord-py
        docx: python-docx
        dotenv: python-dotenv
        dns: dnspython
        ee: earthengine-api
        elftools: pyelftools
        faiss: faiss-cpu faiss-gpu
        fitz: pymupdf
        git: gitpython
        github: pygithub
        gitlab: python-gitlab
        google.api_core: google-api-core
        google.genai: google-genai
        google.oauth2: google-auth
        google.protobuf: protobuf
        googleapiclient: google-api-python-client
        igraph: igraph python-igraph
        imblearn: imbalanced-learn
        jose: python-jose
        jwt: pyjwt
        kaggle_secrets: kaggle
        ldap: python-ldap
        llama_index: llama-index llama-index-core
        magic: python-magic
        memcache: python-memcached
        mpl_toolkits: matplotlib basemap
        multipart: python-multipart
        nacl: pynacl
        odf: odfpy
        official: tf-models-official
        osgeo: gdal
        pkg_resources: setuptools
        pptx: python-pptx
        psycopg2: psycopg2 psycopg2-binary
        pylab: matplotlib
        pythoncom: pywin32
        pytorch_lightning: pytorch-lightning lightning
        rest_framework: djangorestframework
        ruamel: ruamel-yaml
        serial: pyserial
        shapefile: pyshp
        skimage: scikit-image
        sklearn: scikit-learn
        skopt: scikit-optimize
        slugify: python-slugify
        snappy: python-snappy
        socks: pysocks
        speech_recognition: speechrecognition
        swiftclient: python-swiftclient
        talib: ta-lib
        telegram: python-telegram-bot
        tensorflow: tensorflow tensorflow-cpu tensorflow-gpu tensorflow-macos tf-nightly
        tlsh: py-tlsh python-tlsh
        umap: umap-learn
        usb: pyusb
        vertexai: google-cloud-aiplatform
        vt: vt-py
        websocket: websocket-client
        win32api: pywin32
        win32com: pywin32
        wx: wxpython
        xdg: pyxdg
        xgboost: xgboost xgboost-cpu
        yaml: pyyaml
        zmq: pyzmq
        """.strip().splitlines()
    )
    for module in [module.strip()]
}
# Modules that several distributions share: `azure.identity` comes from azure-identity, and
# `google.cloud.storage` from google-cloud-storage.
_SHARED = frozenset([
    "azure", "azure.ai", "azure.data", "azure.keyvault", "azure.mgmt", "azure.monitor",
    "azure.search", "azure.storage", "google", "google.cloud", "opentelemetry", "sphinxcontrib",
    "zope",
])  # fmt: skip

_INTERFACE_VERSION = lazy_pattern(r"_v[0-9]{1,2}(?:(?:alpha|beta|p)[0-9]{1,2}){0,2}$")


def canonical(name: str) -> str:
    """Return a distribution's name as names are compared.

    https://packaging.python.org/en/latest/specifications/name-normalization/
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def distributions(module: str) -> tuple[str, ...]:
    """Return the distributions that a module may come from, the likeliest first.

    Args:
        module: A dotted module; for `from google.cloud import storage` including what is imported,
            which can be a module as well.
    """
    parts = module.split(".")
    size = 1
    while size < len(parts) and ".".join(parts[:size]) in _SHARED:
        size += 1
    # `google.cloud.vision_v1` is a version of an interface, not of a distribution.
    dotted = _INTERFACE_VERSION.sub("", ".".join(parts[:size]))
    if known := _DISTRIBUTIONS.get(dotted):
        return known
    name = canonical(dotted)
    return (name, f"python-{name}", f"py{name}", f"{name}-python", f"{name}-py", f"py-{name}")
