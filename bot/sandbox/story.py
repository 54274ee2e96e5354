"""The story that the sandbox opens with, told as its people would tell it: by commands and clicks, through the control door."""

from __future__ import annotations

import asyncio
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
        version = 0
        for _ in range(int(PATIENCE)):
            state = await self._wait(person, version)
            version = cast("int", state["version"])
            messages = cast("Mapping[str, Sequence[Json]]", state["messages"]).get(channel, [])
            root = next((one["ts"] for one in messages if problem[:40] in str(one["blocks"])), None)
            for message in messages:
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

    async def fill(self, person: str, **values: object) -> None:
        """Fills and submits the form that opens, or goes on without."""
        for _ in range(40):
            views = cast("Sequence[Json]", (await self.state(person))["views"])
            if views:
                given = {block: {"value": value} for block, value in values.items()}
                await self.do(person, "submit", view_id=views[-1]["id"], values=given)
                return
            await asyncio.sleep(0.05)


SPOOLER = (
    "The print spooler on PRINT01 stops every few minutes, nobody in accounting can print since this morning (#99120)"
)
VPN = "vpn connects but the file server at head office is not reachable, routes look wrong after the update"
DISK = "C: drive on SRV-APP02 is full again, backups fail with not enough disk space (#99122)"
OUTLOOK = "outlook keeps asking for the password and then says the mail profile cannot be opened (#99121)"


async def tell(url: str) -> None:
    """Plays it: a fix that worked, one that waits to be verified, one fresh proposal, and somebody who asks for access."""
    async with aiohttp.ClientSession() as session:
        teller = Teller(session, url)
        helpdesk, noc = await teller.channel("helpdesk"), await teller.channel("noc")
        ben = "U0BEN00001"
        for person, channel, problem in (
            (OWNER, helpdesk, SPOOLER),
            (ben, noc, DISK),
            (ben, helpdesk, VPN),
            (OWNER, helpdesk, OUTLOOK),
        ):
            await teller.do(person, "command", channel=channel, command="/pilot", text=f"new {problem}")
        await teller.press(OWNER, helpdesk, SPOOLER, "fixes.decide.one_off")
        await teller.press(OWNER, helpdesk, SPOOLER, "fixes.record.applied_success")
        await teller.press(ben, noc, DISK, "fixes.decide.one_off")
        await teller.press(ben, noc, DISK, "fixes.record.applied_pending")
        await teller.fill(ben, outcome="applied_pending", notes="Tonight's backup has to run through")
        await teller.do("U0NIA00001", "home")
