"""A replica under soak: the whole bot, on a clock that the soak moves. Killed and started again at will.

`python -m tests.soak.replica NUMBER CLOCK`; its settings come from the environment. Notified on the channel `soak`, it ticks at once.
"""

from __future__ import annotations

import asyncio
import json
import mmap
import os
import struct
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg

from bot import delivery, logs
from bot.app import Part, database_url, running, whoami
from bot.installations import Installations
from bot.metrics import Metrics
from bot.nudging import Nudging
from bot.settings import load
from bot.slack import Pace
from core.db import engine_as

CHANNEL = "soak"
UNHURRIED = Pace(per_channel=1e6, channel_burst=1e6, per_workspace=1e6, workspace_burst=1e6)


class SharedClock:
    """Seconds since the epoch, in eight bytes that processes share."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 8)

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(struct.unpack("d", self._map[:8])[0], UTC)

    def set(self, at: datetime) -> None:
        self._map[:8] = struct.pack("d", at.timestamp())


def lease_of(number: int) -> UUID:
    """A lease that says whose it is, so that those of the dead can be told from those of the living."""
    return UUID(bytes=struct.pack(">I", number) + os.urandom(12))


async def live(number: int, clock: SharedClock) -> None:
    delivery.uuid4 = lambda: lease_of(number)
    settings = load()
    # To standard error, a file: nobody reads our standard output once we serve, and a full pipe stops a process for good.
    logs.set_up(settings.log_format)
    url = await database_url(settings)
    async with running(settings, Part.ALL, clock=clock, pace=UNHURRIED, host="127.0.0.1") as bot:
        worker_engine = engine_as(url, "app_worker", pool_size=1)
        home = Installations(bot.database, bot.slack, await whoami(bot.slack))
        nudging = Nudging(bot.database, worker_engine, home, Metrics())
        told, words = asyncio.Event(), set[str]()

        def hear(*said: object) -> None:
            words.add(str(said[-1]))
            told.set()

        connection = await asyncpg.connect(
            host=str(url.query["host"]), user="postgres", database=url.database, timeout=20
        )
        await connection.add_listener(CHANNEL, hear)
        print(json.dumps({"url": bot.url}), flush=True)
        while True:
            await told.wait()
            told.clear()
            heard = words.copy()
            words.clear()
            await nudging.tick()
            if "look" in heard:
                await nudging.look_after()


if __name__ == "__main__":
    asyncio.run(live(int(sys.argv[1]), SharedClock(Path(sys.argv[2]))))
