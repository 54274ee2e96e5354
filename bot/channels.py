"""What a channel is, asked of Slack at first sight and kept for ten minutes."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from bot.slack import Gone, Lacking, Slack, SlackFailed
from core.errors import Conflict, Forbidden, Unavailable

KEPT_SECONDS = 600.0
KEPT = 5_000
PATIENCE = 1.0


@dataclass(frozen=True)
class Channel:
    is_private: bool
    is_shared: bool
    is_member: bool


@dataclass
class Channels:
    """Per process; an answer that is wrong for ten minutes costs a card posted elsewhere (`elsewhere`), never a leak: the post asks Slack."""

    _kept: OrderedDict[tuple[str, str], tuple[float, Channel]] = field(
        default_factory=OrderedDict[tuple[str, str], tuple[float, Channel]]
    )

    async def fit_for_a_session(self, slack: Slack, team_id: str, channel: str) -> Channel:
        """What the channel is. Raises `Forbidden` where another organisation reads along, `Conflict` where FlowPilot is not a member,
        `Unavailable` when Slack does not say within a second."""
        if channel.startswith("D"):
            return Channel(is_private=True, is_shared=False, is_member=True)
        found = await self._look(slack, team_id, channel)
        if found.is_shared:
            raise Forbidden(
                "This channel is shared with another organisation, and internal notes would leak there. Please use one of your own."
            )
        if not found.is_member:
            raise Conflict("FlowPilot is not in this channel yet. Type /invite @FlowPilot here, then try again.")
        return found

    async def _look(self, slack: Slack, team_id: str, channel: str) -> Channel:
        key = (team_id, channel)
        at, found = self._kept.get(key, (0.0, None))
        if found is not None and time.monotonic() - at < KEPT_SECONDS:
            return found
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await slack.call("conversations.info", channel=channel)
        except Gone:
            return Channel(
                is_private=True, is_shared=False, is_member=False
            )  # a private channel hides from who is not in it
        except Lacking:
            return Channel(is_private=False, is_shared=False, is_member=True)  # the post itself will tell
        except (SlackFailed, TimeoutError):
            raise Unavailable(
                "slack", "Slack did not say in time what this channel is. Nothing was started; please try again."
            ) from None
        facts = cast("Mapping[str, object]", answer.get("channel") or {})
        shared = any(facts.get(flag) for flag in ("is_ext_shared", "is_pending_ext_shared"))
        found = Channel(bool(facts.get("is_private")), shared, bool(facts.get("is_member", True)))
        if found.is_member:  # being invited is no event of ours, so an absence is asked again
            self._kept[key] = (time.monotonic(), found)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found
