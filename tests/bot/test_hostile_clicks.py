"""Clicks that are too late, too many, forged or unknown: each is answered, none does harm."""

from __future__ import annotations

import copy
import time
from uuid import uuid4

import pytest

from bot.app import Bot
from bot.sandbox.server import SandboxServer
from bot.sandbox.wire import Json, obj, objs
from tests.bot import seeds
from tests.bot.raw import sender
from tests.conftest import Fresh, a_bot
from tests.slack import Message, Person, Slack
from tests.stories import Session, a_fix, shows, started

PROBLEM = "the print spooler on PRN02 keeps stopping and nobody can print"
DAY = 24 * 3600


@pytest.fixture
async def session(ana: Person) -> Session:
    return await started(ana, PROBLEM)


@pytest.fixture
async def fix(ana: Person, session: Session) -> Message:
    return await a_fix(ana, session)


def with_button(card: Message, label: str, **changed: object) -> Message:
    """The card as it might be forged: one of its buttons has another action_id or value."""
    raw = copy.deepcopy(card.raw)
    for block in objs(raw.get("blocks")):
        for element in objs(block.get("elements")):
            if obj(element.get("text")).get("text") == label:
                element.update(changed)
    return Message(raw)


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [("applied_partial", "Say which part worked."), ("applied_pending", "Say what you are waiting for.")],
)
async def test_an_outcome_that_needs_words_says_so_on_their_field(
    ana: Person, fix: Message, outcome: str, sentence: str
) -> None:
    modal = await ana.open_modal("Didn't work…", on=fix)
    assert (await ana.submit(modal, outcome=outcome)).field_errors == {"notes": sentence}
    assert (await ana.submit(modal, outcome=outcome, notes="\u200b")).field_errors == {"notes": sentence}
    assert (await ana.submit(modal, outcome=outcome, notes="the third floor")).closed


async def test_a_time_to_check_lies_ahead_and_not_too_far(ana: Person, fix: Message) -> None:
    modal = await ana.open_modal("Waiting to verify…", on=fix)
    now = int(time.time())
    past = await ana.submit(modal, notes="the night run", check_at=now - 60)
    assert past.field_errors == {"check_at": "This time has passed; choose one that is still to come."}
    far = await ana.submit(modal, check_at=now + 91 * DAY)
    assert far.field_errors == {"check_at": "This is more than 90 days ahead; choose an earlier time."}
    assert (await ana.submit(modal, check_at=now + 89 * DAY)).closed
    await shows(ana, fix, "To be checked <!date^")


async def test_a_time_to_check_means_nothing_for_other_outcomes(ana: Person, fix: Message) -> None:
    modal = await ana.open_modal("Waiting to verify…", on=fix)
    reply = await ana.submit(modal, outcome="applied_partial", notes="half of it", check_at=int(time.time()) - 60)
    assert reply.closed


async def test_a_fix_of_another_account_is_as_good_as_missing(bot: Bot, ana: Person, fix: Message) -> None:
    elsewhere = await seeds.fix_of_another_account(bot)
    for label in ("It worked", "Run once", "Dismiss", "Didn't work…"):
        said: list[str] = []
        for value in (str(elsewhere), str(uuid4())):
            before = len(await ana.ephemerals())
            await ana.press_stale(with_button(fix, label, value=value), label)

            async def more(before: int = before) -> list[Message]:
                return (await ana.ephemerals())[before:]

            said.append((await ana.slack.until(more))[0].plain())
        assert said == ["That suggestion is not there."] * 2
    assert await ana.modal() is None


async def test_a_value_that_is_no_id_is_answered(ana: Person, fix: Message) -> None:
    for value in ("", "x", "1" * 1_900, "'; drop table users; --", "verb:", ":::"):
        before = len(await ana.ephemerals())
        await ana.press_stale(with_button(fix, "It worked", value=value), "It worked")

        async def more(before: int = before) -> list[Message]:
            return (await ana.ephemerals())[before:]

        assert "Please use the newest message." in (await ana.slack.until(more))[0].plain()


async def test_a_button_or_argument_that_nobody_knows_is_answered(ana: Person, fix: Message) -> None:
    for action_id in (
        "fixes.record.worked_wonders",
        "fixes.decide",
        "fixes",
        "robots.dance",
        "access.approve.owner",
        "x" * 255,
    ):
        before = len(await ana.ephemerals())
        await ana.press_stale(with_button(fix, "It worked", action_id=action_id), action_id)

        async def more(before: int = before) -> list[Message]:
            return (await ana.ephemerals())[before:]

        assert "lease use the newest card" in (await ana.slack.until(more))[0].plain()
    assert (await shows(ana, fix, "*Proposed*")).buttons == fix.buttons


async def test_a_form_or_shortcut_that_nobody_knows_is_answered(
    slack: Slack, workspace: SandboxServer, ana: Person
) -> None:
    view: Json = {
        "id": "V1",
        "hash": "1",
        "type": "modal",
        "callback_id": "robots.dance",
        "blocks": [],
        "state": {"values": {}},
    }
    answered = await sender(slack, workspace).interaction({"type": "view_submission", "view": view})
    assert answered.status == 200
    assert "FlowPilot does not know this button any more." in answered.body
    await ana.shortcut("robots.dance")
    assert "FlowPilot does not know this button any more." in (await slack.until(ana.modal)).plain()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("penidng", "pending"), ("NWE", "new"), ("resum", "resume"), ("statuss", "status"), ("hlep me", "help")],
)
async def test_an_unknown_subcommand_is_answered_with_the_nearest(ana: Person, typed: str, meant: str) -> None:
    answer = (await ana.command(f"/pilot {typed}")).ephemeral
    assert answer is not None
    assert f"Did you mean /pilot {meant}?" in answer.plain()


