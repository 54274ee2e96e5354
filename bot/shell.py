"""What an operator does to the one account from the shell. Whoever has the database is the owner."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.app import database_url, real_clock
from bot.consequences import SUBSCRIPTIONS
from bot.settings import Settings
from core import bootstrap
from core.accounts import queries, service
from core.audit import queries as audit
from core.db import engine_as
from core.errors import Invalid
from core.ids import AccountId
from core.intake.flows import picture
from core.intake.flows import service as flows
from core.psa import service as psa_service
from core.psa.login import Login
from core.psa.models import Target
from core.psa.registry import Psas
from core.psa.trial import named, try_out
from core.scripts import boxes
from core.unit import Database


@dataclass(frozen=True)
class Shell:
    """The account of the settings' bot token, and the database it is in."""

    database: Database
    account_id: AccountId

    def unit(self):
        return self.database.unit(self.account_id, source="shell")


@asynccontextmanager
async def at_the_shell(settings: Settings) -> AsyncGenerator[Shell]:
    """Opens the one account there is. Raises `Invalid` when there is none yet, or several."""
    url = await database_url(settings)
    await bootstrap.make_ready(url)
    database = Database(engine_as(url, "app_rw", pool_size=2), real_clock, SUBSCRIPTIONS)
    try:
        found = await queries.accounts(database.engine)
        if len(found) != 1:
            raise Invalid(
                "There is no account yet: start `serve` once, so that FlowPilot learns which workspace it is in."
                if not found
                else "There are several accounts here."
            )
        yield Shell(database, found[0])
    finally:
        await database.dispose()


async def grant(settings: Settings, slack_user: str, role: str, *, cover_l1: bool) -> str:
    """Gives a role. Returns what to say; raises `Invalid`, `Conflict` for the last owner."""
    wanted = service.role_named(role)
    async with at_the_shell(settings) as shell, shell.unit() as unit:
        name = (await service.grant(unit, slack_user, wanted, cover_l1=cover_l1)).name
    return f"{name} is now {wanted}{' and may cover L1' if cover_l1 else ''}."


async def connect(settings: Settings, login: Login, names: Mapping[Target, Sequence[str]]) -> str:
    """Tries a ticket system, and keeps it with the statuses that carry the names wanted. Returns what to say.

    Raises what the system said, and `Invalid` for a status that no board has.
    """
    psas = Psas(settings.keyring, settings.psa_hosts)
    try:
        tried = await try_out(psas.trying(login))
    finally:
        await psas.close()
    targets = named(tried, names)
    async with at_the_shell(settings) as shell, shell.unit() as unit:
        connection = await psa_service.connect(unit, login, tried, settings.keyring)
        for board in tried.boards:
            if any(names.values()):
                psa_service.aim(unit, connection, board, targets[board.id])
        name = connection.name
    found = f"{len(tried.boards)} boards, {len(tried.members)} members with {len(tried.by_mail)} addresses"
    seen = f"; read {tried.ticket.label}" if tried.ticket else ""
    chosen = "" if any(names.values()) else " Choose in /pilot settings which statuses its tickets are set to."
    return f"{name} is connected: {found}{seen}.{chosen}"


async def import_flows(settings: Settings, file: Path) -> str:
    """Publishes the flows of a file. Returns what to say; raises `Invalid` naming the lines of what is wrong."""
    text = (await asyncio.to_thread(file.read_bytes)).decode("utf-8", "replace")
    async with at_the_shell(settings) as shell, shell.unit() as unit:
        done = await flows.import_text(unit, text)
    counted = (("added", done.added), ("changed", done.changed), ("as before", done.same))
    return "\n".join(f"{len(names):>4} {what}{': ' if names else ''}{', '.join(names)}" for what, names in counted)


async def export_flows(settings: Settings, file: Path) -> str:
    """Writes every flow of the account into a file. Returns what to say."""
    async with at_the_shell(settings) as shell, shell.unit() as unit:
        text = await flows.export_text(unit)
    await asyncio.to_thread(file.write_text, text, encoding="utf-8")
    return f"The flows are in {file}."


async def draw_flow(settings: Settings, file: Path) -> str:
    """Draws the flow that the file is named after, as a PNG. Returns what to say; raises `NotFound` when there is no such flow."""
    async with at_the_shell(settings) as shell, shell.unit() as unit:
        document = await flows.document(unit, file.stem)
    await asyncio.to_thread(file.write_bytes, picture.png(document.tree, document.title))
    return f"The picture is in {file}."


async def move_scripts(settings: Settings, direction: str, file: Path, *, with_secrets: bool) -> str:
    """Brings a YAML file into the script library, or writes the library into one. Returns what to say; raises `Invalid` with the place."""
    async with at_the_shell(settings) as shell:
        if direction == "export":
            async with shell.unit() as unit:
                await boxes.stock(unit)
                written = await boxes.export_box(unit)
            await asyncio.to_thread(file.write_text, written, encoding="utf-8")
            return f"The script library is in {file}."
        written = await asyncio.to_thread(file.read_text, encoding="utf-8", errors="replace")
        box = boxes.read(written, file.name)
        if (found := boxes.with_secrets(box)) and not with_secrets:
            raise Invalid(
                f"A password, key or token stands in {', '.join(found[:5])}. Nothing was imported; take it out, or say --with-secrets."
            )
        async with shell.unit() as unit:
            await boxes.stock(unit)
            new, changed = await boxes.import_box(unit, box)
    return f"Imported: {new} new, {changed} changed, the rest as it was."


async def export_audit(settings: Settings) -> None:
    """Prints the whole audit, oldest first, one JSON object a line."""
    async with at_the_shell(settings) as shell, shell.unit() as unit:
        async for event in audit.everything(unit):
            line = {
                "id": str(event.id),
                "at": event.at.isoformat(),
                "what": event.what,
                "subject": str(event.subject),
                "slack_user_id": event.slack_user_id,
                "role": event.role,
                "acting_as": event.acting_as,
                "source": event.source,
                "detail": event.detail,
            }
            print(json.dumps(line, ensure_ascii=False))
