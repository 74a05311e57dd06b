"""Puts out who may not stay: cookies, tokens and servers."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Sequence
from typing import Any

from nblint.hub.servers.processes import end_account


async def put_out(
    user: Any,
    database: Any,
    log: logging.Logger,
    reason: str,
    secrets: Sequence[str],
    *,
    unix_accounts: bool,
) -> None:
    """Put somebody out of the hub.

    Args:
        user: JupyterHub's user.
        database: JupyterHub's session of its database.
        log: Where it is said, with the names of the secrets that are known to them.
        reason: Why.
        secrets: Names of the secrets that everybody can read.
        unix_accounts: Whether they have an account of the machine, which is ended with all that
            runs in it.
    """
    from jupyterhub import orm

    # First what they could start anything anew with; then what runs.
    row = user.orm_user
    row.cookie_id = uuid.uuid4().hex
    for token in list(row.api_tokens):
        database.delete(token)
    for code in database.query(orm.OAuthCode).filter_by(user_id=row.id):
        database.delete(code)
    database.commit()
    await user.save_auth_state(None)
    stopped = 0
    for name, spawner in list(user.spawners.items()):
        if spawner.active and spawner.pending != "stop":
            try:
                await user.stop(name)
                stopped += 1
            except Exception:  # any spawner's; the next sweep tries again
                log.exception("A server of %s could not be stopped", user.name)
    if unix_accounts:
        for problem in await asyncio.to_thread(end_account, user.name):
            log.error("%s was not put out wholly: %s", user.name, problem)
    log.warning(
        "%s was put out: %s. %d servers stopped. If they have left, change the secrets that they "
        "could read: %s",
        user.name,
        reason.rstrip("."),
        stopped,
        ", ".join(secrets) or "none",
    )
