"""The people of the stories: ana owns the place, ben is an engineer, the others are who they are."""

from __future__ import annotations

import pytest

from bot.app import Bot
from core.ids import ConnectionId
from core.unit import Role
from tests.bot import seeds
from tests.desk import Desk, connected
from tests.slack import Person, Slack


@pytest.fixture
async def ana(slack: Slack) -> Person:
    return slack.as_("ana")


@pytest.fixture
async def ben(bot: Bot, slack: Slack) -> Person:
    await seeds.has_role(bot, seeds.BEN, Role.ENGINEER)
    return slack.as_("ben")


@pytest.fixture
async def connection(bot: Bot, slack: Slack, desk: Desk) -> ConnectionId:
    del slack
    return await connected(bot, desk)
