"""Names that several of the generated files must agree on."""

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
CA_FILE = PurePosixPath("/etc/jupyterhub/provider-ca.pem")

# Persistent volume claims.
NOTEBOOKS_CLAIM = "notebooks"
RESULTS_CLAIM = "notebook-results"
# Secrets: of the hub itself, of the catalogue, and of where the packages come from.
HUB_SECRET = "hub-login"  # noqa: S105 - a name
SHARED_SECRET = "hub-environment"  # noqa: S105 - a name
REPOSITORY_SECRET = "notebook-repository"  # noqa: S105 - a name

# Servers and scheduled runs have different users, so that neither can change the other's files;
# both are in this group.
USER = 1000
RUNNER = 1001
GROUP = 100
# What scheduled runs and the filling of the volume are recognised by.
LABEL = "nblint.dev/notebooks"


def secret_of(variable: str) -> str:
    """Return the name of the Secret with each user's own value of a variable."""
    return f"personal-{variable.lower().replace('_', '-')}"


def key_of(username: str) -> str:
    """Return the key of a user's own value.

    KubeSpawner takes hyphens off the end of what it fills in: without something behind it, the key
    of `alice-` would be that of `alice`.
    """
    return f"{username}.value"
