"""What a decision over a thousand published flows costs, in milliseconds and memory, without a model."""

import gc
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from uuid import uuid4

import numpy as np
import psutil

from core.intake.flows.queries import Shelved
from core.intake.matcher.account import AccountMatcher
from core.intake.matcher.features import Vocabulary
from core.intake.matcher.learned import Curve, Learned
from core.intake.matcher.network import Model
from core.llm.playbooks import load_playbooks
from core.llm.words import Words

FLOWS, EXAMPLES, LEARNED, HIDDEN, ASKED = 1_000, 15, 200, 128, 300


@dataclass(frozen=True, slots=True)
class Deciding:
    """`p50_ms` per repeat; `megabytes` that the matcher holds."""

    p50_ms: list[float]
    megabytes: float


def _statements() -> list[str]:
    """15,000 different statements: pairs of what people say about known problems, in a fixed order."""
    said = [text for book in load_playbooks() for text in (*book.symptoms, *book.examples)]
    chance = random.Random(1)
    return [f"{chance.choice(said)}, {chance.choice(said)} {number}" for number in range(FLOWS * EXAMPLES)]


def _taught(flows: Sequence[Shelved], words: Words) -> Learned:
    # What the numbers are makes no difference to what deciding costs.
    vocabulary = Vocabulary.learned([text for flow in flows[:LEARNED] for text in flow.examples], words)
    chance, size = np.random.default_rng(1), len(vocabulary.features)

    def numbers(rows: int, columns: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return (chance.standard_normal((rows, columns), dtype=np.float32) / 10).astype(np.float16).astype(np.float32)

    linear = Model(numbers(size, LEARNED), np.zeros(LEARNED, np.float32))
    layered = Model(
        numbers(size, HIDDEN), np.zeros(LEARNED, np.float32), numbers(HIDDEN, LEARNED), np.zeros(HIDDEN, np.float32)
    )
    return Learned(tuple(flow.slug for flow in flows[:LEARNED]), vocabulary, (linear, layered), Curve(0, 1))


def deciding(repeats: int) -> Deciding:
    """Builds the matcher of an account with 1,000 flows of 15 examples, 200 of them learned, and asks it 300 problems per repeat."""
    statements, words = _statements(), Words()
    gc.collect()
    before = psutil.Process().memory_info().rss
    flows = [
        Shelved(uuid4(), f"flow-{n}", f"Problem {n}", (), tuple(statements[n * EXAMPLES : (n + 1) * EXAMPLES]))
        for n in range(FLOWS)
    ]
    matcher = AccountMatcher(flows, words, _taught(flows, words))
    held = psutil.Process().memory_info().rss - before
    asked = random.Random(2).sample(statements, ASKED)
    times: list[float] = []
    for _ in range(repeats):
        took: list[float] = []
        for problem in asked:
            began = perf_counter()
            matcher.decide(problem)
            took.append((perf_counter() - began) * 1000)
        times.append(median(took))
    return Deciding(times, held / 1024 / 1024)
