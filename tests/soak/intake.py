"""Real tickets through intake: `python -m tests.soak.intake [HOW MANY]` prints what became of them, and that it is the same twice."""

from __future__ import annotations

import argparse
import asyncio
import csv
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bot.consequences import SUBSCRIPTIONS
from core import bootstrap, embedded
from core.db import engine_as
from core.errors import DomainError
from core.ids import WalkId
from core.intake import building, service
from core.intake.commands import TakeCall
from core.intake.desk import Desk
from core.intake.flows import service as flows
from core.intake.outcomes import Duplicates, OutOfScope, Suggested, Taken, Walking
from core.intake.walks.models import WalkKind
from core.llm.flows import OfflineFlows
from core.unit import Database
from tests.builders import Account, Clock, an_account

TICKETS = Path(__file__).parents[2] / "../shared/data/tickets/tickets.csv"
HOW_MANY = 2_000
SEED = 20261121


def texts(how_many: int) -> list[str]:
    """So many of the tickets, the same ones each time; none where the file is missing."""
    if not TICKETS.exists():
        return []
    with TICKETS.open(encoding="utf-8", newline="") as file:
        known = sorted({row["text"] for row in csv.DictReader(file)})
    return random.Random(SEED).sample(known, min(how_many, len(known)))


async def put_through(database: Database, problems: Sequence[str]) -> list[str]:
    """What became of each, in a fresh account with the starter flows. Raises whatever intake raises beside a refusal."""
    account = await an_account(database, "lena")
    async with account.unit() as unit:
        await flows.settle_starter(unit)
    desk = Desk()
    return [await _one(account, desk, problem) for problem in problems]


async def _one(account: Account, desk: Desk, problem: str) -> str:
    wanted = TakeCall(problem_statement=problem, channel="C0DESK")
    try:
        async with account.unit("lena") as unit:
            taken = await service.take(unit, desk, wanted)
    except DomainError as refusal:
        return f"refused: {type(refusal).__name__}"
    if isinstance(taken, Walking) and taken.walk.session_kind is WalkKind.AI_BUILD:
        await _first_step(account, desk, WalkId(taken.walk.id))
    return named(taken)


async def _first_step(account: Account, desk: Desk, walk_id: WalkId) -> None:
    async with account.unit() as unit:
        wanted = await building.wanted(unit, desk.gate, walk_id)
    for one in wanted:
        step = await building.compose(OfflineFlows(), one)
        async with account.unit() as unit:
            await building.place(unit, walk_id, one.spot, step)


def named(taken: Taken) -> str:
    """The outcome in words that can be counted and compared."""
    match taken:
        case Walking(_, walk):
            return f"walked: {walk.session_kind}: {walk.category}"
        case Duplicates():
            return "open already"
        case Suggested(candidates):
            return f"suggested: {len(candidates)}"
        case OutOfScope(category):
            return f"out of scope: {category or 'none of the categories'}"


async def _twice(folder: Path, problems: Sequence[str]) -> tuple[list[str], list[str], float]:
    await asyncio.to_thread(folder.chmod, 0o755)  # as root the server runs as a user of its own
    socket = await asyncio.to_thread(embedded.start, folder)
    try:
        url = await embedded.database(socket, "soak")
        await bootstrap.make_ready(url)
        engine = engine_as(url, "app_rw")
        database = Database(engine, Clock(), SUBSCRIPTIONS)
        started = time.perf_counter()
        first = await put_through(database, problems)
        seconds = time.perf_counter() - started
        second = await put_through(database, problems)
        await engine.dispose()
    finally:
        await asyncio.to_thread(embedded.stop, folder)
    return first, second, seconds


def _main(how_many: int) -> int:
    problems = texts(how_many)
    if not problems:
        print("The tickets (shared/data/tickets/tickets.csv beside the project) are not there.")
        return 1
    with tempfile.TemporaryDirectory(prefix="fp-") as folder:
        first, second, seconds = asyncio.run(_twice(Path(folder), problems))
    for outcome, count in Counter(first).most_common():
        print(f"{count:6}  {count / len(first):6.1%}  {outcome}")
    same = first == second
    print(f"{len(first)} tickets, {seconds / len(first) * 1000:.1f} ms each; twice the same: {'yes' if same else 'NO'}")
    return 0 if same else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("how_many", nargs="?", type=int, default=HOW_MANY)
    raise SystemExit(_main(parser.parse_args().how_many))
