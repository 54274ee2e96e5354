"""The replicas under soak: started, killed, buried and replaced."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from tests.bench.servers import ROOT
from tests.soak.replica import lease_of

PATIENCE = 60.0
HAS_TAKEN_EFFECT = 0.25
"""After so many seconds whatever a killed process had sent is there: Slack and the database are on this machine."""


@dataclass
class Replica:
    number: int
    process: Process
    url: str = ""

    @property
    def alive(self) -> bool:
        return self.process.returncode is None and bool(self.url)


@dataclass
class Replicas:
    """`environment` has their settings, `clock` is the file they share."""

    environment: dict[str, str]
    clock: Path
    log: Path
    living: list[Replica] = field(default_factory=list[Replica])
    dead: set[int] = field(default_factory=set[int])
    _numbers: int = 0

    async def start(self) -> None:
        """One more; waits until it serves."""
        self._numbers += 1
        number = self._numbers  # several start at once: after the next await the count is another's
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.soak.replica",
                str(number),
                str(self.clock),
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=PIPE,
                stderr=log,
            )
        replica = Replica(number, process)
        self.living.append(replica)
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while line := (await process.stdout.readline()).decode():
                if line.startswith('{"url"'):
                    replica.url = str(json.loads(line)["url"])
                    return
        raise RuntimeError(f"a replica did not start; see {self.log}")

    async def kill_one(self, chance: random.Random) -> None:
        """One dies at once, and another takes its place."""
        able = [one for one in self.living if one.alive]
        if len(able) < 2:
            return
        await self.kill(chance.choice(able))

    async def kill(self, victim: Replica) -> None:
        """It dies at once, and another takes its place."""
        self.living.remove(victim)
        victim.process.kill()
        await victim.process.wait()
        await asyncio.sleep(HAS_TAKEN_EFFECT)
        self.dead.add(victim.number)
        await self.start()

    async def bury(self, connection: asyncpg.Connection) -> None:
        """A minute passes for the leases of the dead: they go by the database's clock, which nobody can move."""
        for number in sorted(self.dead):  # a copy: somebody may die meanwhile
            prefix = lease_of(number).hex[:8]
            await connection.execute(
                "update outbox set lease_until = now() - interval '1 second' where state in ('leased', 'sending') "
                "and lease_until > now() and lease_token::text like $1",
                f"{prefix}%",
            )

    def died(self) -> list[str]:
        """Who ended without having been killed, with what they said last: their leases would be nobody's for a minute."""
        gone = [one for one in self.living if one.process.returncode is not None]
        said = self.log.read_text(errors="replace")[-2_000:] if gone else ""
        return [f"replica {one.number} ended by itself with {one.process.returncode}: {said}" for one in gone]

    def any_url(self, chance: random.Random) -> str:
        return chance.choice([one.url for one in self.living if one.alive])

    async def stop(self) -> None:
        """All of them, at once."""
        for one in self.living:
            if one.process.returncode is None:
                one.process.kill()
                await one.process.wait()
