"""Ana owns the place and ben is an engineer; FlowPilot has met both."""

from __future__ import annotations

import pytest
import structlog

from bot.app import Bot
from core.unit import Role
from tests.bot import seeds
from tests.slack import Person, Slack


@pytest.fixture
async def ana(slack: Slack) -> Person:
    person = slack.as_("ana")
    await person.command("/pilot mine")
    return person


@pytest.fixture
async def ben(bot: Bot, slack: Slack) -> Person:
    await seeds.has_role(bot, seeds.BEN, Role.ENGINEER)
    person = slack.as_("ben")
    await person.command("/pilot mine")
    return person


@pytest.fixture(scope="session", autouse=True)
def plain_tracebacks() -> None:
    """As in production: the pretty ones, with all locals, take a second each, and hold up every click meanwhile."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=False),
        ]
    )
