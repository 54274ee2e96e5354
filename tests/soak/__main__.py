"""`python -m tests.soak`: a quarter of nudges, checked from what Slack saw. Prints its seed; SOAK_SEED repeats it.

10,000 fixes, 500 people in twelve zones, three replicas that are killed at random, and a Slack that loses answers.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import time

from tests.soak.quarter import quarter
from tests.soak.scale import Broken, Scale

FULL = Scale(fixes=10_000, people=500, days=90, kills=60)


def main() -> int:
    """Runs it, and says what happened. Returns 1 for a broken promise."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="A simulated quarter of nudges.")
    parser.add_argument("--fixes", type=int, default=FULL.fixes)
    parser.add_argument("--people", type=int, default=FULL.people)
    parser.add_argument("--days", type=int, default=FULL.days)
    parser.add_argument("--kills", type=int, default=FULL.kills)
    given = parser.parse_args()
    seed = int(os.environ.get("SOAK_SEED") or random.SystemRandom().randrange(10**6))
    print(f"SOAK_SEED={seed} repeats it", flush=True)
    began = time.monotonic()
    try:
        counts = asyncio.run(quarter(Scale(given.fixes, given.people, given.days, given.kills), seed))
    except Broken as broken:
        print(f"BROKEN: {broken}")
        return 1
    for what, number in counts.items():
        print(f"{number:8,}  {what}")
    print(f"{time.monotonic() - began:8.0f}  seconds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
