"""A statement as numbers: its words, pairs of words and pieces of words, weighted by how rare they are."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.llm.words import Words

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

READ = 600
"""Characters of a statement that are looked at: the problem is named first."""
_LONGEST_WORD = 24
_MOST_TERMS = 80
_PIECES = (2, 3, 4, 5)
# A feature met once tells one statement from all others, and nothing about the next one.
_SEEN_AT_LEAST = 2
_MOST_FEATURES = 60_000
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows, one statement each: row `n` is `indices[starts[n]:starts[n + 1]]` with its `values`."""

    starts: NDArray[np.int64]
    indices: Ints
    values: Floats

    def __len__(self) -> int:
        return len(self.starts) - 1

    def row(self, number: int) -> tuple[Ints, Floats]:
        part = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return self.indices[part], self.values[part]


class Vocabulary:
    """The features that were learned, with their weights."""

    def __init__(self, features: Sequence[str], rarity: Floats, words: Words) -> None:
        self.features = features
        self.rarity = rarity
        self._words = words
        self._places = {feature: place for place, feature in enumerate(features)}

    @classmethod
    def learned(cls, statements: Sequence[str], words: Words) -> Vocabulary:
        """The features that occur in at least two statements, the commonest 60,000."""
        met: Counter[str] = Counter()
        for statement in statements:
            met.update({feature for block in _features(statement, words) for feature in block})
        fewest = _SEEN_AT_LEAST if len(statements) > 100 else 1
        # By name among equals: sets have another order in every process, and the same examples shall teach the same.
        ranked = sorted(met.items(), key=lambda one: (-one[1], one[0]))[:_MOST_FEATURES]
        kept = [(feature, count) for feature, count in ranked if count >= fewest]
        counts = np.array([count for _, count in kept], np.float32)
        rarity = np.log((1 + len(statements)) / (1 + counts)).astype(np.float32) + 1
        return cls([feature for feature, _ in kept], rarity, words)

    def row(self, statement: str) -> tuple[Ints, Floats]:
        """The known features of a statement; those of words, of pieces and of stems each have length 1 together."""
        parts = [self._weighed(block) for block in _features(statement, self._words)]
        return np.concatenate([indices for indices, _ in parts]), np.concatenate([values for _, values in parts])

    def rows(self, statements: Iterable[str]) -> Rows:
        rows = [self.row(statement) for statement in statements]
        starts = np.cumsum([0, *(len(indices) for indices, _ in rows)], dtype=np.int64)
        if not rows:
            return Rows(starts, np.zeros(0, np.int32), np.zeros(0, np.float32))
        return Rows(starts, np.concatenate([i for i, _ in rows]), np.concatenate([v for _, v in rows]))

    def _weighed(self, block: Iterable[str]) -> tuple[Ints, Floats]:
        counted = Counter(place for feature in block if (place := self._places.get(feature)) is not None)
        indices = np.fromiter(counted.keys(), np.int32, len(counted))
        values = (1 + np.log(np.fromiter(counted.values(), np.float32, len(counted)))) * self.rarity[indices]
        length = float(np.sqrt(values @ values))
        return indices, (values / length if length else values).astype(np.float32)


def _features(statement: str, stems: Words) -> tuple[list[str], list[str], list[str]]:
    folded = unicodedata.normalize("NFKD", statement[:READ].casefold())
    words = [
        found[0][:_LONGEST_WORD] for found in _WORD.finditer("".join(c for c in folded if not unicodedata.combining(c)))
    ]
    terms = [f"={term}" for term in stems.terms(statement[:READ], _MOST_TERMS)]
    pieces = [piece for word in words for piece in _pieces(f" {word} ")]
    return [*words, *_pairs(words)], pieces, [*terms, *map("".join, pairwise(terms))]


def _pairs(words: Sequence[str]) -> Iterator[str]:
    for left, right in pairwise(["<", *words, ">"]):
        yield f"{left}_{right}"


def _pieces(word: str) -> Iterator[str]:
    for length in _PIECES:
        for start in range(len(word) - length + 1):
            # Marked, so that a piece is not taken for the word that is written like it.
            yield f"~{word[start : start + length]}"
