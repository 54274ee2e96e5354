"""When an account's matcher is taught anew: once people have labelled enough that it has not learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.intake.flows.queries import Shelved
from core.intake.matcher import stored
from core.intake.matcher.none import of_none
from core.llm.words import Words

FEWEST_EXAMPLES = 8
"""Texts about a flow; with fewer it is found by its words alone."""
_ENOUGH = 10
_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to learn from: the flows with enough examples, and what belongs to none."""

    examples: Mapping[str, Sequence[str]]
    none: Sequence[str]

    @property
    def marks(self) -> frozenset[int]:
        of_flows = ((flow, text) for flow, texts in self.examples.items() for text in texts)
        return stored.marks([*of_flows, *((None, text) for text in self.none)])


def material(flows: Sequence[Shelved], none: Sequence[str]) -> Material:
    """The title, symptoms and examples of every flow that has enough of them."""
    texts = {flow.slug: (flow.title, *flow.symptoms, *flow.examples) for flow in flows}
    return Material({flow: said for flow, said in texts.items() if len(said) >= FEWEST_EXAMPLES}, (*of_none(), *none))


def is_enough(given: Material, last: bytes | None) -> bool:
    """Whether there is so much that `last` (None: what came in the box) has not learned from that learning anew is worth it."""
    before = stored.learned_from(last) if last is not None else stored.starter_learned_from()
    return len(given.marks - before) >= max(_ENOUGH, _SHARE * len(before))


def taught(given: Material) -> bytes | None:
    """What `given` teaches, as bytes; None when it is too little. Takes seconds, up to a minute for 15,000 statements."""
    from core.intake.matcher.learning import learn  # noqa: PLC0415 - numpy, which most processes never need

    learned = learn(given.examples, Words(), given.none)
    return stored.pack(stored.Lesson(learned, given.marks)) if learned else None
