"""What a model is told of a session in a turn, and the shape of its answer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from core.llm.asking import Json, Wire
from core.llm.candidates import Background
from core.llm.claims import without_orders
from core.llm.guard import Sources
from core.llm.provider import JudgedOutcome, Language, ProblemView, PromotedSource


class FactWire(Wire):
    text: str = ""
    message_id: str = ""
    kind: PromotedSource = "question"


class ProposalWire(Wire):
    title: str = ""
    description: str = ""
    confidence_pct: int = 50
    script: str | None = None
    language: Language | None = None
    past_id: str | None = None
    template_id: str | None = None
    playbook_id: str | None = None


class OutcomeWire(Wire):
    outcome: JudgedOutcome | Literal[""] = ""
    message_id: str = ""
    notes: str = ""


class TurnWire(Wire):
    reply: str = ""
    questions: tuple[str, ...] = Field(default=(), description="at most three")
    facts: tuple[FactWire, ...] = ()
    proposal: ProposalWire | None = None
    outcome: OutcomeWire | None = None


class Bundle:
    """What is sent, with short ids: they cost less and are harder to mistype than long ones."""

    def __init__(self, problem: ProblemView, background: Background) -> None:
        self.problem = problem
        self.messages = {f"m{n}": said for n, said in enumerate(problem.thread, 1)}
        self.past = {f"p{n}": fix for n, fix in enumerate(background.past, 1)}
        self.templates = {f"t{n}": template for n, template in enumerate(problem.templates, 1)}
        self.playbooks = {playbook.slug: playbook for playbook in background.playbooks}

    def payload(self) -> Json:
        """From what never changes in a session to what changes with each turn, so that its beginning can be read from the cache."""
        return {
            "problem": self.problem.problem,
            "ticket": self.problem.ticket,
            "playbooks": [
                {
                    "playbook_id": slug,
                    "title": one.title,
                    "why": one.why,
                    "fix": one.fix.title,
                    "steps": list(one.fix.steps),
                    "checks": one.checks,
                }
                for slug, one in self.playbooks.items()
            ],
            "worked_before": [
                {
                    "past_id": key,
                    "problem": fix.problem[:500],
                    "title": fix.title,
                    "description": fix.description[:800],
                    "outcome": fix.outcome,
                    "worked": f"{fix.successes} of {fix.attempts} times",
                    "ticket": fix.ticket_ref,
                    "has_script": fix.script is not None,
                }
                for key, fix in self.past.items()
            ],
            "templates": [
                {"template_id": key, "name": one.name, "description": one.description[:300], "language": one.language}
                for key, one in self.templates.items()
            ],
            "facts": [{"id": f"f{n}", "text": fact.text} for n, fact in enumerate(self.problem.facts, 1)],
            "fixes": [
                {
                    "title": fix.title,
                    "status": fix.status,
                    "applied": fix.applied,
                    "replaced": fix.superseded,
                    "notes": fix.notes,
                    "not_the_outcome": fix.rejected,
                }
                for fix in self.problem.earlier
            ],
            "messages": [
                {
                    "id": key,
                    "from": "FlowPilot (you)" if said.by_flowpilot else said.author,
                    "new": said.is_new and not said.by_flowpilot,
                    "text": said.text,
                    "files": said.files,
                }
                for key, said in self.messages.items()
            ],
        }

    def sources(self) -> Sources:
        """What the answer may speak of: all that was sent, but for the sentences that order a model about."""
        texts: list[str] = [self.problem.problem, self.problem.ticket or ""]
        texts += [fact.text for fact in self.problem.facts]
        texts += [f"{fix.title}\n{fix.notes}" for fix in self.problem.earlier]
        texts += ["\n".join((said.text, *said.files)) for said in self.messages.values()]
        for fix in self.past.values():
            texts.append("\n".join((fix.problem, fix.title, fix.description, fix.script or "", fix.ticket_ref or "")))
        texts += [f"{one.name}\n{one.description}" for one in self.templates.values()]
        for one in self.playbooks.values():
            texts.append("\n".join((one.title, one.why, one.fix.title, *one.fix.steps, one.fix.script or "")))
        return Sources(map(without_orders, texts), [said.author for said in self.messages.values()])
