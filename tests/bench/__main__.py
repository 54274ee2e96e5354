"""`python -m tests.bench`: what a click costs, against bare and stock Bolt on the same machine in the same run.

Bare Bolt waits for its listener and answers at once; stock Bolt polls for the ack. Both do nothing but ack.
Ends with 1 when a budget is not kept.
"""

import argparse
import asyncio
import json
import platform
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from statistics import median

import psutil

from tests.bench import nudges, once, opening
from tests.bench.deciding import deciding
from tests.bench.measure import AT_ONCE, Options, Series, Starts, acks, baseline
from tests.bench.product import Product, prepared
from tests.bench.report import Row, ratios, table
from tests.bench.servers import Stub, slack_stub

_MB = 1024 * 1024
_CLICKS = 50_000
Measured = tuple[list[Row], dict[str, float]]


async def measured(options: Options, only: str | None) -> tuple[list[Row], dict[str, float]]:
    """The rows of the table, and the figures behind them in milliseconds, seconds and MB."""
    rows, figures = list[Row](), dict[str, float]()
    async with slack_stub() as stub, prepared(stub.api) as product:
        for name, group in GROUPS.items():
            if only in {None, name}:
                more, behind = await group(product, stub, options)
                rows += more
                figures |= behind
    return rows, figures


async def _clicks_group(product: Product, stub: Stub, options: Options) -> Measured:
    _say("start, memory")
    bare_start, our_start = Starts(), Starts()
    for _ in range(options.repeats):
        await bare_start.repeat(partial(baseline, "bare", stub.api))
        await our_start.repeat(product.server)
    bare, stock, ours, outcome = await _clicks(product, stub, options)
    _say("round trips")
    trips = await once.round_trips(product)
    _say(f"memory over {options.clicks:,} clicks")
    growth = await once.growth(product, options.clicks)
    sdk = await once.model_sdk_modules(product)
    rows = [
        Row("ack: CPU / bare Bolt", ratios(ours.cpu_ms, bare.cpu_ms), 1.2, 0.8),
        Row("ack: p50 / stock Bolt", ratios(ours.p50_ms, stock.p50_ms), 0.10, 0.06),
        Row("committed outcome: CPU / bare Bolt", ratios(outcome.cpu_ms, bare.cpu_ms), 6, 4),
        Row("committed outcome: p50 / stock Bolt's empty ack", ratios(outcome.p50_ms, stock.p50_ms), 0.35, 0.20),
        Row("committed outcome: database round trips", trips, 7, 5, ""),
        Row("memory at start / bare Bolt", ratios(our_start.rss, bare_start.rss), 2.5, 1.8),
        Row(f"memory growth over {options.clicks:,} clicks", [growth / _MB], 3, 0, "MB"),
        Row("start to first ack / bare Bolt", ratios(our_start.seconds, bare_start.seconds), 3, 2),
        Row("modules of the model's SDK imported", [sdk], 0, 0, ""),
    ]
    figures = {
        "bare Bolt: ack p50, ms": median(bare.p50_ms),
        f"bare Bolt: CPU of an ack at c={AT_ONCE}, ms": median(bare.cpu_ms),
        "stock Bolt: ack p50, ms": median(stock.p50_ms),
        "FlowPilot: ack p50, ms": median(ours.p50_ms),
        f"FlowPilot: CPU of an ack at c={AT_ONCE}, ms": median(ours.cpu_ms),
        "FlowPilot: committed outcome p50, ms": median(outcome.p50_ms),
        f"FlowPilot: CPU of a committed outcome at c={AT_ONCE}, ms": median(outcome.cpu_ms),
        "bare Bolt: start to first ack, s": median(bare_start.seconds),
        "FlowPilot: start to first ack, s": median(our_start.seconds),
        "bare Bolt: memory at start, MB": median(bare_start.rss) / _MB,
        "FlowPilot: memory at start, MB": median(our_start.rss) / _MB,
    }
    return rows, figures


async def _clicks(product: Product, stub: Stub, options: Options) -> tuple[Series, Series, Series, Series]:
    bare, stock, ours, outcome = Series(), Series(), Series(), Series()
    async with AsyncExitStack() as servers:
        bare_server = await servers.enter_async_context(baseline("bare", stub.api))
        stock_server = await servers.enter_async_context(baseline("stock", stub.api))
        our_server = await servers.enter_async_context(product.server())
        for number in range(options.repeats):
            _say(f"clicks, {number + 1} of {options.repeats}")
            await bare.repeat(bare_server, acks(bare_server), options)
            await stock.repeat(stock_server, acks(stock_server), options)
            await ours.repeat(our_server, acks(our_server), options)
            acked = await outcome.repeat(our_server, product.outcomes(our_server), options)
            recorded = await product.forget()
            if acked > recorded:  # one whose answer was under way when the time was up may be recorded as well
                raise RuntimeError(f"{acked} outcomes were acknowledged, and {recorded} are recorded")
    return bare, stock, ours, outcome


async def _nudges_group(product: Product, stub: Stub, options: Options) -> Measured:
    del stub
    return await nudges.measured(product, options.repeats, options.seconds), {}


async def _intake_group(product: Product, stub: Stub, options: Options) -> Measured:
    del product, stub
    _say("intake over 1,000 flows")
    decided = deciding(options.repeats)
    row = Row("intake decision over 1,000 flows: p50", decided.p50_ms, 20, 5, "ms")
    return [row], {"a matcher of 1,000 flows, MB": decided.megabytes}


GROUPS: Mapping[str, Callable[[Product, Stub, Options], Awaitable[Measured]]] = {
    "clicks": _clicks_group,
    "views": opening.measured,
    "intake": _intake_group,
    "nudges": _nudges_group,
}


def _say(what: str) -> None:
    print(f"  {what} …", file=sys.stderr, flush=True)


def main() -> int:
    """Measure, print the table, and return 1 when a budget is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Speed and memory against bare Bolt.")
    parser.add_argument("--repeats", type=int, default=5, help="how often each measure is taken (5)")
    parser.add_argument("--seconds", type=float, default=3, help="how long each takes (3)")
    parser.add_argument("--clicks", type=int, default=_CLICKS, help=f"for the growth of memory ({_CLICKS})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there, too")
    parser.add_argument("--only", choices=sorted(GROUPS), help="one group of measures; all of them without it")
    given = parser.parse_args()
    rows, figures = asyncio.run(measured(Options(given.repeats, given.seconds, given.clicks), given.only))
    print(table(rows), end="\n\n")
    for name, value in figures.items():
        print(f"{value:10.2f}  {name}")
    if given.json:
        machine = {"python": platform.python_version(), "system": platform.platform(), "cores": psutil.cpu_count()}
        everything = {"machine": machine, "rows": [row.as_json() for row in rows], "figures": figures}
        given.json.write_text(json.dumps(everything, indent=2) + "\n")
    return 1 if any(row.verdict == "OVER" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
