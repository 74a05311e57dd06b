"""Which distribution a module comes from, where its name does not say.

The linter's own environment is not the notebook's, so that what is installed there says nothing.
Sources: the projects' pages on PyPI, and the list that pipreqs keeps
(https://github.com/bndr/pipreqs/blob/master/pipreqs/mapping).
"""

import re
from collections.abc import Collection, Iterator

# The module, and the distributions that hold it, the usual one first.
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
# Modules that several distributions share: `azure.identity` comes from azure-identity.
_SHARED = frozenset(["azure", "google", "opentelemetry", "sphinxcontrib", "zope"])


def canonical(name: str) -> str:
    """Return a distribution's name as it is compared by.

    https://packaging.python.org/en/latest/specifications/name-normalization/
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def usual_distribution(module: str) -> str:
    """Return the distribution that a dotted module most likely comes from."""
    top = module.partition(".")[0]
    if top in _SHARED:
        return canonical("-".join(module.split(".")[:3]))
    return _DISTRIBUTIONS.get(top, (canonical(top),))[0]


def is_declared(module: str, declared: Collection[str]) -> bool:
    """Say whether a module comes from one of some distributions.

    Args:
        module: A dotted module.
        declared: Canonical names of distributions.
    """
    return any(name in declared for name in _candidates(module)) or any(
        _shares(module, name) for name in declared
    )


def _candidates(module: str) -> Iterator[str]:
    top = module.partition(".")[0]
    yield from _DISTRIBUTIONS.get(top, ())
    name = canonical(top)
    yield from (name, f"python-{name}", f"py{name}", f"{name}-python", f"{name}-py", f"py-{name}")


def _shares(module: str, distribution: str) -> bool:
    parts = module.split(".")
    if parts[0] not in _SHARED:
        return False
    wanted = canonical("-".join(parts))
    beginning = canonical("-".join(parts[:2]))
    return wanted.startswith(distribution) or distribution.startswith(beginning)