async def test_a_subcommand_like_nothing_is_answered_with_the_help(ana: Person) -> None:
    answer = (await ana.command("/pilot xylophone")).ephemeral
    assert answer is not None
    assert "There is no “/pilot xylophone”. /pilot help lists what there is." in answer.plain()


async def test_opening_the_form_of_a_fix_that_is_done_says_who_was_first(
    ana: Person, ben: Person, fix: Message
) -> None:
    await ben.press("It worked", on=fix)
    for label in ("Didn't work…", "Partly…", "Waiting to verify…", "Run once", "Dismiss"):
        before = len(await ana.ephemerals())
        await ana.press_stale(fix, label)

        async def more(before: int = before) -> list[Message]:
            return (await ana.ephemerals())[before:]

        assert "This fix was already recorded as “worked” by Ben Okafor." in (await ana.slack.until(more))[0].plain()
    assert await ana.modal() is None


async def test_a_form_that_was_open_meanwhile_keeps_the_words_and_says_who_was_first(
    ana: Person, ben: Person, fix: Message
) -> None:
    modal = await ana.open_modal("Didn't work…", on=fix)
    await ben.press("It worked", on=fix)
    await shows(ana, fix, "*Worked*: recorded by Ben Okafor")
    reply = await ana.submit(modal, notes="It is still broken")
    assert "This fix was already recorded as “worked” by Ben Okafor." in "".join(reply.field_errors.values())
    still = await ana.modal()
    assert still is not None
    assert "It is still broken" in str(still.values)


async def test_a_final_outcome_is_corrected_and_both_stay_on_record(
    bot: Bot, ana: Person, ben: Person, fix: Message
) -> None:
    await ben.press("It worked", on=fix)
    final = await shows(ana, fix, "*Worked*: recorded by Ben Okafor", buttons=[])
    await ana.choose("fixes.menu", "Correct…", on=final)
    modal = await ana.slack.until(ana.modal)
    assert (await ana.submit(modal, outcome="It did not work", notes="It came back at noon")).closed
    await shows(ben, fix, "*Did not work*: recorded by Ana Duarte", buttons=[])
    events = [*await seeds.audited(bot, "fix.recorded"), *await seeds.audited(bot, "fix.corrected")]
    assert [event.detail["after"] for event in events] == ["applied_success", "applied_failed"]


async def test_a_button_of_before_still_works_after_a_restart(fresh_database: Fresh, workspace: SandboxServer) -> None:
    url = await fresh_database()
    async with Slack(workspace.url) as slack:
        ana = slack.as_("ana")
        async with a_bot(url, workspace):
            session = await started(ana, PROBLEM)
            fix = await a_fix(ana, session)
        assert (await ana.press("It worked", on=fix)).error == "dispatch_failed", "nobody is there to hear it"
        async with a_bot(url, workspace):
            await ana.press("It worked", on=fix)
            await shows(ana, fix, "*Worked*: recorded by Ana Duarte", buttons=[])
            await session.becomes(ana, "*Fix* · worked")


@pytest.mark.parametrize("workspace", ["http", "socket"], indirect=True)
async def test_whatever_is_delivered_five_times_happens_once(bot: Bot, slack: Slack, ana: Person) -> None:
    replies = [await ana.command(f"/pilot new {PROBLEM}", repeat=5)]

    async def card() -> Message | None:
        return next((each for each in await ana.messages("helpdesk") if each.by_bot), None)

    found = await slack.until(card)
    session = Session(found.channel, found.ts, found.ts)
    fix = await a_fix(ana, session)
    assert await seeds.count(bot, "ai_sessions") == 1

    replies.append(await ana.press("Run once", on=fix, repeat=5))
    modal = await ana.open_modal("Partly…", on=fix)
    replies.append(await ana.submit(modal, notes="half of it", repeat=5))
    assert replies[-1].closed
    replies.append(await ana.say("noc", "@FlowPilot the door of the server room does not lock any more", repeat=5))
    replies.append(await ana.press("It worked", on=fix, repeat=5))
    replies.append(await ana.command("/pilot pause", repeat=5))
    await shows(ana, fix, "*Worked*: recorded by Ana Duarte", buttons=[])
    await slack.until(lambda: seeds.nothing_waits(bot))

    assert [each["status"] for reply in replies for each in reply.deliveries] == [200] * (5 * 7)
    assert await seeds.count(bot, "ai_sessions") == 2
    kinds = ("session.started", "fix.decided", "fix.recorded", "session.paused")
    assert [len(await seeds.audited(bot, kind)) for kind in kinds] == [2, 1, 2, 1]
    assert len(await session.fixes(ana)) == 1
    assert len([each for each in await ana.messages("helpdesk") if each.by_bot]) == 1
    scripts = [each for each in await ana.ephemerals() if "Here is the script" in each.text]
    assert len(scripts) == 1
    assert not [each for each in await ana.ephemerals() if "looks very much like" in each.plain()], "like itself"


async def test_a_form_opened_by_a_click_that_came_twice_is_one_form(ana: Person, fix: Message) -> None:
    before = len(await ana.ephemerals())
    await ana.press("Didn't work…", on=fix, repeat=2)
    await ana.slack.until(ana.modal)
    await ana.command("/pilot help")
    assert len(await ana.modals()) == 1
    said = [each.text for each in (await ana.ephemerals())[before:]]
    assert not any("too slow" in each for each in said), "the form is there, so nobody is told that it is not"
