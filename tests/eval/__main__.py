"""`python -m tests.eval` (`make eval`): how good the turns are on real tickets. With ANTHROPIC_API_KEY the model is asked, without it the rules.

Prints a line per case and the sums, to compare one prompt or model with another. Each case is one turn; with a model the whole run costs less than
half a dollar. Ends with 1 when something was shown that must never be shown.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import yaml
from pydantic import BaseModel, ConfigDict

from bot.settings import load
from core.llm.asking import prompt
from core.llm.provider import EarlierSuggestion, ModelProvider, ProblemView, Said, Turn
from core.llm.providing import provider

AT_ONCE = 4


class Case(BaseModel):
    """See golden.yml."""

    model_config = ConfigDict(extra="forbid")
    ticket: str
    say: tuple[str, ...]
    tried: str | None = None
    facts: tuple[tuple[str, ...], ...] = ()
    fix: tuple[str, ...] = ()
    outcome: str | None = None
    never: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    case: Case
    turn: Turn
    seconds: float

    @property
    def facts_found(self) -> int:
        kept = [fact.text.casefold() for fact in self.turn.facts]
        return sum(any(all(word.casefold() in text for word in words) for text in kept) for words in self.case.facts)

    @property
    def extra_facts(self) -> int:
        return max(0, len(self.turn.facts) - self.facts_found)

    @property
    def fix_fits(self) -> bool | None:
        if not self.case.fix:
            return None
        if self.case.fix == ("-",):
            return self.turn.proposal is None
        about = self.turn.proposal.title + self.turn.proposal.description if self.turn.proposal else self.turn.reply
        return any(word.casefold() in about.casefold() for word in self.case.fix)

    @property
    def outcome_fits(self) -> bool | None:
        if self.case.outcome is None:
            return None
        return (self.turn.outcome.outcome if self.turn.outcome else "none") == self.case.outcome

    @property
    def shown_all_the_same(self) -> list[str]:
        shown = everything(self.turn)
        return [text for text in self.case.never if text in shown]


def everything(turn: Turn) -> str:
    """All of a turn that a person may see or that is kept."""
    fix, outcome = turn.proposal, turn.outcome
    parts = [turn.reply, *turn.questions, *(fact.text for fact in turn.facts), outcome.notes if outcome else ""]
    return "\n".join([*parts, *((fix.title, fix.description, fix.script or "") if fix else ())])


def golden() -> list[Case]:
    rows = yaml.safe_load(Path(__file__).with_name("golden.yml").read_text(encoding="utf-8"))
    return [Case.model_validate(row) for row in rows]


async def judged(asked: ModelProvider, case: Case) -> Result:
    """One turn: what the engineers say is answered, after the first answer that the rules give to the ticket."""
    first = await asked.offline.take_turn(ProblemView(case.ticket), ())
    begun = first.reply + "".join(f"\n• {question}" for question in first.questions)
    thread = (
        Said(uuid4(), "FlowPilot", by_flowpilot=True, text=begun),
        *(Said(uuid4(), "Jane Doe", by_flowpilot=False, text=text, is_new=True) for text in case.say),
    )
    earlier = (EarlierSuggestion(case.tried, "suggested", applied=True),) if case.tried else ()
    begins = time.perf_counter()
    turn = await asked.take_turn(ProblemView(case.ticket, earlier=earlier, thread=thread), ())
    return Result(case, turn, time.perf_counter() - begins)


def table(results: Sequence[Result], title: str) -> str:
    """The lines that are printed."""
    lines = [title, "", f"{'':4}{'ticket':44}{'facts':>7}{'extra':>7}{'fix':>6}{'outcome':>9}{'never':>7}{'s':>7}  by"]
    for number, one in enumerate(results, 1):
        facts = f"{one.facts_found}/{len(one.case.facts)}" if one.case.facts else "-"
        by = "rules" if one.turn.composed_without_ai else "model"
        lines.append(
            f"{number:>3} {one.case.ticket[:42]:44}{facts:>7}{one.extra_facts or '':>7}{_mark(one.fix_fits):>6}"
            f"{_mark(one.outcome_fits):>9}{'SHOWN' if one.shown_all_the_same else '':>7}{one.seconds:>7.2f}  {by}"
        )
    wanted = sum(len(one.case.facts) for one in results)
    fixes = [one.fix_fits for one in results if one.fix_fits is not None]
    outcomes = [one.outcome_fits for one in results if one.outcome_fits is not None]
    used = [one.turn.usage for one in results if one.turn.usage]
    took = sorted(one.seconds for one in results)
    lines += [
        "",
        f"facts {sum(one.facts_found for one in results)} of {wanted}, {sum(one.extra_facts for one in results)} more · "
        f"fixes {sum(fixes)} of {len(fixes)} · outcomes {sum(outcomes)} of {len(outcomes)} · "
        f"shown though it must not be {sum(bool(one.shown_all_the_same) for one in results)}",
        f"by the model {sum(not one.turn.composed_without_ai for one in results)} of {len(results)} · "
        f"seconds, middle {took[len(took) // 2]:.2f}, longest {took[-1]:.2f} · tokens in {sum(u.input_tokens for u in used):,}, "
        f"cached {sum(u.cached_tokens for u in used):,}, out {sum(u.output_tokens for u in used):,} · "
        f"{sum(u.cost_micro_usd for u in used) / 1_000_000:.3f} $",
    ]
    return "\n".join(lines)


def _mark(fits: bool | None) -> str:
    return {True: "yes", False: "NO", None: "-"}[fits]


async def main() -> int:
    access = load().model
    title = f"{prompt('turn').id}, {access.notes}" if access else "without a model: the rules"
    places = asyncio.Semaphore(AT_ONCE)

    async with provider(access) as asked:

        async def one(case: Case) -> Result:
            async with places:
                return await judged(asked, case)

        results = await asyncio.gather(*map(one, golden()))
    print(table(results, title))
    return int(any(result.shown_all_the_same for result in results))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
