"""Two clicks at the same moment: one outcome in the database, one on the card, and who was second is told what the first did."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence

import pytest

from bot.app import Bot
from core.unit import Role
from tests.bot import seeds
from tests.slack import Message, Person, Slack
from tests.slack_screen import Reply

HOW_MANY = pytest.mark.parametrize("many", [100, pytest.param(1_000, marks=pytest.mark.long)])
AT_ONCE = 5
ANA_FIRST = "This fix was already recorded as “worked” by Ana Duarte."
LATE = "This fix was already recorded as “{}” by {}."


@pytest.fixture
async def engineers(bot: Bot, slack: Slack) -> tuple[Person, Person]:
    """Ana, the owner, and ben, an engineer; FlowPilot has met both."""
    await seeds.has_role(bot, seeds.BEN, Role.ENGINEER)
    ana, ben = slack.as_("ana"), slack.as_("ben")
    await ana.command("/pilot mine")
    await ben.command("/pilot mine")
    return ana, ben


async def cards_of(reader: Person, some: list[seeds.Seed]) -> list[Message]:
    """The cards of these fixes as the reader sees them now."""
    screen = await reader.screen()
    found = [screen.message("helpdesk", seed.ts) for seed in some]
    return [card for card in found if card is not None]


async def everybody_clicks(
    cards: list[Message], clicks: Callable[[int, Message], Sequence[Coroutine[object, object, Reply]]]
) -> None:
    """All clicks on one card go out together, five cards at a time; every click is answered with a plain ack."""
    for begin in range(0, len(cards), AT_ONCE):
        together = [click for n, card in enumerate(cards[begin : begin + AT_ONCE], begin) for click in clicks(n, card)]
        for reply in await asyncio.gather(*together):
            assert (reply.status, reply.error) == (200, None)


async def told(who: Person, how_many: int) -> Counter[str]:
    """What only this person was told after the first greeting, as soon as there are so many sentences."""

    async def all_of_it() -> Counter[str] | None:
        said = Counter(each.text for each in await who.ephemerals("helpdesk") if each.text.startswith("This fix"))
        return said if said.total() >= how_many else None

    return await who.slack.until(all_of_it) if how_many else Counter[str]()


@HOW_MANY
async def test_double_clicks_record_one_outcome_each(
    bot: Bot, slack: Slack, engineers: tuple[Person, Person], many: int
) -> None:
    ana, ben = engineers
    some = await seeds.fixes_in(bot, many)
    cards = await cards_of(ana, some)

    await everybody_clicks(
        cards, lambda _, card: [ana.press_stale(card, "It worked"), ana.press_stale(card, "It worked")]
    )
    await slack.until(lambda: seeds.nothing_waits(bot, "fixes.update_card"), within=30 + many / 10)

    recorded = await seeds.outcomes_recorded(bot)
    assert recorded == {seed.fix_id: [(seeds.ANA, "applied_success")] for seed in some}
    for card in await cards_of(ben, some):
        assert "*Worked*: recorded by Ana Duarte" in card.plain()
        assert card.buttons == []
    assert await told(ana, many) == {ANA_FIRST: many}
    assert await slack.violations() == []


@HOW_MANY
async def test_races_of_two_people_have_one_winner_each(
    bot: Bot, slack: Slack, engineers: tuple[Person, Person], many: int
) -> None:
    ana, ben = engineers
    some = await seeds.fixes_in(bot, many)
    cards = await cards_of(ana, some)

    def both(n: int, card: Message) -> Sequence[Coroutine[object, object, Reply]]:
        deeds = [ana.press_stale(card, "It worked"), ben.press_stale(card, "Dismiss" if n % 20 < 2 else "It worked")]
        return deeds if n % 2 else deeds[::-1]

    await everybody_clicks(cards, both)
    await slack.until(lambda: seeds.nothing_waits(bot, "fixes.update_card"), within=30 + many / 10)

    recorded = await seeds.outcomes_recorded(bot)
    assert recorded.keys() == {seed.fix_id for seed in some}
    assert {len(outcomes) for outcomes in recorded.values()} == {1}
    winners = {seed.ts: recorded[seed.fix_id][0] for seed in some}
    names, labels = (
        {seeds.ANA: "Ana Duarte", seeds.BEN: "Ben Okafor"},
        {"applied_success": "worked", "dismissed": "dismissed"},
    )
    for card in await cards_of(ben, some):
        who, outcome = winners[card.ts]
        assert f"*{labels[outcome].capitalize()}*: recorded by {names[who]}" in card.plain()
        assert card.buttons == []
    lost = {
        who: Counter(
            LATE.format(labels[outcome], names[winner]) for winner, outcome in winners.values() if winner != who
        )
        for who in names
    }
    assert await told(ana, lost[seeds.ANA].total()) == lost[seeds.ANA]
    assert await told(ben, lost[seeds.BEN].total()) == lost[seeds.BEN]
    assert all(lost.values()), "nobody ever won on one side, so this was no race"
    assert await slack.violations() == []
