"""Admins say what first-line staff are walked through."""

from __future__ import annotations

from bot.app import Bot
from core.unit import Role
from tests.bot import seeds
from tests.calls import PROBLEM, intake, published
from tests.slack import Person, Slack
from tests.stories import whispered


async def test_categories_and_flows_are_switched_off_and_on(bot: Bot, slack: Slack, ana: Person) -> None:
    await seeds.has_role(bot, seeds.LENA, Role.L1)
    await published(bot)
    lena = slack.as_("lena")
    await ana.command("/pilot settings")
    contents = await slack.until(ana.modal)
    section = await ana.open_modal("Open L1", on=contents)
    flows = await ana.open_modal("Flows…", on=section)
    assert "The badge does not open the door\non, version 1" in flows.plain()
    titles = [block["text"] for block in flows.blocks if block.get("type") == "section"]
    place = next(n for n, title in enumerate(titles) if "badge" in str(title))
    button = [each for each in flows.controls if each.action_id == "settings.flow.off"][place]
    await ana.do("press", **flows.where, **button.where)
    flows = await ana.next_modal(flows)
    assert "The badge does not open the door\noff" in flows.plain()
    await ana.close(flows)
    assert (await ana.submit(section, enabled_l1_categories=["Printer"])).closed
    shown = await intake(lena, PROBLEM)
    assert not (await lena.submit(shown)).closed
    assert "no published flow fits" in (await lena.next_modal(shown)).plain()
    (event,) = await seeds.audited(bot, "preferences.changed")
    assert event.detail["after"] == {"enabled_l1_categories": ["printer"]}


async def test_an_engineer_does_not_change_them(bot: Bot, slack: Slack, ben: Person) -> None:
    await ben.command("/pilot settings")
    contents = await slack.until(ben.modal)
    refused = await ben.open_modal("Open L1", on=contents)
    assert "Only admins and owners can change what L1 is walked through" in refused.plain()


async def test_the_help_of_l1_lists_what_there_is(slack: Slack, ana: Person) -> None:
    said = (await ana.command("/l1 help")).ephemeral
    assert said is not None
    assert "*/l1 queue [status]*" in said.plain()
    await ana.press("New call", on=said)
    await whispered(ana, "engineers who cover for L1")
