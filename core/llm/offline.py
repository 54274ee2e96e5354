"""Proposals without a model: what worked before in the account, then the starter playbooks, else good questions."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.llm import notes_offline, rewriting_offline
from core.llm.matching import PASTED, SIMILAR, Document, Matcher
from core.llm.notes import DraftNote, NoteBundle, NoteKind, Rewritten
from core.llm.playbooks import Playbook
from core.llm.provider import (
    TITLE_LIMIT,
    EarlierSuggestion,
    Language,
    ModelProvider,
    PastFix,
    ProblemView,
    Proposal,
    Source,
    Tell,
    Turn,
    silent,
)
from core.llm.words import Words

# Below this chance of being the right match nothing is proposed: a wrong fix costs the engineer more than a question.
PROPOSES_FROM = 0.45
# A past fix was made for one case, so the problem must be more like its own than a playbook's.
REPEATS_FROM = 0.65
# From here on a playbook is not sure enough to propose, but its questions are better than general ones.
ASKS_FROM = 0.25

_HEADLINE = 150
# Bounds of what one turn reads of the past, since it is read anew each time: 30 ms on an idle machine.
_PAST_CONSIDERED = 300
_PAST_CHARACTERS = 300
_HALF_LIFE_DAYS = 365
# A verified fix starts as if it had helped 0.8 of 2 times; a playbook's own figure weighs as much as 4 uses.
_PAST_USES, _PAST_CHANCE = 2, 0.8
_STARTER_USES = 4
# What worked in this very workspace goes before general advice, unless that is far surer of itself.
_HOME_ADVANTAGE = 1.5

_JUDGED = frozenset({"applied_success", "applied_failed", "applied_partial", "dismissed"})
_FAILED = frozenset({"applied_failed", "applied_partial"})
_QUESTIONS = 3
_GENERAL_QUESTIONS = (
    "What exactly does the person see, word for word, with any error code?",
    "Who is affected: one person, one machine, or everybody at the site?",
    "Since when, and what changed just before (update, password, move, new device)?",
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A fix that could be proposed, and how it ranks among the others."""

    proposal: Proposal
    rank: float


class OfflineProvider:
    """Answers from rules alone: the same problem and past give the same turn, and nothing outside is asked."""

    def __init__(self, playbooks: Iterable[Playbook]) -> None:
        self._playbooks = {playbook.slug: playbook for playbook in playbooks}
        self._words = Words()
        self._starter = Matcher(map(as_document, self._playbooks.values()), self._words, calibration=PASTED)

    @property
    def offline(self) -> ModelProvider:
        return self

    async def take_turn(self, problem: ProblemView, past: Sequence[PastFix], tell: Tell = silent) -> Turn:
        """Return the best fix that was not judged in this session yet, or questions where none fits."""
        # In a thread: hundreds of past fixes take tens of milliseconds to compare, and clicks must not wait for them.
        return await asyncio.to_thread(self._turn, problem, past)

    async def write_note(self, kind: NoteKind, bundle: NoteBundle) -> DraftNote:
        """Return the note in plain sentences."""
        return notes_offline.compose(kind, bundle)

    async def rewrite_section(
        self, kind: NoteKind, bundle: NoteBundle, key: str, text: str, instruction: str
    ) -> Rewritten:
        """Return the section as far as the instruction is one of those that words alone can follow."""
        del kind, bundle, key
        return rewriting_offline.rewrite(text, instruction)

    def _turn(self, problem: ProblemView, past: Sequence[PastFix]) -> Turn:
        statement = _statement(problem)
        judged = {_key(earlier.title) for earlier in problem.earlier if earlier.status in _JUDGED}
        experience = _by_title(past)
        candidates = [
            *self._from_past(statement, experience, judged),
            *self._from_playbooks(statement, experience, judged),
        ]
        if not candidates:
            return self._ask(statement, problem.earlier, judged)
        best = max(candidates, key=lambda candidate: candidate.rank).proposal
        if any(_key(earlier.title) == _key(best.title) for earlier in problem.earlier):
            return Turn(None, f"“{best.title}”, suggested above, still fits best. Record how it went, or dismiss it.")
        return Turn(best, f"{_after_failures(problem.earlier)}{best.sources[0].label}.")

    def _from_past(
        self, statement: str, experience: Mapping[str, Sequence[PastFix]], judged: set[str]
    ) -> list[_Candidate]:
        worked = {key: fixes for key, fixes in experience.items() if key not in judged and _verified(fixes)}
        # The problems of the past stand where a title does: they are what the new problem is compared with.
        documents = (
            Document(key, texts[0], tuple(texts[1:]), (fixes[0].title,))
            for key, fixes in worked.items()
            if (texts := [fix.problem[:_PAST_CHARACTERS] for fix in fixes])
        )
        matcher = Matcher(documents, self._words, background=self._starter, calibration=SIMILAR)
        # The account's own latest fix is the measure of age, so that no clock is needed to say what is old.
        newest = max((fixes[0].when for fixes in experience.values()), default=None)
        return [
            _past_candidate(worked[match.id], match.score, newest)
            for match in matcher.match(statement, limit=20)
            if match.score >= REPEATS_FROM
        ]

    def _from_playbooks(
        self, statement: str, experience: Mapping[str, Sequence[PastFix]], judged: set[str]
    ) -> list[_Candidate]:
        matches = self._starter.match(statement, apart_from=self._spent(judged))
        return [
            _starter_candidate(playbook, match.score, experience.get(_key(playbook.fix.title), ()))
            for match in matches
            if match.score >= PROPOSES_FROM and (playbook := self._playbooks[match.id])
        ]

    def _ask(self, statement: str, earlier: Sequence[EarlierSuggestion], judged: set[str]) -> Turn:
        nearest = self._starter.match(statement, limit=1, apart_from=self._spent(judged))
        said = f"{_after_failures(earlier)}Nothing that is known here fits this well enough to propose a fix"
        if nearest and nearest[0].score >= ASKS_FROM:
            playbook = self._playbooks[nearest[0].id]
            reply = f"{said} (composed without AI). It may be “{playbook.title}”; this would tell:"
            return Turn(None, reply, playbook.questions[:_QUESTIONS])
        return Turn(None, f"{said} (composed without AI). This would help to know:", _GENERAL_QUESTIONS)

    def _spent(self, judged: set[str]) -> frozenset[str]:
        return frozenset(slug for slug, known in self._playbooks.items() if _key(known.fix.title) in judged)


