"""The forms about when and how to be reminded: one's own, and the account's. Pure."""

from __future__ import annotations

from datetime import time

from bot import blocks, pickers
from bot.blocks import Block, View
from core.accounts.preferences import Preferences
from core.nudges.wishes import Mode, Wishes

DAYS = tuple(
    (name, str(number))
    for number, name in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))
)
MODES = (
    ("Each when it is due; three or more at once together", Mode.EACH.value),
    ("All together, once a morning", Mode.DIGEST.value),
    ("Not at all", Mode.OFF.value),
)
YES_NO = (("Yes", "true"), ("No", "false"))


def wishes_modal(now: Wishes, account: Preferences) -> View:
    """How one person wants to be reminded; what they leave empty is as the account has it."""
    usual = f"Usual here: {account.nudge_start:%H:%M} to {account.nudge_end:%H:%M}."
    fields = [
        blocks.field(
            "mode",
            "How do you want to be reminded?",
            blocks.radio(MODES, now.mode.value),
            hint="Where nobody answers, the leads hear of it all the same. A time that you chose yourself is always kept.",
        ),
        blocks.field(
            "channel",
            "In a channel instead of a direct message",
            pickers.channel(now.channel),
            optional=True,
        ),
        blocks.field("days", "Your working days", _days(now.days or ()), optional=True),
        blocks.field("start", "Your day begins", pickers.clock(now.start), optional=True, hint=usual),
        blocks.field("end", "Your day ends", pickers.clock(now.end), optional=True),
        *_quiet("quiet", now.quiet_from, now.quiet_until),
    ]
    return blocks.modal("nudges.wishes", "My reminders", fields, submit="Save")


def settings_modal(now: Preferences, cover: str | None) -> View:
    """What holds for everybody who has not chosen otherwise; `cover` is a Slack user."""
    fields = [
        blocks.field(
            "nudge_lead_channel",
            "Lead channel",
            pickers.channel(now.nudge_lead_channel),
            optional=True,
            hint="Hears of a fix whose owner was asked twice and has not answered.",
        ),
        blocks.field(
            "nudge_cover",
            "Or somebody who covers",
            pickers.person(cover),
            optional=True,
            hint="Asked where there is no lead channel.",
        ),
        blocks.field("nudge_weekly_digest", "A digest for the leads every week", _yes_no(now.nudge_weekly_digest)),
        blocks.field("nudge_days", "Working days", _days(now.nudge_days)),
        blocks.field("nudge_start", "The day begins", pickers.clock(now.nudge_start)),
        blocks.field("nudge_end", "The day ends", pickers.clock(now.nudge_end)),
        *_quiet("nudge_quiet", now.nudge_quiet_from, now.nudge_quiet_until),
        blocks.field(
            "nudge_holidays",
            "Public holidays of",
            blocks.text_input(value=now.nudge_holidays, limit=10, placeholder="DE or DE-BY"),
            optional=True,
        ),
        blocks.field(
            "nudge_timezone",
            "Time zone of who has none in Slack, and of the lead channel",
            blocks.text_input(value=now.nudge_timezone, limit=60, placeholder="Europe/Berlin"),
            optional=True,
        ),
    ]
    return blocks.modal("settings.save.nudges", "Reminders", fields, submit="Save")


def _days(chosen: tuple[int, ...]) -> Block:
    return pickers.several(DAYS, [str(day) for day in chosen])


def _yes_no(now: bool) -> Block:
    return blocks.radio(YES_NO, str(now).lower())


def _quiet(name: str, since: time | None, until: time | None) -> list[Block]:
    return [
        blocks.field(f"{name}_from", "Quiet from", pickers.clock(since), optional=True),
        blocks.field(f"{name}_until", "Quiet until", pickers.clock(until), optional=True),
    ]
