"""The two small models that learn from examples: a linear one, and one with a hidden layer. Together they err less than each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.intake.matcher.features import Floats, Ints, Rows

_BATCH = 96
_FORGET, _FORGET_HIDDEN = 0.5, 0.3
"""Shares left out at random while learning, so that no single feature is relied on."""
_STEADY = 1e-6
_SOFT = 2.0
"""Softens what the models say: they are surer of the statements they learned from than of new ones."""


@dataclass(frozen=True, slots=True)
class Model:
    """`entry` maps features to the hidden layer, and `hidden` that to the classes; without a hidden layer `entry` goes to them."""

    entry: Floats
    bias: Floats
    hidden: Floats | None = None
    hidden_bias: Floats | None = None

    def scores(self, indices: Ints, values: Floats) -> Floats:
        """One number per class for one statement."""
        found = values @ self.entry[indices].astype(np.float32)
        if self.hidden is None or self.hidden_bias is None:
            return found + self.bias
        return np.maximum(found + self.hidden_bias, 0) @ self.hidden + self.bias


def soft(scores: Floats) -> Floats:
    """Scores as probabilities, per row."""
    raised = np.exp((scores - scores.max(axis=-1, keepdims=True)) / _SOFT)
    return raised / raised.sum(axis=-1, keepdims=True)


def probabilities(models: tuple[Model, ...], indices: Ints, values: Floats) -> Floats:
    """What the models think on average, one number per class."""
    return np.mean([soft(model.scores(indices, values)) for model in models], axis=0)


def train(rows: Rows, labels: NDArray[np.int64], classes: int, features: int, *, hidden: int, epochs: int) -> Model:
    """Learns `labels` by gradient descent (AdaGrad); the same examples give the same model. `hidden` 0: no hidden layer."""
    chance = np.random.default_rng(7)
    width = hidden or classes
    entry = _start(chance, features, width, 0.3) if hidden else np.zeros((features, width), np.float32)
    tally = np.full((features, width), 1e-4 if hidden else _STEADY, np.float32)
    upper = _Upper(chance, hidden, classes) if hidden else None
    bias = np.zeros(classes, np.float32)
    for epoch in range(epochs):
        pace = 0.1 * (1 - 0.9 * epoch / epochs) if hidden else 0.3
        order = chance.permutation(len(rows))
        for start in range(0, len(rows), _BATCH):
            batch = order[start : start + _BATCH]
            used, dense = _dense(rows, batch, chance, _FORGET)
            found = dense @ entry[used]
            scores, kept = upper.forward(found, chance) if upper else (found, None)
            wrong = _wrong(scores + bias, labels[batch])
            back = upper.learn(wrong, found, kept, pace) if upper and kept is not None else wrong
            slope = dense.T @ back
            tally[used] += slope * slope
            entry[used] -= pace * slope / np.sqrt(tally[used])
            bias -= 0.02 * wrong.mean(axis=0)
    if upper:
        return Model(entry, bias, upper.weights, upper.bias)
    return Model(entry, bias)


class _Upper:
    """From the hidden layer to the classes."""

    def __init__(self, chance: np.random.Generator, hidden: int, classes: int) -> None:
        self.weights = _start(chance, hidden, classes, float(np.sqrt(1 / hidden)))
        self.bias = np.zeros(hidden, np.float32)
        self._tally = np.full_like(self.weights, 1e-4)
        self._bias_tally = np.full_like(self.bias, 1e-4)

    def forward(self, found: Floats, chance: np.random.Generator) -> tuple[Floats, Floats]:
        kept: Floats = (chance.random(found.shape, dtype=np.float32) > _FORGET_HIDDEN).astype(np.float32)
        kept /= np.float32(1 - _FORGET_HIDDEN)
        return (np.maximum(found + self.bias, 0) * kept) @ self.weights, kept

    def learn(self, wrong: Floats, found: Floats, kept: Floats, pace: float) -> Floats:
        raised = np.maximum(found + self.bias, 0)
        slope = (raised * kept).T @ wrong
        back = (wrong @ self.weights.T) * kept * (raised > 0)
        self._tally += slope * slope
        self.weights -= 0.3 * pace * slope / np.sqrt(self._tally)
        bias_slope = back.sum(axis=0)
        self._bias_tally += bias_slope * bias_slope
        self.bias -= 0.3 * pace * bias_slope / np.sqrt(self._bias_tally)
        return back


def _start(chance: np.random.Generator, rows: int, columns: int, spread: float) -> Floats:
    return chance.standard_normal((rows, columns), dtype=np.float32) * np.float32(spread)


def _wrong(scores: Floats, right: NDArray[np.int64]) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    wrong = raised / raised.sum(axis=1, keepdims=True)
    wrong[np.arange(len(right)), right] -= 1
    return wrong


def _dense(rows: Rows, batch: NDArray[np.int64], chance: np.random.Generator, forget: float) -> tuple[Ints, Floats]:
    """The features that a batch uses, and its rows over these only: small enough for a plain matrix product."""
    parts = [rows.row(int(number)) for number in batch]
    indices = np.concatenate([indices for indices, _ in parts])
    values = np.concatenate([values for _, values in parts])
    values = values * (chance.random(len(values), dtype=np.float32) > forget) / np.float32(1 - forget)
    used, places = np.unique(indices, return_inverse=True)
    dense = np.zeros((len(batch), len(used)), np.float32)
    dense[np.repeat(np.arange(len(batch)), [len(part) for part, _ in parts]), places] = values
    return used, dense
