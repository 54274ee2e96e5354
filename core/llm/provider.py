"""The port to whatever proposes fixes: a model, or the rules that work without one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from core.llm.flows import FlowComposer

TITLE_LIMIT = 200

Language = Literal["powershell", "bash", "python"]
ParameterType = Literal["text", "number", "boolean", "choice", "list", "password"]
SourceKind = Literal["playbook", "past_fix"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known about the problem; `source` is question, diagnostic_check or note."""

    id: UUID
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class EarlierSuggestion:
    """A fix that this session was already offered, oldest first, and its status in the domain's words.

    applied_success, applied_failed, applied_partial and dismissed are judged; any other status is still open.
    """

    title: str
    status: str


@dataclass(frozen=True, slots=True)
class ProblemView:
    """All that a provider may know of the session it proposes for."""

    problem: str
    facts: tuple[Fact, ...] = ()
    earlier: tuple[EarlierSuggestion, ...] = ()


@dataclass(frozen=True, slots=True)
class PastFix:
    """A fix that the account judged in another session.

    `outcome` is applied_success, applied_failed or applied_partial. `successes` of `attempts` count every verified use
    of the same fix in the account, this one included; `when` is the last of them, with its zone.
    """

    problem: str
    title: str
    description: str
    script: str | None
    outcome: str
    when: datetime
    ticket_ref: str | None
    session_id: UUID
    successes: int
    attempts: int


@dataclass(frozen=True, slots=True)
class ScriptParameter:
    """A `{{key}}` in a script that the engineer fills in before it runs."""

    key: str
    label: str
    type: ParameterType = "text"
    required: bool = True
    default: str | None = None
    choices: tuple[str, ...] = ()
    help: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What a proposal rests on: `ref` is a playbook's slug or a session's id, `label` says it to a person."""

    kind: SourceKind
    ref: str
    label: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A fix to put before the engineer; `confidence_pct` is 0 to 100, the title at most `TITLE_LIMIT` characters."""

    title: str
    description: str
    confidence_pct: int
    script: str | None = None
    language: Language | None = None
    parameters: tuple[ScriptParameter, ...] = ()
    sources: tuple[Source, ...] = ()
    ask: tuple[str, ...] = ()
    composed_without_ai: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer in the session's thread: a fix if there is one to propose, and what would help to know."""

    proposal: Proposal | None
    reply: str
    questions: tuple[str, ...] = ()


class ModelProvider(FlowComposer, Protocol):
    """What the house asks of a model, or of the rules that stand in for one."""

    async def take_turn(self, problem: ProblemView, past: Sequence[PastFix]) -> Turn:
        """Return the next step for a problem, `past` being the account's judged fixes to choose from.

        Raises Unavailable when the model cannot be reached in time.
        """
        ...
