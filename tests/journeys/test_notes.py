"""A session is closed with a note: previewed, edited, confirmed; here without a ticket."""

from __future__ import annotations

import pytest

from bot.app import Bot
from tests.bot import seeds
from tests.notes import block, field, note_card, preview, shown_when, suggested
from tests.slack import Message, Modal, Person
from tests.stories import Session, a_fix, shows, started

PROBLEM = "the print spooler keeps stopping on PRN01 and nobody can print"


@pytest.fixture
async def session(ana: Person) -> Session:
    return await started(ana, PROBLEM)


async def test_a_session_is_resolved_with_the_note_that_the_person_edited(ana: Person, session: Session) -> None:
    fix = await a_fix(ana, session)
    await ana.press("It worked", on=fix)
    await shows(ana, fix, "*Worked*")
    modal = await preview(ana, "Resolve…", session)
    assert modal.title == "Resolution note"
    assert "The customer will see this" in modal.plain()
    assert "No ticket is linked" in modal.plain()
    assert "that it solved the problem" in field(modal, "resolution")
    done = await ana.submit(modal, {block(modal, "resolution"): "We replaced the driver. It prints again."})
    assert done.response_action == "update"
    result = await ana.modal()
    assert result is not None
    assert "Resolved. No ticket is linked, so the note is kept here." in result.plain()
    await session.becomes(ana, "*Resolved*")
    card = await note_card(ana, session, "Resolved. No ticket is linked")
    assert "We replaced the driver. It prints again." in card.plain()
    assert "\n*Problem*\n" in card.plain()
    stats = (await ana.command("/pilot stats")).ephemeral
    assert stats is not None
    assert "1 of 1 (100 %)" in stats.plain()
    assert "none yet" in stats.plain(), "no calls were walked"


async def test_an_open_fix_is_asked_for_and_recorded_with_the_confirmation(
    bot: Bot, ana: Person, session: Session
) -> None:
    fix = await a_fix(ana, session)
    await ana.press("Run once", on=fix)
    await shows(ana, fix, "Applied by")
    modal = await preview(ana, "Escalate…", session)
    assert "Internal only" in modal.plain()
    assert "did not resolve the problem" in field(modal, "tried")
    assert (await ana.submit(modal)).response_action == "update"
    await session.becomes(ana, "*Escalated*")
    await shows(ana, fix, "*Did not work*")
    assert [event.detail["after"] for event in await seeds.audited(bot, "fix.recorded")] == ["applied_failed"]


async def test_another_answer_than_the_drafts_rewrites_the_draft_first(ana: Person, session: Session) -> None:
    fix = await a_fix(ana, session)
    await ana.press("Run once", on=fix)
    await shows(ana, fix, "Applied by")
    modal = await preview(ana, "Resolve…", session)
    assert "verified" in field(modal, "resolution")
    outcome, words = block(modal, "outcome"), block(modal, "outcome_notes")
    refused = await ana.submit(modal, {outcome: "It worked partly"})
    assert refused.field_errors == {words: "Say which part worked."}
    mine: dict[str, object] = {block(modal, "root_cause"): "A broken driver.", words: "only black and white prints"}
    assert (await ana.submit(modal, {outcome: "It worked partly", **mine})).response_action == "update"

    async def redrafted() -> Modal | None:
        now = await ana.modal()
        return now if now and now.submit_label and "only black and white" in field(now, "resolution") else None

    again = await ana.slack.until(redrafted)
    assert field(again, "root_cause") == "A broken driver.", "what a person typed stays"
    assert "is answered “worked partly: only black and white prints” now. What you wrote yourself" in again.plain()
    await ana.submit(again)
    await session.becomes(ana, "*Resolved*")
    await shows(ana, fix, "*Worked partly*")


async def test_of_two_fixes_that_were_applied_each_is_asked_about(bot: Bot, ana: Person, session: Session) -> None:
    before = await a_fix(ana, session)
    await ana.press("Run once", on=before)
    await shows(ana, before, "Applied by")
    await suggested(bot, "Replace the driver")
    later = await ana.slack.until(lambda: _card(ana, session, "Replace the driver"))
    await ana.press("Run once", on=later)
    await shows(ana, later, "Applied by")
    modal = await preview(ana, "Resolve…", session)
    assert modal.plain().count("It is applied, not judged yet.") == 2
    assert "which did not resolve it" in field(modal, "resolution")
    (other,) = (each for each in modal.fields if each.startswith("outcomes.") and ".outcome~" in each)
    words = next(each for each in modal.fields if each.startswith("outcomes.") and ".notes~" in each)
    refused = await ana.submit(modal, {other: "It worked partly"})
    assert refused.field_errors == {words: "Say which part worked."}
    await ana.submit(modal, {other: "It worked partly", words: "small files"})
    again = await shown_when(ana, lambda now: "small files" in field(now, "resolution"))
    assert "is answered “worked partly: small files” now" in again.plain()
    await ana.submit(again)
    await session.becomes(ana, "*Resolved*")
    await shows(ana, later, "*Worked*")
    await shows(ana, before, "*Worked partly*")


async def _card(who: Person, session: Session, title: str) -> Message | None:
    return next((each for each in await session.fixes(who) if each.plain().startswith(title)), None)


async def test_a_draft_that_was_written_anew_meanwhile_says_what_changed(
    bot: Bot, ana: Person, ben: Person, session: Session
) -> None:
    await ben.command("/pilot mine")
    fix = await a_fix(ana, session)
    await ana.press("Run once", on=fix)
    await shows(ana, fix, "Applied by")
    modal = await preview(ana, "Resolve…", session)
    await ben.press("It worked", on=fix)
    await shows(ana, fix, "*Worked*")
    await ana.slack.until(lambda: seeds.nothing_waits(bot, "notes.%"))
    typed: dict[str, object] = {block(modal, "root_cause"): "A broken driver."}
    assert (await ana.submit(modal, typed)).response_action == "update"
    again = await shown_when(ana, lambda now: "Not posted yet." in now.plain())
    assert "is recorded as “worked” now. The draft is of how it stands now; what you wrote" in again.plain()
    assert field(again, "root_cause") == "A broken driver."
    await ana.submit(again)
    await session.becomes(ana, "*Resolved*")


async def test_a_state_that_moved_is_told_before_anything_is_posted(ana: Person, ben: Person, session: Session) -> None:
    modal = await preview(ana, "Resolve…", session)
    facts = await ben.open_modal("Add fact…", on=await session.card(ben))
    assert (await ben.submit(facts, text="The spooler stops after the driver update")).closed
    mine: dict[str, object] = {block(modal, "resolution"): "We rolled the driver back."}
    assert (await ana.submit(modal, mine)).response_action == "update"
    again = await ana.modal()
    assert again is not None
    assert "1 fact added" in again.plain()
    assert field(again, "resolution") == "We rolled the driver back."
    refreshed = await ana.open_modal("Refresh", on=again)

    async def current() -> Modal | None:
        now = await ana.modal()
        return now if now and now.submit_label and "driver update" in field(now, "confirmed") else None

    refreshed = await ana.slack.until(current)
    assert field(refreshed, "resolution") == "We rolled the driver back."
    await ana.submit(refreshed)
    await session.becomes(ana, "*Resolved*")
