"""From a fix to a template: run now, templatize later, reviewed after the resolve, filled in by the next engineer."""

from __future__ import annotations

from bot.app import Bot
from tests.notes import field, preview
from tests.reviews import SPOOLER, filled, offered, resolved, saved, typed
from tests.slack import Person, Slack
from tests.stories import a_fix, shows, started, whispered


async def test_a_fix_becomes_a_template_that_the_next_engineer_fills_in(
    bot: Bot, slack: Slack, ana: Person, ben: Person
) -> None:
    first = await started(ana, SPOOLER)
    fix = await a_fix(ana, first)
    await ana.press("Run now, templatize later", on=fix)
    script = await whispered(ana, "Here is the script")
    assert "Spooler" in script.plain()
    card = await shows(ana, fix, "Run now, templatize later: chosen by Ana")
    await ana.press("It worked", on=card)
    await resolved(ana, first)

    offer = await offered(ana, first)
    assert offer.text == "1 draft template from this session can go into the script library."
    modal = await ana.open_modal("Review draft", on=offer)
    assert modal.title == "Review draft"
    body = typed(modal, "edited_body")
    parameterized = f"$server = {{{{server}}}}\n{body}"
    given = filled(modal, edited_body=parameterized, category_id="Printing", name="Spooler anew")
    await ana.submit(modal, given)
    again = await ana.next_modal(modal)
    assert "New in the script: {{server}}" in again.plain()
    done = await saved(ana, again, **{"parameters.server.label": "Print server"})
    assert "“Spooler anew” is in the library as spooler-anew." in done.plain()
    await ana.close(done, all=True)
    await shows(ana, offer, "saved to the library by Ana", buttons=[])

    second = await started(ben, SPOOLER)
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
    note = await preview(ben, "Resolve…", second)
    assert "We used the script “Spooler anew” for “" in field(note, "resolution")
    assert "Remove-Item" not in note.plain(), "what was filled in stays out of it"
    assert await slack.violations() == []
