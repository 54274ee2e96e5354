"""What a person types into a note is theirs: it survives a lost window, a refresh and a rewrite, and nothing of it is lost on the way."""

from __future__ import annotations

import pytest

from bot.app import Bot
from core.ids import ConnectionId
from tests.desk import Desk, connected
from tests.notes import block, blocks_of, field, linked, note_card, preview, shown_when
from tests.slack import Modal, Person
from tests.stories import Session, started

PROBLEM = "the print spooler keeps stopping on PRN01 and nobody can print"


@pytest.fixture
async def session(ana: Person) -> Session:
    return await started(ana, PROBLEM)


async def test_what_was_typed_is_there_again_after_the_window_was_lost(ana: Person, session: Session) -> None:
    modal = await preview(ana, "Resolve…", session)
    await ana.type_into(modal, block(modal, "root_cause"), "A broken driver from the update of Tuesday.")
    await ana.reload()
    again = await preview(ana, "Resolve…", session)
    assert field(again, "root_cause") == "A broken driver from the update of Tuesday."
    assert field(again, "problem") == field(modal, "problem")


async def test_closing_the_window_keeps_it_too(ana: Person, session: Session) -> None:
    modal = await preview(ana, "Resolve…", session)
    await ana.close(await typed_silently(ana, modal, "resolution", "We replaced the driver."))
    again = await preview(ana, "Resolve…", session)
    assert field(again, "resolution") == "We replaced the driver."


async def typed_silently(who: Person, modal: Modal, key: str, words: str) -> Modal:
    """Types, and the modal as it is then."""
    await who.type_into(modal, block(modal, key), words)
    now = await who.modal()
    assert now is not None
    return now


async def test_one_section_goes_back_to_the_drafts_text(ana: Person, session: Session) -> None:
    modal = await preview(ana, "Resolve…", session)
    drafted = field(modal, "resolution")
    await ana.type_into(modal, block(modal, "resolution"), "Something else.")
    await ana.type_into(modal, block(modal, "root_cause"), "A driver.")
    await ana.reload()
    again = await preview(ana, "Resolve…", session)
    assert again.buttons.count("Back to the draft") == 2
    await ana.press("notes.restore.resolution", on=again)
    back = await shown_when(ana, lambda now: field(now, "resolution") == drafted)
    assert field(back, "root_cause") == "A driver."


async def test_a_section_is_rewritten_as_instructed(ana: Person, session: Session) -> None:
    modal = await preview(ana, "Resolve…", session)
    await ana.type_into(
        modal, block(modal, "resolution"), "We stopped the spooler. We emptied its folder.\nIt prints again."
    )
    form = await ana.open_modal("notes.rewrite.resolution", on=modal)
    assert (await ana.submit(form, instruction="as a numbered list, please")).closed
    anew = await shown_when(ana, lambda now: field(now, "resolution").startswith("1. "))
    assert field(anew, "resolution") == "1. We stopped the spooler. We emptied its folder.\n2. It prints again."
    form = await ana.open_modal("notes.rewrite.resolution", on=anew)
    await ana.submit(form, instruction="in the style of a sonnet")
    same = await shown_when(ana, lambda now: "could not be followed" in now.plain())
    assert field(same, "resolution") == field(anew, "resolution")


async def test_a_long_section_gets_more_inputs_and_reaches_the_ticket_whole(
    bot: Bot, ana: Person, desk: Desk, session: Session
) -> None:
    connection: ConnectionId = await connected(bot, desk)
    await linked(bot, connection, 99123)
    modal = await preview(ana, "Resolve…", session)
    first = "".join(f"Line {number:04}: the queue of printer {number} was emptied 🖨.\n" for number in range(60))[:2_900]
    await ana.type_into(modal, block(modal, "resolution"), first)
    more = await shown_when(ana, lambda now: len(blocks_of(now, "resolution")) == 2)
    rest = "y" * 2_990 + " end."
    await ana.type_into(more, blocks_of(more, "resolution")[1], rest)
    third = await shown_when(ana, lambda now: len(blocks_of(now, "resolution")) == 3)
    await ana.submit(third, {blocks_of(third, "resolution")[2]: "The last words."})
    await session.becomes(ana, "*Resolved*")
    (note,) = await desk.notes_on(99123)
    assert f"{first}{rest}The last words." in str(note["text"])


async def test_a_secret_is_not_posted_until_somebody_says_so(ana: Person, session: Session) -> None:
    modal = await preview(ana, "Resolve…", session)
    words = "We set the password to Xk9!mQ2p#Lz7 for now."
    await ana.submit(modal, {block(modal, "resolution"): f"{words} The password is Xk9!mQ2p#Lz7"})
    asked = await shown_when(ana, lambda now: "looks like a secret" in now.plain())
    assert words in field(asked, "resolution")
    cleaned = "We set a new password, and told it by phone."
    await ana.submit(asked, {block(asked, "resolution"): cleaned})
    await session.becomes(ana, "*Resolved*")
    assert cleaned in (await note_card(ana, session, "Resolved.")).plain()


async def test_a_secret_may_be_posted_when_somebody_has_looked(ana: Person, session: Session) -> None:
    modal = await preview(ana, "Resolve…", session)
    await ana.submit(modal, {block(modal, "resolution"): "The password is Xk9!mQ2p#Lz7"})
    asked = await shown_when(ana, lambda now: "looks like a secret" in now.plain())
    box = next(each for each in asked.fields if each.startswith("secrets_seen"))
    await ana.submit(asked, {box: ["I have looked: this may be posted"]})
    await session.becomes(ana, "*Resolved*")


async def test_a_note_that_says_nothing_is_refused_at_its_field(ana: Person, session: Session) -> None:
    modal = await preview(ana, "Resolve…", session)
    resolution = block(modal, "resolution")
    refused = await ana.submit(modal, {resolution: " \u200b "})
    assert refused.field_errors == {resolution: "Say how it was resolved: this is what the customer reads."}
    await ana.submit(modal, {resolution: "It prints.", block(modal, "root_cause"): ""})
    await session.becomes(ana, "*Resolved*")
    assert "Root cause" not in (await note_card(ana, session, "Resolved.")).plain()


async def test_two_who_confirm_at_once_post_one_note(ana: Person, ben: Person, session: Session) -> None:
    await ben.command("/pilot mine")
    mine, theirs = await preview(ana, "Resolve…", session), await preview(ben, "Resolve…", session)
    await ana.submit(mine, {block(mine, "resolution"): "It prints."})
    refused = await ben.submit(theirs, {block(theirs, "resolution"): "It prints again."})
    assert "resolved already" in str(refused.field_errors)
    await session.becomes(ana, "*Resolved*")
    await note_card(ana, session, "confirmed by")
    cards = [each for each in await session.replies(ana) if "confirmed by" in each.plain()]
    assert len(cards) == 1
