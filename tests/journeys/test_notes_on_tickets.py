"""A note goes to the session's ticket, the ticket's status follows, and is read back; whatever the desk does meanwhile."""

from __future__ import annotations

import pytest

from bot.app import Bot
from core.ids import ConnectionId
from tests.bot import seeds
from tests.desk import Desk, connected
from tests.notes import block, field, linked, note_card, preview, shown_when
from tests.slack import Person
from tests.stories import Session, a_fix, shows, started

PROBLEM = "the print spooler keeps stopping on PRN01 and nobody can print"
TICKET = 99123


@pytest.fixture
async def connection(bot: Bot, desk: Desk) -> ConnectionId:
    return await connected(bot, desk)


@pytest.fixture
async def session(bot: Bot, ana: Person, connection: ConnectionId) -> Session:
    session = await started(ana, PROBLEM)
    await linked(bot, connection, TICKET)
    return session


async def test_the_note_is_on_the_ticket_and_its_status_is_verified(ana: Person, desk: Desk, session: Session) -> None:
    fix = await a_fix(ana, session)
    await ana.press("It worked", on=fix)
    await shows(ana, fix, "*Worked*")
    modal = await preview(ana, "Resolve…", session)
    assert "Posted to CW #99123; its status becomes “Resolved”" in modal.plain()
    await ana.submit(modal, {block(modal, "resolution"): "We replaced the driver. It prints again."})
    await session.becomes(ana, "*Resolved*")
    (note,) = await desk.notes_on(TICKET)
    assert "We replaced the driver. It prints again." in str(note["text"])
    assert await desk.status_of(TICKET) == "Resolved"
    await note_card(
        ana, session, f"The note {note['id']} is on CW #99123. Its status is “Resolved”: read back and verified."
    )

    async def told() -> bool:
        shown = await ana.modal()
        return shown is not None and "read back and verified" in shown.plain()

    await ana.slack.until(told)


async def test_an_escalation_is_internal_and_sets_its_own_status(ana: Person, desk: Desk, session: Session) -> None:
    modal = await preview(ana, "Escalate…", session)
    assert "Nothing has been applied yet." in field(modal, "tried")
    await ana.submit(modal)
    await session.becomes(ana, "*Escalated*")
    (note,) = await desk.notes_on(TICKET)
    assert note["internalAnalysisFlag"] is True
    assert await desk.status_of(TICKET) == "Escalated to Level 2"


async def test_a_status_that_does_not_hold_is_loud_and_retrying_never_posts_again(
    ana: Person, desk: Desk, session: Session
) -> None:
    await desk.fault("set_status", "keep_status")
    modal = await preview(ana, "Resolve…", session)
    await ana.submit(modal, {block(modal, "resolution"): "It prints again."})
    card = await note_card(ana, session, "reads back as")
    assert "Needs a decision" in card.plain()
    assert "was to be “Resolved”" in card.plain()
    assert card.buttons == ["Retry status", "Open ticket", "Keep open"]
    assert "*Active*" in (await session.card(ana)).plain(), "the session keeps the status it had"
    await ana.press("Retry status", on=card)
    await session.becomes(ana, "*Resolved*")
    assert len(await desk.notes_on(TICKET)) == 1
    assert await desk.status_of(TICKET) == "Resolved"


async def test_kept_open_the_session_goes_on_and_may_be_resolved_again(
    ana: Person, desk: Desk, session: Session
) -> None:
    await desk.fault("set_status", "keep_status")
    modal = await preview(ana, "Resolve…", session)
    await ana.submit(modal, {block(modal, "resolution"): "It prints again."})
    card = await note_card(ana, session, "reads back as")
    await ana.press("Keep open", on=card)
    await shows(ana, card, "Kept open.")
    modal = await preview(ana, "Resolve…", session)
    await ana.submit(modal, {block(modal, "resolution"): "Now it really prints."})
    await session.becomes(ana, "*Resolved*")
    assert len(await desk.notes_on(TICKET)) == 2


async def test_while_the_desk_is_away_the_note_waits_in_sight_and_goes_out_once(
    ana: Person, desk: Desk, session: Session
) -> None:
    await desk.world(away=True)
    modal = await preview(ana, "Escalate…", session)
    await ana.submit(modal)
    card = await note_card(ana, session, "Queued for CW #99123")
    assert "2nd try" in card.plain()
    await session.becomes(ana, "*Requesting escalation*")
    await desk.world(away=False)

    async def done() -> bool:
        return "*Escalated*" in (await session.card(ana)).plain()

    await ana.slack.until(done)
    assert len(await desk.notes_on(TICKET)) == 1


async def test_a_ticket_that_is_gone_is_said_and_the_post_can_be_left(
    ana: Person, desk: Desk, session: Session
) -> None:
    await desk.world(deleted={"ticket": TICKET})
    modal = await preview(ana, "Resolve…", session)
    await ana.submit(modal, {block(modal, "resolution"): "It prints again."})
    card = await note_card(ana, session, "There is no ticket CW #99123")
    assert card.buttons == ["Try again", "Open ticket", "Don't post"]
    await ana.press("Don't post", on=card)
    await shows(ana, card, "Taken back before anything was sent.")


