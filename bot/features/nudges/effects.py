"""Reminders: sent once, kept true afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from bot.effects import House, Outgoing, Posted
from bot.features.nudges import views
from bot.metrics import Metrics
from bot.slack import Gone
from bot.subjects import SUBJECTS
from core.accounts import queries as people
from core.nudges import reminder_queries, reminders
from core.nudges.reminder_queries import Stands
from core.nudges.reminders import NotBefore, Shown
from core.outbox.events import NudgeAnswered, NudgeDue
from core.unit import Event, Unit


async def compose(unit: Unit, events: Sequence[Event]) -> list[Outgoing | Exception | None]:
    """What each of these reminders says now; None: nothing any more, `NotBefore`: its time is still to come."""
    ids = [cast("NudgeDue", event).reminder_id for event in events]
    found = await reminders.ready(unit, ids, SUBJECTS)
    return [_outgoing(found[one]) for one in ids]


def _outgoing(shown: Shown | NotBefore | None) -> Outgoing | Exception | None:
    return Outgoing(shown.place, *views.reminder(shown, shown.url)) if isinstance(shown, Shown) else shown


async def elsewhere(unit: Unit, event: Event) -> Outgoing | None:
    """Its channel is gone: to the person it is for, or to an admin."""
    reminder_id = cast("NudgeDue", event).reminder_id
    shown = (await reminders.ready(unit, [reminder_id], SUBJECTS))[reminder_id]
    if not isinstance(shown, Shown) or shown.place.startswith(("U", "W")):
        return None
    user = await people.user(unit, shown.user_id) if shown.user_id else next(iter(await people.admins(unit)), None)
    if user is None:
        return None
    lost = f"The channel <#{shown.place}> that should have had this is gone."
    return Outgoing(user.slack_user_id, *views.reminder(shown, shown.url, note=lost))


async def posted(unit: Unit, stand: Sequence[tuple[Event, Posted]]) -> None:
    await reminders.sent(
        unit, [Stands(cast("NudgeDue", event).reminder_id, where.channel, where.ts) for event, where in stand]
    )


def count(metrics: Metrics) -> None:
    metrics.reminders_sent.inc()


async def update(house: House, event: Event) -> None:
    """Every message that asked about it says what became of it."""
    subject_id = cast("NudgeAnswered", event).subject_id
    async with house.unit() as unit:
        standing = [
            await reminders.shown(unit, one, SUBJECTS) for one in await reminder_queries.standing(unit, subject_id)
        ]
        seconds = await reminder_queries.seconds_to_answer(unit, subject_id)
    if seconds is not None:
        house.metrics.nudge_answer_seconds.observe(seconds)
    for shown in standing:
        text, blocks = views.reminder(shown, shown.url)
        try:
            await house.slack.call("chat.update", channel=shown.channel, ts=shown.ts, text=text, blocks=blocks)
        except Gone:
            continue  # somebody deleted it; it asks nothing any more
