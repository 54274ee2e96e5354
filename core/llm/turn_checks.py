"""What of a model's turn is kept: each part read against the bundle it was given."""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

import structlog

from core.llm.claims import gives_orders, stated_outcome
from core.llm.guard import Sources, inventions, passes, passing, tidy
from core.llm.provider import TITLE_LIMIT, FactToKeep, Language, OutcomeToPropose, Proposal, Said, Source
from core.llm.turn_bundle import Bundle, FactWire, OutcomeWire, ProposalWire
from core.llm.wording import worked_before
from core.llm.words import Words
from core.secrets import masked

log = structlog.get_logger()

REPLY_LIMIT, QUESTION_LIMIT, FACT_LIMIT, NOTES_LIMIT = 2_000, 300, 500, 500
DESCRIPTION_LIMIT, SCRIPT_LIMIT = 3_000, 8_000
MOST_QUESTIONS, MOST_FACTS = 3, 5
# A model that is surer than this of what it made up itself is not believed.
SUREST_DRAFT = 85
_FINAL = frozenset({"applied_success", "applied_failed", "dismissed"})
_SUPPORT = 0.6  # of a fact's telling words, so many must stand in its message or in the question that it answers


class Checked:
    """Reads the parts of an answer against the bundle it was given. Each method returns what may be kept of one field."""

    def __init__(self, bundle: Bundle, words: Words) -> None:
        self._bundle = bundle
        self._problem = bundle.problem
        self._sources = bundle.sources()
        self._words = words
        # Only of what a person has recorded as such may it be said that it is solved.
        self._solved = any(fix.status == "applied_success" for fix in bundle.problem.earlier)

    def reply(self, text: str) -> str:
        said = masked(tidy(text, REPLY_LIMIT))
        return passing(said, self._sources, "reply", success=self._solved)

    def questions(self, questions: Iterable[str]) -> tuple[str, ...]:
        asked = {_same(line) for said in self._problem.thread if said.by_flowpilot for line in said.text.splitlines()}
        kept: list[str] = []
        for question in questions:
            line = tidy(" ".join(question.split()), QUESTION_LIMIT)
            if line and _same(line) not in asked and passes(line, self._sources, "question"):
                asked.add(_same(line))
                kept.append(line)
        return tuple(kept[:MOST_QUESTIONS])

    def facts(self, facts: Iterable[FactWire]) -> tuple[FactToKeep, ...]:
        known = {_same(fact.text) for fact in self._problem.facts}
        kept: list[FactToKeep] = []
        for fact in facts:
            text = masked(tidy(" ".join(fact.text.split()), FACT_LIMIT))
            message = self._by_a_person(fact.message_id)
            if not text or _same(text) in known:
                continue
            if message is None or not self._is_supported(text, message):
                log.warning("a part of the model's answer was dropped", field="fact", because=["not in its message"])
                continue
            known.add(_same(text))
            kept.append(FactToKeep(text, fact.kind, message.id))
        return tuple(kept[:MOST_FACTS])

    def outcome(self, wire: OutcomeWire | None) -> OutcomeToPropose | None:
        """Only of a fix that is being tried, and only what the named new message itself says in plain words."""
        if wire is None or not wire.outcome:
            return None
        message = self._by_a_person(wire.message_id)
        tried = next((fix for fix in reversed(self._problem.earlier) if fix.status not in _FINAL), None)
        if message is None or not message.is_new or tried is None or wire.outcome in tried.rejected:
            log.warning("a part of the model's answer was dropped", field="outcome", because=["nothing it could be of"])
            return None
        if stated_outcome(message.text) != wire.outcome:
            log.warning("a part of the model's answer was dropped", field="outcome", because=["nobody said so"])
            return None
        notes = masked(tidy(wire.notes, NOTES_LIMIT))
        if inventions(notes, Sources([message.text])) or (notes and not self._is_supported(notes, message)):
            notes = ""
        if wire.outcome == "applied_partial" and not notes:
            notes = message.text[:NOTES_LIMIT]
        return OutcomeToPropose(wire.outcome, message.id, notes)

    def proposal(self, wire: ProposalWire | None) -> Proposal | None:
        if wire is None:
            return None
        title = tidy(" ".join(wire.title.split()), TITLE_LIMIT)
        description = masked(tidy(wire.description, DESCRIPTION_LIMIT))
        known = {_same(fix.title) for fix in self._problem.earlier}
        if not title or not description or _same(title) in known:
            return None
        if not all(passes(text, self._sources, "proposal", success=self._solved) for text in (title, description)):
            return None
        script, language = self._script(wire)
        source, template_id = self._rests_on(wire)
        confidence = min(100, max(0, wire.confidence_pct))
        return Proposal(
            title=title,
            description=description,
            confidence_pct=min(confidence, SUREST_DRAFT) if source.kind == "model" else confidence,
            script=None if template_id else script,
            language=None if template_id else language,
            sources=(source,),
            template_id=template_id,
        )

    def _script(self, wire: ProposalWire) -> tuple[str | None, Language | None]:
        past = self._bundle.past.get(wire.past_id or "")
        script = (wire.script or "").strip() or (past.script if past else None) or ""
        script = re.sub(r"^```\w*\n|\n?```$", "", script)
        if not script or len(script) > SCRIPT_LIMIT or wire.language is None:
            return None, None
        if inventions(script, self._sources):
            log.warning("a part of the model's answer was dropped", field="script", because=["not in the sources"])
            return None, None
        return script, wire.language

    def _rests_on(self, wire: ProposalWire) -> tuple[Source, UUID | None]:
        template = self._bundle.templates.get(wire.template_id or "")
        if template is not None:
            used = f", used {template.used} times" if template.used > 1 else ""
            return Source(
                "template", str(template.id), f"From the team's template “{template.name}”{used}"
            ), template.id
        past = self._bundle.past.get(wire.past_id or "")
        if past is not None and past.successes:
            label = worked_before(past, past.ticket_ref)
            return Source("past_fix", str(past.session_id), label), None
        playbook = self._bundle.playbooks.get(wire.playbook_id or "")
        if playbook is not None:
            return Source("playbook", playbook.slug, f"After the starter playbook “{playbook.title}”"), None
        return Source("model", "draft", "Drafted by AI for this case; it was not used here before"), None

    def _by_a_person(self, message_id: str) -> Said | None:
        message = self._bundle.messages.get(message_id.strip())
        if message is None or message.by_flowpilot or gives_orders(message.text):
            return None
        return message

    def _is_supported(self, text: str, message: Said) -> bool:
        """Whether the message says it: all that `text` names, and most of its telling words, stand there or in the question before it."""
        place = self._problem.thread.index(message)
        before = next((said.text for said in reversed(self._problem.thread[:place]) if said.by_flowpilot), "")
        if inventions(text, Sources([message.text, before], [message.author]), numbers=True):
            return False
        told = self._telling(text)
        in_message = self._telling(message.text)
        return bool(told & in_message) and len(told & (in_message | self._telling(before))) >= _SUPPORT * len(told)

    def _telling(self, text: str) -> set[str]:
        return {term for term in self._words.terms(text, 400) if term not in self._words.quiet}


def _same(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
