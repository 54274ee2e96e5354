"""Which known document a problem statement means, and how sure that is: BM25 over an inverted index, calibrated."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from core.llm.words import Words

# Bounds of the work, whatever is pasted. A long mail is decided by its weightiest terms; the rest adds only noise.
_STATEMENT_TERMS = 120
_DOCUMENT_TERMS = 600
_DECIDING_TERMS = 24

_SATURATION = 1.2
_LENGTH = 0.5
_TITLE, _SYMPTOM, _EXAMPLE = 2.0, 1.5, 1.0
# How fast a term's weight falls with its place: the problem is named first, the story follows.
_FADE = 14.0
_QUIET = 0.4
# A smaller collection is taken for a sample of this many, or its words would all seem common.
_FEWEST = 50


@dataclass(frozen=True, slots=True)
class Document:
    """Something a problem can match; the examples are statements in callers' words."""

    id: str
    title: str
    symptoms: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well one document answers a statement, before it is a probability.

    `coverage` is the share of the statement's weight that the document has, `strength` that weight itself, and `lead`
    how far it stands above the best other document, from -1 to 1.
    """

    coverage: float
    strength: float
    lead: float


@dataclass(frozen=True, slots=True)
class Match:
    """A document and the probability, 0 to 1, that it is the right one."""

    id: str
    score: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic curve from evidence to probability."""

    bias: float
    coverage: float
    strength: float
    lead: float

    def probability(self, evidence: Evidence) -> float:
        """Return the chance that a document with this evidence is the right one."""
        height = (
            self.bias
            + self.coverage * evidence.coverage
            + self.strength * math.log1p(evidence.strength)
            + self.lead * evidence.lead
        )
        return 1 / (1 + math.exp(-height))


# Fitted offline by tests/bench/calibrate_matching.py, which says on what. FITTED, for typed statements: of those given
# 0.71 on average 0.70 were right on sentences it was not fitted on. PASTED, for whole tickets with their noise, which
# lowers the evidence of a right match. SIMILAR, for one problem beside another: two that resemble it are no rivals.
FITTED = Calibration(bias=-6.04, coverage=1.91, strength=2.83, lead=2.11)
PASTED = Calibration(bias=-6.45, coverage=1.99, strength=3.67, lead=1.43)
SIMILAR = Calibration(bias=-5.30, coverage=4.56, strength=2.40, lead=0.0)


class Matcher:
    """An index over documents; it stays as it was built.

    `background` lends its document frequencies, so that a handful of documents still knows which words are common.
    """

    def __init__(
        self,
        documents: Iterable[Document],
        words: Words,
        *,
        background: Matcher | None = None,
        calibration: Calibration = FITTED,
    ) -> None:
        self._words = words
        self._background = background
        self._calibration = calibration
        self._ids: list[str] = []
        counted: list[dict[str, float]] = []
        for document in documents:
            self._ids.append(document.id)
            counted.append(self._weigh(document))
        lengths = [sum(counts.values()) for counts in counted]
        mean = sum(lengths) / max(1, len(lengths)) or 1.0
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for place, counts in enumerate(counted):
            drag = _SATURATION * (1 - _LENGTH + _LENGTH * lengths[place] / mean)
            for term, count in counts.items():
                self._postings.setdefault(term, []).append((place, count / (count + drag)))

    def match(self, statement: str, limit: int = 5, *, apart_from: Collection[str] = ()) -> list[Match]:
        """Return at most `limit` documents that share a word with the statement, the surest first.

        Documents named in `apart_from` are passed over, also as rivals.
        """
        weights = self._weights(statement)
        whole = sum(weights.values())
        strengths: dict[int, float] = {}
        for term, weight in weights.items():
            for place, share in self._postings.get(term, ()):
                strengths[place] = strengths.get(place, 0.0) + weight * share
        # Ties are broken by the order of the documents, so that the same question has the same answer.
        if apart_from:
            strengths = {place: found for place, found in strengths.items() if self._ids[place] not in apart_from}
        ranked = sorted(strengths.items(), key=lambda found: (-found[1], found[0]))[: max(limit, 2)]
        matches: list[Match] = []
        for rank, (place, strength) in enumerate(ranked[:limit]):
            rival = ranked[0][1] if rank else ranked[1][1] if len(ranked) > 1 else 0.0
            evidence = Evidence(
                coverage=strength / whole,
                strength=strength,
                lead=(strength - rival) / max(strength, rival),
            )
            matches.append(Match(self._ids[place], self._calibration.probability(evidence), evidence))
        return matches

    def _weights(self, statement: str) -> dict[str, float]:
        weights: dict[str, float] = {}
        for place, term in enumerate(dict.fromkeys(self._words.terms(statement, _STATEMENT_TERMS))):
            quiet = _QUIET if term in self._words.quiet else 1.0
            weights[term] = quiet * self._rarity(term) / (1 + place / _FADE)
        heaviest = sorted(weights.items(), key=lambda found: -found[1])[:_DECIDING_TERMS]
        return dict(heaviest)

    def _rarity(self, term: str) -> float:
        having, total = len(self._postings.get(term, ())), len(self._ids)
        if self._background is not None:
            having += len(self._background._postings.get(term, ()))
            total += len(self._background._ids)
        total = max(total, _FEWEST)
        return math.log(1 + (total - having + 0.5) / (having + 0.5))

    def _weigh(self, document: Document) -> dict[str, float]:
        counts: dict[str, float] = defaultdict(float)
        left = _DOCUMENT_TERMS
        texts = [(document.title, _TITLE)]
        texts += [(text, _SYMPTOM) for text in document.symptoms]
        texts += [(text, _EXAMPLE) for text in document.examples]
        for text, weight in texts:
            if left <= 0:
                break
            terms = self._words.terms(text, left)
            left -= len(terms)
            for term in terms:
                counts[term] += weight
        return counts
