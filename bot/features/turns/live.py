"""What people see while an answer is made: a status, then the steps in a message with a stop button.

All of it is left out where Slack lacks it or is away; the answer comes all the same.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import structlog

from bot.effects import House
from bot.features.turns import views
from bot.posting import MARKER
from bot.slack import Refused, SlackFailed
from core.fixes.asking import Asked
from core.llm.provider import Tell, Turn
from core.turns import progress

log = structlog.get_logger()

STATUS_AFTER, SHOWN_AFTER, LOOKS_EVERY = 0.3, 1.5, 1.0
PATIENCE = 3.0  # for one call to Slack about the steps: the answer must not wait for it
CLOCKS_DIFFER = 60

Think = Callable[[Tell], Awaitable[Turn]]


async def thought(house: House, asked: Asked, think: Think) -> Turn | None:
    """The provider's answer; None when somebody pressed Stop meanwhile. People are told of what goes on."""
    steps = Steps()
    thinking = asyncio.ensure_future(think(steps.add))
    stage = Stage(house, asked, steps)
    try:
        if asked.progress is not None:
            await stage.find_again()
        elif not await _within(STATUS_AFTER, thinking):
            await stage.status(views.STATUS)
            if not await _within(SHOWN_AFTER - STATUS_AFTER, thinking):
                await stage.show()
        while not await _within(LOOKS_EVERY, thinking, steps.news):
            async with house.unit() as unit:
                if await progress.is_stopped(unit, asked.turn_id):
                    return None
            await stage.step()
        return thinking.result()
    finally:
        thinking.cancel()


async def _within(seconds: float, thinking: asyncio.Future[Turn], news: asyncio.Event | None = None) -> bool:
    """Waits so long, or until there is news; says whether the answer is there."""
    if news is None:
        await asyncio.wait({thinking}, timeout=seconds)
        return thinking.done()
    told = asyncio.ensure_future(news.wait())
    try:
        await asyncio.wait({thinking, told}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
    return thinking.done()


@dataclass
class Steps:
    """What the provider said it is doing, in order."""

    names: list[str] = field(default_factory=lambda: [views.FIRST_STEP])
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, step: str) -> None:
        if self.names[-1] != step:
            self.names.append(step)
            self.news.set()


@dataclass
class Stage:
    """Where one turn shows itself. `_shown` counts the steps that stand there."""

    house: House
    asked: Asked
    steps: Steps
    _ts: str | None = None
    _streamed: bool = False
    _shown: int = 0

    async def status(self, words: str) -> None:
        """A line below the thread, which goes when FlowPilot says something."""
        if self.asked.thread_ts is not None:
            await self._try(
                "assistant.threads.setStatus",
                channel_id=self.asked.channel,
                thread_ts=self.asked.thread_ts,
                status=words,
            )

    async def show(self) -> None:
        """Puts up the message with the steps, streamed where Slack can."""
        async with self.house.unit() as unit:
            wanted = await progress.shows_itself(unit, self.asked.turn_id)
        if not wanted or self.asked.thread_ts is None:
            return
        answer = await self._try(
            "chat.startStream",
            channel=self.asked.channel,
            thread_ts=self.asked.thread_ts,
            recipient_user_id=self.asked.for_whom,
            recipient_team_id=self.house.installation.team_id,
            task_display_mode="timeline",
            chunks=[self._task(0, done=False), {"type": "blocks", "blocks": views.stop_button(self.asked.turn_id)}],
        )
        self._streamed = answer is not None
        if answer is None:
            answer = await self._try(
                "chat.postMessage",
                channel=self.asked.channel,
                thread_ts=self.asked.thread_ts,
                text=views.THINKING,
                blocks=views.thinking(self.asked.turn_id, self.steps.names),
                metadata={"event_type": MARKER, "event_payload": {"id": str(self.asked.turn_id)}},
            )
        if answer is not None:
            await self._keep(str(answer["ts"]), streamed=self._streamed)

    async def find_again(self) -> None:
        """After a crash: the message that the dead process put up, where it can be found."""
        before = self.asked.progress
        if before is None:
            return
        if before.ts is not None:
            self._ts, self._streamed = before.ts, before.streamed
            return
        page = await self._try(
            "conversations.replies",
            channel=self.asked.channel,
            ts=self.asked.thread_ts,
            oldest=str(before.at.timestamp() - CLOCKS_DIFFER),
            include_all_metadata=True,
            limit=200,
        )
        for message in cast("list[Mapping[str, object]]", (page or {}).get("messages") or []):
            if message.get("bot_id") and str(self.asked.turn_id) in json.dumps(
                [message.get("blocks"), message.get("metadata")]
            ):
                await self._keep(str(message["ts"]), streamed=not message.get("metadata"))
                return

    async def step(self) -> None:
        """Adds the steps that are new."""
        self.steps.news.clear()
        names = self.steps.names
        if self._ts is None or self._shown >= len(names) - 1:
            return
        if self._streamed:
            chunks = [self._task(n, done=n < len(names) - 1) for n in range(self._shown, len(names))]
            if await self._try("chat.appendStream", channel=self.asked.channel, ts=self._ts, chunks=chunks) is None:
                self._streamed = False  # it died; from here on the message is changed as a whole
        if not self._streamed:
            await self._try(
                "chat.update",
                channel=self.asked.channel,
                ts=self._ts,
                text=views.THINKING,
                blocks=views.thinking(self.asked.turn_id, names),
            )
        self._shown = len(names) - 1

    def _task(self, number: int, *, done: bool) -> dict[str, object]:
        return views.task(number, self.steps.names[number], done=done)

    async def _keep(self, ts: str, *, streamed: bool) -> None:
        self._ts, self._streamed = ts, streamed
        async with self.house.unit() as unit:
            await progress.shown_at(unit, self.asked.turn_id, ts, streamed=streamed)

    async def _try(self, method: str, **arguments: object) -> dict[str, object] | None:
        """Slack's answer, or None: what only shows progress is left out where it cannot be shown."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self.house.slack.call(method, **arguments)
        except Refused as no:
            log.debug("progress is shown in another way", method=method, reason=str(no))
        except (SlackFailed, TimeoutError) as away:
            log.debug("progress is not shown", method=method, reason=str(away))
        return None
