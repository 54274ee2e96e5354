"""The story that the sandbox opens with, told as its people would tell it: by commands and clicks, through the control door."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import aiohttp

OWNER = "U0ANA00001"
ROLES = {"U0BEN00001": "engineer", "U0ADIL0001": "admin", "U0LENA0001": "l1"}
PATIENCE = 10.0

Json = Mapping[str, object]


@dataclass
class Teller:
    session: aiohttp.ClientSession
    url: str

    async def do(self, person: str, kind: str, **act: object) -> Json:
        async with self.session.post(f"{self.url}/sandbox/do", json={"as": person, "kind": kind, **act}) as answer:
            return cast("Json", await answer.json())

    async def state(self, person: str) -> Json:
        async with self.session.get(f"{self.url}/sandbox/state", params={"as": person}) as answer:
            return cast("Json", await answer.json())

    async def channel(self, name: str) -> str:
        channels = cast("Sequence[Json]", (await self.state(OWNER))["channels"])
        return next(str(channel["id"]) for channel in channels if channel["name"] == name)

    async def button(self, person: str, channel: str, problem: str, action_id: str) -> Json | None:
        """The message in the thread of `problem` that has the button `action_id`, and the button's block; None after 10 s."""
        version, until = 0, time.monotonic() + PATIENCE
        while time.monotonic() < until:
            state = await self._wait(person, version)
            version = cast("int", state["version"])
            root = _root(state, channel, problem)
            for message in _messages(state, channel):
                for block in cast("Sequence[Json]", message.get("blocks") or []):
                    elements = cast("Sequence[Json]", block.get("elements") or [])
                    if message.get("thread_ts") == root and any(one.get("action_id") == action_id for one in elements):
                        return {"ts": message["ts"], "block_id": block["block_id"], "action_id": action_id}
        return None

    async def _wait(self, person: str, version: int) -> Json:
        asked = {"as": person, "since": str(version), "timeout": "1"}
        async with self.session.get(f"{self.url}/sandbox/wait", params=asked) as answer:
            return cast("Json", await answer.json())

    async def press(self, person: str, channel: str, problem: str, action_id: str) -> None:
        """Presses a button under a problem; a story without it goes on."""
        found = await self.button(person, channel, problem, action_id)
        if found is not None:
            await self.do(person, "press", channel=channel, **found)

    async def say(self, person: str, channel: str, problem: str, words: str) -> None:
        """Writes in the thread of a problem."""
        root = _root(await self.state(person), channel, problem)
        if root is not None:
            await self.do(person, "message", channel=channel, thread_ts=root, text=words)

    async def fill(self, person: str, **values: object) -> None:
        """Fills and submits the form that opens, or goes on without."""
        for _ in range(40):
            views = cast("Sequence[Json]", (await self.state(person))["views"])
            if views:
                given = {block: {"value": value} for block, value in values.items()}
                await self.do(person, "submit", view_id=views[-1]["id"], values=given)
                return
            await asyncio.sleep(0.05)


def _messages(state: Json, channel: str) -> Sequence[Json]:
    return cast("Mapping[str, Sequence[Json]]", state["messages"]).get(channel, [])


def _root(state: Json, channel: str, problem: str) -> object | None:
    """The first message that states the problem: the root of its thread."""
    return next((one["ts"] for one in _messages(state, channel) if problem[:40] in str(one["blocks"])), None)


SPOOLER = (
    "The print spooler on PRINT01 stops every few minutes, nobody in accounting can print since this morning (#99120)"
)
VPN = "vpn connects but the file server at head office is not reachable, routes look wrong after the update"
DISK = "C: drive on SRV-APP02 is full again, backups fail with not enough disk space (#99122)"
OUTLOOK = "outlook keeps asking for the password and then says the mail profile cannot be opened (#99121)"


ROUTES = "route print shows no route to 10.20.0.0/16 since yesterday's update, and only Anna's laptop is affected"
CALL = "a caller says the printer at reception prints nothing, her jobs stay in the queue"


async def tell(url: str) -> None:
    """Plays it: a fix that worked, one that waits to be verified, one that is talked about, a call that is walked, somebody without a role."""
    async with aiohttp.ClientSession() as session:
        teller = Teller(session, url)
        helpdesk, noc = await teller.channel("helpdesk"), await teller.channel("noc")
        ben, lena = "U0BEN00001", "U0LENA0001"
        await teller.do(lena, "command", channel=helpdesk, command="/l1", text=f"new {CALL}")
        await teller.fill(lena)
        for person, channel, problem in (
            (OWNER, helpdesk, SPOOLER),
            (ben, noc, DISK),
            (OWNER, helpdesk, OUTLOOK),
            (ben, helpdesk, VPN),
        ):
            await teller.do(person, "command", channel=channel, command="/pilot", text=f"new {problem}")
        await teller.press(OWNER, helpdesk, SPOOLER, "fixes.record.applied_success")
        await teller.press(ben, noc, DISK, "fixes.record.applied_pending")
        await teller.fill(ben, outcome="applied_pending", notes="Tonight's backup has to run through")
        await teller.say(ben, helpdesk, VPN, ROUTES)
        await teller.press(lena, helpdesk, CALL, "walks.answer.0")
        await teller.do("U0NIA00001", "home")
