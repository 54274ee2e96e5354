"""Words are read the same way by whoever reads them, also by several at once: turns are taken in threads."""

from __future__ import annotations

import random
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.llm.playbooks import load_playbooks
from core.llm.words import Words

TEXTS = [" ".join((one.title, *one.symptoms, *one.examples)) for one in load_playbooks()]


@pytest.fixture
def _in_each_others_way() -> Generator[None]:
    """Threads take turns after every few steps."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("_in_each_others_way")
def test_four_who_read_at_once_read_what_one_reads_alone():
    alone = [Words().terms(text, 500) for text in TEXTS]
    together = Words()

    def read(seed: int) -> list[list[str]]:
        order = random.Random(seed).sample(range(len(TEXTS)), len(TEXTS))
        found = {place: together.terms(TEXTS[place], 500) for place in order}
        return [found[place] for place in range(len(TEXTS))]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(read, range(4))) == [alone] * 4
