"""Fixes."""

from __future__ import annotations

from collections.abc import Iterator

from bot.features.fixes import views as fixes
from core.fixes.models import FixStatus, Outcome
from tests.builders import NOON
from tests.house.rendered.data import URL, Data, Rendered, message


def fixes_views(data: Data) -> Iterator[Rendered]:
    for status in FixStatus:
        for script, applied, superseded in ((True, True, False), (True, False, True), (False, False, False)):
            fix = data.fix(status, script=script, applied=applied, superseded=superseded)
            card = data.fix_card(fix)
            yield message("fixes.card_blocks", (fixes.card_text(card), fixes.card_blocks(card)))
    for outcome in Outcome:
        if outcome is not Outcome.DISMISSED:
            yield Rendered("fixes.outcome_modal", None, view=fixes.outcome_modal(data.fix(), outcome, typed=data.text))
    for status in (FixStatus.APPLIED_SUCCESS, FixStatus.APPLIED_FAILED, FixStatus.DISMISSED):
        yield Rendered("fixes.correct_modal", None, view=fixes.correct_modal(data.fix(status)))
    yield message("fixes.run_reply", fixes.run_reply(data.fix()))
    yield message("fixes.script_blocks", ("script", fixes.script_blocks(data.text * 8)))
    waiting = data.waiting()
    yield message("fixes.pending", fixes.pending(waiting, 1_000, 1, URL, NOON))
    yield message("fixes.pending", fixes.pending([], 0, 0, URL, NOON))
