"""The figures of an account: how long drafts wait, and how calls were walked."""

from __future__ import annotations

from datetime import timedelta

from core import home
from core.fixes import service as fixes
from core.fixes.commands import DecideFix
from core.fixes.models import Decision
from core.ids import FixId
from core.intake.walks.models import WalkKind
from tests.builders import SCRIPTED, Account, Clock, a_fix, a_session
from tests.core.intake.walking import a_walk


async def test_drafts_age_and_walks_are_counted_by_kind(account: Account, clock: Clock):
    walk = await a_walk(account)
    for _ in range(2):
        fix = await a_fix(account, await a_session(account), SCRIPTED)
        async with account.unit("ben") as unit:
            await fixes.decide(unit, DecideFix(fix_id=FixId(fix.id), decision=Decision.DRAFT_TEMPLATE))
        clock.forward(timedelta(days=2))
    async with account.unit() as unit:
        stats = await home.stats(unit)
    assert (stats.drafts, stats.oldest_draft, stats.median_draft) == (2, timedelta(days=4), timedelta(days=3))
    assert stats.walks == {walk.session_kind: 1}
    assert walk.session_kind in WalkKind
    clock.forward(timedelta(days=100))
    async with account.unit() as unit:
        assert (await home.stats(unit)).walks == {}
