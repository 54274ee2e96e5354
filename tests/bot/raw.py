"""Requests to the bot as Slack would sign them, whatever is in them."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bot.sandbox.gateway import signature
from bot.sandbox.server import SandboxServer
from bot.sandbox.wire import Json
from tests.slack import Slack

FORM = "application/x-www-form-urlencoded"
TEAM = "T0FLOWPLT1"


@dataclass(frozen=True)
class Answered:
    """What came back over HTTP."""

    status: int | None
    body: str

    @property
    def content(self) -> Json:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Sender:
    """Signs with the workspace's secret and posts through the sandbox to the bot's request URL."""

    slack: Slack
    secret: str
    base: Json = field(
        default_factory=lambda: {"team": {"id": TEAM}, "user": {"id": "U0ANA00001"}, "trigger_id": "1.2.3"}
    )

    async def body(self, body: str, content_type: str = FORM, *, age: float = 0, secret: str | None = None) -> Answered:
        """Any bytes, signed `age` seconds ago."""
        timestamp = str(int(time.time() - age))
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(secret or self.secret, timestamp, body),
        }
        return Answered(*await self.slack.deliver_raw(headers, body))

    async def interaction(self, payload: Json) -> Answered:
        """An interaction's payload as Slack's form, completed with team, person and trigger."""
        return await self.body(urlencode({"payload": json.dumps({**self.base, **payload})}))

    async def command(self, **fields: str) -> Answered:
        """A slash command's form."""
        known = {
            "command": "/pilot",
            "team_id": TEAM,
            "user_id": "U0ANA00001",
            "channel_id": "C0HELPDESK",
            "trigger_id": "1.2.3",
        }
        return await self.body(urlencode({name: value for name, value in {**known, **fields}.items() if value != "-"}))

    async def event(self, inner: object, **outer: object) -> Answered:
        """An event callback."""
        whole = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": inner, **outer}
        return await self.body(json.dumps(whole), "application/json")


def sender(slack: Slack, workspace: SandboxServer) -> Sender:
    """A sender for this workspace."""
    return Sender(slack, workspace.settings.signing_secret)
