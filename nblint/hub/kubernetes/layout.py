"""Names that several of the generated files must agree on."""

import hashlib
import re
from pathlib import PurePosixPath

# The volume of installed notebooks: the tree of the packages, and beside it the landing page.
# `current` is a link to the newest tree, so that nobody ever sees half of one.
NOTEBOOKS = PurePosixPath("/srv/notebooks")
CURRENT = NOTEBOOKS / "current"
# Where a host has them; the user image has links there.
NOTEBOOKS_FOLDER = PurePosixPath("/usr/share/notebooks")
# Executed copies of scheduled runs.
RESULTS = PurePosixPath("/srv/notebook-results")
# What the hub keeps: the chart mounts its volume there.
STATE = PurePosixPath("/srv/jupyterhub")
HOME = PurePosixPath("/home/jovyan")
KERNELS = PurePosixPath("/usr/local/share/hub-kernels")
# Where the filling of the volume finds the packages' repository, and its keys.
REPOSITORY = PurePosixPath("/etc/notebook-repository")
CA_FILE = PurePosixPath("/etc/jupyterhub/provider-ca.pem")

# Persistent volume claims.
NOTEBOOKS_CLAIM = "notebooks"
RESULTS_CLAIM = "notebook-results"
# Secrets: of the hub itself, of the catalogue, of where the packages come from, and of TLS.
HUB_SECRET = "hub-login"  # noqa: S105 - a name
SHARED_SECRET = "hub-environment"  # noqa: S105 - a name
REPOSITORY_SECRET = "notebook-repository"  # noqa: S105 - a name
TLS_SECRET = "hub-tls"  # noqa: S105 - a name

# Servers and scheduled runs have different users, so that neither can change the other's files;
# both are in this group.
USER = 1000
RUNNER = 1001
GROUP = 100
# What all objects beside the chart have, so that those that are not written any more are found.
LABEL = "nblint.dev/notebooks"

# The longest label of DNS, and Kubernetes' own limit of a CronJob's name, which its Jobs lengthen.
_LONGEST = 63
_LONGEST_CRON = 52
_DIGEST = 10


def secret_of(variable: str) -> str:
    """Return the name of the Secret with each user's own value of a variable."""
    is_plain = re.fullmatch("[A-Z0-9]+(_[A-Z0-9]+)*", variable) is not None
    return _name(f"personal-{variable.lower().replace('_', '-')}", variable, is_plain=is_plain)


def key_of(username: str) -> str:
    """Return the key of a user's own value.

    KubeSpawner takes hyphens off the end of what it fills in: without something behind it, the key
    of `alice-` would be that of `alice`.
    """
    return f"{username}.value"


def cron_job_of(slug: str, schedule: str) -> str:
    """Return the name of the CronJob of a schedule; neither name has two hyphens in a row."""
    name = f"notebook-{slug}--{schedule}"
    return _name(name, name, longest=_LONGEST_CRON)


def data_claim_of(folder: PurePosixPath) -> str:
    """Return the name of the claim of a folder of data."""
    name, text = f"data{str(folder).replace('/', '-')}", str(folder)
    return _name(name, text, is_plain=re.fullmatch("[a-z0-9/]+", text) is not None)


def digest(text: str) -> str:
    """Return a few letters that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]


def _name(name: str, text: str, *, is_plain: bool = True, longest: int = _LONGEST) -> str:
    """Return a name that Kubernetes takes.

    Args:
        name: The name that it should be.
        text: What it is the name of.
        is_plain: Whether it can be a name, and no other text has it; where not, or where it is too
            long, it ends in a digest.
        longest: How many letters it can have.
    """
    if is_plain and len(name) <= longest:
        return name
    start = re.sub("[^a-z0-9]+", "-", name.lower())[: longest - _DIGEST - 1]
    return f"{start.rstrip('-')}-{digest(text)}"
