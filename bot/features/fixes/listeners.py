"""Deciding on a fix and recording how it went."""

from __future__ import annotations

from typing import TypeVar

from bot import blocks, snippets
from bot.answers import Answer, Done, Later, Open, Reply
from bot.features.fixes import views
from bot.forms import command
from bot.interaction import Interaction
from core.errors import Conflict, Invalid
from core.fixes import queries, service
from core.fixes.commands import CorrectOutcome, DecideFix, RecordOutcome
from core.fixes.models import LABEL, Decision, Outcome, SuggestedFix
from core.ids import FixId
from core.scripts.languages import language_of
from core.scripts.models import slug_of

Word = TypeVar("Word", Decision, Outcome)
AT_ONCE = {Outcome.APPLIED_SUCCESS, Outcome.DISMISSED}


async def decide(interaction: Interaction) -> Answer:
    """*Run once* and its siblings; a run hands the script back."""
    decision = _named(Decision, interaction.argument)
    async with interaction.unit() as unit:
        fix = await service.decide(unit, DecideFix(fix_id=FixId(interaction.id_from_value()), decision=decision))
    return _run(interaction, fix) if decision in {Decision.ONE_OFF, Decision.DRAFT_TEMPLATE} else Done()


def _run(interaction: Interaction, fix: SuggestedFix) -> Answer:
    """The script for whoever runs it: in the answer, or, where it is long, as a file in the thread."""
    script = fix.ai_drafted_script or ""
    if len(script) <= blocks.SECTION:
        return Reply(*views.run_reply(fix))

    async def as_file() -> Reply:
        shared = interaction.channel is not None and await snippets.share(
            interaction.slack,
            interaction.channel,
            interaction.thread_ts,
            name=slug_of(fix.title),
            title=fix.title,
            script=script,
            language=language_of(fix.ai_drafted_language, script),
        )
        return Reply(*(views.run_as_file(fix) if shared else views.run_reply(fix)))

    return Later(as_file)


async def applied(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        await service.apply(unit, FixId(interaction.id_from_value()))
    return Done()


async def record(interaction: Interaction) -> Answer:
    """An outcome button: what needs words opens the form, the others are recorded at once."""
    outcome = _named(Outcome, interaction.argument)
    fix_id = FixId(interaction.id_from_value())
    if outcome in AT_ONCE:
        async with interaction.unit() as unit:
            await service.record_outcome(unit, RecordOutcome(fix_id=fix_id, outcome=outcome))
        return Done()
    async with interaction.read() as unit:
        unit.scope.need_engineer("record an outcome")
        fix = await queries.fix(unit, fix_id)
        if fix.is_final:
            locked = await queries.fix_for_update(unit, fix_id)
            raise Conflict(
                f"This fix was already recorded as “{LABEL[fix.status]}” by {locked.recorder or 'somebody'}."
            )
    return Open(
        views.outcome_modal(fix, outcome, typed=fix.pending_reason if outcome is Outcome.APPLIED_PENDING else None)
    )


async def confirm_proposal(interaction: Interaction) -> Answer:
    """*Yes* to what FlowPilot read out of the thread: recorded at once, or in the form where words belong to it."""
    fix_id = FixId(interaction.id_from_value())
    async with interaction.read() as unit:
        unit.scope.need_engineer("record an outcome")
        fix = await queries.fix(unit, fix_id)
        outcome = fix.ai_outcome_proposal
    if outcome is None:
        raise Conflict("This question was answered already.")
    if outcome is not Outcome.APPLIED_SUCCESS:
        return Open(views.outcome_modal(fix, outcome, typed=fix.ai_outcome_notes))
    async with interaction.unit() as unit:
        await service.record_outcome(unit, RecordOutcome(fix_id=fix_id, outcome=outcome))
    return Done()


async def reject_proposal(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        await service.reject_proposal(unit, FixId(interaction.id_from_value()))
    return Done()


async def submit_outcome(interaction: Interaction) -> Answer:
    wanted = command(RecordOutcome, interaction.view or {})
    async with interaction.unit() as unit:
        await service.record_outcome(unit, wanted)
    return Done()


async def menu(interaction: Interaction) -> Answer:
    """The overflow of a final card: *Correct…*."""
    if interaction.value.partition(":")[0] != "correct":
        raise Invalid("This menu entry is one FlowPilot does not know. Please use the newest card.")
    async with interaction.read() as unit:
        unit.scope.need_engineer("correct an outcome")
        fix = await queries.fix(unit, FixId(interaction.id_from_value()))
        if not fix.is_final:
            raise Conflict(f"Only a final outcome is corrected; this fix is {LABEL[fix.status]}.")
    return Open(views.correct_modal(fix))


async def submit_correction(interaction: Interaction) -> Answer:
    wanted = command(CorrectOutcome, interaction.view or {})
    async with interaction.unit() as unit:
        await service.correct_outcome(unit, wanted)
    return Done()


async def pending(interaction: Interaction) -> Answer:
    """`/pilot pending`, and the button that turns its page."""
    number = min(int(interaction.value), 100) if interaction.value.isdigit() else 0
    async with interaction.read() as unit:
        unit.scope.need_engineer("see what waits")
        waiting, total = await queries.pending(unit, None, number)
        now = unit.now
    return Reply(*views.pending(waiting, total, number, interaction.installation.url, now))


def _named(kind: type[Word], word: str) -> Word:
    try:
        return kind(word)
    except ValueError:
        raise Invalid("This button is one FlowPilot does not know. Please use the newest card.") from None
