"""Where the parts of a hub listen on its host.

Whoever listens on a port of loopback gets what is sent to it: people's cookies, and the token by
which the proxy is told where to. On ports below 1024 only root and whom it allows can listen; on
any other, each user of the hub could while the part that should is restarted.
"""

from __future__ import annotations

PROXY = 800
PROXY_API = 801
HUB = 808
# From here on everybody can listen: `net.ipv4.ip_unprivileged_port_start`.
FIRST_OF_USERS = 1024
