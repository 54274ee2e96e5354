"""The evaluation itself runs, and the rules do not fall behind what they reached on it."""

from __future__ import annotations

from core.llm.providing import provider
from tests.eval.__main__ import Result, golden, judged, table


async def test_the_rules_keep_what_they_reached_on_the_golden_set() -> None:
    cases = golden()
    assert len(cases) >= 30
    async with provider(None) as rules:
        results: list[Result] = [await judged(rules, case) for case in cases]
    assert [one.case.ticket for one in results if one.shown_all_the_same] == []
    assert sum(one.facts_found for one in results) >= 28
    assert sum(one.extra_facts for one in results) <= 4
    assert sum(one.fix_fits is True for one in results) >= 22
    assert [one.case.say for one in results if one.outcome_fits is False] == []
    assert f"of {len(cases)}" in table(results, "the rules")
