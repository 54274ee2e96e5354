"""Fixes."""

from __future__ import annotations

from collections.abc import Iterator

from bot.features.fixes import views as fixes
from core.fixes.models import Decision, FixStatus, Outcome
from core.ids import new_id
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
    for way in (Decision.ONE_OFF, Decision.DRAFT_TEMPLATE, Decision.BUILD_TEMPLATE):
        fix = data.fix()
        fix.user_decision = way
        yield message("fixes.run_reply", fixes.run_reply(fix))
        yield message("fixes.run_as_file", fixes.run_as_file(fix))
        yield message("fixes.card_blocks", ("fix", fixes.card_blocks(data.fix_card(fix))))
    for applied in (True, False):
        matched = data.fix(script=False, applied=applied)
        matched.script_template_id = new_id()
        yield message("fixes.card_blocks", ("fix", fixes.card_blocks(data.fix_card(matched))))
    yield message("fixes.script_blocks", ("script", fixes.script_blocks(data.text * 8)))
    waiting = data.waiting()
    yield message("fixes.pending", fixes.pending(waiting, 1_000, 1, URL, NOON))
    yield message("fixes.pending", fixes.pending([], 0, 0, URL, NOON))
