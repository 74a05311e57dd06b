"""The sweep: asks the provider about everybody who has something running, browser or not.

JupyterHub asks only when somebody comes: who closes the browser and leaves the company would keep a
server and its tokens. https://github.com/jupyterhub/jupyterhub/issues/4861
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from nblint.hub import metrics

# How many people the provider is asked about at a time.
_AT_A_TIME = 10
# Seconds after which a hub that has started knows again which servers run, and a machine that has
# started reaches the provider. The first sweep waits no longer, since a hub that often starts must
# sweep as well.
_START = 60


async def sweep_for_ever(authenticator: Any, app: Any) -> None:
    """Sweep again and again, until the hub ends.

    Args:
        authenticator: The hub's `ProviderAuthenticator`.
        app: The hub.
    """
    seconds = min(_START, authenticator.sweep_seconds)
    while True:
        await asyncio.sleep(seconds)
        seconds = authenticator.sweep_seconds
        try:
            await sweep(authenticator, app)
        except Exception:  # the next one must come, whatever this one met
            metrics.sweeps_failed.inc()
            authenticator.log.exception("The sweep failed")


async def sweep(authenticator: Any, app: Any) -> Counter[str]:
    """Ask about everybody once.

    Args:
        authenticator: The hub's `ProviderAuthenticator`.
        app: The hub.

    Returns:
        How many are "in", "gone", "unknown" and "not asked"; see `confirm`.
    """
    from jupyterhub import orm

    limit = asyncio.Semaphore(_AT_A_TIME)

    async def confirm(user: Any) -> str:
        name = user.name
        async with limit:
            try:
                return str(await authenticator.confirm(user))
            except Exception:  # one must not keep the others from being asked about
                authenticator.log.exception("%s could not be asked about", name)
                return "unknown"

    users = [app.users[row] for row in app.db.query(orm.User)]
    waiting = [confirm(user) for user in users if user.active or user.orm_user.api_tokens]
    found = Counter(await asyncio.gather(*waiting))
    metrics.unanswered.set(found["unknown"])
    if found["unknown"]:
        authenticator.log.error(
            "The provider could not be asked about %d of %d people; "
            "they stay until it has not answered for %d seconds",
            found["unknown"],
            found.total(),
            authenticator.grace_seconds,
        )
    return found
