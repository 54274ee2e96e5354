"""Bolt's one global middleware: every payload of every kind passes here, and exactly one listener is looked up for it.

Bolt tries listeners one by one, so sixty of them cost three times one; a dictionary costs nothing. And an unknown payload never ends in a
404, which Slack would take as a failure and deliver again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot import errors
from bot.answers import Reply
from bot.channels import Channels
from bot.guard import Guard
from bot.installations import Installation, Installations
from bot.interaction import parse
from bot.surface import listener_for
from core.errors import DomainError
from core.intake.desk import Desk
from core.psa.registry import Psas
from core.unit import Database

log = structlog.get_logger()


@dataclass(frozen=True)
class Door:
    installations: Installations
    database: Database
    guard: Guard
    channels: Channels
    psas: Psas
    desk: Desk

    async def authorize(
        self, context: AsyncBoltContext, enterprise_id: str | None, team_id: str | None
    ) -> AuthorizeResult:
        """Finds the installation. It never raises and never returns None: Bolt would answer both in its own words; a refusal is left
        in the context for `every`."""
        try:
            found = await self.installations.find(enterprise_id, team_id)
        except DomainError as refusal:
            context["refusal"] = refusal
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)
        except Exception as error:  # noqa: BLE001 - the same: the person gets a reference, not Bolt's text
            context["refusal"] = error
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)
        context["installation"] = found
        return AuthorizeResult(
            enterprise_id=found.enterprise_id, team_id=found.team_id, bot_id=found.bot_id, bot_user_id=found.bot_user_id
        )

    async def every(self, body: Mapping[str, object], context: AsyncBoltContext) -> BoltResponse:
        """The one middleware. It never calls `next`: its answer is the answer."""
        installation = cast("object", context.get("installation"))
        if not isinstance(installation, Installation):
            return self._turned_away(body, cast("object", context.get("refusal")))
        try:
            interaction = parse(
                body, installation, self.database, self.installations.client, self.channels, self.psas, self.desk
            )
        except DomainError as refusal:
            return self._turned_away(body, refusal)
        if interaction is None:
            return BoltResponse(status=200, body="")
        listener, found = listener_for(interaction)
        return await self.guard.run(listener, found)

    def _turned_away(self, body: Mapping[str, object], refusal: object) -> BoltResponse:
        # Without an installation there is no token to answer with: what the ack itself can carry is all there is.
        if isinstance(refusal, DomainError):
            sentence = str(refusal)
        else:
            answer = errors.accident(
                None, refusal if isinstance(refusal, BaseException) else LookupError("no installation, no refusal")
            )
            sentence = answer.text if isinstance(answer, Reply) else ""
        log.info("turned away", reason=sentence, type=body.get("type"), command=body.get("command"))
        return refusal_response(body, sentence)


def refusal_response(body: Mapping[str, object], sentence: str) -> BoltResponse:
    """The ack that carries a refusal, as far as the kind of payload lets an ack carry anything."""
    if "command" in body:
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": sentence})
    if body.get("type") == "view_submission":
        view = errors.notice("Not done", sentence)
        return BoltResponse(status=200, body={"response_action": "update", "view": view})
    return BoltResponse(status=200, body="")


def bolt_app(door: Door, signing_secret: str | None) -> AsyncApp:
    """The Bolt app: signature, authorize, and then the door."""

    # Plain functions: Bolt inspects the names of the arguments, and a bound method's `self` would be one of them.
    async def authorize(context: AsyncBoltContext, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return await door.authorize(context, enterprise_id, team_id)

    async def every(body: Mapping[str, object], context: AsyncBoltContext) -> BoltResponse:
        return await door.every(body, context)

    # Without it Bolt answers 500 to a payload it stumbles over itself, and Slack would deliver that again.
    async def unreadable(error: Exception) -> BoltResponse:
        log.error("a payload could not be read", exc_info=error)
        return BoltResponse(status=400, body="This payload cannot be read.")

    app = AsyncApp(
        name="flowpilot",
        logger=logging.getLogger("slack_bolt"),
        signing_secret=signing_secret or "socket-mode-has-none",
        process_before_response=True,
        authorize=authorize,
    )
    app.use(every)
    app.error(unreadable)
    return app
