"""Recomputes the curves of `core.llm.matching`: run `python -m tests.bench.calibrate_matching`.

FITTED is for statements that a person typed: CLINC150's training sentences, where half of the intents are known by 3,
10 or 30 examples each and the other half is out of scope, as most problems are to a small library. PASTED is for whole
tickets, long and full of noise: those sentences and, of equal weight, real tickets that were labelled by hand with the
playbooks that fit. SIMILAR is for one problem beside another: sentences of the same intent, and tickets that fit the
same playbook, without regard to the lead. Needs the data folder beside the repository.
"""

import json
import math
import random
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from core.llm.candidates import as_document
from core.llm.matching import Calibration, Document, Evidence, Matcher
from core.llm.playbooks import load_playbooks
from core.llm.words import Words

ROOT = Path(__file__).parents[2]
INTENTS = ROOT / "../shared/data/intents"
TICKETS = ROOT / "tests/core/llm/labelled_tickets.json"

# The evidence of the best match, and whether it was right.
Judged = list[tuple[Evidence, bool]]


def judged_intents(sentences: dict[str, list[str]], examples: int, asked: dict[str, list[str]], words: Words) -> Judged:
    """Match what is asked of each intent against half of the intents, known by so many examples each."""
    known = random.Random(examples).sample(sorted(sentences), len(sentences) // 2)
    documents = (Document(name, name.replace("_", " "), examples=tuple(sentences[name][:examples])) for name in known)
    matcher = Matcher(documents, words)
    return [
        (match.evidence, match.id == name)
        for name, texts in asked.items()
        for text in texts
        for match in matcher.match(text, limit=1)
    ]


def judged_pairs(sentences: dict[str, list[str]], words: Words) -> tuple[Judged, Judged]:
    """Match sentences with single sentences of half of the intents, and every labelled ticket with all others."""
    starter = Matcher(map(as_document, load_playbooks()), words)
    known = random.Random(1).sample(sorted(sentences), len(sentences) // 2)
    singles = (Document(f"{name} {n}", sentences[name][n]) for name in known for n in range(5))
    matcher = Matcher(singles, words, background=starter)
    clean = [
        (match.evidence, match.id.split()[0] == name)
        for name, texts in sentences.items()
        for text in texts[-3:]
        for match in matcher.match(text, limit=2)
    ]
    tickets = json.loads(TICKETS.read_text())["tickets"]
    matcher = Matcher((Document(str(n), t["text"]) for n, t in enumerate(tickets)), words, background=starter)
    noisy = [
        (match.evidence, not set(ticket["right"]).isdisjoint(tickets[int(match.id)]["right"]))
        for n, ticket in enumerate(tickets)
        for match in matcher.match(ticket["text"], limit=3, apart_from={str(n)})
    ]
    return clean, noisy


def read_intents(part: str) -> dict[str, list[str]]:
    """Return the sentences of one part of CLINC150 by intent."""
    sentences: dict[str, list[str]] = defaultdict(list)
    for row in json.loads((INTENTS / f"clinc150-{part}.json").read_text()):
        sentences[row["intent"]].append(row["text"])
    return sentences


def judged_tickets(words: Words) -> Judged:
    """Match the labelled tickets against the starter playbooks."""
    matcher = Matcher(map(as_document, load_playbooks()), words)
    tickets = json.loads(TICKETS.read_text())["tickets"]
    return [(m.evidence, m.id in ticket["right"]) for ticket in tickets for m in matcher.match(ticket["text"], limit=1)]


def fit(judged: Judged, rounds: int = 25) -> Calibration:
    """Return the logistic curve of greatest likelihood, by Newton's method."""
    rows = [((1.0, e.coverage, math.log1p(e.strength), e.lead), right) for e, right in judged]
    at = [0.0] * 4
    for _ in range(rounds):
        slope = [0.0] * 4
        bend = [[1e-6 * (i == j) for j in range(4)] for i in range(4)]
        for row, right in rows:
            chance = 1 / (1 + math.exp(-sum(a * x for a, x in zip(at, row, strict=True))))
            for i in range(4):
                slope[i] += (right - chance) * row[i]
                for j in range(4):
                    bend[i][j] += chance * (1 - chance) * row[i] * row[j]
        at = [a + step for a, step in zip(at, _solve(bend, slope), strict=True)]
    return Calibration(*at)


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i, pivot in enumerate(rows):
        pivot[:] = [value / pivot[i] for value in pivot]
        for other in rows:
            if other is not pivot:
                factor = other[i]
                other[:] = [value - factor * taken for value, taken in zip(other, pivot, strict=True)]
    return [row[-1] for row in rows]


def show(name: str, judged: Judged, curve: Calibration) -> None:
    """Print, per fifth of the scale, what was promised and what was true."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for evidence, right in judged:
        chance = curve.probability(evidence)
        bins[min(4, int(chance * 5))].append((chance, right))
    print(name)
    for _, members in sorted(bins.items()):
        promised = sum(chance for chance, _ in members) / len(members)
        true = sum(right for _, right in members) / len(members)
        print(f"  promised {promised:.2f}  true {true:.2f}  of {len(members)}")


def main() -> int:
    """Fit and report; 1 when the data folder is absent."""
    if not INTENTS.exists():
        print("There is nothing to fit: the data folder is not beside the repository.")
        return 1
    words = Words()
    train = read_intents("train")
    held_out = {name: texts[-6:] for name, texts in train.items()}
    clean = [pair for examples in (3, 10, 30) for pair in judged_intents(train, examples, held_out, words)]
    noisy = judged_tickets(words)
    fitted = fit(clean)
    pasted = fit(clean + noisy * (len(clean) // len(noisy)))
    print("FITTED", fitted)
    show("sentences not fitted on (dev)", judged_intents(train, 15, read_intents("dev"), words), fitted)
    print("PASTED", pasted)
    show("labelled tickets", noisy, pasted)
    clean, noisy = judged_pairs(train, words)
    similar = fit([(replace(e, lead=0.0), right) for e, right in clean + noisy * (len(clean) // len(noisy))])
    print("SIMILAR", similar)
    show("sentences of one intent", clean, similar)
    show("tickets that fit one playbook", noisy, similar)
    return 0


if __name__ == "__main__":
    sys.exit(main())
