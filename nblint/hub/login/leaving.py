"""Puts out who may not stay: cookies, tokens and servers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from nblint.hub.login.kept import forget, said
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
    # First what they could start anything anew with; then what runs.
    login = user.name
    try:
        await forget(user, database)
    except SQLAlchemyError as error:  # on a full disk; what runs ends all the same
        database.rollback()
        log.error("Cookie and tokens of %s hold until the next sweep: %s", login, said(error))
    stopped = 0
    for name, spawner in list(user.spawners.items()):
        if spawner.active and spawner.pending != "stop":
            try:
                await user.stop(name)
                stopped += 1
            except Exception as error:  # any spawner's; the next sweep tries again
                if isinstance(error, SQLAlchemyError):
                    database.rollback()
                log.exception("A server of %s could not be stopped", login)
    if unix_accounts:
        for problem in await asyncio.to_thread(end_account, login):
            log.error("%s was not put out wholly: %s", login, problem)
    log.warning(
        "%s was put out: %s. %d servers stopped. If they have left, change the secrets that they "
        "could read: %s",
        login,
        reason.rstrip("."),
        stopped,
        ", ".join(secrets) or "none",
    )
