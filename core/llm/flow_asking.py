"""First-line calls answered by a model. What it says is checked by whoever asked, as if anybody had said it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from core.llm.asking import Asks, JsonValue, Unusable, Wire, prompt
from core.llm.flows import Choice, Guide, NextStep, Sorting, WalkView
from core.llm.guard import Sources, inventions, tidy

PROBLEM_READ = 4_000
NOTES_READ = 2_000
TEXT_READ = 1_000


class StepWire(Wire):
    """The next step."""

    kind: str = Field(default="", description="question, instruction, resolved or escalate")
    text: str = Field(default="", description="what is asked or done, at most 300 characters")
    labels: tuple[str, ...] = Field(default=(), description="a question's answers, 2 to 4")
    reason: str = Field(default="", description="why an engineer is needed, only with escalate")


class CategoryWire(Wire):
    """The category."""

    id: str = Field(default="", description="an id from the list, or empty")


class RankWire(Wire):
    """The procedures that fit."""

    ids: tuple[str, ...] = Field(default=(), description="ids from the list, the best first")


async def next_node(asks: Asks, walk: WalkView) -> NextStep:
    """The model's next step, as it said it. Raises `ModelAway`, `Unusable`."""
    payload: Mapping[str, JsonValue] = {
        "guide": _guide(walk.guide) if walk.guide else None,
        "problem": walk.problem[:PROBLEM_READ],
        "category": walk.category,
        "steps_left": walk.left,
        "notes": walk.notes[-NOTES_READ:],
        "walked": [{"text": one.text, "answer": one.answer} for one in walk.walked],
    }
    answer = await asks.ask(prompt("next_node"), payload, StepWire)
    said = answer.output
    if not said.kind or not said.text:
        raise Unusable("it gives no step", usage=answer.usage)
    text, labels = tidy(said.text, TEXT_READ), tuple(tidy(label, TEXT_READ) for label in said.labels)
    if inventions("\n".join((text, *labels)), Sources(_texts(walk))):
        # A step that names what nobody mentioned is none: whoever asked takes it for malformed, and asks once more.
        return NextStep("", "", usage=answer.usage)
    return NextStep(said.kind, text, labels, said.reason or None, usage=answer.usage)


def _texts(walk: WalkView) -> Iterator[str]:
    yield from (walk.problem, walk.notes)
    for one in walk.walked:
        yield from (one.text, one.answer)
    for step in walk.guide.steps.values() if walk.guide else ():
        yield from (step.text, *(label for label, _ in step.answers))


def _guide(guide: Guide) -> JsonValue:
    return {
        "title": guide.title,
        "start": guide.start,
        "steps": [
            {"id": key, "kind": step.kind, "text": step.text, "answers": dict(step.answers)}
            for key, step in guide.steps.items()
        ],
    }


async def classify(asks: Asks, problem: str, categories: Sequence[Choice]) -> Sorting:
    """The category, or none. Raises `ModelAway`, `Unusable`."""
    payload: Mapping[str, JsonValue] = {"categories": _choices(categories), "problem": problem[:PROBLEM_READ]}
    answer = await asks.ask(prompt("classify"), payload, CategoryWire)
    known = {one.id for one in categories}
    return Sorting((answer.output.id,) if answer.output.id in known else (), answer.usage)


async def rank(asks: Asks, problem: str, flows: Sequence[Choice]) -> Sorting:
    """The flows that fit, the best first, each once. Raises `ModelAway`, `Unusable`."""
    payload: Mapping[str, JsonValue] = {"flows": _choices(flows), "problem": problem[:PROBLEM_READ]}
    answer = await asks.ask(prompt("rank"), payload, RankWire)
    known = {one.id for one in flows}
    return Sorting(tuple(each for each in dict.fromkeys(answer.output.ids) if each in known), answer.usage)


def _choices(choices: Sequence[Choice]) -> JsonValue:
    return [{"id": one.id, "title": one.title, "examples": list(one.examples[:8])} for one in choices]
