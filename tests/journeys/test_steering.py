"""Whose session it is, whether it rests, what it is called, and how it is found again."""

from __future__ import annotations

import pytest

from bot.app import Bot
from core.fixes.models import FixStatus
from core.unit import Role
from tests.bot import seeds
from tests.slack import Message, Person, Slack
from tests.stories import Session, form, shows, started, whispered

PROBLEM = "the coffee machine on floor 3 shows only half of the menu"
INVISIBLE = "\u200b\u2060"


@pytest.fixture
async def session(ana: Person) -> Session:
    return await started(ana, PROBLEM)


async def answer(who: Person, words: str) -> Message:
    """What a command was answered."""
    said = (await who.command(words)).ephemeral
    assert said is not None
    return said


async def test_a_colleague_takes_over_and_it_is_theirs(ana: Person, ben: Person, session: Session) -> None:
    await ben.choose("sessions.menu", "Take over", on=await session.card(ben))
    await session.becomes(ana, "Owner <@U0BEN00001>")
    assert PROBLEM in (await answer(ben, "/pilot mine")).plain()
    assert (await answer(ana, "/pilot mine")).plain() == "*My open sessions*\nNone."


async def test_taking_over_what_is_ones_own_is_answered(ana: Person, session: Session) -> None:
    await ana.choose("sessions.menu", "Take over", on=await session.card(ana))
    await whispered(ana, "This session is already yours.")


async def test_a_session_is_handed_to_a_colleague(ana: Person, ben: Person, session: Session) -> None:
    await answer(ben, "/pilot mine")
    modal = await form(ana, "sessions.menu", "Hand to…", on=await session.card(ana))
    assert (await ana.submit(modal, user_id="ben")).closed
    await session.becomes(ana, "Owner <@U0BEN00001>")


async def test_a_session_is_not_handed_to_somebody_who_cannot_work_on_it(
    bot: Bot, slack: Slack, ana: Person, session: Session
) -> None:
    await answer(slack.as_("nia"), "/pilot help")
    await answer(slack.as_("lena"), "/pilot mine")
    await seeds.has_role(bot, seeds.LENA, Role.L1)
    modal = await form(ana, "sessions.menu", "Hand to…", on=await session.card(ana))
    stranger = await ana.submit(modal, user_id="adil")
    assert stranger.field_errors == {
        "user_id": "FlowPilot has not met this person yet; let them open its App Home once."
    }
    assert (await ana.submit(modal, user_id="lena")).field_errors == {"user_id": "Lena Vogt is not an engineer here."}
    assert "Owner <@U0ANA00001>" in (await session.card(ana)).plain()


async def test_a_session_rests_and_goes_on_by_its_menu(ana: Person, ben: Person, session: Session) -> None:
    await ben.choose("sessions.menu", "Pause", on=await session.card(ben))
    paused = await session.becomes(ana, "*Paused*")
    await ana.choose("sessions.menu", "Resume", on=paused)
    await session.becomes(ben, "*Active*")


async def test_the_commands_pause_and_resume_mean_the_session_of_the_channel(ana: Person, session: Session) -> None:
    assert (await answer(ana, "/pilot resume")).text.startswith("There is no session to resume in this channel.")
    assert (await answer(ana, "/pilot pause")).text == f"Paused: “{PROBLEM}”."
    await session.becomes(ana, "*Paused*")
    assert (await answer(ana, "/pilot resume")).text == f"Resumed: “{PROBLEM}”."
    await session.becomes(ana, "*Active*")


async def test_with_several_sessions_in_the_channel_the_command_asks_which(ana: Person, session: Session) -> None:
    await started(ana, "the door of the server room does not lock any more")
    chooser = await answer(ana, "/pilot pause")
    assert chooser.buttons == ["Pause", "Pause"]
    controls = {each.block["block_id"]: each for each in chooser.controls}
    block = next(each for each in chooser.blocks if PROBLEM in str(each.get("text")))
    await ana.do("press", **chooser.where, **controls[block["block_id"]].where)
    await whispered(ana, "Paused.")
    await session.becomes(ana, "*Paused*")


async def test_a_session_is_renamed_on_its_card_and_in_the_lists(ana: Person, ben: Person, session: Session) -> None:
    modal = await form(ben, "sessions.menu", "Rename…", on=await session.card(ben))
    assert (await ben.submit(modal, title=INVISIBLE)).field_errors == {"title": "Give it a title."}
    assert (await ben.submit(modal, title="Coffee machine, floor 3")).closed
    card = await session.becomes(ana, "Coffee machine, floor 3")
    assert PROBLEM in card.plain(), "the problem is not what was renamed"
    assert "Coffee machine, floor 3" in (await answer(ana, "/pilot mine")).plain()


async def test_the_lists_are_paged_and_cut_nothing_silently(bot: Bot, ana: Person, ben: Person) -> None:
    await answer(ana, "/pilot mine")
    await seeds.fixes_in(bot, 12)
    first = await answer(ana, "/pilot mine")
    assert "1 to 10 of 12" in first.plain()
    await ana.press("Next page", on=first)
    assert "11 to 12 of 12" in (await whispered(ana, "11 to 12")).plain()
    assert (await answer(ben, "/pilot mine")).text == "My open sessions: none."
    assert "1 to 10 of 12" in (await answer(ben, "/pilot open")).plain()


async def test_sessions_are_found_by_every_word_whatever_its_case(ana: Person, session: Session) -> None:
    assert PROBLEM in (await answer(ana, "/pilot find MENU coffee")).plain()
    assert "None." in (await answer(ana, "/pilot find coffee pot")).plain()
    assert "None." in (await answer(ana, "/pilot find %")).plain(), "a wildcard is a character like any other"
    assert (await answer(ana, "/pilot find")).text == "Say what to look for: /pilot find printer."
    assert session.channel == seeds.HELPDESK


async def test_what_waits_is_listed_oldest_first_and_judged_in_the_list(bot: Bot, ana: Person, ben: Person) -> None:
    await answer(ana, "/pilot mine")
    oldest, *_ = await seeds.fixes_in(bot, 11, status=FixStatus.APPLIED_PENDING)
    listed = await answer(ben, "/pilot pending")
    assert "1 to 10 of 11, oldest first" in listed.plain()
    assert oldest.title in listed.plain()
    assert f"{seeds.how_old(0)} days" in listed.plain()
    button = next(
        each
        for each in listed.controls
        if each.action_id == "fixes.record.applied_success" and each.element["value"] == str(oldest.fix_id)
    )
    await ben.do("press", **listed.where, **button.where)
    card = await ben.message("helpdesk", oldest.ts)
    assert card is not None
    await shows(ana, card, "*Worked*: recorded by Ben Okafor", buttons=[])
    assert "1 to 10 of 10, oldest first" in (await answer(ben, "/pilot pending")).plain()
