"""The port to whatever proposes fixes and answers in a session's thread: a model, or the rules that work without one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from core.llm.flows import FlowComposer
from core.llm.notes import NoteWriter

TITLE_LIMIT = 200

Language = Literal["powershell", "bash", "python"]
ParameterType = Literal["text", "number", "boolean", "choice", "list", "password"]
SourceKind = Literal["playbook", "past_fix", "template", "model"]
PromotedSource = Literal["question", "diagnostic_check"]
JudgedOutcome = Literal["applied_success", "applied_failed", "applied_partial"]

# Told the steps while an answer is made, in words for the people who wait; called from the event loop.
Tell = Callable[[str], None]


def silent(step: str) -> None:
    """Nobody waits to be told."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known about the problem; `source` is question, diagnostic_check or note."""

    id: UUID
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class EarlierSuggestion:
    """A fix that this session was already offered, oldest first, and its status in the domain's words.

    applied_success, applied_failed, applied_partial and dismissed are judged; any other status is still open. `applied`: somebody said
    that they did it. `superseded`: another has taken its place. `rejected`: outcomes a person said no to when they were proposed.
    `notes` are what a person wrote with the outcome.
    """

    title: str
    status: str
    applied: bool = False
    superseded: bool = False
    rejected: tuple[JudgedOutcome, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the thread, cleaned and with its secrets masked; `id` is what a fact or an outcome names.

    `is_new`: not answered yet; the new ones of people are the burst that a turn answers. `files` are names only, nothing reads them.
    """

    id: UUID
    author: str
    by_flowpilot: bool
    text: str
    is_new: bool = False
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownTemplate:
    """A script of the account's library that a fix may use instead of a drafted one."""

    id: UUID
    name: str
    description: str
    language: Language
    used: int = 0


@dataclass(frozen=True, slots=True)
class ProblemView:
    """All that a provider may know of the session it proposes for; `thread` is oldest first."""

    problem: str
    facts: tuple[Fact, ...] = ()
    earlier: tuple[EarlierSuggestion, ...] = ()
    thread: tuple[Said, ...] = ()
    templates: tuple[KnownTemplate, ...] = ()
    ticket: str | None = None


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
class ScriptView:
    """A script that was run, and what was said of its case: secrets are masked in the problem and the facts, not in the script."""

    script: str
    language: Language
    problem: str = ""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundParameter:
    """A parameter, and the text that stood in its place."""

    parameter: ScriptParameter
    original: str


@dataclass(frozen=True, slots=True)
class FoundParameters:
    """A script with `{{key}}` in it, and what the keys stood for; unchecked."""

    body: str
    parameters: tuple[FoundParameter, ...] = ()
    usage: "Usage | None" = None


@dataclass(frozen=True, slots=True)
class Source:
    """What a proposal rests on: `ref` is a playbook's slug, a session's or a template's id; `label` says it to a person."""

    kind: SourceKind
    ref: str
    label: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A fix to put before the engineer; `confidence_pct` is 0 to 100, the title at most `TITLE_LIMIT` characters.

    Where `template_id` names a template there is no drafted script.
    """

    title: str
    description: str
    confidence_pct: int
    script: str | None = None
    language: Language | None = None
    parameters: tuple[ScriptParameter, ...] = ()
    sources: tuple[Source, ...] = ()
    ask: tuple[str, ...] = ()
    composed_without_ai: bool = False
    template_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class FactToKeep:
    """Something that a person established in the thread; `message_id` is the message it was said in.

    `source` is question (an answer to one) or diagnostic_check (the result of a check).
    """

    text: str
    source: PromotedSource
    message_id: UUID


@dataclass(frozen=True, slots=True)
class OutcomeToPropose:
    """How the fix went, as a person said clearly in the message; only a person's click records it. `notes`: what part works, or why not."""

    outcome: JudgedOutcome
    message_id: UUID
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one call of a model took. `input_tokens` are those paid in full; cached ones cost a tenth. Cost in millionths of a dollar."""

    model: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    cost_micro_usd: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer in the session's thread, checked: what names something that is not in the `ProblemView` is not in here.

    `usage` and `prompt_version` are None where no model was asked, or where its cost is not known.
    """

    proposal: Proposal | None
    reply: str
    questions: tuple[str, ...] = ()
    facts: tuple[FactToKeep, ...] = ()
    outcome: OutcomeToPropose | None = None
    usage: Usage | None = None
    prompt_version: str | None = None
    composed_without_ai: bool = False


class ModelProvider(NoteWriter, FlowComposer, Protocol):
    """What the house asks of a model, or of the rules that stand in for one."""

    @property
    def offline(self) -> "ModelProvider":
        """The same without a model, for when none may be asked: it costs nothing."""
        ...

    async def take_turn(self, problem: ProblemView, past: Sequence[PastFix], tell: Tell = silent) -> Turn:
        """Return the next step for a problem, `past` being the account's judged fixes to choose from.

        With new messages in the thread it is the answer to them. Raises Unavailable when the model cannot be reached in time.
        """
        ...

    async def extract_parameters(self, script: ScriptView) -> FoundParameters:
        """Return the script with what belongs to its one case made into parameters, rather few than many.

        Raises Unavailable when the model cannot be reached in time.
        """
        ...
