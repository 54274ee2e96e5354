"""What happens in stories of drafts and templates: a session is resolved, its drafts are offered, forms are filled."""

from __future__ import annotations

from bot.sandbox.wire import Json, obj, text
from tests.notes import preview
from tests.slack import Message, Modal, Person
from tests.stories import Session, a_fix, started, whispered

SPOOLER = "the print spooler on PRN02 keeps stopping and nobody can print"


async def resolved(who: Person, session: Session) -> None:
    """The session resolved with the note as it was drafted."""
    modal = await preview(who, "Resolve…", session)
    assert (await who.submit(modal)).response_action == "update"
    await who.close(await who.next_modal(modal), all=True)


async def offered(who: Person, session: Session) -> Message:
    """The offer of the session's drafts, in its thread."""

    async def offer() -> Message | None:
        return next((one for one in await session.replies(who) if "script library" in one.text), None)

    return await who.slack.until(offer)


async def a_run_to_templatize(who: Person, problem: str = SPOOLER) -> Session:
    """A session whose fix was run and is to become a template later."""
    session = await started(who, problem)
    await who.press("Run now, templatize later", on=await a_fix(who, session))
    await whispered(who, "Here is the script")
    return session


async def a_review(who: Person) -> Modal:
    """The review of a draft, opened from the offer after a resolve."""
    session = await a_run_to_templatize(who)
    await resolved(who, session)
    return await who.open_modal("Review draft", on=await offered(who, session))


def named(modal: Modal, field: str) -> str:
    """The block that fills a field, whatever its revision."""
    return next(block for block in modal.fields if block.partition("~")[0] == field)


def typed(modal: Modal, field: str) -> str:
    """What stands in a field; the parts of a long text joined."""
    blocks = [block for block in modal.fields if block.partition("~")[0].rpartition(".")[0] == field] or [
        named(modal, field)
    ]
    return "".join(text(obj(obj(modal.values[block])["value"]).get("value")) for block in blocks)


def filled(modal: Modal, **fields: object) -> Json:
    """Fields by their names, as the form calls their blocks now."""
    return {named(modal, field): value for field, value in fields.items()}


async def pressed_with(who: Person, label: str, modal: Modal, **fields: object) -> Modal:
    """Presses a button of a form into which something was typed, and returns what it turns into or opens."""
    entered: dict[str, object] = {}
    for block, value in filled(modal, **fields).items():
        entered[block] = {"value": modal.field(block).value_of(value, await who.screen())}
    await who.press(label, on=modal, values=entered)
    return await who.next_modal(modal)


async def saved(who: Person, modal: Modal, **fields: object) -> Modal:
    """Saves to the library, past new rows and past what must be looked at; returns what is said at the end."""
    given: Json = filled(modal, **fields)
    for _ in range(4):
        errors = (await who.submit(modal, given)).field_errors
        assert not errors, errors
        modal = await who.next_modal(modal)
        if modal.submit_label is None or "The next draft" in modal.plain():
            return modal
        found = [block for block in modal.fields if block.startswith("acknowledged")]
        given = acknowledged(modal) if found else {}
    raise AssertionError(modal.plain())


LOOKED = "I have looked, and it is meant"


def acknowledged(modal: Modal) -> Json:
    """The box ticked under what must be looked at."""
    return {named(modal, "acknowledged"): [LOOKED]}
