"""The worker learns from flows with many examples, beside what it delivers."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.app import Bot
from core.accounts import queries as accounts
from core.intake.flows import queries, service
from core.intake.flows.written import write
from core.intake.matcher import stored
from core.llm.words import Words
from tests.core.intake.documents import a_document

ROOMS = ("lobby", "canteen", "gym", "garage", "archive", "roof", "lab", "library")
DOOR = (
    "the badge reader in the {} blinks red",
    "my card does not open the {}",
    "door of the {} stays shut",
    "locked door at the {}",
)
PLANT = (
    "the plant in the {} is dry",
    "a palm in the {} droops",
    "flowers in the {} lost their leaves",
    "who waters the plants in the {}",
)


@pytest.mark.long
async def test_flows_with_many_examples_are_learned_in_the_background(bot: Bot):
    made = [
        replace(
            a_document(),
            slug=name,
            title=name,
            category=None,
            examples=tuple(said.format(room) for said in words for room in ROOMS),
        )
        for name, words in (("door", DOOR), ("plant", PLANT))
    ]
    [account] = await accounts.accounts(bot.database.engine)
    async with bot.database.unit(account) as unit:
        await service.import_text(unit, write(made))

    async def learned() -> bytes:
        while True:
            async with bot.database.unit(account) as unit:
                if weights := await queries.weights(unit):
                    return weights
            await asyncio.sleep(0.5)

    lesson = stored.unpack(await asyncio.wait_for(learned(), 300), Words())
    assert {"door", "plant", "printer"} <= set(lesson.learned.flows)
    assert lesson.learned.scores("the plant in the gym droops")[0][0] == "plant"
