"""The fixes that could be proposed for a problem, each with how well it fits: what worked before, the team's scripts, the starter playbooks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from core.llm.matching import PASTED, SIMILAR, Document, Match, Matcher
from core.llm.playbooks import Playbook
from core.llm.provider import TITLE_LIMIT, KnownTemplate, Language, PastFix, ProblemView, Proposal, Source
from core.llm.wording import worked_before
from core.llm.words import Words

# Below this chance of being the right match nothing is proposed: a wrong fix costs the engineer more than a question.
PROPOSES_FROM = 0.45
# A past fix was made for one case, so the problem must be more like its own than a playbook's.
REPEATS_FROM = 0.65

QUESTIONS = 3
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
# What a model is shown may fit less well: it can judge for itself.
_LOOSELY, _SHOWN_PAST = 0.15, 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fix that could be proposed, and how it ranks among the others; `playbook` is the slug of the one it is from."""

    proposal: Proposal
    rank: float
    playbook: str | None = None


@dataclass(frozen=True)
class Background:
    """What a problem may draw on besides its session: similar fixes of the account, and playbooks; the nearest first."""

    past: Sequence[PastFix] = ()
    playbooks: Sequence[Playbook] = ()


class Shelf:
    """All that is known without a model; the same question has the same answer. Comparing takes up to 30 ms."""

    def __init__(self, playbooks: Iterable[Playbook]) -> None:
        self.playbooks = {playbook.slug: playbook for playbook in playbooks}
        self.words = Words()

    @cached_property
    def _starter(self) -> Matcher:
        # When the first question comes, which is in a thread: it takes a tenth of a second that a start should not pay for.
        return Matcher(map(as_document, self.playbooks.values()), self.words, calibration=PASTED)

    def candidates(
        self, statement: str, past: Sequence[PastFix], templates: Sequence[KnownTemplate], judged: Collection[str]
    ) -> list[Candidate]:
        """Those that fit `statement`, the best first, without the titles (as `title_key` gives them) in `judged`."""
        experience = _by_title(past)
        found = [
            *self._from_past(statement, experience, judged),
            *self._from_templates(statement, templates, judged),
            *self._from_playbooks(statement, experience, judged),
        ]
        return sorted(found, key=lambda candidate: -candidate.rank)

    def nearest(self, statement: str, limit: int, judged: Collection[str] = ()) -> list[tuple[Playbook, float]]:
        """The playbooks that resemble `statement` most, with the chance of being right, but not those whose fix is in `judged`."""
        spent = frozenset(slug for slug, known in self.playbooks.items() if title_key(known.fix.title) in judged)
        matches = self._starter.match(statement, limit, apart_from=spent)
        return [(self.playbooks[match.id], match.score) for match in matches]

    def background(self, statement: str, past: Sequence[PastFix]) -> Background:
        """What a model is shown beside the session: also what failed, and also what fits loosely."""
        experience = _by_title(past)
        similar = [experience[match.id][0] for match in self._similar(statement, experience) if match.score >= _LOOSELY]
        playbooks = [playbook for playbook, score in self.nearest(statement, 3) if score >= _LOOSELY]
        return Background(similar[:_SHOWN_PAST], playbooks)

    def _similar(self, statement: str, experience: Mapping[str, Sequence[PastFix]]) -> list[Match]:
        # The problems of the past stand where a title does: they are what the new problem is compared with.
        documents = (
            Document(key, texts[0], tuple(texts[1:]), (fixes[0].title,))
            for key, fixes in experience.items()
            if (texts := [fix.problem[:_PAST_CHARACTERS] for fix in fixes])
        )
        matcher = Matcher(documents, self.words, background=self._starter, calibration=SIMILAR)
        return matcher.match(statement, limit=20)

    def _from_past(
        self, statement: str, experience: Mapping[str, Sequence[PastFix]], judged: Collection[str]
    ) -> list[Candidate]:
        worked = {key: fixes for key, fixes in experience.items() if key not in judged and _verified(fixes)}
        # The account's own latest fix is the measure of age, so that no clock is needed to say what is old.
        newest = max((fixes[0].when for fixes in experience.values()), default=None)
        return [
            _past_candidate(worked[match.id], match.score, newest)
            for match in self._similar(statement, worked)
            if match.score >= REPEATS_FROM
        ]

    def _from_templates(
        self, statement: str, templates: Sequence[KnownTemplate], judged: Collection[str]
    ) -> list[Candidate]:
        known = {str(template.id): template for template in templates if title_key(template.name) not in judged}
        documents = (Document(key, one.name, (one.description[:_PAST_CHARACTERS],), ()) for key, one in known.items())
        matcher = Matcher(documents, self.words, background=self._starter, calibration=SIMILAR)
        return [
            _template_candidate(known[match.id], match.score)
            for match in matcher.match(statement)
            if match.score >= REPEATS_FROM
        ]

    def _from_playbooks(
        self, statement: str, experience: Mapping[str, Sequence[PastFix]], judged: Collection[str]
    ) -> list[Candidate]:
        return [
            _starter_candidate(playbook, score, experience.get(title_key(playbook.fix.title), ()))
            for playbook, score in self.nearest(statement, 5, judged)
            if score >= PROPOSES_FROM
        ]


