"""Reminders, alone and as digests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time

from bot.features.nudges import settings_views
from bot.features.nudges import views as nudges
from core.accounts.preferences import Preferences
from core.ids import NudgeId, ReminderId, new_id
from core.nudges.models import Answer, Audience
from core.nudges.policy import Kind
from core.nudges.reminders import Line, Shown
from core.nudges.subjects import Subject
from core.nudges.wishes import Mode, Wishes
from tests.builders import NOON
from tests.house.rendered.data import URL, Data, Rendered, message


def nudges_views(data: Data) -> Iterator[Rendered]:
    for audience in Audience:
        for lines in ([_line(data)], [_line(data, asks=False)], [_line(data) for _ in range(30)], _mixed(data)):
            shown = Shown(ReminderId(new_id()), audience, None, "C0HELPDESK", "C0HELPDESK", "1.0", lines, URL)
            yield message("nudges.reminder", nudges.reminder(shown, URL, note="The channel is gone."))
    handed_on = replace(_line(data, Kind.ESCALATION).subject, owner_id=None, not_to=new_id(), walk_id=new_id())
    for user_id in (None, handed_on.not_to):
        for number in (1, 8):
            lines = [Line(NudgeId(new_id()), 3, handed_on, True, None, None) for _ in range(number)]
            shown = Shown(ReminderId(new_id()), Audience.ADMIN, user_id, "U0ANA00001", None, None, lines, URL)
            yield message("nudges.reminder", nudges.reminder(shown, URL))
    yield Rendered("nudges.still_waiting_modal", None, view=nudges.still_waiting_modal(new_id(), data.title, data.text))


def nudge_settings_views(data: Data) -> Iterator[Rendered]:
    account = Preferences(nudge_holidays=data.text[:10], nudge_timezone=data.text[:60], nudge_lead_channel="C0HELPDESK")
    full = Wishes(mode=Mode.OFF, channel="C0HELPDESK", days=(0, 6), start=time(7), end=time(15, 30))
    for wish in (Wishes(), full):
        yield Rendered("nudges.wishes_modal", None, view=settings_views.wishes_modal(wish, account))
    for cover in (None, "U0ANA00001"):
        yield Rendered("nudges.settings_modal", None, view=settings_views.settings_modal(account, cover))


def _mixed(data: Data) -> list[Line]:
    answered = [_line(data, asks=False, answer=answer) for answer in Answer]
    return [_line(data, kind) for kind in Kind] + answered + [_line(data, asks=False, is_open=False) for _ in range(20)]


def _line(
    data: Data, kind: Kind = Kind.FIX, *, asks: bool = True, answer: Answer | None = None, is_open: bool = True
) -> Line:
    subject = Subject(
        id=new_id(),
        kind=kind,
        open=is_open,
        settled=data.text,
        owner_id=new_id(),
        owner=data.name,
        title=data.text,
        waits_for=data.text,
        since=NOON,
        place=data.text,
        channel="C0HELPDESK",
        thread_ts="1700000000.000100",
        lines=(data.text,) * 12 if kind is Kind.WEEKLY else (),
    )
    return Line(NudgeId(new_id()), 3, subject, asks, answer, NOON)
