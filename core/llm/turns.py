"""A turn of a model: asked, and checked before anybody sees it."""

from __future__ import annotations

from core.llm.asking import Asks, Unusable, prompt
from core.llm.candidates import Background
from core.llm.provider import ProblemView, Turn
from core.llm.turn_bundle import Bundle, TurnWire
from core.llm.turn_checks import Checked
from core.llm.words import Words


async def take_turn(asks: Asks, problem: ProblemView, background: Background, words: Words) -> Turn:
    """Return the model's turn with only that in it which passes the guard. Raises `ModelAway`, or `Unusable` when nothing is left."""
    bundle = Bundle(problem, background)
    answer = await asks.ask(prompt("turn"), bundle.payload(), TurnWire)
    checked = Checked(bundle, words)
    said = answer.output
    proposal = checked.proposal(said.proposal)
    questions = checked.questions(said.questions)
    reply = checked.reply(said.reply)
    if not reply:
        if proposal is None and not questions:
            raise Unusable("nothing of it passed the guard", usage=answer.usage)
        reply = "This is what I would try next." if proposal else "This would help to know:"
    return Turn(
        proposal=proposal,
        reply=reply,
        questions=questions,
        facts=checked.facts(said.facts),
        outcome=checked.outcome(said.outcome),
        usage=answer.usage,
        prompt_version=answer.prompt_version,
    )
