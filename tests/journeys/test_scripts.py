"""From a fix to a template: run now, templatize later, reviewed after the resolve, filled in by the next engineer."""

from __future__ import annotations

from bot.app import Bot
from core.ids import SessionId
from core.outbox.events import SessionResolved
from core.sessions import queries as sessions
from tests.bot import seeds
from tests.slack import Message, Modal, Person, Slack
from tests.stories import Session, a_fix, shows, started, whispered

PROBLEM = "the print spooler on PRN02 keeps stopping and nobody can print"


async def resolved(bot: Bot, session: Session) -> None:
    """What follows when a session was resolved."""
    async with bot.database.unit(await seeds.account_of(bot), source="test") as unit:
        found = await sessions.in_thread(unit, session.channel, session.root)
        assert found is not None
        unit.emit(SessionResolved(SessionId(found.id)))


async def offered(who: Person, session: Session) -> Message:
    """The offer of the session's drafts, in its thread."""

    async def offer() -> Message | None:
        return next((one for one in await session.replies(who) if "script library" in one.text), None)

    return await who.slack.until(offer)


def named(modal: Modal, field: str) -> str:
    """The block that fills a field, whatever its revision."""
    return next(block for block in modal.fields if block.partition("~")[0] == field)


def typed(modal: Modal, field: str) -> str:
    """What stands in a field."""
    inside = modal.values[named(modal, field)]
    assert isinstance(inside, dict)
    return str(inside["value"]["value"])


async def test_a_fix_becomes_a_template_that_the_next_engineer_fills_in(
    bot: Bot, slack: Slack, ana: Person, ben: Person
) -> None:
    first = await started(ana, PROBLEM)
    fix = await a_fix(ana, first)
    await ana.press("Run now, templatize later", on=fix)
    script = await whispered(ana, "Here is the script")
    assert "Spooler" in script.plain()
    card = await shows(ana, fix, "Run now, templatize later: chosen by Ana")
    await ana.press("It worked", on=card)
    await resolved(bot, first)

    offer = await offered(ana, first)
    assert offer.text == "1 draft template from this session can go into the script library."
    modal = await ana.open_modal("Review draft", on=offer)
    assert modal.title == "Review draft"
    body = typed(modal, "edited_body")
    parameterized = f"$server = {{{{server}}}}\n{body}"
    await ana.submit(
        modal,
        {
            named(modal, "edited_body"): parameterized,
            named(modal, "category_id"): "Printing",
            named(modal, "name"): "Spooler anew",
        },
    )
    again = await slack.until(ana.modal)
    assert "New in the script: {{server}}" in again.plain()
    await ana.submit(again, {named(again, "parameters.server.label"): "Print server"})
    saved = await slack.until(ana.modal)
    if "look at this" in saved.plain():
        await ana.submit(saved, {named(saved, "acknowledged"): ["I have looked, and it is meant"]})
        saved = await slack.until(ana.modal)
    assert "“Spooler anew” is in the library as spooler-anew." in saved.plain()
    await ana.close(saved, all=True)
    await shows(ana, offer, "saved to the library by Ana", buttons=[])

    second = await started(ben, PROBLEM)
    card = await a_fix(ben, second)
    assert "In the script library: “Spooler anew”" in card.plain()
    assert card.buttons[:2] == ["Fill in and run…", "I applied it"]
    form = await ben.open_modal("Fill in and run…", on=card)
    assert (await ben.submit(form, {"values.server": ""})).field_errors
    await ben.submit(form, {"values.server": "PRN02'; Remove-Item C:\\ -Recurse; '"})
    made = await slack.until(ben.modal)
    assert "$server = 'PRN02''; Remove-Item C:\\ -Recurse; '''" in made.plain()
    await ben.close(made)
    await ben.press("I applied it", on=card)
    card = await shows(ben, card, "Applied by Ben")
    await ben.press("It worked", on=card)
    await shows(ben, card, "*Worked*")
    library = (await ana.command("/pilot scripts spooler anew")).ephemeral
    assert library is not None
    assert "used 1 time · worked 2 of 2 (100 %)" in library.plain()
    assert await slack.violations() == []