def as_document(playbook: Playbook) -> Document:
    """Return what a problem is compared with to find this playbook."""
    return Document(playbook.slug, playbook.title, playbook.symptoms, playbook.examples)


def _statement(problem: ProblemView) -> str:
    """Put the facts behind the beginning of the problem: words weigh less the later they come, and facts are telling."""
    begins, story = problem.problem[:_HEADLINE], problem.problem[_HEADLINE:]
    return "\n".join([begins, *(fact.text for fact in problem.facts)]) + story


def _key(title: str) -> str:
    return " ".join(title.casefold().split())


def _age(fix: PastFix) -> tuple[datetime, str, str, str, str, str]:
    """By time; what happened at the same instant is told apart by the rest, so that the order asked in decides nothing."""
    return fix.when, str(fix.session_id), fix.title, fix.problem, fix.outcome, f"{fix.description}\n{fix.script}"


def _by_title(past: Sequence[PastFix]) -> dict[str, list[PastFix]]:
    """Group the newest fixes by what they are called, the newest of each first."""
    grouped: dict[str, list[PastFix]] = {}
    for fix in sorted(past, key=_age, reverse=True)[:_PAST_CONSIDERED]:
        grouped.setdefault(_key(fix.title), []).append(fix)
    return grouped


def _verified(fixes: Sequence[PastFix]) -> bool:
    return any(fix.outcome == "applied_success" for fix in fixes)


def _past_candidate(fixes: Sequence[PastFix], fits: float, newest: datetime | None) -> _Candidate:
    last = next(fix for fix in fixes if fix.outcome == "applied_success")
    tally = fixes[0]
    chance = (tally.successes + _PAST_USES * _PAST_CHANCE) / (tally.attempts + _PAST_USES)
    age_days = (newest - last.when).total_seconds() / 86_400 if newest else 0.0
    # Old experience never counts for less than half: what worked may still work.
    sure = min(1.0, fits * chance * (0.5 + 0.5 * 0.5 ** (age_days / _HALF_LIFE_DAYS)))
    times = "time" if tally.attempts == 1 else "times"
    where = f", last on {last.ticket_ref}" if last.ticket_ref else ""
    label = f"Worked before in this workspace: {tally.successes} of {tally.attempts} {times}{where}"
    proposal = Proposal(
        title=last.title[:TITLE_LIMIT],
        description=last.description,
        confidence_pct=round(100 * sure),
        script=last.script,
        language=_language(last.script) if last.script else None,
        sources=(Source("past_fix", str(last.session_id), label),),
        composed_without_ai=True,
    )
    return _Candidate(proposal, sure * _HOME_ADVANTAGE)


def _starter_candidate(playbook: Playbook, fits: float, here: Sequence[PastFix]) -> _Candidate:
    successes, attempts = (here[0].successes, here[0].attempts) if here else (0, 0)
    chance = (successes + _STARTER_USES * playbook.fix.confidence / 100) / (attempts + _STARTER_USES)
    sure = min(1.0, fits * chance)
    label = f"Composed without AI, from the starter playbook “{playbook.title}”"
    proposal = Proposal(
        title=playbook.fix.title,
        description=_description(playbook),
        confidence_pct=round(100 * sure),
        script=playbook.fix.script,
        language=playbook.fix.language,
        sources=(Source("playbook", playbook.slug, label),),
        ask=playbook.questions[:_QUESTIONS],
        composed_without_ai=True,
    )
    return _Candidate(proposal, sure)


def _description(playbook: Playbook) -> str:
    steps = (f"{place}. {step}" for place, step in enumerate(playbook.fix.steps, start=1))
    checks = (f"• {check}" for check in playbook.checks)
    parts = [playbook.why, "\n".join(steps), "\n".join(["It worked when:", *checks])]
    return "\n\n".join(part for part in parts if part)


def _language(script: str) -> Language:
    first = script.lstrip().splitlines()[0] if script.strip() else ""
    if first.startswith("#!"):
        return "python" if "python" in first else "bash"
    return "powershell"


def _after_failures(earlier: Sequence[EarlierSuggestion]) -> str:
    failed = [suggestion.title for suggestion in earlier if suggestion.status in _FAILED]
    return f"After “{failed[-1]}” did not solve it: " if failed else ""
