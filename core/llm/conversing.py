"""A turn of conversation composed from rules: takes in what was said, and says what comes next. The same thread gives the same answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from core.llm.answers import Open
from core.llm.candidates import QUESTIONS, Candidate, Shelf, statement_of, title_key
from core.llm.claims import stated_outcome
from core.llm.hearing import GENERAL_QUESTIONS, Ask, Heard, hear, is_answered, questions_in
from core.llm.playbooks import Playbook
from core.llm.provider import (
    EarlierSuggestion,
    FactToKeep,
    JudgedOutcome,
    OutcomeToPropose,
    PastFix,
    ProblemView,
    Proposal,
    Said,
    Turn,
)
from core.llm.wording import after_failures, carried_on, how, plain

# From here on a playbook is not sure enough to propose, but its questions are better than general ones.
ASKS_FROM = 0.25
# Another fix takes the place of one that nobody has applied only when it fits so much better.
_CLEARLY_BETTER = 1.4
_AT_A_TIME = 2
_SHOWN_FACTS = 6
JUDGED = frozenset({"applied_success", "applied_failed", "applied_partial", "dismissed"})
_FINAL = JUDGED - {"applied_partial"}


def converse(shelf: Shelf, problem: ProblemView, past: Sequence[PastFix]) -> Turn:
    """The answer to the new messages of people in the thread."""
    return _Conversation(shelf, problem, past).answer()


@dataclass(frozen=True, slots=True)
class _Next:
    """What to do next: something to say, with a fix or questions."""

    said: str
    proposal: Proposal | None = None
    questions: tuple[str, ...] = ()


class _Conversation:
    def __init__(self, shelf: Shelf, problem: ProblemView, past: Sequence[PastFix]) -> None:
        self._shelf = shelf
        self._problem = problem
        self._past = past
        self._told = [said.text for said in problem.thread if said.by_flowpilot]
        self._asked = {question for text in self._told for question in questions_in(text)}
        self._judged = {title_key(fix.title) for fix in problem.earlier if fix.status in JUDGED}
        # What is being tried: before the engineers, and not judged. A partial one may still become anything.
        self._tried = next(
            (fix for fix in reversed(problem.earlier) if not fix.superseded and fix.status not in _FINAL), None
        )
        self._heard = self._hear([said for said in problem.thread if said.is_new and not said.by_flowpilot])
        self._facts = self._to_keep()

    def _hear(self, new: Sequence[Said]) -> list[Heard]:
        heard: list[Heard] = []
        for said in new:
            done = {question for one in heard for question in one.answered}
            heard.append(hear(said, self._open(done), self._shelf.words))
        return heard

    def _open(self, done: Collection[str]) -> Open:
        """The questions that are neither answered by a fact nor `done` in this turn."""
        asked = dict.fromkeys(question for text in self._told for question in questions_in(text))
        last = list(asked)[-QUESTIONS:]
        playbook = self._playbook_of(self._tried)

        def still(questions: Iterable[str]) -> tuple[str, ...]:
            known = [fact.text for fact in self._problem.facts]
            return tuple(one for one in questions if one not in done and not is_answered(one, known))

        return Open(
            asked=still(last),
            beside=still(one for one in (playbook.questions if playbook else ()) if one not in asked),
            general=still(one for one in GENERAL_QUESTIONS if one not in last),
            just_now=bool(self._told and questions_in(self._told[-1])),
        )

    def _to_keep(self) -> tuple[FactToKeep, ...]:
        known = {plain(fact.text) for fact in self._problem.facts}
        kept: list[FactToKeep] = []
        for heard in self._heard:
            for found in heard.found:
                if plain(found.text) not in known:
                    known.add(plain(found.text))
                    kept.append(FactToKeep(found.text, found.source, heard.said.id))
        return tuple(kept[:_SHOWN_FACTS])

    def answer(self) -> Turn:
        for heard in reversed(self._heard):
            if heard.outcome is not None:
                return self._went(heard, heard.outcome)
        ask = next((heard.ask for heard in reversed(self._heard) if heard.ask), None)
        if ask in {Ask.STATUS, Ask.WHY, Ask.HOW} and (told := self._explained(ask)):
            return self._turn(_Next(told))
        if self._heard and all(heard.is_courtesy for heard in self._heard):
            return self._turn(_Next("You're welcome."))
        return self._turn(self._next(ask))

    # ---- how it went

    def _went(self, heard: Heard, outcome: JudgedOutcome) -> Turn:
        fix = self._tried
        if fix is None:
            if outcome == "applied_success" and any(fact.message_id == heard.said.id for fact in self._facts):
                return self._turn(
                    _Next("Good that it works. What you did is kept as a fact; Resolve closes the session.")
                )
            if outcome == "applied_success":
                said = (
                    "Good that it works. No fix of mine is waiting for that, so say here what was done: it is kept as a fact, and "
                    "Resolve then closes the session."
                )
                return self._turn(_Next(said))
            return self._turn(self._next(None))
        if outcome in fix.rejected:
            return self._turn(self._next(None))
        proposed = OutcomeToPropose(
            outcome, heard.said.id, "" if outcome == "applied_success" else heard.said.text[:500]
        )
        match outcome:
            case "applied_success":
                said = f"Good to hear. If “{fix.title}” is what did it, confirm that on its card: it counts as verified only then."
            case "applied_failed":
                said = (
                    f"So “{fix.title}” was not it. Confirm that on its card, and I go on to the next thing that fits."
                )
            case "applied_partial":
                said = (
                    f"So “{fix.title}” helped in part. Confirm that on its card. "
                    "What is different about the rest: the machine, the person, the place?"
                )
        return self._turn(_Next(said), proposed)

    # ---- questions of people

    def _explained(self, ask: Ask) -> str | None:
        fix = self._tried
        playbook = self._playbook_of(fix)
        match ask:
            case Ask.STATUS:
                return self._summary()
            case Ask.WHY if playbook is not None:
                return f"{playbook.why} That is why I suggest “{playbook.fix.title}”."
            case Ask.HOW if playbook is not None:
                steps = "".join(f"\n{place}. {step}" for place, step in enumerate(playbook.fix.steps, 1))
                script = (
                    "Its script is on the card: “Run once” shows it, with what it does in its comments."
                    if playbook.fix.script
                    else ""
                )
                checks = "".join(f"\n– {check}" for check in playbook.checks)
                return f"“{playbook.fix.title}”. {script}{steps}\nIt worked when:{checks}".strip()
            case _:
                return None

    def _summary(self) -> str:
        facts = [fact.text for fact in self._problem.facts] + [fact.text for fact in self._facts]
        known = "".join(f"\n– {fact}" for fact in facts[-_SHOWN_FACTS:])
        lines = [f"What we know:{known}" if facts else "Nothing is established yet."]
        fixes = [f"\n– “{fix.title}” {how(fix)}" for fix in self._problem.earlier]
        if fixes:
            lines.append(f"What was suggested:{''.join(fixes)}")
        waiting = self._waiting()
        if waiting:
            lines.append("Not answered yet:" + "".join(f"\n– {question}" for question in waiting))
        elif self._tried is not None:
            lines.append(f"Next: try “{self._tried.title}” and say how it went.")
        return "\n".join(lines)

    def _waiting(self) -> list[str]:
        """What was asked in the thread and is still open after this turn."""
        known = [fact.text for fact in (*self._problem.facts, *self._facts)]
        asked = dict.fromkeys(question for text in self._told for question in questions_in(text))
        return [one for one in asked if not is_answered(one, known)][-QUESTIONS:]

    # ---- what comes next

    def _next(self, ask: Ask | None) -> _Next:
        cannot = "I work without AI here, so I cannot answer that freely. " if ask is Ask.OTHER else ""
        noted = "Noted. " if self._facts else ""
        if any(heard.said.files and not heard.found for heard in self._heard):
            noted += "I see that a file was added, but I cannot look into it: what does it say, word for word? "
        if self._heard and all(heard.knows_not for heard in self._heard):
            return _Next("Fine, write here when you know more.")
        candidates = self._shelf.candidates(self._statement(), self._past, self._problem.templates, self._judged)
        if self._tried is not None:
            return self._beside(self._tried, candidates, cannot or noted)
        if candidates:
            best = candidates[0]
            return _Next(f"{cannot}{noted}{carried_on(self._after_failures(), self._because(best))}", best.proposal)
        return self._asking(cannot or noted)

    def _beside(self, tried: EarlierSuggestion, candidates: Sequence[Candidate], before: str) -> _Next:
        current = next((one.rank for one in candidates if title_key(one.proposal.title) == title_key(tried.title)), 0.0)
        offered = {title_key(fix.title) for fix in self._problem.earlier}
        other = next((one for one in candidates if title_key(one.proposal.title) not in offered), None)
        if other and self._facts and not tried.applied and other.rank > max(current, 0.3) * _CLEARLY_BETTER:
            said = (
                f"{before}With that, “{other.proposal.title}” fits better than “{tried.title}”. {self._because(other)}"
            )
            return _Next(said, other.proposal)
        if tried.applied:
            return _Next(f"{before}How did “{tried.title}” go? Say it here, or record it on its card.")
        playbook = self._playbook_of(tried)
        fresh = [
            one
            for one in (playbook.questions if playbook else ())
            if one not in self._asked and not self._is_known(one)
        ]
        said = f"{before}“{tried.title}” is still what I would try first; say here how it went."
        if fresh and any(f"“{tried.title}” is still" in text for text in self._told[-3:]):
            return _Next(f"{before}While “{tried.title}” is tried, this would tell more:", questions=tuple(fresh[:1]))
        return _Next(said)

    def _because(self, candidate: Candidate) -> str:
        playbook = self._shelf.playbooks.get(candidate.playbook or "")
        if playbook is None:
            return f"{candidate.proposal.sources[0].label}."
        return f"This looks like “{playbook.title}”. {playbook.why}"

    def _asking(self, before: str) -> _Next:
        statement = self._statement()
        nearest = self._shelf.nearest(statement, 3, self._judged)
        likely = [playbook for playbook, score in nearest if score >= ASKS_FROM][:1]
        telling = [question for playbook in likely for question in playbook.questions]
        fresh = [one for one in (*telling, *GENERAL_QUESTIONS) if one not in self._asked and not self._is_known(one)]
        if fresh:
            guess = f"It may be “{likely[0].title}”; this" if fresh[0] in telling else "This"
            return _Next(
                f"{before}{carried_on(self._after_failures(), guess)} would tell more:",
                questions=tuple(fresh[:_AT_A_TIME]),
            )
        waiting = self._waiting()
        if waiting:
            return _Next(f"{before}What I asked above would still help most: {waiting[0]}")
        said = "I have asked what I know to ask, and nothing known here fits. Whoever takes it on finds all of this in the escalation package."
        return _Next(f"{before}{said}")

    def _is_known(self, question: str) -> bool:
        return is_answered(question, [fact.text for fact in (*self._problem.facts, *self._facts)])

    def _statement(self) -> str:
        """The problem with what people said since: words weigh less the later they come, so the newest that says something stands early."""
        said = [
            one.text
            for one in reversed(self._problem.thread)
            if not one.by_flowpilot and not stated_outcome(one.text) and not one.text.rstrip().endswith("?")
        ]
        told = "\n".join(said)[:1_500]
        begins, _, story = statement_of(self._problem).partition("\n")
        return "\n".join(part for part in (begins, told, story) if part)

    def _after_failures(self) -> str:
        begins = after_failures(self._problem.earlier)
        return "" if any(begins in text for text in self._told) else begins

    def _playbook_of(self, fix: EarlierSuggestion | None) -> Playbook | None:
        if fix is None:
            return None
        return next(
            (one for one in self._shelf.playbooks.values() if title_key(one.fix.title) == title_key(fix.title)), None
        )

    def _turn(self, coming: _Next, outcome: OutcomeToPropose | None = None) -> Turn:
        said = coming.said.strip()
        if any(plain(said) == plain(text) for text in self._told[-3:]) and not coming.questions and outcome is None:
            said = "Noted." if self._facts else "I have nothing to add to what I said above; a new finding would help."
        return Turn(
            proposal=coming.proposal,
            reply=said,
            questions=coming.questions,
            facts=self._facts,
            outcome=outcome,
            composed_without_ai=True,
        )
