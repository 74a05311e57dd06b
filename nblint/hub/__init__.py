"""What a JupyterHub runs: a login, the same environment for everybody, a landing page.

A whole `jupyterhub_config.py`:

    from nblint.hub import configure

    configure(get_config(), "/etc/jupyterhub/hub.toml")

or, for a hub that only takes the catalogue's variables:

    from nblint.hub import spawner_environment

    c.Spawner.environment = spawner_environment(
        "/etc/jupyterhub/environment.toml", "/etc/jupyterhub/secrets"
    )

JupyterHub itself is imported by none of these: it loads the authenticator by its name.
"""

from nblint.hub.configuration import configure
from nblint.hub.environment import spawner_environment
from nblint.hub.secret_files import SecretError

__all__ = ["SecretError", "configure", "spawner_environment"]
