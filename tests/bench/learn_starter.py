"""Teaches the matcher the flows in the box: run `python -m tests.bench.learn_starter` after changing one."""

import sys
from time import perf_counter
from uuid import uuid4

from core.intake.flows.queries import Shelved
from core.intake.flows.starter import documents
from core.intake.matcher import stored
from core.intake.matcher.learning import learn
from core.intake.matcher.teaching import Material, material
from core.llm.words import Words


def starter_material() -> Material:
    """What the flows in the box are found by."""
    flows = [Shelved(uuid4(), one.slug, one.title, one.symptoms, one.examples) for one in documents()]
    return material(flows, ())


def main() -> int:
    """Learn, and write the file that ships."""
    given, began = starter_material(), perf_counter()
    learned = learn(given.examples, Words(), given.none)
    if learned is None:
        return 1
    stored.STARTER.write_bytes(stored.pack(stored.Lesson(learned, given.marks)))
    print(f"{stored.STARTER.stat().st_size:,} bytes after {perf_counter() - began:.0f} s; {learned.curve}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
