"""What the hub keeps of somebody in its database: cookie, tokens, and the login itself."""

from __future__ import annotations

import uuid
from typing import Any

from jupyterhub import orm
from jupyterhub.crypto import encrypt
from sqlalchemy.exc import SQLAlchemyError


async def write_again(user: Any) -> None:
    """Write somebody's login once more, which shows whether another one could be kept.

    Encrypted anew, because SQLite writes nothing where nothing changes.

    Args:
        user: JupyterHub's user.

    Raises:
        SQLAlchemyError: It cannot be written, such as on a full disk.
    """
    before = user.encrypted_auth_state
    anew = await encrypt(await user.get_auth_state())
    if user.encrypted_auth_state == before:  # and nobody has signed in meanwhile
        user.encrypted_auth_state = anew
        user.db.commit()


async def forget(user: Any, database: Any) -> None:
    """End somebody's cookie, tokens and login.

    Args:
        user: JupyterHub's user.
        database: JupyterHub's session of its database.

    Raises:
        SQLAlchemyError: It cannot be written, such as on a full disk.
    """
    row = user.orm_user
    row.cookie_id = uuid.uuid4().hex
    for token in list(row.api_tokens):
        database.delete(token)
    for code in database.query(orm.OAuthCode).filter_by(user_id=row.id):
        database.delete(code)
    database.commit()
    await user.save_auth_state(None)


def said(error: SQLAlchemyError) -> str:
    """Return why a database failed, without what was to be written."""
    return str(getattr(error, "orig", None) or type(error).__name__)
