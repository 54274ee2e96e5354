"""Reminders: sent once, kept true afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from bot.effects import House, Outgoing, Posted
from bot.features.nudges import views
from bot.metrics import Metrics
from bot.slack import Gone, SlackFailed
from bot.subjects import SUBJECTS
from core.accounts import queries as people
from core.nudges import reminder_queries, reminders
from core.outbox.events import NudgeAnswered, NudgeDue
from core.unit import Event, Unit


async def look_whether_disturbing(house: House, event: Event) -> None:
    """Asks Slack whether the recipient wants to be left alone; if so the reminder is planned for later. Where Slack cannot say, it is sent."""
    reminder_id = cast("NudgeDue", event).reminder_id
    async with house.unit() as unit:
        held = await reminder_queries.held(unit, reminder_id)
        if held is None or held.user_id is None or all(part.chosen for part in held.parts) or held.due_at > unit.now:
            return
        user = await people.user(unit, held.user_id)
        now = unit.now
    try:
        said = await house.slack.call("dnd.info", user=user.slack_user_id)
    except SlackFailed:
        return
    until = rests_until(said, now)
    if until is not None:
        async with house.unit() as unit:
            await reminders.put_off(unit, reminder_id, until)


def rests_until(said: dict[str, object], now: datetime) -> datetime | None:
    """Until when somebody does not want to be disturbed, by Slack's `dnd.info`; None: they may be."""
    ends: list[float] = []
    if said.get("snooze_enabled"):
        ends.append(_number(said.get("snooze_endtime")))
    if said.get("dnd_enabled") and _number(said.get("next_dnd_start_ts")) <= now.timestamp():
        ends.append(_number(said.get("next_dnd_end_ts")))
    end = max(ends, default=0.0)
    return datetime.fromtimestamp(end, UTC) if end > now.timestamp() else None


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


async def compose(unit: Unit, event: Event) -> Outgoing | None:
    shown = await reminders.ready(unit, cast("NudgeDue", event).reminder_id, SUBJECTS)
    if shown is None:
        return None
    installation = await people.installation(unit)
    return Outgoing(shown.place, *views.reminder(shown, installation.url))


async def elsewhere(unit: Unit, event: Event) -> Outgoing | None:
    """Its channel is gone: to the person it is for, or to an admin."""
    shown = await reminders.ready(unit, cast("NudgeDue", event).reminder_id, SUBJECTS)
    if shown is None or shown.place.startswith(("U", "W")):
        return None
    held = await reminder_queries.held(unit, shown.id)
    someone = held.user_id if held is not None else None
    user = await people.user(unit, someone) if someone else next(iter(await people.admins(unit)), None)
    if user is None:
        return None
    installation = await people.installation(unit)
    lost = f"The channel <#{shown.place}> that should have had this is gone."
    return Outgoing(user.slack_user_id, *views.reminder(shown, installation.url, note=lost))


async def posted(unit: Unit, event: Event, where: Posted) -> None:
    await reminders.sent(unit, cast("NudgeDue", event).reminder_id, where.channel, where.ts)


def count(metrics: Metrics) -> None:
    metrics.reminders_sent.inc()


async def update(house: House, event: Event) -> None:
    """Every message that asked about it says what became of it."""
    subject_id = cast("NudgeAnswered", event).subject_id
    async with house.unit() as unit:
        standing = [
            await reminders.shown(unit, one, SUBJECTS) for one in await reminder_queries.standing(unit, subject_id)
        ]
        installation = await people.installation(unit)
        seconds = await reminder_queries.seconds_to_answer(unit, subject_id)
    if seconds is not None:
        house.metrics.nudge_answer_seconds.observe(seconds)
    for shown in standing:
        text, blocks = views.reminder(shown, installation.url)
        try:
            await house.slack.call("chat.update", channel=shown.channel, ts=shown.ts, text=text, blocks=blocks)
        except Gone:
            continue  # somebody deleted it; it asks nothing any more