async def test_a_post_that_failed_or_was_taken_back_costs_none_of_the_words(
    ana: Person, desk: Desk, session: Session
) -> None:
    await desk.world(keys="expired")
    words = "We replaced the driver, by hand, on all nine stations. <@U0ANA00001> & *all* of it."
    modal = await preview(ana, "Resolve…", session)
    await ana.submit(modal, {block(modal, "resolution"): words})
    card = await note_card(ana, session, "is invalid. The session is not closed.")
    await ana.reload()
    assert field(await preview(ana, "Resolve…", session), "resolution") == words
    await ana.press("Don't post", on=card)
    await shows(ana, card, "Taken back before anything was sent.", buttons=["Open ticket"])
    await ana.reload()
    again = await preview(ana, "Resolve…", session)
    assert field(again, "resolution") == words
    await desk.world(keys="good")
    await ana.submit(again)
    await session.becomes(ana, "*Resolved*")
    (note,) = await desk.notes_on(TICKET)
    assert words in str(note["text"])


async def test_a_merged_ticket_is_said_as_it_is_and_the_session_links_the_other(
    ana: Person, desk: Desk, session: Session
) -> None:
    modal = await preview(ana, "Resolve…", session)
    await desk.world(merged={"ticket": TICKET, "into": 99121})
    await ana.submit(modal, {block(modal, "resolution"): "It prints again."})
    card = await note_card(ana, session, "Needs a decision")
    assert (
        "The note is not on CW #99123. CW #99123 was merged into CW #99121; link the session to that one."
        in card.plain()
    )
    await ana.command("/pilot link 99121")
    await session.becomes(ana, "CW #99121")
    await ana.reload()
    again = await preview(ana, "Resolve…", session)
    assert field(again, "resolution") == "It prints again."
    await ana.submit(again)
    await session.becomes(ana, "*Resolved*")
    assert len(await desk.notes_on(99121)) == 1
    await shows(ana, card, "Taken back before anything was sent.")


async def test_what_was_typed_for_a_note_that_is_out_does_not_come_back(ana: Person, session: Session) -> None:
    modal = await preview(ana, "Escalate…", session)
    await ana.submit(modal, {block(modal, "problem"): "The queue of PRN01 stands still."})
    await session.becomes(ana, "*Escalated*")
    await ana.choose("sessions.menu", "Take over", await session.card(ana))
    await ana.reload()
    assert "The queue of PRN01 stands still." not in field(await preview(ana, "Resolve…", session), "problem")


async def test_who_confirms_second_is_told_whose_note_it_is_and_where_it_stands(
    ana: Person, ben: Person, desk: Desk, session: Session
) -> None:
    await ben.command("/pilot mine")
    mine, theirs = await preview(ana, "Resolve…", session), await preview(ben, "Resolve…", session)
    await desk.world(away=True)
    await ana.submit(mine, {block(mine, "resolution"): "Ana replaced the driver."})
    await note_card(ana, session, "Queued for CW #99123")
    await ben.submit(theirs, {block(theirs, "resolution"): "Ben emptied the queue."})
    told = await shown_when(ben, lambda now: "Ana Duarte confirmed this note" in now.plain())
    assert "What stood in your form was not posted." in told.plain()
    assert (told.buttons, told.submit_label) == ([], None)
    # Whoever looks again sees how far it is, also where the window in which it was confirmed was lost.
    await ben.reload()
    await ben.press("Resolve…", on=await session.card(ben))
    await shown_when(ben, lambda now: "Queued for CW #99123" in now.plain())
    await ana.reload()
    await ana.press("Resolve…", on=await session.card(ana))
    await shown_when(ana, lambda now: "Queued for CW #99123" in now.plain())
    await desk.world(away=False)

    async def done() -> bool:
        shown = await ana.modal()
        return shown is not None and "read back and verified" in shown.plain()

    await ana.slack.until(done)
    (note,) = await desk.notes_on(TICKET)
    assert "Ana replaced the driver." in str(note["text"])


async def test_a_window_that_was_closed_is_looked_for_once(bot: Bot, ana: Person, desk: Desk, session: Session) -> None:
    await desk.world(keys="expired")
    modal = await preview(ana, "Resolve…", session)
    await ana.submit(modal, {block(modal, "resolution"): "It prints again."})
    card = await note_card(ana, session, "is invalid. The session is not closed.")
    await ana.slack.until(lambda: seeds.nothing_waits(bot, "notes.%"))
    result = await ana.modal()
    assert result is not None
    await ana.close(result)
    for times in (2, 3, 4):
        await ana.press("Try again", on=card)
        await ana.slack.until(lambda times=times: _failed(bot, times))
        await ana.slack.until(lambda: seeds.nothing_waits(bot, "notes.%"))
    assert [call.response["error"] for call in await ana.slack.log("views.update") if not call.ok] == ["not_found"]


async def _failed(bot: Bot, times: int) -> bool:
    return len(await seeds.audited(bot, "note.failed")) == times


async def test_a_window_that_was_opened_again_gets_the_result(
    ana: Person, ben: Person, desk: Desk, session: Session
) -> None:
    await ben.command("/pilot mine")
    await desk.fault("set_status", "keep_status")
    modal = await preview(ana, "Resolve…", session)
    await ana.submit(modal, {block(modal, "resolution"): "It prints again."})
    card = await note_card(ana, session, "reads back as")
    await ana.reload()
    await ana.press("Resolve…", on=await session.card(ana))
    await shown_when(ana, lambda now: "reads back as" in now.plain())
    await ben.press("Retry status", on=card)
    await session.becomes(ben, "*Resolved*")
    await ana.slack.until(lambda: _tells(ana, "read back and verified"), within=15)


async def _tells(who: Person, sentence: str) -> bool:
    shown = await who.modal()
    return shown is not None and sentence in shown.plain()
