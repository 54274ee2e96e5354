"""Keeping connections. What is kept was tried before (`trial`), outside any unit."""

from __future__ import annotations

import json
from collections.abc import Mapping

from core.errors import Conflict
from core.ids import ConnectionId, new_id
from core.psa import queries
from core.psa.login import Login, system_of
from core.psa.models import PsaConnection, Target, place_of_keys
from core.psa.provider import Board, Status
from core.psa.trial import Tried
from core.sealed import Keyring
from core.unit import Unit


async def connect(unit: Unit, login: Login, tried: Tried, keyring: Keyring) -> PsaConnection:
    """Keeps a login that was tried. The same place and company again renews its keys. Raises `Forbidden`, `Unavailable` without secret keys."""
    _need_admin(unit)
    system, known = system_of(login), await queries.connections(unit)
    whose = login.shown.get("company")
    same = next(
        (
            one
            for one in known
            if one.system is system and one.url == login.site.url and one.login.get("company") == whose
        ),
        None,
    )
    if same is None and len(known) >= queries.MOST:
        raise Conflict(f"There are {queries.MOST} connections already; remove one first.")
    connection_id = same.id if same else new_id()
    sealed = keyring.seal(json.dumps(login.secret), place_of_keys(unit.account_id, connection_id))
    if same is not None:
        same.login, same.sealed_keys, same.members, same.changed_at = login.shown, sealed, tried.by_mail, unit.now
        unit.audit("psa.renewed", same.id, system=system, url=same.url)
        return same
    made = unit.add(
        PsaConnection(
            account_id=unit.account_id,
            id=connection_id,
            system=system,
            name=f"{system.named} of {whose}" if whose else system.named,
            url=login.site.url,
            login=login.shown,
            sealed_keys=sealed,
            members=tried.by_mail,
            connected_at=unit.now,
            changed_at=unit.now,
        )
    )
    unit.audit("psa.connected", made.id, system=system, url=made.url)
    return made


def aim(unit: Unit, connection: PsaConnection, board: Board, targets: Mapping[Target, Status | None]) -> None:
    """Keeps what tickets of a board are set to; the statuses were proved to be the board's own."""
    _need_admin(unit)
    before = connection.targets.get(board.id)
    connection.aim(board, dict(targets))
    connection.changed_at = unit.now
    unit.audit("psa.aimed", connection.id, board=board.id, before=before, after=connection.targets[board.id])


async def remove(unit: Unit, connection_id: ConnectionId) -> PsaConnection:
    """Forgets the keys at once. The sessions that name it stay as they are, and say so when a note should go there."""
    _need_admin(unit)
    connection = await queries.connection_for_update(unit, connection_id)
    connection.removed_at = connection.changed_at = unit.now
    connection.sealed_keys, connection.members = "", {}
    unit.audit("psa.removed", connection.id, system=connection.system, url=connection.url)
    return connection


def _need_admin(unit: Unit) -> None:
    # From the shell it is nobody in particular: whoever has the database is the owner.
    if unit.scope.person is not None:
        unit.scope.need_admin("change the connection to a ticket system")