def as_document(playbook: Playbook) -> Document:
    """Return what a problem is compared with to find this playbook."""
    return Document(playbook.slug, playbook.title, playbook.symptoms, playbook.examples)


def statement_of(problem: ProblemView) -> str:
    """Put the facts behind the beginning of the problem: words weigh less the later they come, and facts are telling."""
    begins, story = problem.problem[:_HEADLINE], problem.problem[_HEADLINE:]
    return "\n".join([begins, *(fact.text for fact in problem.facts)]) + story


def title_key(title: str) -> str:
    return " ".join(title.casefold().split())


def _age(fix: PastFix) -> tuple[datetime, str, int, int, str]:
    """By time; what happened at the same instant is told apart by the rest, so that the order asked in decides nothing."""
    told = "\n".join(
        str(part) for part in (fix.title, fix.problem, fix.outcome, fix.ticket_ref, fix.description, fix.script)
    )
    return fix.when, str(fix.session_id), fix.attempts, fix.successes, told


def _by_title(past: Sequence[PastFix]) -> dict[str, list[PastFix]]:
    """Group the newest fixes by what they are called, the newest of each first."""
    grouped: dict[str, list[PastFix]] = {}
    for fix in sorted(past, key=_age, reverse=True)[:_PAST_CONSIDERED]:
        grouped.setdefault(title_key(fix.title), []).append(fix)
    return grouped


def _verified(fixes: Sequence[PastFix]) -> bool:
    return any(fix.outcome == "applied_success" for fix in fixes)


def _past_candidate(fixes: Sequence[PastFix], fits: float, newest: datetime | None) -> Candidate:
    last = next(fix for fix in fixes if fix.outcome == "applied_success")
    tally = fixes[0]
    chance = (tally.successes + _PAST_USES * _PAST_CHANCE) / (tally.attempts + _PAST_USES)
    age_days = (newest - last.when).total_seconds() / 86_400 if newest else 0.0
    # Old experience never counts for less than half: what worked may still work.
    sure = min(1.0, fits * chance * (0.5 + 0.5 * 0.5 ** (age_days / _HALF_LIFE_DAYS)))
    label = worked_before(tally, last.ticket_ref)
    proposal = Proposal(
        title=last.title[:TITLE_LIMIT],
        description=last.description,
        confidence_pct=round(100 * sure),
        script=last.script,
        language=_language(last.script) if last.script else None,
        sources=(Source("past_fix", str(last.session_id), label),),
        composed_without_ai=True,
    )
    return Candidate(proposal, sure * _HOME_ADVANTAGE)


def _template_candidate(template: KnownTemplate, fits: float) -> Candidate:
    chance = (template.used + _PAST_USES * _PAST_CHANCE) / (template.used + _PAST_USES)
    used = f", used {template.used} times" if template.used > 1 else ""
    proposal = Proposal(
        title=template.name[:TITLE_LIMIT],
        description=template.description,
        confidence_pct=round(100 * fits * _PAST_CHANCE),
        sources=(Source("template", str(template.id), f"From the team's template “{template.name}”{used}"),),
        composed_without_ai=True,
        template_id=template.id,
    )
    return Candidate(proposal, fits * chance * _HOME_ADVANTAGE)


def _starter_candidate(playbook: Playbook, fits: float, here: Sequence[PastFix]) -> Candidate:
    successes, attempts = (here[0].successes, here[0].attempts) if here else (0, 0)
    chance = (successes + _STARTER_USES * playbook.fix.confidence / 100) / (attempts + _STARTER_USES)
    sure = min(1.0, fits * chance)
    sources = [Source("playbook", playbook.slug, f"Composed without AI, from the starter playbook “{playbook.title}”")]
    if successes:
        last = next((fix for fix in here if fix.outcome == "applied_success"), here[0])
        sources.append(Source("past_fix", str(last.session_id), worked_before(here[0], last.ticket_ref)))
    proposal = Proposal(
        title=playbook.fix.title,
        description=description_of(playbook),
        confidence_pct=round(100 * sure),
        script=playbook.fix.script,
        language=playbook.fix.language,
        sources=tuple(sources),
        ask=playbook.questions[:QUESTIONS],
        composed_without_ai=True,
    )
    return Candidate(proposal, sure, playbook.slug)


def description_of(playbook: Playbook) -> str:
    steps = (f"{place}. {step}" for place, step in enumerate(playbook.fix.steps, start=1))
    checks = (f"• {check}" for check in playbook.checks)
    parts = [playbook.why, "\n".join(steps), "\n".join(["It worked when:", *checks])]
    return "\n\n".join(part for part in parts if part)


def _language(script: str) -> Language:
    first = script.lstrip().splitlines()[0] if script.strip() else ""
    if first.startswith("#!"):
        return "python" if "python" in first else "bash"
    return "powershell"
