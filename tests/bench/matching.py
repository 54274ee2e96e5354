"""How well problems find their flow, on labelled statements: `python -m tests.bench.matching --train F [--dev F] [--test F] [--json]`.

The files hold `[{"text": …, "intent": …}]`; `oos` and `None` belong to no flow. One flow is made per intent of the training file, and
every statement goes through the decision that intake makes: match, suggest or none. Scores are fitted to the dev file, without one
to training statements that are held back. Without dev and test the training file itself is asked, leaving out the statement
asked (or, above 200, a tenth at a time).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import cast
from uuid import uuid4

from core.intake.flows.queries import Shelved
from core.intake.matcher.account import AccountMatcher
from core.intake.matcher.decision import Decision, Outcome
from core.intake.matcher.learning import Labelled, learn
from core.llm.words import Words

NONE = {"oos", "none"}
_ONE_BY_ONE = 200
_FOLDS = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement, the flow that it belongs to (None: none), what was decided (with that flow's name) and how long it took."""

    flow: str | None
    decided: Decision
    milliseconds: float

    @property
    def found(self) -> str | None:
        """The best flow's name, unless it was decided that there is none."""
        return self.decided.best.title if self.decided.best else None


class Bench:
    """A matcher over one flow per intent, as an account with these flows would have it."""

    def __init__(self, train: Sequence[Labelled], tuned_on: Sequence[Labelled] = ()) -> None:
        words = Words()
        examples: dict[str, list[str]] = {}
        for one in train:
            if one.flow:
                examples.setdefault(one.flow, []).append(one.statement)
        began = perf_counter()
        taught = learn(examples, words, [one.statement for one in train if one.flow is None], tuned_on=tuned_on)
        flows = [Shelved(uuid4(), flow, flow, (), texts) for flow, texts in sorted(examples.items())]
        self._matcher = AccountMatcher(flows, words, taught)
        self.seconds = perf_counter() - began

    def ask(self, questions: Iterable[Labelled]) -> list[Asked]:
        """What is decided about each."""
        asked: list[Asked] = []
        for one in questions:
            began = perf_counter()
            decided = self._matcher.decide(one.statement)
            asked.append(Asked(one.flow, decided, (perf_counter() - began) * 1000))
        return asked


def read(file: Path) -> list[Labelled]:
    """The statements of a file."""
    rows = json.loads(file.read_text(encoding="utf-8"))
    return [Labelled(row["text"], None if row["intent"].casefold() in NONE else row["intent"]) for row in rows]


def measured(asked: Sequence[Asked]) -> dict[str, float | int | None]:
    """The figures of a file: shares are 0 to 1, None where there was nothing to measure."""
    inside = [one for one in asked if one.flow is not None]
    outside = [one for one in asked if one.flow is None]
    matched = [one for one in asked if one.decided.outcome is Outcome.MATCH]
    times = sorted(one.milliseconds for one in asked)
    return {
        "statements": len(asked),
        "in_scope": len(inside),
        "out_of_scope": len(outside),
        "in_scope_accuracy": _share(one.found == one.flow for one in inside),
        "out_of_scope_recall": _share(one.found is None for one in outside),
        "accuracy": _share(one.found == one.flow for one in asked),
        "share_matched": _share(one.decided.outcome is Outcome.MATCH for one in asked),
        "share_suggested": _share(one.decided.outcome is Outcome.SUGGEST for one in asked),
        "share_none": _share(one.decided.outcome is Outcome.NONE for one in asked),
        "matched_right": _share(one.found == one.flow for one in matched),
        "in_scope_among_candidates": _share(
            any(each.title == one.flow for each in one.decided.candidates) for one in inside
        ),
        "out_of_scope_matched": _share(one.decided.outcome is Outcome.MATCH for one in outside),
        "ms_per_decision": median(times),
        "ms_per_decision_p95": quantiles(times, n=20)[-1] if len(times) > 1 else times[0],
    }


def _share(those: Iterable[bool]) -> float | None:
    counted = list(those)
    return round(sum(counted) / len(counted), 4) if counted else None


def left_out(train: Sequence[Labelled]) -> list[Asked]:
    """Every training statement, asked of what the others teach."""
    parts = len(train) if len(train) <= _ONE_BY_ONE else _FOLDS
    return [
        one
        for part in range(parts)
        for one in Bench([one for n, one in enumerate(train) if n % parts != part]).ask(train[part::parts])
    ]


def run(train: Path, dev: Path | None, test: Path | None) -> dict[str, object]:
    """Everything that is printed: per file its figures, `test`'s (else dev's, else the left out ones') on top."""
    taught = read(train)
    figures: dict[str, Mapping[str, float | int | None]] = {}
    report: dict[str, object] = {"flows": len({one.flow for one in taught} - {None}), "train_statements": len(taught)}
    if dev is None and test is None:
        figures["leave_one_out"] = measured(left_out(taught))
    else:
        bench = Bench(taught, read(dev) if dev else ())
        report["seconds_to_learn"] = round(bench.seconds, 1)
        for name, file in (("dev", dev), ("test", test)):
            if file:
                figures[name] = measured(bench.ask(read(file)))
    return {**figures[next(reversed(figures))], **report, **figures}


def main() -> int:
    """Measure and print, as JSON where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching", description="Problems and their flows.")
    parser.add_argument("--train", type=Path, required=True, help="what the flows are made of")
    parser.add_argument("--dev", type=Path, help="what scores are fitted to")
    parser.add_argument("--test", type=Path, help="what is measured, and never learned from")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    report = run(given.train, given.dev, given.test)
    if given.json:
        print(json.dumps(report, indent=2))
        return 0
    for name in ("leave_one_out", "dev", "test"):
        for key, value in cast("dict[str, object]", report.get(name, {})).items():
            print(f"{name:>14}  {value!s:>20}  {key}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
