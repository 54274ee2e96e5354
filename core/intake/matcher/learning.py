"""Learning which flow a problem belongs to, from flows that have many examples; runs in the worker, for seconds up to a minute."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.intake.matcher.features import Vocabulary
from core.intake.matcher.learned import Curve, Learned
from core.intake.matcher.network import Model, train
from core.intake.matcher.teaching import FEWEST_EXAMPLES
from core.llm.words import Words

_FEWEST_FLOWS, _MOST_FLOWS = 2, 200
_HIDDEN = 128
_EPOCHS, _EPOCHS_HIDDEN = 10, 12
# Few examples are gone through more often, so that every model takes about as many steps as it needs.
_STEPS = 60
_MOST_STEPS = 6
_SMALL = 2_000
_TURNS = 3
_UNKNOWN, _ASKED = 0.2, 0.1
NONE_WEIGHT = 0.003
"""What problems of no flow count, for every problem of a flow, when scores are fitted."""
_ROUNDS = 30
_SLACK = 1e-3


@dataclass(frozen=True, slots=True)
class Labelled:
    """A statement with the id of its flow, None when it belongs to none."""

    statement: str
    flow: str | None


def learn(
    examples: Mapping[str, Sequence[str]],
    words: Words,
    none: Sequence[str] = (),
    *,
    tuned_on: Sequence[Labelled] = (),
) -> Learned | None:
    """What the examples of each flow teach; None where fewer than two flows have enough of them. Of more than 200 flows those with most.

    `none` are statements that belong to no flow. Scores are fitted to `tuned_on`; without it, to statements held back.
    """
    ranked = sorted(examples, key=lambda flow: (-len(examples[flow]), flow))[:_MOST_FLOWS]
    known = {flow: examples[flow] for flow in ranked if len(examples[flow]) >= FEWEST_EXAMPLES}
    if len(known) < _FEWEST_FLOWS:
        return None
    found = _fit(known, words, none)
    judged = [found.judged(one.statement, one.flow) for one in tuned_on] or _held_back(known, words, none)
    return found.with_curve(fitted(judged))


def _fit(examples: Mapping[str, Sequence[str]], words: Words, none: Sequence[str]) -> Learned:
    flows = sorted(examples)
    statements = [text for flow in flows for text in examples[flow]] + list(none)
    labels = [place for place, flow in enumerate(flows) for _ in examples[flow]] + [len(flows)] * len(none)
    vocabulary = Vocabulary.learned(statements, words)
    rows, right = vocabulary.rows(statements), np.array(labels, np.int64)
    more = min(_MOST_STEPS, max(1, round(_STEPS * 96 / len(statements))))
    classes = len(flows) + bool(none)

    def model(hidden: int, epochs: int) -> Model:
        return train(rows, right, classes, len(vocabulary.features), hidden=hidden, epochs=epochs * more)

    return Learned(tuple(flows), vocabulary, (model(0, _EPOCHS), model(_HIDDEN, _EPOCHS_HIDDEN)), Curve(0.0, 1.0))


def _held_back(
    examples: Mapping[str, Sequence[str]], words: Words, none: Sequence[str]
) -> list[tuple[float, bool, bool]]:
    """How it judges statements it did not learn from, a fifth of the flows being unknown to it."""
    total = sum(map(len, examples.values()))
    judged: list[tuple[float, bool, bool]] = []
    for turn in range(1 if total > _SMALL else _TURNS):
        chance = random.Random(turn)  # noqa: S311 - which examples are held back is no secret
        names = sorted(examples)
        unknown = (
            set(chance.sample(names, max(1, round(len(names) * _UNKNOWN))))
            if len(names) > _FEWEST_FLOWS
            else set[str]()
        )
        asked: list[Labelled] = []
        left: dict[str, list[str]] = {}
        for name in names:
            texts = chance.sample(list(examples[name]), len(examples[name]))
            held = max(1, round(len(texts) * _ASKED))
            asked += [Labelled(text, None if name in unknown else name) for text in texts[:held]]
            if name not in unknown:
                left[name] = texts[held:]
        others = chance.sample(list(none), len(none))
        held = round(len(others) * _ASKED)
        asked += [Labelled(text, None) for text in others[:held]]
        found = _fit(left, words, others[held:])
        judged += [found.judged(one.statement, one.flow) for one in asked]
    return judged


def fitted(judged: Sequence[tuple[float, bool, bool]]) -> Curve:
    """The curve that makes log-odds of the best flow the probability that it is right: of (log-odds, right, belongs to a flow).

    However many of the statements belong to none, together they hardly count: a flow that is suggested in vain costs less
    than one that is not found.
    """
    inside = sum(belongs for _, _, belongs in judged)
    outside = len(judged) - inside
    weight = NONE_WEIGHT * inside / outside if outside else 1.0
    bias, slope = 0.0, 1.0
    for _ in range(_ROUNDS):
        # Newton's method on two numbers; the slack keeps a perfect separation from running away.
        g0 = g1 = 0.0
        h00, h01, h11 = _SLACK * len(judged), 0.0, _SLACK * len(judged)
        for odds, right, belongs in judged:
            share = 1.0 if belongs else weight
            chance = 1 / (1 + math.exp(-max(-30.0, min(30.0, bias + slope * odds))))
            wrong, bend = share * (right - chance), share * chance * (1 - chance)
            g0, g1 = g0 + wrong, g1 + wrong * odds
            h00, h01, h11 = h00 + bend, h01 + bend * odds, h11 + bend * odds * odds
        g0, g1 = g0 - _SLACK * len(judged) * bias, g1 - _SLACK * len(judged) * (slope - 1)
        whole = h00 * h11 - h01 * h01
        bias, slope = bias + (h11 * g0 - h01 * g1) / whole, slope + (h00 * g1 - h01 * g0) / whole
    return Curve(bias, max(slope, 0.05))
